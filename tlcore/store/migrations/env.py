"""Alembic's way in: the steps run on the connection that `tlcore.store.place` hands over."""

from __future__ import annotations

from alembic import context

from tlcore.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter most things in place
    transactional_ddl=True,  # a step that fails leaves nothing behind, in SQLite too
)
with context.begin_transaction():
    context.run_migrations()

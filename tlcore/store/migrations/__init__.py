"""How a database gets to the present schema, step by step (Alembic). One file a step in ``versions``."""

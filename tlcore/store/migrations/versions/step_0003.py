"""What a case is worth, under the names people gave it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payoffs",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("currency", sa.String(12), nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.Column("saved", sa.Float, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("payoffs")

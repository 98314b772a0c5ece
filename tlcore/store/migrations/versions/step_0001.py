"""Experiments, runs and epochs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "experiments",
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scenario", sa.String(80), nullable=False),
        sa.Column("metric", sa.String(80), nullable=False),
        sa.Column("example", sa.Boolean, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("submitted", sa.Float, nullable=False),
        sa.Column("record", sa.JSON, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
    )
    op.create_table(
        "runs",
        sa.Column("key", sa.String(80), primary_key=True),
        sa.Column("spec", sa.JSON, nullable=False),
        sa.Column("scenario", sa.String(80), nullable=False),
        sa.Column("strategy", sa.String(80), nullable=False),
        sa.Column("labels", sa.Integer),
        sa.Column("seed", sa.Integer, nullable=False),
        sa.Column("backbone", sa.String(80), nullable=False),
        sa.Column("metric", sa.String(80), nullable=False),
        sa.Column("example", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("request", sa.String(10)),
        sa.Column("submitted", sa.Float, nullable=False),
        sa.Column("started", sa.Float),
        sa.Column("finished", sa.Float),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("launcher", sa.String(20), nullable=False),
        sa.Column("asked_device", sa.String(20), nullable=False),
        sa.Column("batch", sa.Integer),
        sa.Column("slot", sa.String(20)),
        sa.Column("host", sa.String(255)),
        sa.Column("keeper", sa.Integer),
        sa.Column("keeper_created", sa.Float),
        sa.Column("pid", sa.Integer),
        sa.Column("pid_created", sa.Float),
        sa.Column("beat", sa.Float),
        sa.Column("test_score", sa.Float),
        sa.Column("valid_score", sa.Float),
        sa.Column("test", sa.JSON),
        sa.Column("valid", sa.JSON),
        sa.Column("selector", sa.Text),
        sa.Column("seconds", sa.Float),
        sa.Column("epochs", sa.Integer),
        sa.Column("device", sa.String(80)),
        sa.Column("warnings", sa.JSON),
        sa.Column("failure_kind", sa.String(20)),
        sa.Column("failure", sa.Text),
        sa.Column("tail", sa.Text),
    )
    op.create_table(
        "experiment_runs",
        sa.Column("experiment", sa.String(80), sa.ForeignKey("experiments.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("run", sa.String(80), sa.ForeignKey("runs.key"), nullable=False),
    )
    op.create_table(
        "epochs",
        sa.Column("run", sa.String(80), sa.ForeignKey("runs.key", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("phase", sa.String(80), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("seen", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("loss", sa.Float),
        sa.Column("kept", sa.Boolean, nullable=False),
        sa.Column("replayed", sa.Boolean, nullable=False),
        sa.Column("terms", sa.JSON, nullable=False),
        sa.Column("scores", sa.JSON, nullable=False),
    )
    op.create_index("runs_by_state", "runs", ["state", "place"])
    op.create_index("experiment_runs_by_run", "experiment_runs", ["run"])


def downgrade() -> None:
    for table in ("epochs", "experiment_runs", "runs", "experiments"):
        op.drop_table(table)

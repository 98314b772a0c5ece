"""The tables, as the code reads and writes them. `migrations` is how a database gets there.

Moments are seconds since 1970 (UTC): the same in every database, and quick to turn into a frame.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

experiments = Table(
    "experiments",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("name", Text, nullable=False),
    Column("scenario", String(80), nullable=False),
    Column("metric", String(80), nullable=False),
    Column("example", Boolean, nullable=False),
    Column("created", Float, nullable=False),
    Column("submitted", Float, nullable=False),  # last asked for
    Column("record", JSON, nullable=False),  # Experiment.to_dict()
    Column("facts", JSON, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("key", String(80), primary_key=True),
    # what was asked for
    Column("spec", JSON, nullable=False),
    Column("scenario", String(80), nullable=False),
    Column("strategy", String(80), nullable=False),
    Column("labels", Integer),  # NULL: every label there is
    Column("seed", Integer, nullable=False),
    Column("backbone", String(80), nullable=False),
    Column("metric", String(80), nullable=False),
    Column("example", Boolean, nullable=False),
    # where it stands
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False),  # grows with every change anybody could see
    Column("request", String(10)),  # "stop" or "cancel"
    Column("submitted", Float, nullable=False),
    Column("started", Float),
    Column("finished", Float),
    # its place in the queue, and who is at it
    Column("place", Integer, nullable=False),
    Column("launcher", String(20), nullable=False),
    Column("asked_device", String(20), nullable=False),
    Column("batch", Integer),  # set when it did not fit into memory: the smaller batch it is tried with
    Column("slot", String(20)),
    Column("host", String(255)),
    Column("keeper", Integer),  # process id of who started the worker and will notice its end
    Column("keeper_created", Float),
    Column("pid", Integer),
    Column("pid_created", Float),
    Column("beat", Float),
    # what came of it
    Column("test_score", Float),
    Column("valid_score", Float),
    Column("test", JSON),
    Column("valid", JSON),
    Column("selector", Text),
    Column("seconds", Float),
    Column("epochs", Integer),
    Column("device", String(80)),
    Column("warnings", JSON),  # its notes, the grave ones and the facts; words.told reads them
    Column("features", JSON),  # what its network makes of both domains: measure/adaptation.py
    Column("failure_kind", String(20)),
    Column("failure", Text),
    Column("tail", Text),
    Index("runs_by_state", "state", "place"),
)

experiment_runs = Table(
    "experiment_runs",
    metadata,
    Column("experiment", ForeignKey("experiments.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("run", ForeignKey("runs.key"), nullable=False),
    Index("experiment_runs_by_run", "run"),
)

epochs = Table(
    "epochs",
    metadata,
    Column("run", ForeignKey("runs.key", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("phase", String(80), nullable=False),
    Column("number", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("loss", Float),
    Column("kept", Boolean, nullable=False),
    Column("replayed", Boolean, nullable=False),
    Column("terms", JSON, nullable=False),
    Column("scores", JSON, nullable=False),
)

payoffs = Table(
    "payoffs",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("currency", String(12), nullable=False),
    Column("figures", JSON, nullable=False),  # by their names in measure/payoffs.py
    Column("saved", Float, nullable=False),
)

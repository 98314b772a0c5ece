"""Where everything is kept: the home folder, the database, the artifacts, and the connections to them."""

from __future__ import annotations

import json
import math
import os
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from filelock import FileLock
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from tlcore.errors import Unusable
from tlcore.home import home
from tlcore.store.artifacts import Artifacts

MIGRATIONS = Path(__file__).parent / "migrations"
PATIENCE = 30  # seconds a writer waits for another


class Place:
    """One database and one artifact folder, connected. Safe to share between threads, not between processes."""

    def __init__(self, engine: Engine, folder: Path, artifacts: str):
        self.reading = engine
        self.writing = engine.execution_options(immediate=True)
        self.home = folder
        self.artifacts = Artifacts(artifacts, folder)

    @classmethod
    def open(cls, url: str | None = None) -> Self:
        """Connect, and bring the schema up to date. Creates what is missing.

        ``url`` is an SQLAlchemy address; without it ``TRANSFERLAB_DB``, else a SQLite file at `home`.
        Raises `Unusable` when the database cannot be opened or is newer than this program.
        """
        folder = home()
        url = url or os.environ.get("TRANSFERLAB_DB") or f"sqlite:///{folder / 'transferlab.db'}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            engine = _engine(url)
            _migrate(engine, folder)
        except (OSError, DBAPIError, ArgumentError, ModuleNotFoundError) as error:
            cause = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise Unusable(
                f"The database {_without_password(url)!r} cannot be opened: {cause}. "
                "Let TRANSFERLAB_HOME name a folder that can be written, or TRANSFERLAB_DB a database that exists."
            ) from error
        return cls(engine, folder, os.environ.get("TRANSFERLAB_ARTIFACTS") or str(folder / "artifacts"))

    @cached_property
    def url(self) -> str:
        return self.reading.url.render_as_string(hide_password=False)

    def close(self) -> None:
        self.reading.dispose()


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, json_serializer=to_json, pool_pre_ping=True)
    engine = create_engine(
        url,
        json_serializer=to_json,
        # Transactions are begun by hand below: the driver would begin them late and deferred.
        connect_args={"timeout": PATIENCE, "isolation_level": None, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Who reads first and writes later in one deferred transaction meets "database is locked", timeout or not.
        immediate = connection.get_execution_options().get("immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def newest() -> str:
    """The revision this program reads and writes."""
    return max(path.stem for path in (MIGRATIONS / "versions").glob("step_*.py")).removeprefix("step_")


def _migrate(engine: Engine, folder: Path) -> None:
    if _revision(engine) == newest():
        return
    with FileLock(folder / "migrate.lock", timeout=120):
        found = _revision(engine)
        if found == newest():
            return
        if found and found > newest():
            raise Unusable(
                f"The database was written by a newer TransferLab (revision {found}; this one knows {newest()}). "
                "Update the program, or let TRANSFERLAB_HOME name another folder."
            )
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        with engine.execution_options(immediate=True).connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def to_json(value: Any) -> str:
    """JSON that every database takes: what is not finite becomes null."""
    try:
        return json.dumps(value, allow_nan=False, default=_plain)
    except ValueError:
        return json.dumps(_finite(value), allow_nan=False, default=_plain)


def _plain(value: Any) -> Any:
    """NumPy's numbers as Python's; anything else as the text a person would read."""
    return value.item() if hasattr(value, "item") else str(value)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _without_password(url: str) -> str:
    from sqlalchemy.engine import make_url

    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return url

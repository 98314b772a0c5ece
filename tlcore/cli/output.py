"""What commands print and write: tables for people, JSON for programs."""

from __future__ import annotations

import json
import math
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tlcore.errors import Unusable
from tlcore.whole import write


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[str] = ()) -> None:
    """A table on standard output; plain text, unwrapped, where that is no terminal."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    shown = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        shown.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(str(value) for value in row))
    console = Console(soft_wrap=False, highlight=False, markup=False)
    if not console.is_terminal:
        console.width = 200
    console.print(shown)


def json_flag(parser: ArgumentParser) -> None:
    """``--json`` prints JSON instead of a table; ``--json FILE`` writes it there."""
    parser.add_argument("--json", nargs="?", const="-", metavar="FILE", help="as JSON, to a file or to standard output")


def as_json(record: Any, where: str) -> None:
    """Write a record to a file, or to standard output where that is "-"."""
    text = json.dumps(plain(record), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if where == "-":
        sys.stdout.write(text)
    else:
        write(Path(where), text.encode())


def writable(*paths: str | None) -> None:
    """Refuse, before anything starts, what could not be written at the end."""
    problems = []
    for path in (Path(path) for path in paths if path and path != "-"):
        if path.is_dir():
            problems.append(f"{path} is a folder; name a file to write to.")
        elif not path.absolute().parent.is_dir():
            problems.append(f"There is no folder {path.absolute().parent} to write {path.name} to.")
        elif not _can_write(path):
            problems.append(f"{path} cannot be written; name a file in a folder of yours.")
    if problems:
        raise Unusable(*problems)


def _can_write(path: Path) -> bool:
    """By trying: permissions do not say everything, least of all to an administrator."""
    fresh = not path.exists()
    try:
        path.open("a").close()
        if fresh:
            path.unlink()
    except OSError:
        return False
    return True


def plain(value: Any) -> Any:
    """Lists, dicts, strings and numbers only; what is missing or not finite becomes null."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if hasattr(value, "isoformat"):
        return None if str(value) == "NaT" else value.isoformat()
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (str, int, bool)) else _missing(value)


def _missing(value: object) -> str | None:
    """pandas' NA is null; anything else is what a person would read."""
    return None if str(value) == "<NA>" else str(value)

"""What is on offer, as a table or as JSON: the same for scenarios and backbones, and for strategies as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any

from tlcore.cli.output import as_json, table


def offers(
    found: Mapping[str, Any], said: Callable[[Any], dict[str, Any]], columns: Sequence[str], where: str | None
) -> int:
    """Print what was found; ``said`` picks what is told of each, ``columns`` which of that the table shows."""
    every = records(found, said)
    if where:
        as_json(every, where)
    else:
        table(["name", *columns], [[record["name"], *(_cell(record[key]) for key in columns)] for record in every])
    return 0


def records(found: Mapping[str, Any], said: Callable[[Any], dict[str, Any]]) -> list[dict[str, Any]]:
    """All that is known of each, its knobs included, for programs."""
    return [
        {"name": name, "title": offer.title, **said(offer), "knobs": _knobs(offer)} for name, offer in found.items()
    ]


def _cell(value: object) -> str:
    return ", ".join(sorted(value)) or "-" if isinstance(value, (list, tuple, set, frozenset)) else str(value)


def _knobs(offer: type) -> dict[str, dict[str, Any]]:
    return {
        field.name: {
            "default": None if field.default is MISSING else field.default,
            **{key: value for key, value in field.metadata.items() if value not in (None, ())},
        }
        for field in fields(offer)
    }

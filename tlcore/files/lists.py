"""Lists as a person writes them into a setting: "age, income", or with values, "Alter=age, Einkommen=income".

A name that holds a comma, an equals sign or a quotation mark stands in double quotes.
"""

from __future__ import annotations

import re

from tlcore.errors import Unusable
from tlcore.words import _

NAME = r'"(?:[^"]|"")*"|[^,="]+'
ENTRY = re.compile(rf"\s*({NAME})\s*(?:=\s*({NAME})\s*)?")
EXAMPLES = {"rename": "Alter=age, Einkommen=income", "scale": "income=1000"}


def entries(knob: str, text: str) -> list[tuple[str, str]]:
    """Names and values: ``'a=b, "c, d"'`` is ``[("a", "b"), ("c, d", "")]``. Raises `Unusable` for anything else."""
    found, place = [], 0
    while text[place:].strip():
        match = ENTRY.match(text, place)
        if match is None or not match[1].strip() or (match.end() < len(text) and text[match.end()] != ","):
            raise Unusable(
                _("{knob} is '{text}'; it reads like {example}, and a name with a comma or an equals sign stands in "
                  "double quotes.", knob=knob, text=text, example=example(knob))
            )  # fmt: skip
        found.append((_bare(match[1]), _bare(match[2] or "")))
        place = match.end() + 1
    return found


def names(knob: str, text: str) -> list[str]:
    """The names in a list of columns. Raises `Unusable` as `entries` does."""
    return [name for name, _value in entries(knob, text)]


def written(knob: str, text: str) -> list[str]:
    """The entries one by one, as `entry` writes them. Raises `Unusable` as `entries` does."""
    return [entry(*pair) for pair in entries(knob, text)]


def entry(name: str, value: str = "") -> str:
    return _quoted(name) + (f"={_quoted(value)}" if value else "")


def example(knob: str) -> str:
    """How this setting reads."""
    return EXAMPLES.get(knob, "age, income")


def _quoted(name: str) -> str:
    plain = not re.search(r'[,="]', name) and name == name.strip()
    return name if plain else '"{}"'.format(name.replace('"', '""'))


def _bare(name: str) -> str:
    name = name.strip()
    return name[1:-1].replace('""', '"') if name.startswith('"') else name

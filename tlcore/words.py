"""The words a person reads, in their language. English is the source; gettext catalogues translate it.

Every source file has a catalogue of its own, ``tlcore/locale/<language>/<path of the file>.po``, so
that whoever adds a file adds its words beside it and edits nothing that others edit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent / "locale"
LANGUAGES = {"en": "English", "zh_CN": "简体中文"}

_language: ContextVar[str] = ContextVar("language", default="en")


def language() -> str:
    return _language.get()


def set_language(name: str) -> None:
    """Speak this language from here on, in this thread. Unknown ones fall back to English."""
    _language.set(best_of([name]))


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Speak this language inside the block."""
    token = _language.set(best_of([name]))
    try:
        yield
    finally:
        _language.reset(token)


def best_of(wanted: list[str]) -> str:
    """The first of these languages that is on offer: "zh-TW" and "zh" find "zh_CN", others "en"."""
    for name in wanted:
        for offered in LANGUAGES:
            if name.replace("-", "_").split("_")[0].lower() == offered.split("_")[0]:
                return offered
    return "en"


def _(message: str, /, **values: Any) -> str:
    """This message in the current language, with ``{name}`` fields filled in."""
    translated = catalogue(language()).get(message) or message
    return translated.format(**values) if values else translated


def message(text: str) -> str:
    """Itself: words that stand in a table now, and are told in a language later."""
    return text


def counted(singular: str, plural: str, n: int, /, **values: Any) -> str:
    """One or many: English has two forms, Chinese one."""
    message = singular if n == 1 else plural
    return _(message, n=n, **values)


def amount(value: Any) -> str:
    """A setting as people write it; None is all there is."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return value
    if value is None or value != value:
        return _("all")
    return f"{int(value):,}" if value == int(value) else f"{value:,.4g}"


def told(note: Any) -> str:
    """A note about a run (`tlcore.outcome.Note`, or the list a store keeps of it) in the current language."""
    if isinstance(note, str):
        return note
    text, values, *_grave = note
    return _(text, **values)


@cache
def catalogue(name: str) -> dict[str, str]:
    """Every translated message of a language. English needs none."""
    messages: dict[str, str] = {}
    for path in sorted((LOCALE / name).rglob("*.po")):
        with path.open("rb") as file:
            messages |= {m.id: m.string for m in read_po(file) if m.id and m.string and not m.fuzzy}  # type: ignore[misc]
    return messages

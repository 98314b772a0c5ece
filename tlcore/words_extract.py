"""Keeps the catalogues in step with the source: ``python -m tlcore.words_extract``.

Every source file is read (never run) for the words a person will see; its catalogue in each language
gets the new ones, with the translation another file already gives, and loses those that are gone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from tlcore.words import LANGUAGES, LOCALE

ROOT = Path(__file__).parents[1]
ATTRIBUTES = {"title", "summary", "avoid", "story", "situation", "family"}  # of a class that is on offer
CONSTANTS = {"TITLE"}  # of a page
SENTENCES = {"NEEDS"}  # dictionaries of the catalogue whose values are read
HEADER = """msgid ""
msgstr ""
"Project-Id-Version: TransferLab\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def sources() -> list[Path]:
    """Every file that may hold words: the frame, the pages, the engine."""
    return [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py")), *sorted((ROOT / "tlcore").rglob("*.py"))]


def messages(text: str) -> list[str]:
    """The words in this source, in order, each once. Raises `ValueError` for one put together at run time."""
    return list(dict.fromkeys(_found(ast.parse(text))))


def catalogue_of(source: Path, language: str) -> Path:
    return (LOCALE / language / source.relative_to(ROOT)).with_suffix(".po")


def fields_of(message: str) -> set[str]:
    """The ``{fields}`` a message is filled in with."""
    return {name for _text, name, _spec, _conversion in Formatter().parse(message) if name is not None}


def read(path: Path) -> dict[str, str]:
    """The translations of one catalogue; empty where there is none."""
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {str(m.id): str(m.string or "") for m in read_po(file) if m.id}


def problems(language: str) -> list[str]:
    """One sentence for everything that keeps a reader of this language from a complete translation."""
    found: list[str] = []
    given: dict[str, str] = {}
    for source in sources():
        where, wanted = source.relative_to(ROOT), messages(source.read_text(encoding="utf-8"))
        have = read(catalogue_of(source, language))
        found += [f"{where}: {message!r} has no translation." for message in wanted if not have.get(message)]
        found += [
            f"{where}: the catalogue holds {m!r}, which the source no longer says." for m in set(have) - set(wanted)
        ]
        for message, translated in have.items():
            if translated and fields_of(message) != fields_of(translated):
                found.append(f"{where}: {translated!r} does not have the fields of {message!r}.")
            if translated and given.setdefault(message, translated) != translated:
                found.append(f"{where}: {message!r} reads {translated!r} here and {given[message]!r} elsewhere.")
    known = {catalogue_of(source, language) for source in sources()}
    orphans = sorted(set((LOCALE / language).rglob("*.po")) - known)
    return found + [f"{path.relative_to(ROOT)} belongs to no source file." for path in orphans]


def update(language: str) -> list[Path]:
    """Bring every catalogue of a language in step with the source; returns the files that changed."""
    elsewhere = {m: t for path in (LOCALE / language).rglob("*.po") for m, t in read(path).items() if t}
    changed = []
    for source in sources():
        path, have = catalogue_of(source, language), read(catalogue_of(source, language))
        wanted = messages(source.read_text(encoding="utf-8"))
        new = {message: have.get(message) or elsewhere.get(message, "") for message in wanted}
        if new != have:
            changed.append(path)
            _write(path, language, new)
    return changed


def _write(path: Path, language: str, translations: dict[str, str]) -> None:
    if not translations:
        path.unlink()
        return
    catalogue = Catalog(language, charset="utf-8", fuzzy=False)
    for message, translated in translations.items():
        catalogue.add(message, translated)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(HEADER.format(language=language).encode())
        write_po(file, catalogue, width=120, omit_header=True)


def _found(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _said(node)
        elif isinstance(node, ast.ClassDef):
            yield from _declared(node.body, ATTRIBUTES)
    yield from _declared(tree.body, CONSTANTS)


def _said(call: ast.Call) -> Iterator[str]:
    """The words a call is given: `_`, `message`, `counted`, a knob's help, a metric's title, a note about a run."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    places = {"_": (0, 1), "message": (0, 1), "counted": (0, 2), "knob": (1, 2), "Metric": (0, 1), "Note": (0, 1)}
    first, last = places.get(name, (0, 0))
    for argument in call.args[first:last]:
        text = _text(argument)
        if text is not None:
            yield text
        elif isinstance(argument, (ast.JoinedStr, ast.BinOp)):
            raise ValueError(
                f"Line {argument.lineno}: {ast.unparse(argument)} is put together at run time; use {{fields}}."
            )


def _declared(body: list[ast.stmt], names: set[str]) -> Iterator[str]:
    """The texts assigned to these names, alone or in a tuple."""
    for statement in body:
        if isinstance(statement, ast.AnnAssign) and statement.value is not None:
            pairs: list[tuple[ast.expr, ast.expr]] = [(statement.target, statement.value)]
        elif isinstance(statement, ast.Assign):
            target, value = statement.targets[0], statement.value
            pairs = [(target, value)]
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs = list(zip(target.elts, value.elts, strict=True))
        else:
            continue
        for target, value in pairs:
            name, text = getattr(target, "id", ""), _text(value)
            if name in names and text is not None:
                yield text
            if name in SENTENCES and isinstance(value, ast.Dict):
                yield from filter(None, map(_text, value.values))


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value else None


if __name__ == "__main__":
    for language in LANGUAGES:
        if language != "en":
            for path in update(language):
                print(path.relative_to(ROOT))
            print("\n".join(problems(language)) or f"{language}: complete.")

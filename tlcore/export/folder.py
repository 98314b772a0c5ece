"""The folder a model is taken away in: written whole or not at all, and known by what its files hold.

model.json            what it answers, how inputs are prepared, its parts, its checks, a SHA-256 of every other file
weights.safetensors   the network's weights
network.onnx          the network as ONNX Runtime reads it (network.pt2, for torch, where that is not possible)
learner.skops         a learner of scikit-learn, as skops reads it
model_card.md         what it is for, how good it is and how surely, and what it must not be used for
example.csv           a few inputs with the answers they should get
snippet.py            ten lines that ask it
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from tlcore.errors import Unusable
from tlcore.words import _

FORMAT = 1
MANIFEST = "model.json"


@contextmanager
def drafted(to: Path, *, replace: bool = False) -> Iterator[Path]:
    """A folder beside ``to`` that becomes it when the block ends well, and vanishes when it does not.

    Raises `Unusable` where ``to`` holds something: before anything is written, and once more when the block has ended,
    as it may last minutes. With ``replace`` an earlier export gives way; nothing else does.
    """
    to = to.resolve()  # a link stays, what it points to is written
    _check_free(to, replace)
    draft = Path(mkdtemp(prefix=f".{to.name}.", dir=to.parent))
    try:
        yield draft
        draft.chmod(0o755)  # what mkdtemp makes is for one's own eyes
        for file in draft.iterdir():
            file.chmod(0o644)
        _check_free(to, replace)
        _swap(draft, to)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _swap(draft: Path, to: Path) -> None:
    """The draft in the place of ``to``; where that cannot be done, what was there is there again."""
    if not to.exists():
        os.replace(draft, to)
        return
    old = draft.with_name(f"{draft.name}.old")
    os.replace(to, old)
    try:
        os.replace(draft, to)
    except OSError:
        os.replace(old, to)
        raise
    shutil.rmtree(old)


def _check_free(to: Path, replace: bool) -> None:
    if not to.parent.is_dir():
        raise Unusable(_("There is no folder {folder} to write {name} to.", folder=to.parent, name=to.name))
    if not os.access(to.parent, os.W_OK):
        raise Unusable(_("{folder} cannot be written to; name a folder of yours.", folder=to.parent))
    if to.exists() and not to.is_dir():
        raise Unusable(_("{path} is a file; name a new folder.", path=to))
    if not to.exists() or not any(to.iterdir()):
        return
    if not (to / MANIFEST).is_file():
        raise Unusable(_("{folder} holds other files; name a new folder.", folder=to))
    if not replace:
        raise Unusable(_("{folder} holds a model already; name a new folder, or say --force to replace it.", folder=to))


def seal(draft: Path, record: dict[str, Any]) -> None:
    """Write the manifest, last: with the hash of every other file, and of itself."""
    files = {file.name: _hash(file.read_bytes()) for file in sorted(draft.iterdir()) if file.name != MANIFEST}
    record = {"format": FORMAT, **record, "files": files}
    record["sha256"] = _hash(_plain(record))
    (draft / MANIFEST).write_text(json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n", "utf-8")


def opened(folder: Path) -> dict[str, Any]:
    """The manifest of a folder whose every file is as it was written.

    Raises `Unusable`, naming the file, where one is missing, cut short or changed.
    """
    path = folder / MANIFEST
    if not folder.exists():
        raise Unusable(_("There is no folder {folder}.", folder=folder))
    if not path.is_file():
        raise Unusable(_("{folder} is no exported model: it holds no {file}.", folder=folder, file=MANIFEST))
    try:
        record = json.loads(path.read_text("utf-8"))
        written = record.pop("sha256")
        version = record["format"]
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise Unusable(_("{file} is damaged or cut short; export the model again.", file=path)) from error
    if version != FORMAT:
        raise Unusable(
            _("{folder} is of format {found}, and this version reads format {read}; export it again.", folder=folder,
              found=version, read=FORMAT)
        )  # fmt: skip
    _check(path, written, _plain(record))
    for name, known in record["files"].items():
        if Path(name).name != name:
            raise Unusable(_("{file} names a file outside its folder, {name}; do not use it.", file=path, name=name))
        if not (folder / name).is_file():
            raise Unusable(
                _("{folder} is not whole: {name} is missing; export the model again.", folder=folder, name=name)
            )
        _check(folder / name, known, (folder / name).read_bytes())
    return record


def _check(file: Path, known: str, content: bytes) -> None:
    found = _hash(content)
    if found != known:
        raise Unusable(
            _("{file} was changed or cut short since it was exported: its SHA-256 begins with {found} and should begin "
              "with {known}. Export the model again.", file=file, found=found[:12], known=known[:12])
        )  # fmt: skip


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()


def _plain(record: dict[str, Any]) -> bytes:
    return json.dumps(record, sort_keys=True, ensure_ascii=False, allow_nan=False).encode()

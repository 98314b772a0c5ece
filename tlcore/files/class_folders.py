"""Files of one kind in a folder of class folders, or in a zip of one, read one by one.

A zip is never unpacked to disk: what is in it is read in memory, up to fixed limits.
"""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Self

import numpy as np

from tlcore.errors import Unusable
from tlcore.files.finding import Findings
from tlcore.files.request import DIVIDED, belongs, existing, inside, leads_out, things
from tlcore.situation import Examples, Modality
from tlcore.words import _, counted

SPLITS = {"train", "training", "test", "testing", "val", "valid", "validation"}
MOST_BYTES = 4 << 30  # of a zip, unpacked, and of all that is kept in memory
MOST_FILE_BYTES = 256 << 20
MOST_FILES = 100_000
PACKED_BY = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others unpack whole before anything can be counted
MOST_TIMES, PACKED_BYTES = 200, 32 << 20  # a member that unpacks to more, and to so many times its size, is a bomb


@dataclass(frozen=True)
class Members:
    """The files of one kind below ``path`` by name, each with its class: the first folder's name, "" where none counts.

    ``kind`` is "image", "audio" or "text".
    """

    path: Path
    kind: Modality
    classes: dict[str, str]
    labelled: bool

    @classmethod
    def of(cls, path: str | Path, kind: Modality, *, labelled: bool = True) -> Self:
        """What is there. Raises `Unusable` for none, for too many, for some outside class folders, an unsafe zip."""
        path = existing(path)
        names = _in_zip(path, kind) if path.suffix.lower() == ".zip" else _in_folder(path, kind)
        kinds = things(kind)
        if not names and any(name.suffix.lower() in DIVIDED for name in inside(path)):
            raise Unusable(_("{path} holds tables; bring the tables themselves, unpacked.", path=path))
        if not names:
            raise Unusable(_("{path} holds no {things}; bring one folder of them per class.", path=path, things=kinds))
        if len(names) > MOST_FILES:
            raise Unusable(
                _("{path} holds {n} {things}; at most {most} can be read.", path=path, n=len(names), things=kinds,
                  most=MOST_FILES)
            )  # fmt: skip
        folders = _classes(names) if labelled else dict.fromkeys(names, "")
        loose = [name for name in names if name not in folders]
        if loose:
            raise Unusable(
                _("{path} holds {things} outside any class folder, such as {name}; put each into the folder of its "
                  "class.", path=path, things=kinds, name=loose[0])
            )  # fmt: skip
        if labelled and {folder.lower() for folder in folders.values()} <= SPLITS:
            raise Unusable(
                _("{path} holds the folders {folders}, which are parts and no classes; bring one of them at a time.",
                  path=path, folders=", ".join(sorted(set(folders.values()))))
            )  # fmt: skip
        return cls(path, kind, folders, labelled)

    def __len__(self) -> int:
        return len(self.classes)

    def each(self, most: int = MOST_FILE_BYTES) -> Iterator[tuple[str, bytes | None]]:
        """The bytes of each in turn; None for one larger than ``most``, closed to us, or damaged in its zip."""
        if self.path.is_dir():
            for name in self.classes:
                file = self.path / name
                try:
                    yield name, file.read_bytes() if file.stat().st_size <= most else None
                except OSError:
                    yield name, None
            return
        with zipfile.ZipFile(self.path) as archive:
            for name in self.classes:
                size = archive.getinfo(name).file_size
                try:
                    yield name, _unpacked(archive, name, size) if size <= most else None
                except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError):
                    yield name, None

    def examples(self, inputs: np.ndarray, read: list[str], found: Findings) -> Examples:
        """These inputs, one for each name in ``read``, with their classes; says which could not be read."""
        broken = [name for name in self.classes if name not in set(read)] if len(read) < len(self) else []
        if broken:
            found.warn(
                counted(
                    "One of the {things} in {file} cannot be read and is skipped: {names}.",
                    "{n} of the {things} in {file} cannot be read and are skipped: {names}.",
                    len(broken),
                    things=things(self.kind),
                    file=self.path.name,
                    names=", ".join(broken[:5]) + (", ..." if len(broken) > 5 else ""),
                ),
                where=self.path.name,
                remedy=_("Replace or remove them."),
                rows=broken,
            )
        if not read:
            raise Unusable(
                _("None of the {n} {things} in {path} can be read.", path=self.path, n=len(self),
                  things=things(self.kind))
            )  # fmt: skip
        labels = np.array([self.classes[name] for name in read], dtype=object) if self.labelled else None
        return Examples(inputs, labels, read)


def _unpacked(archive: zipfile.ZipFile, name: str, size: int) -> bytes:
    """A member that says it has this size; no more than that is unpacked, whatever it holds."""
    with archive.open(name) as member:
        return member.read(size + 1)


def _in_folder(path: Path, kind: Modality) -> list[str]:
    if not path.is_dir():
        raise Unusable(
            _("{path} is neither a folder nor a zip of class folders with {things}.", path=path, things=things(kind))
        )
    for file in path.rglob("*"):
        if file.is_symlink() and leads_out(file, path):
            raise Unusable(
                _("{path} is unsafe: its member {name} is a link to something outside.", path=path,
                  name=file.relative_to(path))
            )  # fmt: skip
    return sorted(
        name.as_posix()
        for file in path.rglob("*")
        if belongs(name := file.relative_to(path), kind) and file.is_file()
    )  # fmt: skip


def _in_zip(path: Path, kind: Modality) -> list[str]:
    """The names of this kind's files in a zip. Raises `Unusable` where anything in it could do harm."""
    if path.is_dir() or not zipfile.is_zipfile(path):
        raise Unusable(_("{path} is no readable zip file.", path=path))
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise Unusable(_("{path} is no readable zip file.", path=path)) from error
    for member in members:
        name = PurePosixPath(member.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or re.match("[A-Za-z]:", str(name)):
            raise Unusable(
                _("{path} is unsafe: its member {name} points outside the zip.", path=path, name=member.filename)
            )
        if stat.S_ISLNK(member.external_attr >> 16):
            raise Unusable(_("{path} is unsafe: its member {name} is a link.", path=path, name=member.filename))
        if member.flag_bits & 1:
            raise Unusable(_("{path} is encrypted; bring a zip without a password.", path=path))
        if member.compress_type not in PACKED_BY:
            raise Unusable(
                _("{path} packs its member {name} in an unusual way; bring a zip made with 'deflate'.", path=path,
                  name=member.filename)
            )  # fmt: skip
        if member.file_size > max(PACKED_BYTES, MOST_TIMES * member.compress_size):
            raise Unusable(
                _("{path} is unsafe: its member {name} unpacks to {n} times its size.", path=path, name=member.filename,
                  n=member.file_size // max(1, member.compress_size))
            )  # fmt: skip
    if sum(member.file_size for member in members) > MOST_BYTES:
        raise Unusable(
            _("{path} unpacks to more than {most} GB, which is the limit.", path=path, most=MOST_BYTES >> 30)
        )
    return sorted(m.filename for m in members if not m.is_dir() and belongs(PurePosixPath(m.filename), kind))


def _classes(names: list[str]) -> dict[str, str]:
    """The class of each file: the first folder of its path below the one all of them share."""
    paths = {name: PurePosixPath(name).parts for name in names}
    depth = 0
    while all(len(parts) > depth + 2 for parts in paths.values()) and len({p[depth] for p in paths.values()}) == 1:
        depth += 1
    return {name: parts[depth] for name, parts in paths.items() if len(parts) > depth + 1}

"""Which files a person brings, and what is to be predicted from them."""

from __future__ import annotations

import os
import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import blake2s
from pathlib import Path, PurePath, PurePosixPath

from tlcore.errors import Unusable
from tlcore.files import lists
from tlcore.knobs import knob
from tlcore.situation import Modality
from tlcore.words import _

ROLES = ("source", "target", "test", "unlabelled")
TABLES = (".csv", ".tsv", ".tab", ".txt", ".parquet", ".pq", ".jsonl", ".ndjson")
WORKBOOKS = (".xlsx", ".xls", ".xlsm", ".ods")
DIVIDED = tuple(ending for ending in TABLES if ending != ".txt")  # a .txt in a folder is a text
IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm")
FOLDERS: dict[Modality, tuple[str, ...]] = {
    "image": IMAGES,
    "audio": (".wav", ".wave"),
    "text": (".txt",),
}  # what folders and zips may hold, by kind


@dataclass(frozen=True)
class Files:
    """Tables, or folders (zips) of class folders with images, sounds or texts. Empty text means "none".

    Either ``source`` and ``target``, or one table in ``source`` with the column that splits it:
    rows whose ``domain_column`` equals ``target_domain`` are the target, all others the source. Images, sounds and
    texts can do with a ``target`` alone: what is carried over then comes with a network's published weights.
    """

    source: str = knob("", "The table, or folder of class folders, where labels are plenty")
    target: str = knob("", "The table, or folder of class folders, where labels are scarce")
    label: str = knob("", "The column to predict (tables); what lies in folders is labelled by its folder")
    test: str = knob("", "Labelled target examples kept for the final judgement; without it, half of the target is")
    unlabelled: str = knob("", "More target examples without labels")
    domain_column: str = knob("", "The column that splits one table into source and target")
    target_domain: str = knob("", "The value of that column that marks the target; all other rows are the source")
    task: str = knob("auto", "What the label is; auto: found by itself", choices=("auto", "classes", "number"))
    group: str = knob("", "The column (tables) of a customer or machine, whose rows are learnt from or judged together")
    time: str = knob("", "The column (tables) that orders rows in time: the latest half of the target is the test set")
    positive: str = knob("", "The event, where there are two classes")
    places: str = knob("", "The column that names each row's place (tables): its region, shop or brand")
    ignore: str = knob("", "Columns to leave out, separated by commas")
    rename: str = knob("", "Columns to call otherwise, such as Alter=age, Einkommen=income")
    fold: str = knob("", "Columns whose values count as equal whatever their capital letters and blanks, by commas")
    scale: str = knob("", "Columns of the target to multiply, to bring them to the units of the source: income=1000")
    copies: str = knob("keep", "What becomes of rows that occur more than once", choices=("keep", "drop"))
    text: str = knob("", "The column that holds the texts to read; empty: found where a table is hardly anything else")
    size: int = knob(
        64, "Height and width of images in pixels, the middle of the long side cut out; 224 suits published networks",
        8, 512,
    )  # fmt: skip
    seconds: float = knob(4.0, "Seconds of a sound that are read; what follows is cut off", 0.1, 30.0)

    @property
    def paths(self) -> dict[str, Path]:
        """The files by role, those that were named."""
        return {role: Path(getattr(self, role)) for role in ROLES if getattr(self, role)}

    @property
    def names(self) -> dict[str, str]:
        """What to call each file in a sentence: its name, and what it is for where two have the same name."""
        names = [path.name for path in self.paths.values()]
        roles = {"source": _("Source"), "target": _("Target"), "test": _("Test"), "unlabelled": _("Unlabelled")}
        return {
            role: path.name if names.count(path.name) == 1 else f"{path.name} ({roles[role]})"
            for role, path in self.paths.items()
        }

    @property
    def ignored(self) -> list[str]:
        return lists.names("ignore", self.ignore)


def modality_of(path: Path) -> Modality:
    """ "table" for a table file; "image", "audio" or "text" for a folder or zip, by what lies in it.

    Raises `Unusable` for anything else.
    """
    path = existing(path)
    if path.is_dir() or path.suffix.lower() == ".zip":
        return _kind_of(path)
    if path.suffix.lower() in TABLES:
        return "table"
    if path.suffix.lower() in WORKBOOKS:
        raise workbook(path)
    raise Unusable(
        _("{path} is no kind of file that can be read; bring a table (CSV, TSV, Parquet or JSON Lines), or a folder "
          "or zip of class folders with images, WAV sounds or texts.", path=path)
    )  # fmt: skip


def workbook(path: Path) -> Unusable:
    return Unusable(_("{path} is a workbook, which cannot be read; save the sheet you mean as CSV.", path=path))


def _kind_of(path: Path) -> Modality:
    counts = Counter(kind for name in inside(path) for kind in FOLDERS if belongs(name, kind))
    kind: Modality = "audio" if counts["audio"] > counts["image"] else "image"
    # Texts that lie beside others tell about them; where nothing is found, what reads it says so.
    return "text" if counts["text"] and not counts[kind] else kind


def inside(path: Path) -> Iterable[PurePath]:
    """The names of all files in a folder or zip; none where a zip cannot be read."""
    if path.is_dir():
        return (file.relative_to(path) for file in path.rglob("*"))
    try:
        with zipfile.ZipFile(path) as archive:
            return [PurePosixPath(name) for name in archive.namelist()]
    except (zipfile.BadZipFile, NotImplementedError, OSError):
        return []


def belongs(name: PurePath, kind: Modality) -> bool:
    """Whether this file of a folder or zip is taken for one of this kind; hidden ones never are."""
    hidden = any(part.startswith((".", "__MACOSX")) for part in name.parts)
    return not hidden and name.suffix.lower() in FOLDERS[kind]


def things(kind: Modality) -> str:
    """What to call the files of this kind in a sentence."""
    return {"table": _("tables"), "image": _("images"), "audio": _("sounds"), "text": _("texts")}[kind]


def existing(path: str | Path) -> Path:
    """The path itself. Raises `Unusable` where nothing is there (with the nearest name) or it may not be read."""
    path = Path(path)
    if path.exists():
        if not os.access(path, os.R_OK):
            raise Unusable(_("{path} may not be read; allow it, or bring a copy.", path=path))
        return path
    siblings = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
    near = get_close_matches(path.name, siblings, n=1)
    hint = " " + _("Did you mean '{near}'?", near=path.parent / near[0]) if near else ""
    raise Unusable(_("There is no file or folder {path}.", path=path) + hint)


def digest(files: Files) -> str:
    """What the files hold, in sixteen hexadecimal digits: equal tables, images, sounds or texts, equal digest."""
    total = blake2s(digest_size=8)
    for role, path in files.paths.items():
        for name, member in _read_of(existing(path)).items():
            total.update(f"\0{role}\0{name}\0{member.stat().st_size}\0".encode())
            with existing(member).open("rb") as file:
                while block := file.read(1 << 20):
                    total.update(block)
    return total.hexdigest()


def _read_of(path: Path) -> dict[str, Path]:
    """What is read of a table or zip, itself, or of a folder, its members by name: file managers leave other files."""
    if not path.is_dir():
        return {"": path}
    kind = _kind_of(path)
    members = ((member.relative_to(path), member) for member in sorted(path.rglob("*")))
    return {
        name.as_posix(): member
        for name, member in members
        if belongs(name, kind) and member.is_file() and not (member.is_symlink() and leads_out(member, path))
    }


def leads_out(link: Path, folder: Path) -> bool:
    """Whether a link in a folder leads to something outside of it, which nobody chose to show."""
    try:
        return not link.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a link to itself
        return True

"""Which files a person brings, and what is to be predicted from them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import blake2s
from pathlib import Path, PurePath

from tlcore.errors import Unusable
from tlcore.knobs import knob
from tlcore.words import _

ROLES = ("source", "target", "test", "unlabelled")
TABLES = (".csv", ".tsv", ".tab", ".txt", ".parquet", ".pq")
IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm")


@dataclass(frozen=True)
class Files:
    """Tables, or folders (zips) of class folders with images. Empty text means "none".

    Either ``source`` and ``target``, or one table in ``source`` with the column that splits it:
    rows whose ``domain_column`` equals ``target_domain`` are the target, all others the source.
    """

    source: str = knob("", "The table or image folder where labels are plenty")
    target: str = knob("", "The table or image folder where labels are scarce")
    label: str = knob("", "The column to predict (tables); images are labelled by their folder")
    test: str = knob("", "Labelled target examples kept for the final judgement; without it, half of the target is")
    unlabelled: str = knob("", "More target examples without labels")
    domain_column: str = knob("", "The column that splits one table into source and target")
    target_domain: str = knob("", "The value of that column that marks the target; all other rows are the source")
    positive: str = knob("", "The event, where there are two classes")
    places: str = knob("", "The column that names each row's place (tables): its region, shop or brand")
    ignore: str = knob("", "Columns to leave out, separated by commas")
    size: int = knob(64, "Height and width that images are resized to, in pixels", 8, 512)

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
        return [name.strip() for name in self.ignore.split(",") if name.strip()]


def modality_of(path: Path) -> str:
    """ "image" for a folder or a zip, "table" for a table file. Raises `Unusable` for anything else."""
    path = existing(path)
    if path.is_dir() or path.suffix.lower() == ".zip":
        return "image"
    if path.suffix.lower() in TABLES:
        return "table"
    raise Unusable(
        _(
            "{path} is no kind of file that can be read; bring a table (CSV, TSV or Parquet), or a folder "
            "or zip of class folders with images.",
            path=path,
        )
    )


def is_image(name: PurePath) -> bool:
    """Whether this file of a folder or zip is taken for an image; hidden ones never are."""
    hidden = any(part.startswith((".", "__MACOSX")) for part in name.parts)
    return not hidden and name.suffix.lower() in IMAGES


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
    """What the files hold, in sixteen hexadecimal digits: equal tables or images, equal digest."""
    total = blake2s(digest_size=8)
    for role, path in files.paths.items():
        for name, member in _read_of(existing(path)).items():
            total.update(f"\0{role}\0{name}\0{member.stat().st_size}\0".encode())
            with existing(member).open("rb") as file:
                while block := file.read(1 << 20):
                    total.update(block)
    return total.hexdigest()


def _read_of(path: Path) -> dict[str, Path]:
    """What is read of a table or zip, itself, or of a folder, its images by name: file managers leave other files."""
    if not path.is_dir():
        return {"": path}
    members = ((member.relative_to(path), member) for member in sorted(path.rglob("*")))
    return {name.as_posix(): member for name, member in members if is_image(name) and member.is_file()}

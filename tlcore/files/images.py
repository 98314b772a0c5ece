"""Images from a folder of class folders, or from a zip of one, all brought to one size.

A zip is never unpacked to disk: its images are read one by one, in memory, up to fixed limits.
"""

from __future__ import annotations

import io
import re
import stat
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image, ImageOps

from tlcore.errors import Unusable
from tlcore.files.finding import Findings
from tlcore.files.request import existing, is_image
from tlcore.situation import Examples
from tlcore.words import _, counted

SPLITS = {"train", "training", "test", "testing", "val", "valid", "validation"}
MOST_BYTES = 4 << 30  # of a zip, unpacked, and of all images in memory
MOST_IMAGE_BYTES = 256 << 20
MOST_PIXELS = 64_000_000
MOST_IMAGES = 100_000


def read_images(path: str | Path, size: int = 64, found: Findings | None = None, *, labelled: bool = True) -> Examples:
    """Every image below ``path`` as uint8 ``(N, size, size, 3)``; labels are the first folder's names.

    An image that cannot be read is skipped and named in ``found``. With ``labelled=False`` folders mean
    nothing. Raises `Unusable` for a folder without images, images outside class folders, and an unsafe zip.
    """
    path, found = existing(path), Findings() if found is None else found
    names = _in_zip(path) if path.suffix.lower() == ".zip" else _in_folder(path)
    if not names:
        raise Unusable(_("{path} holds no images; bring one folder of images per class.", path=path))
    if len(names) > MOST_IMAGES:
        raise Unusable(
            _("{path} holds {n} images; at most {most} can be read.", path=path, n=len(names), most=MOST_IMAGES)
        )
    if len(names) * size * size * 3 > MOST_BYTES:
        raise Unusable(
            _("The {n} images in {path} take more than {most} GB at {size} x {size} pixels; choose a smaller size, or "
              "bring fewer.", n=len(names), path=path, most=MOST_BYTES >> 30, size=size)
        )  # fmt: skip
    folders = _classes(names) if labelled else dict.fromkeys(names, "")
    loose = [name for name in names if name not in folders]
    if loose:
        raise Unusable(
            _("{path} holds images outside any class folder, such as {name}; put each image into the folder of its "
              "class.", path=path, name=loose[0])
        )  # fmt: skip
    if labelled and {folder.lower() for folder in folders.values()} <= SPLITS:
        raise Unusable(
            _(
                "{path} holds the folders {folders}, which are parts and no classes; bring one of them at a time.",
                path=path,
                folders=", ".join(sorted(set(folders.values()))),
            )
        )
    pictures = np.empty((len(names), size, size, 3), np.uint8)
    read: list[str] = []
    broken: list[str] = []
    for name, raw in _opened(path, names):
        picture = _picture(raw, size)
        if picture is None:
            broken.append(name)
        else:
            pictures[len(read)] = picture
            read.append(name)
    if broken:
        found.warn(
            counted(
                "One image in {file} cannot be read and is skipped: {names}.",
                "{n} images in {file} cannot be read and are skipped: {names}.",
                len(broken),
                file=path.name,
                names=", ".join(broken[:5]) + (", ..." if len(broken) > 5 else ""),
            ),
            where=path.name,
            remedy=_("Replace or remove them."),
            rows=broken,
        )
    if not read:
        raise Unusable(_("None of the {n} images in {path} can be read.", path=path, n=len(names)))
    labels = np.array([folders[name] for name in read], dtype=object) if labelled else None
    return Examples(pictures[: len(read)], labels, read)


def _in_folder(path: Path) -> list[str]:
    if not path.is_dir():
        raise Unusable(_("{path} is neither a folder nor a zip of class folders with images.", path=path))
    return sorted(
        name.as_posix() for file in path.rglob("*") if is_image(name := file.relative_to(path)) and file.is_file()
    )


def _in_zip(path: Path) -> list[str]:
    """The names of the images in a zip. Raises `Unusable` where anything in it could do harm."""
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
    if sum(member.file_size for member in members) > MOST_BYTES:
        raise Unusable(
            _("{path} unpacks to more than {most} GB, which is the limit.", path=path, most=MOST_BYTES >> 30)
        )
    return sorted(m.filename for m in members if not m.is_dir() and is_image(PurePosixPath(m.filename)))


def _classes(names: list[str]) -> dict[str, str]:
    """The class of each image: the first folder of its path below the one all images share."""
    paths = {name: PurePosixPath(name).parts for name in names}
    depth = 0
    while all(len(parts) > depth + 2 for parts in paths.values()) and len({p[depth] for p in paths.values()}) == 1:
        depth += 1
    return {name: parts[depth] for name, parts in paths.items() if len(parts) > depth + 1}


def _opened(path: Path, names: list[str]) -> Iterator[tuple[str, bytes | None]]:
    """The bytes of each image in turn; None for one that is too large, may not be read, or is damaged in its zip."""
    if path.is_dir():
        for name in names:
            file = path / name
            try:
                yield name, file.read_bytes() if file.stat().st_size <= MOST_IMAGE_BYTES else None
            except OSError:
                yield name, None
        return
    with zipfile.ZipFile(path) as archive:
        for name in names:
            try:
                yield name, archive.read(name) if archive.getinfo(name).file_size <= MOST_IMAGE_BYTES else None
            except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError):
                yield name, None


def _picture(raw: bytes | None, size: int) -> np.ndarray | None:
    """One image as uint8 ``(size, size, 3)``, upright; None where it cannot be read."""
    if raw is None:
        return None
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(raw)) as image:
            warnings.simplefilter("ignore")
            if image.width * image.height > MOST_PIXELS:
                return None
            image.draft("RGB", (2 * size, 2 * size))  # a JPEG need not be decoded larger than it is used
            upright = ImageOps.exif_transpose(image)
            return np.asarray(_eight_bits(upright).resize((size, size), Image.Resampling.BILINEAR))
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError, MemoryError):
        return None


def _eight_bits(image: Image.Image) -> Image.Image:
    """As RGB; deeper greys are stretched over the range they use."""
    if image.mode[0] in "IF":
        values = np.asarray(image, dtype=np.float64)
        low, high = values.min(), values.max()
        image = Image.fromarray(((values - low) * (255 / (high - low or 1))).astype(np.uint8))
    return image.convert("RGB")

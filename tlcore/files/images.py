"""Images from a folder of class folders, or from a zip of one, all brought to one size."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from tlcore.errors import Unusable
from tlcore.files.class_folders import MOST_BYTES, Members
from tlcore.files.finding import Findings
from tlcore.situation import Examples
from tlcore.words import _

MOST_PIXELS = 64_000_000


def read_images(path: str | Path, size: int = 64, found: Findings | None = None, *, labelled: bool = True) -> Examples:
    """Every image below ``path`` as uint8 ``(N, size, size, 3)``; labels are the first folder's names.

    Its shape is kept: the short side is resized to ``size``, and the middle of the long one cut out.

    An image that cannot be read is skipped and named in ``found``. With ``labelled=False`` folders mean
    nothing. Raises `Unusable` for a folder without images, images outside class folders, and an unsafe zip.
    """
    members, found = Members.of(path, "image", labelled=labelled), Findings() if found is None else found
    if len(members) * size * size * 3 > MOST_BYTES:
        raise Unusable(
            _("The {n} images in {path} take more than {most} GB at {size} x {size} pixels; choose a smaller size, or "
              "bring fewer.", n=len(members), path=members.path, most=MOST_BYTES >> 30, size=size)
        )  # fmt: skip
    pictures = np.empty((len(members), size, size, 3), np.uint8)
    read: list[str] = []
    for name, raw in members.each():
        image = picture(raw, size, size)
        if image is not None:
            pictures[len(read)] = image
            read.append(name)
    return members.examples(pictures[: len(read)], read, found)


def picture(raw: bytes | None, height: int, width: int) -> np.ndarray | None:
    """One image as uint8 ``(height, width, 3)``, upright; None where it cannot be read."""
    if raw is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(raw)) as image:
                if image.width * image.height > MOST_PIXELS:
                    return None
                image.draft("RGB", (2 * width, 2 * height))  # a JPEG need not be decoded larger than it is used
                upright = ImageOps.exif_transpose(image)
                return np.asarray(ImageOps.fit(_eight_bits(upright), (width, height), Image.Resampling.BILINEAR))
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError, MemoryError):
        return None


def _eight_bits(image: Image.Image) -> Image.Image:
    """As RGB; deeper greys are stretched over the range they use."""
    if image.mode[0] in "IF":
        values = np.asarray(image, dtype=np.float64)
        low, high = values.min(), values.max()
        image = Image.fromarray(((values - low) * (255 / (high - low or 1))).astype(np.uint8))
    return image.convert("RGB")

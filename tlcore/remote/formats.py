"""The formats in which public data sets come, read as NumPy arrays. Nothing is unpacked to disk, nothing unpickled."""

from __future__ import annotations

import gzip
import math
import tarfile
import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import numpy as np

CIFAR_SIDE = 32
UNSIGNED_BYTES = 0x08  # how IDX names its kind of number


def idx(path: Path) -> np.ndarray:
    """A gzipped IDX file of unsigned bytes: the shape it declares, as uint8 (LeCun et al., 1998)."""
    held = gzip.decompress(path.read_bytes())
    kind, dimensions = held[2], held[3]
    if held[:2] != b"\0\0" or kind != UNSIGNED_BYTES:
        raise ValueError(f"{path.name} is no IDX file of unsigned bytes.")
    shape = np.frombuffer(held, ">u4", count=dimensions, offset=4).astype(int)
    return np.frombuffer(held, np.uint8, count=math.prod(shape), offset=4 + 4 * dimensions).reshape(shape)


def libsvm(path: Path, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (N, side, side, 1) from rows of LIBSVM's text format with values -1 to 1, and their labels (N,)."""
    from sklearn.datasets import load_svmlight_file

    values, labels = load_svmlight_file(str(path), n_features=side * side)
    return np.rint((values.toarray() + 1) * 127.5).astype(np.uint8).reshape(-1, side, side, 1), labels.astype(int)


def matlab(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Pictures ``X`` as (N, height, width, channels) and labels ``y`` (N,) of a MATLAB file that numbers them last."""
    from scipy.io import loadmat

    held = loadmat(path, variable_names=["X", "y"])
    return np.ascontiguousarray(held["X"].transpose(3, 0, 1, 2)), held["y"].ravel().astype(int)


def cifar(path: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (N, 32, 32, 3) and class names (N,) of CIFAR-10's binary version; ``part`` is "data" or "test"."""
    found: dict[str, bytes] = {}
    with tarfile.open(path, "r:gz") as archive:
        for member in archive:
            name = member.name.rpartition("/")[2]
            if (name.startswith(part) or name == "batches.meta.txt") and (opened := archive.extractfile(member)):
                found[name] = opened.read()
    names = np.array(found.pop("batches.meta.txt").decode().split(), dtype=object)
    rows = np.frombuffer(b"".join(found[name] for name in sorted(found)), np.uint8).reshape(-1, 1 + 3 * CIFAR_SIDE**2)
    pictures = rows[:, 1:].reshape(-1, 3, CIFAR_SIDE, CIFAR_SIDE).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(pictures), names[rows[:, 0]]


def members(path: Path, *suffixes: str) -> list[str]:
    """The names of a zip's files with one of these endings, sorted."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.lower().endswith(suffixes)]
    return sorted(name for name in names if not name.rpartition("/")[2].startswith("."))  # macOS leaves such twins


def pictures(path: Path, names: Iterable[str], side: int, mode: str = "RGB") -> np.ndarray:
    """These pictures of a zip, resized: (N, side, side, 3), or one channel for the mode "L"."""
    from PIL import Image

    found = []
    with zipfile.ZipFile(path) as archive:
        for name in names:
            with Image.open(BytesIO(archive.read(name))) as picture:
                small = picture.convert(mode).resize((side, side), Image.Resampling.BILINEAR)
            found.append(np.asarray(small).reshape(side, side, -1))
    return np.stack(found)


def arrays(path: Path, *names: str) -> list[np.ndarray]:
    """These arrays of an ``.npz`` file; one that would have to be unpickled is refused."""
    with np.load(path, allow_pickle=False) as held:
        return [held[name] for name in names]

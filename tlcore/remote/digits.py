"""Handwritten digits and house numbers, as their authors publish them: MNIST, USPS and SVHN."""

from __future__ import annotations

import numpy as np

from tlcore.remote import formats
from tlcore.remote.files import File, fetch
from tlcore.remote.parts import labels_of
from tlcore.situation import Examples

_MNIST = "https://ossci-datasets.s3.amazonaws.com/mnist/"
_USPS = "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/"
_SVHN = "http://ufldl.stanford.edu/housenumbers/"

FILES = {  # the MD5 sums are those that torchvision checks
    name: File(f"{folder}/{name}", start + name, f"md5:{digest}", megabytes)
    for folder, start, name, digest, megabytes in (
        ("mnist", _MNIST, "train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873", 10),
        ("mnist", _MNIST, "train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432", 1),
        ("mnist", _MNIST, "t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3", 2),
        ("mnist", _MNIST, "t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c", 1),
        ("usps", _USPS, "usps.bz2", "ec16c51db3855ca6c91edd34d0e9b197", 7),
        ("usps", _USPS, "usps.t.bz2", "8ea070ee2aca1ac39742fdd1ef5ed118", 2),
        ("svhn", _SVHN, "train_32x32.mat", "e26dedcc434d2e4c54c9b2d4a06d8373", 190),
    )
}


def mnist(part: str) -> Examples:
    """The 60,000 digits "train", or the 10,000 "t10k": (N, 28, 28, 1), light on dark."""
    pixels = formats.idx(fetch(FILES[f"{part}-images-idx3-ubyte.gz"]))
    return Examples(pixels[..., None], labels_of(formats.idx(fetch(FILES[f"{part}-labels-idx1-ubyte.gz"]))))


def usps(part: str) -> Examples:
    """The 7,291 digits "train", or the 2,007 "test": (N, 16, 16, 1), light on dark."""
    pixels, labels = formats.libsvm(fetch(FILES["usps.bz2" if part == "train" else "usps.t.bz2"]), 16)
    return Examples(pixels, labels_of(labels - 1))  # the file counts its classes from 1


def svhn() -> Examples:
    """The 73,257 house numbers to train on: (N, 32, 32, 3)."""
    pixels, labels = formats.matlab(fetch(FILES["train_32x32.mat"]))
    return Examples(pixels, labels_of(np.where(labels == 10, 0, labels)))  # the file calls zero "10"

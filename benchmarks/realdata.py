"""Public data that is not part of the repository, read from a folder a person names.

``--data DIR``, or the environment variable TRANSFERLAB_DATA. What is expected there:

====================================  ===================================================================
``mnist/t10k-*.gz``                   the 10,000 test digits of MNIST, as published (IDX, gzipped)
``usps/usps.h5``                      USPS, 9,298 digits of 16 x 16, groups "train" and "test" (needs h5py)
``omniglot/*small1.zip``              "images_background_small1.zip" of github.com/brendenlake/omniglot
``clinc150/data_full.json``           CLINC150, 150 intents and out-of-scope messages, as published
``telco_churn/telco.csv``             IBM's sample of 7,043 telephone customers
``bike_sharing/hour.csv``             UCI bike sharing, 17,379 hours
====================================  ===================================================================
"""

from __future__ import annotations

import argparse
import gzip
import os
from pathlib import Path

import numpy as np
import pandas as pd

from tlcore.situation import Examples, Situation


class Absent(Exception):
    """The data, or a package that reads it, is not here; the message says which."""


def folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("TRANSFERLAB_DATA", "data")),
        help="folder of public data sets (default: $TRANSFERLAB_DATA, or ./data); see benchmarks/realdata.py",
    )


def found(data: Path, *names: str) -> list[Path]:
    """These files under the data folder. Raises `Absent` for those that are not there."""
    paths = [data / name for name in names]
    missing = [name for name, path in zip(names, paths, strict=True) if not path.exists()]
    if missing:
        raise Absent(f"not there: {', '.join(missing)} in the data folder")
    return paths


def mnist(data: Path, side: int = 16) -> Examples:
    """10,000 digits of 28 x 28, resized to 16 x 16 unless another ``side`` is asked for: as large as those of USPS."""
    from PIL import Image

    pictures, labels = found(data, "mnist/t10k-images-idx3-ubyte.gz", "mnist/t10k-labels-idx1-ubyte.gz")
    pixels = np.frombuffer(gzip.decompress(pictures.read_bytes()), np.uint8, offset=16).reshape(-1, 28, 28)
    digits = np.frombuffer(gzip.decompress(labels.read_bytes()), np.uint8, offset=8)
    small = [np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.BILINEAR)) for picture in pixels]
    return Examples(np.stack(small)[..., None], digits.astype(str).astype(object))


def usps(data: Path) -> Examples:
    """9,298 digits, 16 x 16."""
    (path,) = found(data, "usps/usps.h5")
    try:
        import h5py
    except ImportError as error:
        raise Absent("USPS comes as HDF5: pip install h5py") from error
    with h5py.File(path) as file:
        pixels = np.concatenate([file[part]["data"][:] for part in ("train", "test")])
        digits = np.concatenate([file[part]["target"][:] for part in ("train", "test")])
    pictures = np.rint(255 * pixels / pixels.max()).astype(np.uint8).reshape(-1, 16, 16, 1)
    return Examples(pictures, digits.astype(str).astype(object))


def telco(data: Path) -> Situation:
    """Churn among customers with a telephone line's internet (DSL), and among those with fiber."""
    (path,) = found(data, "telco_churn/telco.csv")
    table = pd.read_csv(path, na_values=[" "]).drop(columns="customerID")
    places = dict(tuple(table.groupby("InternetService")))

    def part(name: str) -> Examples:
        rows = places[name].drop(columns=["Churn", "InternetService"]).reset_index(drop=True)
        return Examples(rows, places[name]["Churn"].to_numpy(dtype=object))

    return Situation(part("DSL"), part("Fiber optic"), label="Churn", modality="table", positive="Yes")


def sampled(source: Examples, target: Examples, rows: int | tuple[int, int], seed: int, label: str) -> Situation:
    """``rows`` of each, at random; half of the target's is the test set."""
    rng = np.random.default_rng(seed)
    counts = (rows, rows) if isinstance(rows, int) else rows
    some = [p.take(np.sort(rng.permutation(len(p))[:n])) for p, n in zip((source, target), counts, strict=True)]
    return Situation(some[0], some[1], label=label, modality="image")

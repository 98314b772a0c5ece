"""Tables of the Hugging Face hub: Parquet files, never a repository's code."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from tlcore.errors import Unusable
from tlcore.remote.files import folder, not_as_published, too_large, trouble
from tlcore.words import _

HUB = "https://huggingface.co"
CONVERTED = "refs/convert/parquet"  # the hub's own conversion of a data set, whatever its authors uploaded
MEGABYTES = 200  # of one file, at most


def table(repository: str, name: str) -> pd.DataFrame:
    """A Parquet file of a data set on the hub, kept under ``hub`` in the folder of data sets.

    ``HF_ENDPOINT`` names a mirror and ``HF_HUB_OFFLINE`` keeps from asking, as everywhere on the hub. Raises
    `Unusable` where the file cannot be had, or is not what the hub says it is.
    """
    path = folder() / "hub" / repository / name
    if not path.exists():
        _download(repository, name, path)
    return pd.read_parquet(path)


def _download(repository: str, name: str, path: Path) -> None:
    from huggingface_hub import HfApi, hf_hub_download
    from huggingface_hub.errors import HTTPError

    hub = os.environ.get("HF_ENDPOINT") or HUB
    address = f"{hub}/datasets/{repository}"
    asked = {"repo_id": repository, "repo_type": "dataset", "revision": CONVERTED}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=path.parent) as scratch:
            listed = HfApi(endpoint=hub).get_paths_info(paths=[name], **asked)  # type: ignore[arg-type]
            if not listed:
                raise _gone(path, address)
            told = listed[0]
            if told.size > MEGABYTES << 20:  # type: ignore[union-attr]
                raise too_large(path, address, MEGABYTES)
            arrived = Path(hf_hub_download(filename=name, local_dir=scratch, endpoint=hub, **asked))  # type: ignore[call-overload]
            if not _same(arrived, told):
                raise not_as_published(path, address)
            os.replace(arrived, path)
    except (OSError, HTTPError, ValueError) as error:
        raise trouble(error, path, address) from error


def _gone(path: Path, address: str) -> Unusable:
    return Unusable(
        _("{name} is no longer at {address}. Update this program, or put the file at {path}.", name=path.name,
          address=address, path=path)
    )  # fmt: skip


def _same(path: Path, told: object) -> bool:
    """Whether the file is the one the hub lists: by its SHA-256, or by git's hash where it is small."""
    held, lfs = path.read_bytes(), getattr(told, "lfs", None)
    if lfs is not None:
        return hashlib.sha256(held).hexdigest() == lfs.sha256
    return hashlib.sha1(b"blob %d\0" % len(held) + held).hexdigest() == told.blob_id  # type: ignore[attr-defined]

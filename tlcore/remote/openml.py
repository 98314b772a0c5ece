"""Tables of OpenML, by their number. The server publishes each file's MD5, and scikit-learn checks it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from tlcore.errors import Unusable
from tlcore.remote.files import folder, mirrored, not_as_published, trouble
from tlcore.words import _

OPENML = "https://www.openml.org"
LABEL = "label"  # the column its publisher means to be predicted, noted in the kept table
ADDRESSES = ("_DATA_INFO", "_DATA_FEATURES", "_DATA_QUALITIES")  # of OpenML, as scikit-learn's reader names them


def table(number: int) -> pd.DataFrame:
    """All columns of a data set on OpenML."""
    path = kept(number)
    return pd.read_csv(path, na_values=["?"]) if path.suffix == ".csv" else pd.read_parquet(path)


def kept(number: int) -> Path:
    """Where the table lies on this machine: ``openml/<number>.parquet``, or a ``.csv`` put there by hand.

    Raises `Unusable` where OpenML cannot be reached, has no such table, or sends another one than it describes.
    """
    path = folder() / "openml" / f"{number}.parquet"
    for known in (path, path.with_suffix(".csv")):
        if known.exists():
            return known
    frame = _downloaded(number, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent) as scratch:
        frame.to_parquet(written := Path(scratch) / path.name)
        os.replace(written, path)
    return path


def _downloaded(number: int, path: Path) -> pd.DataFrame:
    from sklearn.datasets import _openml, fetch_openml

    address, by_hand = mirrored(OPENML), path.with_suffix(".csv")
    try:
        # A folder of its own: scikit-learn's cache would keep what failed its check.
        with TemporaryDirectory() as scratch, _from_mirror():
            features = _openml._get_data_features(number, str(Path(scratch) / "openml"))
            named = [place for place, feature in enumerate(features) if feature["data_type"] == "nominal"]
            # Its own reading of names would stumble over those that are written as numbers.
            found = fetch_openml(
                data_id=number, as_frame=True, parser="auto", data_home=scratch, target_column=None,
                read_csv_kwargs={"dtype": dict.fromkeys(named, "str")},
            )  # fmt: skip
    except _openml.OpenMLError as error:
        raise Unusable(_("OpenML has no data set with the number {number}.", number=number)) from error
    except (OSError, HTTPException) as error:
        raise trouble(error, by_hand, address) from error
    except ValueError as error:
        if "md5" in str(error):
            raise not_as_published(by_hand, address) from error
        raise Unusable(
            _("The data set {number} of OpenML cannot be read as a table: {cause}", number=number, cause=error)
        ) from error
    frame = found.frame.apply(_bare)
    frame.attrs = {LABEL: found.details.get("default_target_attribute") or ""}
    return frame


def _bare(column: pd.Series) -> pd.Series:
    """Names without the quotes that the file's format puts around them."""
    text = pd.api.types.is_string_dtype(column) and not pd.api.types.is_numeric_dtype(column)
    return column.str.replace(r"^'(.*)'$", r"\1", regex=True) if text else column


@contextmanager
def _from_mirror() -> Iterator[None]:
    """Let scikit-learn ask the mirror, where one is set; it has no setting of its own for that."""
    from sklearn.datasets import _openml

    published = {name: getattr(_openml, name) for name in ADDRESSES}
    for name, address in published.items():
        setattr(_openml, name, mirrored(address))
    try:
        yield
    finally:
        for name, address in published.items():
            setattr(_openml, name, address)

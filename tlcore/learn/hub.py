"""Models in the form of the Hugging Face library: from a folder, from what was fetched before, or fetched now.

``trust_remote_code`` is off everywhere: a repository may bring weights and words, never code.
"""

from __future__ import annotations

from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING, Any

from tlcore.errors import Unusable
from tlcore.learn.vision import torchvision  # noqa: F401  transformers imports it, and would fail on a CPU

if TYPE_CHECKING:
    from tlcore.kinds.pretrained import Pretrained

SAFE: dict[str, Any] = {"trust_remote_code": False}


def place(backbone: Pretrained) -> str:
    """The folder of its weights where there is one, else the name of its repository on the hub."""
    if backbone.own is not None:
        return str(backbone.own)
    if backbone.published is None:
        raise Unusable(f"{backbone.name} has no weights of its own; name a folder, or a repository on the hub.")
    here = backbone.published.here()
    return str(here) if here is not None else backbone.published.address


def loaded(what: Any, backbone: Pretrained, **more: Any) -> Any:
    """``what.from_pretrained`` of this backbone's weights: what is here first, the network only where it is not.

    Raises `Unusable` where neither has them, or where they are of another kind.
    """
    from transformers.utils import logging

    logging.disable_progress_bar()  # a run's log is read by people
    where = place(backbone)
    published = backbone.published
    if not Path(where).is_dir() and published is not None and published.state() == "out of reach":
        # The library would ask again and again for most of a minute.
        raise _absent(backbone, where, "there is no connection.")
    try:
        if Path(where).is_dir():
            return what.from_pretrained(where, local_files_only=True, **SAFE, **more)
        return what.from_pretrained(where, **SAFE, **more)
    except (OSError, ValueError, RuntimeError, ImportError, UnpicklingError) as error:
        raise _absent(backbone, where, _first_sentence(error)) from error


def _absent(backbone: Pretrained, where: str, why: str) -> Unusable:
    return Unusable(
        f"The weights {where!r} of {backbone.name} cannot be loaded: {why} Fetch them once with a network, or let "
        "TRANSFERLAB_WEIGHTS name a folder that holds them."
    )


def _first_sentence(error: Exception) -> str:
    words = " ".join(str(error).split())
    return words.split(". ")[0].rstrip(".") + "."

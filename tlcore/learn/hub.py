"""Models in the form of the Hugging Face library: from a folder, from what was fetched before, or fetched now.

``trust_remote_code`` is off everywhere: a repository may bring weights and words, never code.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pickle import UnpicklingError
from typing import TYPE_CHECKING, Any

from tlcore.errors import Unusable
from tlcore.learn.vision import torchvision  # noqa: F401  transformers imports it, and would fail on a CPU

if TYPE_CHECKING:
    from tlcore.kinds.pretrained import Pretrained

FAULTS = (OSError, ValueError, RuntimeError, ImportError, UnpicklingError)  # how the library says that it cannot
NAME = "or let TRANSFERLAB_WEIGHTS name a folder that holds them."
SAFE: dict[str, Any] = {"trust_remote_code": False}
# Where a repository holds a pickle alone, the library would ask a server to convert it for everybody.
os.environ.setdefault("DISABLE_SAFETENSORS_CONVERSION", "1")


def loaded(what: Any, backbone: Pretrained, *, ask: bool = False, **more: Any) -> Any:
    """``what.from_pretrained`` of this backbone's weights: what is here first, the network only where it is not.

    A folder is read as it is. The hub's cache fills file by file: where some are missing, or where it is to
    ``ask``, the network is asked for these, and in the version of those that are here. Raises `Unusable` where
    its weights cannot be had, or are of another kind.
    """
    from transformers.utils import logging

    logging.disable_progress_bar()  # a run's log is read by people
    published = backbone.published
    if (folder := backbone.own or (published and published.folder())) is not None:
        try:
            return what.from_pretrained(str(folder), local_files_only=True, **SAFE, **more)
        except FAULTS as error:
            hint = "Save the network and its tokenizer or feature extractor into it: save_pretrained(folder) of each."
            raise _absent(backbone, str(folder), _first_sentence(error), hint) from error
    if published is None:
        raise Unusable(f"{backbone.name} has no weights of its own; name a folder, or a repository on the hub.")
    where, version = published.address, published.cached()
    more |= {"revision": version.name if version else "main", **SAFE}
    if version and not ask:
        with suppress(*FAULTS):
            return what.from_pretrained(where, local_files_only=True, **more)
    if not published.in_reach():  # the library would ask again and again for most of a minute
        lacking = "not all of them are on this machine, and there is no connection."
        raise _absent(backbone, where, lacking, f"Fetch them once with a network, {NAME}")
    try:
        return what.from_pretrained(where, **more)
    except FAULTS as error:
        raise _absent(backbone, where, _first_sentence(error), f"Check the repository's name, {NAME}") from error


def whole(what: Any, backbone: Pretrained, unused: tuple[str, ...] = (), **more: Any) -> Any:
    """The model with every weight but those whose names begin with one of ``unused``.

    Raises `Unusable` where others are missing: the library would draw them by chance.
    """
    model, told = loaded(what, backbone, output_loading_info=True, ignore_mismatched_sizes=True, **more)
    lost = dict.fromkeys(told["missing_keys"], "is missing") | {
        name: "has another shape" for name, *_shapes in told["mismatched_keys"]
    }
    if names := sorted(name for name in lost if not name.startswith(unused)):
        more_names = f" ({len(names)} such tensors in all)" if len(names) > 1 else ""
        raise Unusable(
            f"The weights of {backbone.name} are not whole: {names[0]!r} {lost[names[0]]}{more_names}. Name weights of "
            f"a {type(model).__name__}, as its save_pretrained(folder) writes them."
        )
    return model


def tokenizer(backbone: Pretrained) -> Any:
    """Its tokenizer. Raises `Unusable` for one that knows no words.

    Where there are no files of a tokenizer, the library makes one of special tokens alone, to which all texts are one.
    """
    from transformers import AutoTokenizer

    found = loaded(AutoTokenizer, backbone)
    if not _words(found):
        found = loaded(AutoTokenizer, backbone, ask=True)
    if not _words(found):
        raise Unusable(
            f"{found.name_or_path!r}, which {backbone.name} names, holds no tokenizer, so that all texts would read "
            "alike; save it beside the model: tokenizer.save_pretrained(folder)."
        )
    return found


def _words(tokenizer: Any) -> set[str]:
    return set(tokenizer.get_vocab()) - set(tokenizer.all_special_tokens) - {"▁"}


def _absent(backbone: Pretrained, where: str, why: str, hint: str) -> Unusable:
    return Unusable(f"The weights {where!r} of {backbone.name} cannot be loaded: {why} {hint}")


def _first_sentence(error: Exception) -> str:
    words = " ".join(str(error).split())
    return words.split(". ")[0].rstrip(".") + "."

"""Weights somebody published: whether they are on this machine, and where they would come from.

Nothing here loads a network. Published files lie in ``TRANSFERLAB_WEIGHTS`` (a folder of one's own, looked
into first), under ``weights`` in the home folder, or where torchvision and the Hugging Face hub keep theirs.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from tlcore.home import home

PATIENCE = 3.0  # seconds a host may take to answer
HUB = "https://huggingface.co"


@dataclass(frozen=True)
class Published:
    """Where weights come from and how large they are.

    ``address`` is the URL of one file whose name ends with the first digits of its SHA-256, as torchvision
    publishes them (``resnet18-f37072fd.pth``), or the name of a repository on the Hugging Face hub.
    """

    address: str
    parameters: int
    megabytes: int

    @property
    def is_file(self) -> bool:
        return self.address.startswith(("http://", "https://"))

    @property
    def origin(self) -> str:
        """Where it would be fetched from: scheme and host."""
        address = self.address if self.is_file else os.environ.get("HF_ENDPOINT") or HUB
        return "{0.scheme}://{0.netloc}".format(urlsplit(address))

    def here(self) -> Path | None:
        """The file, or the folder of the repository, where it is on this machine."""
        return _file(Path(urlsplit(self.address).path).name) if self.is_file else _repository(self.address)

    def state(self) -> str:
        """ "here", "can be fetched" or "out of reach". Asks the host, once, where the weights are not here."""
        if self.here() is not None:
            return "here"
        offline = os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}
        reach = not (offline and not self.is_file) and answers(self.origin)
        return "can be fetched" if reach else "out of reach"


def folder() -> Path:
    """Where fetched files are kept."""
    return home() / "weights"


@cache
def answers(address: str) -> bool:
    """Whether the host of this address says anything at all, through a proxy where one is set."""
    try:
        with urlopen(Request(address, method="HEAD"), timeout=PATIENCE):
            return True
    except HTTPError:  # an answer, if not a friendly one
        return True
    except OSError:
        return False


def _file(name: str) -> Path | None:
    torch_home = os.environ.get("TORCH_HOME") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "torch"
    places = (*_own(), folder(), Path(torch_home).expanduser() / "hub" / "checkpoints")
    return next((place / name for place in places if (place / name).is_file()), None)


def _repository(name: str) -> Path | None:
    for place in (*_own(), folder()):
        for inside in (place / name, place / name.rpartition("/")[2]):
            if (inside / "config.json").is_file():
                return inside
    from huggingface_hub import try_to_load_from_cache

    config = try_to_load_from_cache(name, "config.json")
    weights = [try_to_load_from_cache(name, file) for file in ("model.safetensors", "pytorch_model.bin")]
    return Path(config).parent if isinstance(config, str) and any(isinstance(w, str) for w in weights) else None


def _own() -> list[Path]:
    named = os.environ.get("TRANSFERLAB_WEIGHTS")
    return [Path(named).expanduser()] if named else []

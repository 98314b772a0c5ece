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
WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin")  # of a repository, one of them


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
        from tlcore.remote.files import mirrored

        address = mirrored(self.address) if self.is_file else os.environ.get("HF_ENDPOINT") or HUB
        return "{0.scheme}://{0.netloc}".format(urlsplit(address))

    def here(self) -> Path | None:
        """The file, or the folder of the repository, where its weights are on this machine."""
        return _file(Path(urlsplit(self.address).path).name) if self.is_file else self.folder() or self.cached()

    def folder(self) -> Path | None:
        """A folder in which somebody laid the repository down."""
        names = (self.address, self.address.rpartition("/")[2])
        places = (place / name for place in (*_own(), folder()) for name in names)
        return next((place for place in places if (place / "config.json").is_file()), None)

    def cached(self) -> Path | None:
        """Where the hub's cache keeps a version with its weights; its tokenizer may be missing yet. Its name is the
        version's.
        """
        from huggingface_hub import try_to_load_from_cache

        try:
            config, *weights = (try_to_load_from_cache(self.address, file) for file in ("config.json", *WEIGHTS))
        except ValueError:  # no name of a repository
            return None
        return Path(config).parent if isinstance(config, str) and any(isinstance(w, str) for w in weights) else None

    def in_reach(self) -> bool:
        """Whether its host says anything at all, asked once. Nobody is asked where the hub is not to be."""
        from huggingface_hub.constants import is_offline_mode

        return (self.is_file or not is_offline_mode()) and answers(self.origin)

    def state(self) -> str:
        """ "here", "can be fetched" or "out of reach". Asks the host, once, where the weights are not here."""
        if self.here() is not None:
            return "here"
        return "can be fetched" if self.in_reach() else "out of reach"


def counted(place: Path) -> int:
    """About how many weights lie in this file or folder, by its size: four bytes each."""
    if place.is_file():
        return place.stat().st_size // 4
    # A repository may hold the same weights in two forms.
    return max(sum(file.stat().st_size for file in place.glob(form)) for form in ("*.safetensors", "*.bin")) // 4


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


def _own() -> list[Path]:
    named = os.environ.get("TRANSFERLAB_WEIGHTS")
    return [Path(named).expanduser()] if named else []

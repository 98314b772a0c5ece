"""Weights from a file, read with suspicion, and loaded where they fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from tlcore.errors import Unusable
from tlcore.outcome import Note

NAMED = 3  # of each kind, in a report
WRAPPED = ("state_dict", "model_state_dict", "model")  # where training scripts put the weights
PREFIX = "module."  # left by training on several devices


def read(file: str | Path) -> dict[str, Tensor]:
    """The tensors in a ``.safetensors`` or ``.pth``/``.pt`` file, by name. No code in a file is ever run.

    Raises `Unusable` for a file that is missing, damaged, or holds anything but numbers.
    """
    path = Path(file).expanduser()
    if not path.is_file():
        raise Unusable(f"There is no file {str(path)!r} to load weights from.")
    content = _content(path)
    content = next((content[key] for key in WRAPPED if isinstance(content.get(key), Mapping)), content)
    state = {str(name).removeprefix(PREFIX): value for name, value in content.items()}
    if not state or not all(isinstance(value, Tensor) for value in state.values()):
        raise Unusable(f"{path.name!r} holds no plain table of weights; save the network's state_dict() and use that.")
    spoilt = next((name for name, value in state.items() if not bool(value.isfinite().all())), None)
    if spoilt is not None:
        raise Unusable(f"{path.name!r} holds weights that are no numbers, in {spoilt!r}; use a checkpoint before that.")
    return state


def _content(path: Path) -> Mapping[Any, Any]:
    suffix = path.suffix.lower()
    if suffix not in (".safetensors", ".pth", ".pt"):
        raise Unusable(f"{path.name!r} is no weights file this program reads; it reads .safetensors, .pth and .pt.")
    try:
        if suffix == ".safetensors":
            from safetensors.torch import load_file

            return load_file(path)
        content = torch.load(path, map_location="cpu", weights_only=True)
    # Damage shows as almost any error: a torn archive, a pickle that names code, a header that lies.
    except Exception as error:
        raise Unusable(
            f"{path.name!r} cannot be read as weights: it is damaged, cut short, or holds more than tensors. "
            "Save the network's state_dict() again, best as .safetensors."
        ) from error
    if not isinstance(content, Mapping):
        raise Unusable(f"{path.name!r} holds no plain table of weights; save the network's state_dict() and use that.")
    return content


@dataclass(frozen=True)
class Report:
    """What became of each tensor: names only."""

    matched: list[str]  # copied
    reshaped: list[str]  # in both, but the layer has another shape: not copied
    missing: list[str]  # the network's alone: as they were
    unexpected: list[str]  # the file's alone: not used
    skipped: list[str]  # meant to start anew

    @property
    def whole(self) -> bool:
        """Whether every tensor of the network was loaded."""
        return not (self.reshaped or self.missing or self.skipped)

    def demand_some(self, file: Path | None) -> None:
        """Raise `Unusable` where nothing of a file was loaded, though something should have been."""
        if file and self.missing + self.reshaped and not self.matched:
            raise Unusable(
                f"Nothing in {file.name!r} fits this network: it holds {_named(self.unexpected)!r}, the network "
                f"{_named(self.missing + self.reshaped)!r}. Choose weights of the same network."
            )

    def notes(self) -> Iterator[Note]:
        total = sum(len(part) for part in (self.matched, self.reshaped, self.missing, self.skipped))
        yield Note(
            "{matched} of the network's {total} tensors were loaded; {anew} were meant to start anew.",
            {"matched": len(self.matched), "total": total, "anew": len(self.skipped)},
            grave=not self.matched,
        )
        if self.reshaped:
            yield Note("Not loaded, their shapes differ: {names}.", {"names": _named(self.reshaped)}, grave=False)
        if self.missing:
            yield Note("Not among the weights, so new: {names}.", {"names": _named(self.missing)}, grave=False)
        if self.unexpected:
            yield Note("Among the weights but not in the network: {names}.", {"names": _named(self.unexpected)},
                       grave=False)  # fmt: skip


@torch.no_grad()
def load(model: nn.Module, state: Mapping[str, Tensor], anew: tuple[str, ...] = ()) -> Report:
    """Copy the tensors whose names and shapes fit, layer by layer: a bias is of no use beside another weight.

    Names that begin with one of ``anew`` are left alone. Batch norm's counters come with their layer, uncounted.
    """
    every = model.state_dict()
    own = {name: tensor for name, tensor in every.items() if tensor.is_floating_point()}
    skipped = [name for name in own if name.startswith(anew)]
    asked = [name for name in own if name not in skipped]
    missing = [name for name in asked if name not in state]
    reshaped = [name for name in asked if name in state and own[name].shape != state[name].shape]
    torn = {_layer(name) for name in (*missing, *reshaped)}
    matched = [name for name in asked if _layer(name) not in torn]
    alone = [name for name in asked if name not in (*missing, *reshaped, *matched)]
    unexpected = [name for name, tensor in state.items() if name not in own and tensor.is_floating_point()]
    layers = set(map(_layer, matched))
    for name in every.keys() & state.keys():
        if _layer(name) in layers:
            every[name].copy_(state[name])
    return Report(matched, [*reshaped, *alone], missing, unexpected, skipped)


def _layer(name: str) -> str:
    return name.rpartition(".")[0]


def _named(names: list[str]) -> str:
    """The first few, and how many more there are."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" (+{more})" if more > 0 else "")

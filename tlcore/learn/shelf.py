"""Source phases that several strategies share: trained once, loaded ever after.

shelf/
    <address>.safetensors   the predictor's weights
    <address>.json          the epochs that led there, and what went wrong on the way
    <address>.lock          whoever trains holds it; whoever needs the same waits
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from filelock import FileLock
from safetensors.torch import load_file, save_file
from torch import nn

from tlcore.outcome import Epoch, Note


@dataclass(frozen=True)
class Place:
    """Where one source phase is kept."""

    weights: Path
    epochs: Path

    @property
    def filled(self) -> bool:
        return self.epochs.exists()

    def load(self, predictor: nn.Module) -> tuple[list[Epoch], list[Note]]:
        """Put the kept weights into ``predictor``; returns the epochs that led to them and their notes."""
        device = next(iter(predictor.state_dict().values())).device
        predictor.load_state_dict(load_file(self.weights, device=str(device)))
        record = json.loads(self.epochs.read_text())
        return [Epoch(**epoch) for epoch in record["epochs"]], [Note(**note) for note in record["notes"]]

    def store(self, predictor: nn.Module, epochs: list[Epoch], notes: Sequence[Note] = ()) -> None:
        """Keep both, each moved into place whole, the record last: what is `filled` is complete."""
        draft = self.weights.with_suffix(".draft")
        save_file({name: tensor.contiguous() for name, tensor in predictor.state_dict().items()}, draft)
        os.replace(draft, self.weights)
        told = [asdict(_since(epochs[0], epoch)) for epoch in epochs]
        draft.write_text(json.dumps({"epochs": told, "notes": [note._asdict() for note in notes]}))
        os.replace(draft, self.epochs)


def _since(first: Epoch, epoch: Epoch) -> Epoch:
    """The epoch with its costs counted from the start of its own phase, whatever ran before."""
    cost = {name: getattr(epoch, name) - getattr(first, name) for name in ("step", "seen", "seconds")}
    return replace(epoch, **cost)


@dataclass(frozen=True)
class Shelf:
    """A folder of source phases, by address."""

    folder: Path

    @property
    def features(self) -> Path:
        """Where features of costly networks are remembered (learn/memory.py)."""
        return self.folder / "features"

    def has(self, address: str) -> bool:
        """Whether this source phase has been trained."""
        return (self.folder / f"{address}.json").exists()

    @contextmanager
    def place(self, address: str) -> Iterator[Place]:
        """The place of this address, to oneself: a second comer waits until the first has filled it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / f"{address}.lock"):
            yield Place(self.folder / f"{address}.safetensors", self.folder / f"{address}.json")

"""A network as a graph that runs elsewhere: ONNX, or a program of torch.export where it cannot be written as ONNX."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

from tlcore.learn.around import Around
from tlcore.learn.nets import Body, OnFeatures
from tlcore.learn.space_tokens import TokenSpace

SHOWN = 4  # rows that a graph is traced with


class Telling(nn.Module):
    """A network as a graph tells it: its scores, its features, or both, in the order of ``tells``; float32."""

    def __init__(self, network: nn.Module):
        super().__init__()
        self.network = network
        self.tells: tuple[str, ...] = ("features",) if isinstance(network, Body) else ("scores",)
        if isinstance(network, OnFeatures):
            self.tells = ("scores", "features")

    def forward(self, rows: Tensor) -> tuple[Tensor, ...]:
        if isinstance(self.network, OnFeatures):
            features = self.network.body(rows)
            return self.network.told(features).float(), features.float()
        return (self.network(rows).float(),)


class Bag(nn.Module):
    """An `EmbeddingBag` of means in plain operations, which graphs know: padding left out, 0 where nothing is left."""

    def __init__(self, table: nn.EmbeddingBag):
        super().__init__()
        self.weight, self.padding = table.weight, table.padding_idx or 0

    def forward(self, ids: Tensor) -> Tensor:
        ids = ids.long()
        there = ids.ne(self.padding).unsqueeze(-1).to(self.weight.dtype)
        return (nn.functional.embedding(ids, self.weight) * there).sum(1) / there.sum(1).clamp(min=1)


def graphable(network: nn.Module) -> nn.Module:
    """The same network, in place, without what a graph cannot hold: it answers as before."""
    for part in list(network.modules()):
        for name, child in list(part.named_children()):
            if isinstance(child, nn.EmbeddingBag):
                setattr(part, name, Bag(child))
        if isinstance(part, Around) and isinstance(owner := getattr(part.feed, "__self__", None), TokenSpace):
            part.feed = owner.feed_whole
    return network.requires_grad_(False).eval()


def onnx(telling: Telling, rows: Tensor, file: Path) -> None:
    """Write it for ONNX Runtime, any number of rows at a time. Raises whatever the exporter raises."""
    with _quietly():
        program = torch.onnx.export(
            telling, (rows[:SHOWN],), dynamo=True, dynamic_shapes=({0: torch.export.Dim("n")},), verbose=False,
            input_names=["rows"], output_names=list(telling.tells),
        )  # fmt: skip
        assert program is not None
        program.save(file)


def program(telling: Telling, rows: Tensor, file: Path) -> None:
    """Write it for torch, any number of rows at a time. Raises whatever the exporter raises."""
    with _quietly(), torch.no_grad():
        found = torch.export.export(telling, (rows[:SHOWN],), dynamic_shapes=({0: torch.export.Dim("n")},))
        torch.export.save(found, file, extra_files={"tells.txt": " ".join(telling.tells)})


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Without the exporter's talk about itself."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)

"""A predictor taken apart into files that answer without this program: what `tlcore.export.parts` puts together."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from tlcore.errors import Unusable
from tlcore.learn import graph
from tlcore.learn.choosing import Blend
from tlcore.learn.classical import Constant, Embedded, Fitted, View, Widened

Form = Literal["onnx", "pt2"]
CHECKED = 64  # real rows that a graph is held against


class Parts:
    """Writes a predictor's parts to a folder; a network that several parts share is written once.

    ``rows`` are real encoded inputs: a network is traced with the first of them. ``reasons`` say why a network
    could not be written as ONNX.
    """

    def __init__(self, folder: Path, rows: Tensor, form: Form = "onnx"):
        self.folder, self.rows, self.form = folder, rows[:CHECKED].cpu(), form
        self.networks: dict[int, str] = {}
        self.reasons: list[str] = []
        self.learners = 0

    def of(self, predictor: nn.Module) -> dict[str, Any]:
        """The tree of a predictor. Raises `Unusable` for what cannot be taken apart."""
        if isinstance(predictor, Blend):
            return {"mean": [self.of(member) for member in predictor.members]}
        if isinstance(predictor, Fitted):
            file = self._learner(predictor)
            return {"learner": file, "outputs": predictor.outputs, "reads": self._columns(predictor.view)}
        if any(isinstance(part, (Fitted, View)) for part in predictor.modules()):
            raise Unusable(f"A {type(predictor).__name__} around a learner cannot be exported.")
        return {"network": self._network(predictor)}

    def _columns(self, view: View) -> dict[str, Any]:
        if isinstance(view, Widened):
            if isinstance(view.more, Constant):
                return {"columns": self._columns(view.view), "more": view.more.number}
            teller = getattr(view.more, "__self__", None)
            if not isinstance(teller, Fitted):
                raise Unusable(f"Columns made by a {type(teller).__name__} cannot be exported.")
            return {"columns": self._columns(view.view), "more": self.of(teller)}
        if isinstance(view, Embedded):
            return {"columns": "features", "network": self._network(view.body)}
        if type(view) is View:
            return {"columns": "design"}
        raise Unusable(f"A learner that reads a {type(view).__name__} cannot be exported.")

    def _learner(self, fitted: Fitted) -> str:
        from skops.io import dump

        self.learners += 1
        name = "learner.skops" if self.learners == 1 else f"learner_{self.learners}.skops"
        dump(fitted.estimator, self.folder / name)
        return name

    def _network(self, network: nn.Module) -> str:
        if id(network) not in self.networks:
            self.networks[id(network)] = self._written(network)
        return self.networks[id(network)]

    def _written(self, network: nn.Module) -> str:
        name = "network" if not self.networks else f"network_{len(self.networks) + 1}"
        telling = graph.Telling(graph.graphable(network)).eval()
        if self.form == "onnx":
            try:
                graph.onnx(telling, self.rows, self.folder / f"{name}.onnx")
                self._hold(telling, f"{name}.onnx")
                return f"{name}.onnx"
            except Exception as error:  # the exporter fails in as many ways as there are networks
                (self.folder / f"{name}.onnx").unlink(missing_ok=True)
                (self.folder / f"{name}.onnx.data").unlink(missing_ok=True)
                self.reasons.append(" ".join(str(error).split())[:200] or type(error).__name__)
        graph.program(telling, self.rows, self.folder / f"{name}.pt2")
        return f"{name}.pt2"

    def _hold(self, telling: graph.Telling, name: str) -> None:
        """Raise `ValueError` where ONNX Runtime answers otherwise than torch."""
        from tlcore.export.networks import Onnx

        found = Onnx(self.folder / name)
        with torch.inference_mode():
            told = telling(self.rows)
        for what, wanted in zip(telling.tells, told, strict=True):
            away = (torch.from_numpy(found(self.rows.numpy(), what)) - wanted).abs().max() / wanted.abs().max().clamp(
                min=1
            )
            if not away <= ALIKE:
                raise ValueError(f"ONNX Runtime's {what} differ from torch's by {float(away):.2g}")


ALIKE = 1e-4  # of the largest score: by how much a graph may differ from torch

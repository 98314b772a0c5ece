"""A network that answers: by ONNX Runtime, or by torch where it could not be written as ONNX."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np

from tlcore.errors import Unusable
from tlcore.words import _

PROGRAM = ".pt2"
AT_ONCE = 256  # rows that pass at a time


class Network(Protocol):
    """``network(rows, "scores")`` or ``"features"``, as far as it ``tells`` them; float32 ``(N, ...)``."""

    tells: tuple[str, ...]

    def __call__(self, rows: np.ndarray, what: str) -> np.ndarray: ...


class Onnx:
    """An ONNX file, by ONNX Runtime on the CPU."""

    def __init__(self, file: Path):
        from onnxruntime import InferenceSession

        self.session = InferenceSession(str(file), providers=["CPUExecutionProvider"])
        self.tells = tuple(output.name for output in self.session.get_outputs())

    def __call__(self, rows: np.ndarray, what: str) -> np.ndarray:
        return np.concatenate([self.session.run([what], {"rows": part})[0] for part in _parts(rows)])


class Torch:
    """A program of `torch.export`; the one place where an exported model asks for torch.

    torch unpickles parts of it, so it can carry anything out: `tlcore.export.load` opens it only where it is trusted.
    """

    def __init__(self, file: Path):
        import torch

        self.torch = torch
        names: dict[str, Any] = {"tells.txt": ""}
        self.program = torch.export.load(file, extra_files=names).module()
        self.tells = tuple(str(names["tells.txt"]).split())

    def __call__(self, rows: np.ndarray, what: str) -> np.ndarray:
        place = self.tells.index(what)
        with self.torch.inference_mode():
            told = [self.program(self.torch.from_numpy(part))[place].numpy() for part in _parts(rows)]
        return np.concatenate(told)


def network(file: Path) -> Network:
    """Raises `Unusable` for a file of another kind."""
    if file.suffix not in (".onnx", PROGRAM):
        raise Unusable(_("{file} is no network that can be read; export the model again.", file=file))
    return Onnx(file) if file.suffix == ".onnx" else Torch(file)


def _parts(rows: np.ndarray) -> list[np.ndarray]:
    return [rows[start : start + AT_ONCE] for start in range(0, max(1, len(rows)), AT_ONCE)]

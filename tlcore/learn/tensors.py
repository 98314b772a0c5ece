"""What turns a space of NumPy rows into one of tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from tlcore.situation import Examples


class Tensors:
    """Mixed into a space of `tlcore.spaces`: its rows as tensors, its columns from tensors on any device."""

    def rows(self, examples: Examples) -> np.ndarray:
        raise NotImplementedError(f"{type(self).__name__} reads nothing yet.")

    def columns(self, rows: np.ndarray) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no columns yet.")

    def encode(self, examples: Examples) -> Tensor:
        """Inputs as a network reads them."""
        return torch.from_numpy(self.rows(examples))

    def design(self, x: Tensor) -> Any:
        """Encoded inputs as the columns that other learners read: a matrix, for texts a sparse one."""
        return self.columns(x.cpu().numpy())

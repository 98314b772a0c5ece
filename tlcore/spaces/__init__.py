"""From raw inputs to rows of numbers, learnt from training rows only: NumPy, so that whoever only asks needs no torch.

``rows(examples)`` are what a network reads, ``columns(rows)`` the design matrix that other learners read. The torch
side (`tlcore.learn.space`) has the same spaces with tensors for rows.
"""

from tlcore.spaces.audio import Audio
from tlcore.spaces.image import Image
from tlcore.spaces.table import Table
from tlcore.spaces.text import Text

__all__ = ["Audio", "Image", "Table", "Text"]

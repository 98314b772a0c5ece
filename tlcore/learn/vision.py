"""The one door to torchvision, which opens beside a CPU-only torch too.

The package index carries torchvision built for CUDA. Beside a CPU-only torch its compiled operators
cannot be loaded, and its import then fails on the two operators it describes by name,
"operator torchvision::nms does not exist". Models, transforms and data sets need none of them, so
where the real ones are missing their schemas are declared first, and only the box operators of
detection networks stay out of reach. Say ``from tlcore.learn.vision import torchvision``.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import torch

SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)


def _compiled() -> bool:
    """Whether torchvision's own operators load into this torch."""
    spec = find_spec("torchvision")
    folders = spec.submodule_search_locations or () if spec else ()
    libraries = [file for folder in folders for file in Path(folder).glob("_C*") if file.suffix in {".so", ".pyd"}]
    try:
        for library in libraries:
            torch.ops.load_library(str(library))
    except OSError:
        return False
    return bool(libraries)


if not _compiled():
    _schemas = torch.library.Library("torchvision", "DEF")  # declares for as long as it lives
    for _schema in SCHEMAS:
        _schemas.define(_schema)

import torchvision  # noqa: E402

__all__ = ["torchvision"]

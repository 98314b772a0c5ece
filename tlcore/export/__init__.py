"""A finished run as a model that anybody can ask: a folder answered by NumPy and ONNX Runtime.

>>> from tlcore.export import load
>>> model = load("churn_model")  # doctest: +SKIP
>>> model.predict(frame)  # doctest: +SKIP

Nothing here unpickles or loads torch, unless a network could not be written as ONNX: torch's own form is opened only
with ``load(folder, trusted=True)``. `tlcore.exporter` writes such folders.
"""

from tlcore.export.model import Model, load

__all__ = ["Model", "load"]

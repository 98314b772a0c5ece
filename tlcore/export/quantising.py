"""A model's networks with weights of 8 bits: smaller, and only where that is so; what it costs is measured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tlcore import catalog
from tlcore.measure.gain import band
from tlcore.situation import Examples

EIGHT_BITS = "_8bit.onnx"


def quantised(
    draft: Path, record: Mapping[str, Any], test: Examples, truth: np.ndarray, metric: str, margin: float
) -> dict[str, Any]:
    """Make every ONNX network of a folder one of 8-bit weights (dynamic quantisation by ONNX Runtime).

    Returns ``parts``, the tree that answers from now on, and ``quantised``, what it cost: bytes, the ``metric`` on the
    test set and milliseconds a row, each before and after, and a ``remark``. A network that would not get smaller is
    left as it is. ``margin``: the smallest difference that matters, as in `tlcore.measure.gain`.
    """
    from tlcore.export.examples import pace
    from tlcore.export.model import Model

    tree = json.dumps(record["parts"])
    smaller = [file for file in sorted(draft.glob("network*.onnx")) if _quantise(file)]
    if not smaller:
        why = "There is no network in it" if '"network"' not in tree else "Its network would not get smaller"
        return {"quantised": {"used": False, "remark": f"{why}: it is left as it is."}}
    for file in smaller:
        tree = tree.replace(f'"{file.name}"', f'"{file.stem}{EIGHT_BITS}"')
    made = json.loads(tree)

    def measured(parts: Any) -> dict[str, float]:
        model = Model(draft, {**record, "parts": parts})
        score = float(catalog.metric(metric).measure(truth, model.told(test)))
        return {metric: score, "one row, ms": pace(model, test)["one row, ms"]}

    names = [(file, file.with_name(f"{file.stem}{EIGHT_BITS}")) for file in smaller]
    before, after = measured(record["parts"]), measured(made)
    before["bytes"], after["bytes"] = (sum(pair[place].stat().st_size for pair in names) for place in (0, 1))
    for file in smaller:
        file.unlink()
    judged = catalog.metric(metric)
    lost, beyond = judged.sign * (before[metric] - after[metric]), band(judged, margin, before[metric])
    cost = f"{judged.title} on the test set: {before[metric]:.4g} before, {after[metric]:.4g} after"
    more = f"; that is more than the margin of {beyond:.3g}, so rather take the whole one" if lost > beyond else ""
    return {
        "parts": made,
        "quantised": {"used": True, "before": before, "after": after, "remark": f"Weights of 8 bits. {cost}{more}."},
    }


def _quantise(file: Path) -> bool:
    """Write the 8-bit network beside a network; whether it is smaller. One that is not is removed again."""
    import logging

    from onnxruntime.quantization import QuantType, quantize_dynamic

    to = file.with_name(f"{file.stem}{EIGHT_BITS}")
    logging.disable(logging.WARNING)  # it recommends a preparation that is of no use for these
    try:
        quantize_dynamic(file, to, weight_type=QuantType.QInt8)
    finally:
        logging.disable(logging.NOTSET)
    if to.stat().st_size < file.stat().st_size:
        return True
    to.unlink()
    return False

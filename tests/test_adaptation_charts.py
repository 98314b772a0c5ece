"""The charts of the Adaptation page are valid, really drawn, and say what they leave out."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import vl_convert

from tlcore.charts import adaptation as charts
from tlcore.measure.adaptation import CHANGE, Seen, adaptation

CLASSES = np.repeat(["no", "yes"], 30)


def drawn(chart: Any) -> dict[str, Any]:
    """The specification, held against the schema and drawn."""
    spec = chart.to_dict()
    assert vl_convert.vegalite_to_svg(json.dumps(spec)).startswith("<svg")
    assert spec["description"]
    return spec


def table(floor: float = 0.2) -> pd.DataFrame:
    rows = [("dann", 1.0, 0.3, floor, -0.7, -0.9, -0.5), ("fine_tune", 1.0, 0.9, floor, -0.1, -0.4, 0.2)]
    frame = pd.DataFrame(rows, columns=["strategy", "before", "after", "floor", *CHANGE])
    return frame.assign(measure="mmd", seeds=3, labels=50, start="source")


def test_who_ends_closest_stands_on_top_with_the_band_of_chance():
    spec = drawn(charts.dumbbells(table(), "mmd", "MMD"))
    assert "Grey band: what chance alone shows." in " ".join(spec["title"]["text"])
    said = spec["description"]
    assert said.index("DANN") < said.index("Fine-tuning")
    turned = drawn(charts.dumbbells(table(), "mmd", "MMD", lowest_first=False))["description"]
    assert turned.index("Fine-tuning") < turned.index("DANN")
    assert "Grey band" not in " ".join(drawn(charts.dumbbells(table(np.nan), "mmd", "MMD"))["title"]["text"])


def test_an_example_has_one_row_with_its_place_at_both_moments():
    rng = np.random.default_rng(0)
    seen = Seen(rng.normal(size=(60, 4)), rng.normal(size=(60, 4)) + 1)
    picture = adaptation(seen, Seen(seen.source, seen.target - 1), CLASSES).picture
    spec = drawn(charts.scatters(picture))
    rows = next(rows for rows in spec["datasets"].values() if len(rows) == 120)
    assert {"x0_before", "x0_after", "x1_before", "x1_after"} <= set(rows[0])
    assert {row["label"] for row in rows} == {"Source", "no", "yes"}


def test_numbers_have_no_classes_to_tell_apart_and_many_classes_share_a_shape():
    rng = np.random.default_rng(1)
    seen = Seen(rng.normal(size=(60, 4)), rng.normal(size=(60, 4)))
    drawn(charts.scatters(adaptation(seen, seen, None).picture))
    many = np.array([f"class {n % 12}" for n in range(60)])
    rows = next(iter(drawn(charts.scatters(adaptation(seen, seen, many).picture))["datasets"].values()))
    assert "other" in {row["label"] for row in rows}


def test_every_run_is_a_dot_and_strategies_without_room_are_named():
    names = ["dann", "fine_tune", "l2_sp", "deep_coral", "adabn", "multi_task", "lora", "distillation", "protonet"]
    frame = pd.DataFrame([
        {"strategy": name, "seed": seed, "change": -0.1 * seed, "gain": 0.01 * seed, "before": 1.0, "after": 0.9}
        for name in names for seed in range(3)
    ])  # fmt: skip
    spec = drawn(charts.worth(frame, "roc_auc", "MMD"))
    assert max(map(len, spec["datasets"].values())) == 3 * 8
    assert "Not drawn: " in " ".join(spec["title"]["text"])

"""``gap``: how far source and target are apart, measured before any training."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from tlcore import catalog
from tlcore.cli import flags
from tlcore.cli.output import as_json, json_flag, table

if TYPE_CHECKING:
    from pandas import DataFrame

HELP = "how far source and target are apart, before any training"
MOST_FEATURES = 10


def arguments(parser: ArgumentParser) -> None:
    flags.data(parser)
    json_flag(parser)


def run(asked: Namespace) -> int:
    from tlcore.charts.gap import answer as apart
    from tlcore.charts.relevance import answer, caution, question
    from tlcore.measure.gap import drift, measure_gap
    from tlcore.measure.label_shift import DOUBT, class_shares
    from tlcore.measure.relevance import relevance
    from tlcore.plan import drawn
    from tlcore.situation import hold_out

    name, settings = flags.chosen_data(asked)
    situation = drawn(name, **settings)
    target, _ = hold_out(situation)
    gap = measure_gap(situation.source, target)
    features = drift(situation.source, target) if situation.modality == "table" else None
    classes, p_value = class_shares(situation)
    told = relevance(situation, catalog.scenarios()[name].budget)
    if asked.json:
        found = gap.to_dict()
        if features is not None:
            found["features"] = features.to_dict("records")
        if len(classes):
            found["classes"] = {"shares": classes.to_dict("records"), "p_value": p_value}
        found["relevance"] = told.to_dict("records")
        as_json(found, asked.json)
        return 0
    tiles = gap.tiles()
    print(apart(tiles))
    _printed(tiles)
    if features is not None:
        print(f"\nThe features that give the domain away most, of {len(features)}:")
        _printed(features.head(MOST_FEATURES))
    if len(classes):
        print("\nHow common each class is; the estimate is from the target's inputs alone:")
        _printed(classes)
        if p_value < DOUBT:
            print(f"More than the shares of the classes differs (p = {p_value:.2g}): do not rely on the estimate.")
    print(f"\n{question(told)}\n{answer(told)}")
    if len(told):
        _printed(told)
        print(caution())
    if situation.simulated:
        print("The data is simulated.")
    return 0


def _printed(frame: DataFrame) -> None:
    table(list(frame.columns), [[_cell(value) for value in row] for row in frame.itertuples(index=False)])


def _cell(value: object) -> str:
    return "" if value != value else f"{value:.4g}" if isinstance(value, float) else str(value)

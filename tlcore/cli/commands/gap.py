"""``gap``: how far source and target are apart, measured before any training."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from tlcore.cli import flags
from tlcore.cli.output import as_json, json_flag, table

HELP = "how far source and target are apart, before any training"
MOST_FEATURES = 10


def arguments(parser: ArgumentParser) -> None:
    flags.data(parser)
    json_flag(parser)


def run(asked: Namespace) -> int:
    from tlcore.measure.gap import drift, measure_gap
    from tlcore.plan import drawn
    from tlcore.situation import hold_out

    name, settings = flags.chosen_data(asked)
    situation = drawn(name, **settings)
    target, _ = hold_out(situation)
    gap = measure_gap(situation.source, target)
    features = drift(situation.source, target) if situation.modality == "table" else None
    if asked.json:
        as_json(gap.to_dict() | ({} if features is None else {"features": features.to_dict("records")}), asked.json)
        return 0
    tiles = gap.tiles()
    table(list(tiles.columns), [[_cell(value) for value in row] for row in tiles.itertuples(index=False)])
    if features is not None:
        print(f"\nThe features that give the domain away most, of {len(features)}:")
        top = features.head(MOST_FEATURES)
        table(list(top.columns), [[_cell(value) for value in row] for row in top.itertuples(index=False)])
    if situation.simulated:
        print("The data is simulated.")
    return 0


def _cell(value: object) -> str:
    return "" if value != value else f"{value:.4g}" if isinstance(value, float) else str(value)

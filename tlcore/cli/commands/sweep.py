"""``sweep``: the same comparison under several conditions, and a map of where transfer pays and where it harms."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from tlcore.cli import INCOMPLETE, flags
from tlcore.cli.output import as_json, table

if TYPE_CHECKING:
    import pandas as pd

    from tlcore.sweep import Axis, Sweep

HELP = "compare under several conditions: where does transfer pay, where does it harm?"


def arguments(parser: ArgumentParser) -> None:
    flags.data(parser, "a scenario on offer, or a saved experiment (.yaml)")
    flags.budget(parser)
    parser.add_argument(
        "--vary", action="append", default=[], metavar="KNOB=A,B,C",
        help="a knob of the scenario and its values, or labels=20,50,all; once or twice",
    )  # fmt: skip
    parser.add_argument("--of", metavar="STRATEGY", help="whose map it is (default: the best of each condition)")
    parser.add_argument("--dry-run", action="store_true", help="say what it would cost, and start nothing")
    parser.add_argument("--yes", action="store_true", help="start it, however many runs it takes")
    parser.add_argument("--json", metavar="FILE", help="write every condition, its runs and its verdict there")


def run(asked: Namespace) -> int:
    from tlcore import launch, sweep
    from tlcore.charts import sensitivity as charts
    from tlcore.cli.watching import watch
    from tlcore.errors import Unusable
    from tlcore.measure import sensitivity
    from tlcore.outcome import State
    from tlcore.plan import out_of_reach
    from tlcore.preflight import duration, many
    from tlcore.room import doubts, size
    from tlcore.store import Store

    experiment = flags.experiment(asked)
    grid = sweep.sweep(experiment, axes(asked.vary, experiment.scenario))
    if asked.of and asked.of not in grid.whole.experiment.strategies:
        raise Unusable(
            f"--of is {asked.of!r}, which takes no part; choose one of {', '.join(grid.whole.experiment.strategies)}."
        )
    store = Store.open()
    facts, room = sweep.cost(grid, store)
    conditions = "1 condition" if len(grid.cells) == 1 else f"{len(grid.cells)} conditions"
    print(
        f"{conditions}, {facts.runs:,} runs, {facts.finished:,} of them finished already: about "
        f"{duration(facts.seconds)} on this machine and {size(room.disk)} of disk.",
        file=sys.stderr,
    )
    for sentence in doubts(room):
        print(f"Warning: {sentence}", file=sys.stderr)
    if asked.dry_run:
        return 0
    if (large := many(facts, room.disk)) and not asked.yes:
        raise Unusable(f"{large} Add --yes to start them all the same, or vary over fewer values.")
    if unreachable := out_of_reach(grid.whole):
        raise Unusable(unreachable)
    sweep.submit(store, grid)
    launch.start(store)
    watch(store, *(cell.id for cell in grid.cells))
    found = sweep.runs(store, grid)
    margin, whose = grid.whole.experiment.margin, asked.of or sensitivity.BEST
    rows = sensitivity.table((cell.at for cell in grid.cells), found, margin, whose)
    names = {axis.name: axis.name for axis in grid.axes}
    _show(grid, rows)
    said = charts.answer(rows, names, whose)
    print("\n".join([said.headline, *said.sentences]))
    if asked.json:
        as_json(_record(grid, rows, found), asked.json)
    states = {run: state for runs in found for run, state in zip(runs["run"], runs["state"], strict=True)}
    lacking = sum(state not in (State.DONE, State.STOPPED) for state in states.values())
    if lacking:
        print(f"{lacking} of {facts.runs} runs have no result; 'runs' lists them.", file=sys.stderr)
    return INCOMPLETE if lacking else 0


def axes(words: list[str], scenario: str) -> list[Axis]:
    """Every ``--vary`` as an axis. Raises `Unusable` where one is not understood."""
    from tlcore.errors import Unusable, gathered, unknown
    from tlcore.sweep import LABELS, Axis, knobs

    offered = knobs(scenario)

    def axis(word: str) -> Axis:
        name, equals, text = word.partition("=")
        if not equals:
            raise Unusable(f"--vary {word} is not understood; it reads like --vary labels=20,50,all.")
        if name == LABELS:
            return Axis(name, flags.budgets(text, "--vary labels"))
        if name not in offered:
            raise unknown("condition to vary", name, [*offered, LABELS])
        values = [value.strip() for value in text.split(",") if value.strip()]
        return Axis(name, tuple(gathered(*(lambda v=value: flags.valued(name, offered[name], v) for value in values))))

    if not words:
        raise Unusable(f"Nothing is varied; add --vary KNOB=A,B,C with one of {', '.join([*offered, LABELS])}.")
    return gathered(*(lambda word=word: axis(word) for word in words))


def _show(grid: Sweep, rows: pd.DataFrame) -> None:
    """The map: the first axis to the right, the second, if there is one, downwards."""
    from tlcore import catalog
    from tlcore.words import amount

    scale = 100 if catalog.metric(grid.whole.metric).unit == "points" else 1
    unit = " (points)" if scale == 100 else ""
    across, *down = grid.axes
    told = [
        row.verdict if row.gain != row.gain else f"{row.verdict} {row.gain * scale:+.1f}" for row in rows.itertuples()
    ]
    cells = {tuple(cell.at.values()): words for cell, words in zip(grid.cells, told, strict=True)}
    print(f"\nGain over the best model without transfer, {catalog.metric(grid.whole.metric).title}{unit}")
    head = [f"{down[0].name if down else ''} \\ {across.name}", *map(amount, across.values)]
    table(head, [
        [amount(low) if down else "", *(cells[(high, low) if down else (high,)] for high in across.values)]
        for low in (down[0].values if down else [None])
    ])  # fmt: skip


def _record(grid: Sweep, rows: pd.DataFrame, found: list[pd.DataFrame]) -> dict[str, Any]:
    from tlcore.cli.commands.runs import records

    told = rows.drop(columns=[axis.name for axis in grid.axes]).to_dict("records")

    return {
        "experiment": grid.whole.experiment.to_dict(),
        "axes": {axis.name: list(axis.values) for axis in grid.axes},
        "cells": [
            {"experiment": cell.id, "at": cell.at, **row, "runs": records(runs)}
            for cell, row, runs in zip(grid.cells, told, found, strict=True)
        ],
    }  # fmt: skip

"""A finished experiment in words and numbers: the table, a sentence per strategy, and the record for programs."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tlcore import catalog
from tlcore.cli.commands.runs import records
from tlcore.cli.output import table
from tlcore.errors import Unusable
from tlcore.measure.choices import STRATEGY, choices
from tlcore.measure.gain import BASELINE, CEILING, LEAST_SEEDS, OPEN, recommended, summarise
from tlcore.measure.gap import measure_gap
from tlcore.measure.imbalance import counts, overview
from tlcore.measure.notes import grave
from tlcore.measure.statistics import by_budget
from tlcore.outcome import State
from tlcore.plan import Plan
from tlcore.situation import hold_out
from tlcore.words import told

COLUMNS = ("strategy", "runs", "mean", "95 %", "gain", "95 % ", "verdict", "gap closed")


def show(plan: Plan, runs: pd.DataFrame) -> pd.DataFrame:
    """Print what came out; returns the summary frame."""
    summary = summarise(runs, plan.experiment.margin)
    metric = catalog.metric(plan.metric)
    scale, unit = (100, " points") if metric.unit == "points" else (1, "")
    better = "" if metric.higher_is_better else f", in the unit of {plan.situation.label}, lower is better"
    if metric.unit == "points" and plan.situation.regression:
        better = ", in points of 0.01"
    for budget, some in _by_budget(summary):
        some = some.sort_values("mean", ascending=not metric.higher_is_better, kind="stable")
        print(f"\n{metric.title} on the test set with {budget} target labels{better}")
        rows, columns = [_row(row, scale) for row in some.itertuples()], list(COLUMNS)
        if some["gap_closed"].isna().all():
            rows, columns = [row[:-1] for row in rows], columns[:-1]
        table(columns, rows, right=["runs", "mean", "gain", "gap closed"])
        for row in some.itertuples():
            if row.verdict != BASELINE:
                print(_sentence(row, scale, unit))
    print()
    if best := recommended(summary):
        print(f"Recommended: {best}{_hedged(best, summary)}.")
    if taken := choices(runs):
        parts = (f"{' + '.join(members)} in {count} of {sum(n for _, n in taken)} runs" for members, count in taken)
        print(f"auto took {', '.join(parts)}.")
    for line in warnings(runs):
        print(line)
    if plan.experiment.seeds < LEAST_SEEDS:
        print(f"Fewer than {LEAST_SEEDS} seeds never give a verdict.")
    if stopped := int((runs["state"] == State.STOPPED).sum()):
        print(f"Stopped early: {stopped} of {len(runs)} runs; their best epochs so far are what is compared.")
    for selector in sorted(filter(None, set(runs["selector"].dropna()))):
        print(f"Selector: {selector}.")
    if plan.situation.simulated:
        print("The data is simulated.")
    return summary


def _hedged(best: str, summary: pd.DataFrame) -> str:
    """What must be added to a recommendation that no verdict stands behind."""
    last = list(by_budget(summary))[-1][1]
    if best == STRATEGY and (last.loc[last["strategy"] == best, "verdict"] == OPEN).all():
        return ", chosen by the labels alone; whether it helps is open"
    if catalog.is_baseline(best) and (last["verdict"] == OPEN).any():
        return ", as long as no transfer is shown to help; for some it is open"
    return ""


def record(plan: Plan, experiment_id: str, runs: pd.DataFrame, summary: pd.DataFrame) -> dict[str, Any]:
    """What ``--json`` writes."""
    situation = plan.situation
    target, _ = hold_out(situation)
    try:
        gap = measure_gap(situation.source, target).to_dict()
    except Unusable as error:
        gap = {"problem": str(error)}
    classes = counts(situation, plan.experiment.labels[0])
    return {
        "experiment": {"id": experiment_id, **plan.experiment.to_dict(), "left_out": plan.left_out,
                       "notes": list(situation.notes), "simulated": situation.simulated},
        "runs": records(runs),
        "summary": summary.to_dict("records"),
        "recommended": recommended(summary),
        "gap": gap,
        "imbalance": {"counts": classes.to_dict("records"), "parts": overview(classes).to_dict("records")},
    }  # fmt: skip


def warnings(runs: pd.DataFrame) -> list[str]:
    """What went wrong while training: a line for each strategy and kind of trouble."""
    return [f"Warning: {one.strategy}, in {one.runs} of {one.of} runs: {told(one.note)}" for one in grave(runs)]


def _by_budget(summary: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    names = summary["labels"].map(lambda labels: "all" if pd.isna(labels) else str(labels))
    return [(name, summary[names == name]) for name in dict.fromkeys(names)]


def _row(row: Any, scale: int) -> list[str]:
    mean = "" if pd.isna(row.mean) else f"{row.mean:.3f}"
    spread = "" if pd.isna(row.ci_low) else f"{row.ci_low:.3f} to {row.ci_high:.3f}"
    gain = "" if pd.isna(row.gain) else f"{row.gain * scale:+.1f}"
    band = "" if pd.isna(row.gain_low) else f"{row.gain_low * scale:+.1f} to {row.gain_high * scale:+.1f}"
    closed = "" if pd.isna(row.gap_closed) else f"{row.gap_closed:.0%}"
    return [row.strategy, row.n, mean, spread, gain, band, row.verdict, closed]


def _sentence(row: Any, scale: int, unit: str) -> str:
    if row.n == 0:
        return f"{row.strategy}: no run has finished."
    if row.verdict == CEILING:
        return f"{row.strategy} is given every target label: what could be reached at most."
    if pd.isna(row.baseline):
        return f"{row.strategy}: no model without transfer to hold it against."
    if pd.isna(row.gain):
        return f"{row.strategy}: no seed has finished both with it and with {row.baseline}."
    gain = f"{row.gain * scale:+.1f}{unit}"
    if not pd.isna(row.gain_low):
        gain += f" ({row.gain_low * scale:+.1f} to {row.gain_high * scale:+.1f})"
    against = f"{gain} against {row.baseline}, the best model without transfer"
    if row.verdict == "not enough evidence":
        more = "" if pd.isna(row.more_seeds) else f"; about {row.more_seeds:.0f} more seed(s) may settle it"
        if row.gain_low > row.margin or row.gain_high < -row.margin:
            more += "; its own interval is clear of the margin, but of so many tried, one may be so by chance"
        return f"{row.strategy}: not enough evidence, {against}{more}."
    if row.verdict == "no practical difference":
        return f"{row.strategy} makes no practical difference: {against}."
    word = "helps" if row.verdict == "helps" else "hurts (negative transfer)"
    return f"{row.strategy} {word}: {against}."

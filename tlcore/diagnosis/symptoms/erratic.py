"""Curves that go up and down from epoch to epoch by more than they gain."""

from __future__ import annotations

from tlcore import catalog
from tlcore.diagnosis import remedies
from tlcore.diagnosis.evidence import Evidence, percent
from tlcore.diagnosis.finding import Finding
from tlcore.words import _

TITLE, PLACE = "Erratic curves", 70

TURNS, TURNING = 4, 0.5  # how often a curve turns, and of the turns it could have taken
SWING = 0.03  # a step from one epoch to the next: three points, or for errors that share of the score


def look(seen: Evidence) -> Finding | None:
    if not seen.epochs["watched"].notna().any():
        return None  # curves over a dozen validation labels jump by themselves
    points = catalog.metric(seen.experiment.metric).unit == "points"
    some = seen.table[seen.table["strategy"].isin(seen.deciding)]
    scale = 1.0 if points else some["strategy"].map(lambda name: abs(float(seen.rows.loc[name, "mean"])))
    wild = some[(some["reversals"] >= TURNS) & (some["turning"] > TURNING) & (some["swing"] > SWING * scale)]
    if wild.empty:
        return None
    wild = wild.sort_values("swing", ascending=False)
    first, names = wild.iloc[0], list(wild["strategy"])
    sentence = _(
        "{strategy}: the score goes up and down while training. The curve turns {turns} times, at {share} of the "
        "epochs where it could, by {step} from one epoch to the next.",
        strategy=seen.called(names[0]), turns=f"{first['reversals']:.0f}", share=percent(first["turning"]),
        step=seen.amount(first["swing"]).lstrip("+"),
    )  # fmt: skip
    return Finding(
        "erratic", _(TITLE), tuple(names), False, seen.and_others(sentence, names[1:]),
        remedies.offered(
            remedies.learning_rate(seen, names, 0.3),
            remedies.strategy(seen, "l2_sp", "partial_freeze"),
            remedies.more_labels(seen),
        ),
    )  # fmt: skip

"""Does `auto` choose well on real tables, which taught its prior nothing?

``python -m benchmarks.auto_on_tables [--data DIR] [--seeds 2]``. Ten targets cut out of two public tables: kinds of
telephone customers (Telco churn), and years, seasons and days of bike rentals, the rest of each table as their source;
30, 60 and 100 labels. Points of ROC-AUC or R2 over the best of logistic regression, boosting and forest *on the test
set*, a rival nobody could have picked beforehand. About 5 seconds a cell.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import numpy as np
import torch

from benchmarks import realdata
from benchmarks.learn_prior import OWN, POOLED
from tlcore import catalog
from tlcore.files import Files, situation
from tlcore.learn import choosing
from tlcore.learn.data import deal
from tlcore.situation import Situation, split
from tlcore.spec import PRESETS
from tlcore.strategies import auto

LABELS = (30, 60, 100)
FEW = ("logistic_regression", "gradient_boosting", "source_boosting", POOLED)
CHURN = (
    ("InternetService", "DSL"), ("InternetService", "Fiber optic"), ("SeniorCitizen", "1"), ("Contract", "One year"),
    ("PaymentMethod", "Mailed check"), ("PaperlessBilling", "No"),
)  # fmt: skip
# What tells the season or the day by another name is left out beside it.
BIKES = (("yr", "1", ""), ("season", "1", ",mnth"), ("workingday", "0", ",weekday,holiday"), ("weathersit", "3", ""))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    realdata.folder(parser)
    parser.add_argument("--seeds", type=int, default=2)
    asked = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    cells = []
    for name, files in tasks(asked.data).items():
        drawn = situation(files)
        for labels in LABELS:
            for seed in range(asked.seeds):
                chosen, gains = cell(drawn, labels, seed)
                cells.append((labels, gains))
                print(f"{name}, {labels} labels, seed {seed}: {chosen}, {np.round(gains, 1)}", flush=True)
    print("\n| labels | `auto` | always pooled boosting | cross-validated choice of four | the best there is |")
    print("|---|---|---|---|---|")
    for counts in (*((count,) for count in LABELS), LABELS):
        some = np.array([gains for count, gains in cells if count in counts])
        parts = [f"{mean:+.1f} (worst {worst:+.1f})" for mean, worst in zip(some.mean(0), some.min(0), strict=True)]
        print(f"| {', '.join(map(str, counts))} | {' | '.join(parts)} |")


def tasks(data: Path) -> dict[str, Files]:
    churn, bikes = realdata.found(data, "telco_churn/telco.csv", "bike_sharing/hour.csv")
    return {
        f"churn, {column} {value}": Files(
            source=str(churn), domain_column=column, target_domain=value, label="Churn", ignore="customerID"
        )
        for column, value in CHURN
    } | {
        f"bikes, {column} {value}": Files(
            source=str(bikes), domain_column=column, target_domain=value, label="cnt",
            ignore=f"casual,registered,instant,dteday{same}",
        )
        for column, value, same in BIKES
    }  # fmt: skip


def cell(drawn: Situation, labels: int, seed: int) -> tuple[str, list[float]]:
    """Whom `auto` takes, and the gains of: it, always pooling, a cross-validated choice of four, the best there is."""
    hand = split(drawn, labels, seed)
    task, held = deal(hand, drawn, catalog.backbone("mlp"), PRESETS["quick"], seed, "cpu")
    seen = tried(task)
    choice = choosing.choose(task, seen, [], auto.BLENDS)
    regression = drawn.kind == "regression"
    metric = catalog.metric("r2" if regression else "roc_auc")
    truth = (held.test.truth - held.centre) / held.spread if regression else held.test.truth
    scores = {}
    for name, predictor in seen.predictors.items():
        told = choosing.asked(predictor, held.test.x)
        scores[name] = float(metric.measure(truth, told[:, 0] if regression else told))
    skills = dict(zip(seen.names, seen.gains.mean(0), strict=True))
    picked = [choice.name, POOLED, max(FEW, key=skills.__getitem__), max(scores, key=scores.__getitem__)]
    best = max(scores[name] for name in OWN)
    return choice.name, [100 * (scores[name] - best) for name in picked]


def tried(task) -> choosing.Seen:
    """What `auto` sees of a table; no network takes part."""
    asking = auto.Auto().candidates(task)
    try:
        next(asking)
    except StopIteration as ready:
        candidates = ready.value
    return choosing.weighed(task, candidates, auto.blends(candidates), 1)


if __name__ == "__main__":
    main()

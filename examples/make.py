"""Train one experiment per embedded scenario on this machine and write the snapshots that ship with the product.

``make examples``, or ``python examples/make.py [scenario ...]``; some minutes each. What is written
(examples/<scenario>/) names the machine, the seeds and the versions it was made with.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
from rich.console import Console

from tlcore import catalog, launch
from tlcore.measure.gain import recommended, summarise
from tlcore.plan import drawn, plan
from tlcore.situation import hold_out
from tlcore.spec import PRESETS, Experiment
from tlcore.store import Store

HERE = Path(__file__).parent
SEEDS = 5


def make(name: str, console: Console) -> None:
    """Compare the usual strategies and the ceilings at half, once and twice the scenario's label budget.

    Tables, which are quick, at four times too: the more budgets, the better it shows how many labels are saved.
    """
    offer = catalog.scenarios()[name]
    times = (0.5, 1, 2, 4) if offer.modality == "table" else (0.5, 1, 2)
    pool, _test = hold_out(drawn(name))
    planned = plan(
        Experiment(
            scenario=name,
            strategies=(*catalog.usual(), *filter(catalog.is_ceiling, catalog.strategies())),
            labels=tuple(count for share in times if (count := int(offer.budget * share)) <= len(pool)),
            seeds=SEEDS,
            training=replace(PRESETS["quick"], watch_source=True),
        )
    )
    store = Store.open()
    experiment = store.submit(planned)
    began, total = time.monotonic(), len(planned.runs)
    with console.status(name) as status:
        while True:
            launch.start(store)
            runs = store.runs(experiment)
            over = runs["state"].isin(["done", "stopped", "cancelled", "failed", "lost"]).sum()
            status.update(f"{name}: {over} of {total} runs")
            if over == total:
                break
            time.sleep(1.0)
    failed = runs[runs["state"] != "done"]
    if len(failed):
        raise SystemExit(f"{name}: {len(failed)} runs ended without a result, the first: {failed['failure'].iloc[0]}")
    folder = store.export_example(experiment, HERE)
    write_verdicts(store.runs(experiment), folder)
    size = sum(path.stat().st_size for path in folder.iterdir())
    console.print(f"{name}: {total} runs in {time.monotonic() - began:.0f} s, {size / 1e6:.2f} MB")


def write_verdicts(runs: pd.DataFrame, folder: Path) -> None:
    """What the runs said when they were made, so that a test can ask today's code for the same."""
    summary = summarise(runs)
    said = summary[["strategy", "labels", "verdict", "baseline"]].assign(gain=summary["gain"].astype(float).round(6))
    record = {"recommended": recommended(summary), "verdicts": json.loads(said.to_json(orient="records"))}
    (folder / "verdicts.json").write_text(json.dumps(record, indent=1) + "\n")


def main(names: list[str]) -> None:
    console = Console()
    with tempfile.TemporaryDirectory() as home:
        os.environ["TRANSFERLAB_HOME"] = home
        os.environ["TRANSFERLAB_IDLE"] = "20"
        for name in names or catalog.embedded():
            make(name, console)


if __name__ == "__main__":
    main(sys.argv[1:])

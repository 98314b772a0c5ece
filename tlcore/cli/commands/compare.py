"""``compare``: an experiment, start to verdict, through the store and the launcher, so that the browser sees it too."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tlcore import catalog
from tlcore.cli import INCOMPLETE, flags
from tlcore.cli.output import as_json

HELP = "compare strategies on a scenario or on your own files, start to verdict"


def arguments(parser: ArgumentParser) -> None:
    flags.data(parser, "a scenario on offer, or a saved experiment (.yaml)")
    flags.budget(parser)
    parser.add_argument(
        "--json", metavar="FILE", help="write experiment, runs, summary, gap, imbalance and diagnosis there"
    )
    parser.add_argument("--yaml", metavar="FILE", help="save the experiment there, to repeat it with 'compare FILE'")
    parser.add_argument("--dry-run", action="store_true", help="say what it will take and can show; start nothing")
    parser.add_argument("--yes", action="store_true", help="start however many runs it are")


def run(asked: Namespace) -> int:
    from tlcore import launch
    from tlcore.cli import afterwards, before, verdict
    from tlcore.cli.watching import watch
    from tlcore.errors import Unusable
    from tlcore.outcome import State
    from tlcore.plan import out_of_reach, plan
    from tlcore.store import Store

    planned = plan(flags.experiment(asked))
    for sentence in [*_left_out(planned.left_out, asked.strategies), *planned.situation.notes]:
        print(f"Note: {sentence}", file=sys.stderr)
    doubts = _doubts(planned.experiment.scenario, planned.experiment.settings)
    for sentence in doubts:
        print(f"Warning: {sentence}", file=sys.stderr)
    store = Store.open()
    if asked.dry_run:
        before.show(store, planned)
        return 0
    before.ask_back(store, planned, asked.yes)
    if unreachable := out_of_reach(planned):
        raise Unusable(unreachable)
    if planned.experiment.device == "cuda" and not launch.status(store)["gpus"]:
        raise Unusable("There is no CUDA GPU on this machine; choose --device auto or cpu.")
    name = store.submit(planned)
    if asked.yaml:
        Path(asked.yaml).write_text(planned.experiment.to_yaml(), encoding="utf-8")
    launch.start(store)
    print(
        f"Experiment {name}: {len(planned.runs)} runs of {len(planned.experiment.strategies)} strategies, judged by "
        f"{planned.metric}.",
        file=sys.stderr,
    )
    watch(store, name)
    runs = store.runs(name)
    summary = verdict.show(planned, runs)
    more = afterwards.show(afterwards.Ended(planned, name, runs, summary, store))
    for sentence in doubts:  # who reads the verdict is not to have missed them
        print(f"Warning: {sentence}")
    if asked.json:
        as_json(verdict.record(planned, name, runs, summary) | more, asked.json)
    lacking = runs[~runs["state"].isin([State.DONE, State.STOPPED])]
    for run in lacking[lacking["state"] != State.CANCELLED].to_dict("records"):
        print(
            f"{run['strategy']}, seed {run['seed']}, {run['state']}: {run['failure']} (log {run['run']})",
            file=sys.stderr,
        )
    if cancelled := int((lacking["state"] == State.CANCELLED).sum()):
        print(f"Cancelled before they had a result: {cancelled} runs.", file=sys.stderr)
    return INCOMPLETE if len(lacking) else 0


def _doubts(scenario: str, settings: Mapping[str, Any]) -> list[str]:
    """What the data doctor warns of in a person's own files."""
    from tlcore.files import Files, examine

    files = catalog.scenario(scenario, **settings)
    if not isinstance(files, Files):
        return []
    return [one.sentence for one in examine(files) if one.severity == "warning"]


def _left_out(refused: dict[str, str], named: str | None) -> list[str]:
    """Why strategies are left out: a sentence for each that was named, one for all that nobody asked for by name."""
    if named not in (None, "all") or not refused:
        return list(refused.values())
    return [f"These do not apply here and are left out: {', '.join(refused)}."]

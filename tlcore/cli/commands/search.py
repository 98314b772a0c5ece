"""``search``: better settings for a strategy, chosen on validation labels and judged once on fresh seeds."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from tlcore.cli import INCOMPLETE, flags
from tlcore.cli.output import as_json, table
from tlcore.words import amount

if TYPE_CHECKING:
    from tlcore.search.study import Standing

HELP = "search better settings for a strategy; the test labels stay out of it"


def arguments(parser: ArgumentParser) -> None:
    flags.data(parser, "a scenario on offer, or a saved experiment (.yaml)")
    parser.add_argument("--strategy", dest="strategies", metavar="NAME", help="whose settings (default fine_tune)")
    parser.add_argument("--over", metavar="A,B", help="its knobs that are searched, such as lr,decay")
    parser.add_argument("--trials", type=int, default=20, metavar="N", help="how many settings are tried (default 20)")
    parser.add_argument("--fresh", type=int, default=5, metavar="K", help="further seeds to judge what won (default 5)")
    flags.training(parser)
    parser.set_defaults(no_baselines=True)
    parser.add_argument("--resume", metavar="ID", help="carry on with a search that was begun")
    parser.add_argument("--dry-run", action="store_true", help="say what it would cost, and start nothing")
    parser.add_argument("--json", metavar="FILE", help="write the trials, what won and its comparison there")


def run(asked: Namespace) -> int:
    from tlcore import search
    from tlcore.preflight import duration
    from tlcore.search import driver, study
    from tlcore.store import Store

    store = Store.open()
    if asked.resume:
        number = asked.resume
        wanted, _study = study.load(store, number)
    else:
        over = [name.strip() for name in (asked.over or "").split(",") if name.strip()]
        asked.strategies = asked.strategies or "fine_tune"
        wanted = study.search(flags.experiment(asked), asked.strategies, over, asked.trials, asked.fresh)
        number = wanted.id
    cost = search.cost(wanted, store)
    print(
        f"Search {number}: {wanted.trials} trials of {wanted.experiment.seeds} seeds and a last comparison on "
        f"{wanted.fresh} fresh ones, at most {cost.runs} runs: about {duration(cost.seconds)} on this machine.",
        file=sys.stderr,
    )
    if asked.dry_run:
        return 0
    study.begin(store, wanted)
    try:
        driver.drive(store, number, tell=lambda told: print(told, file=sys.stderr, flush=True))
    except KeyboardInterrupt:
        driver.stop(store, number)
        raise
    found = study.standing(store, number)
    _show(found)
    if asked.json:
        as_json(_record(found), asked.json)
    return 0 if found.over and found.best is not None else INCOMPLETE


def _show(found: Standing) -> None:
    from tlcore import catalog
    from tlcore.charts.tuning import answer

    trials, lower = found.trials, not catalog.metric(found.search.experiment.metric).higher_is_better
    rows = [
        [row["number"] + 1, *(_cell(row[name]) for name in found.search.over), _cell(row["value"]), row["state"]]
        for row in trials.sort_values("value", ascending=lower).head(10).to_dict("records")
    ]
    table(["trial", *found.search.over, "validation", "state"], rows, right=["trial", "validation"])
    said = answer(found)
    print("\n".join([said.headline, *said.sentences]))


def _cell(value: Any) -> str:
    return "-" if value is None or value != value else amount(value)


def _record(found: Standing) -> dict[str, Any]:
    return {
        "search": found.search.id,
        **found.search.to_dict(),
        "trials_ended": found.trials.to_dict("records"),
        "best": {"trial": found.best_number, "settings": found.best},
        "compared": None if found.final is None else found.final._asdict(),
    }

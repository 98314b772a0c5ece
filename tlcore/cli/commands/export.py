"""``export RUN --to DIR``: a finished run as a folder that answers without this program."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from tlcore.cli.output import as_json, json_flag

HELP = "take a finished run's model away: a folder that answers by itself"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="RUN", help="a finished run, as 'runs' lists them")
    parser.add_argument("--to", metavar="DIR", required=True, help="the folder to write; it must be new or empty")
    parser.add_argument("--force", action="store_true", help="replace a model that was exported there before")
    parser.add_argument("--experiment", metavar="ID", help="the experiment its card tells of (default: asked for last)")
    deciding = parser.add_mutually_exclusive_group()
    deciding.add_argument("--threshold", type=float, metavar="T", help="announce the event from this probability on")
    deciding.add_argument(
        "--payoffs", metavar="TP,FP,TN,FN", help="what a case brings, to choose the threshold by (default: as assumed)"
    )
    parser.add_argument("--quantise", action="store_true", help="8-bit weights for its network, and what they cost")
    json_flag(parser)


def run(asked: Namespace) -> int:
    from tlcore.cli.resolving import a_run, experiment
    from tlcore.errors import Unusable
    from tlcore.exporter import export
    from tlcore.measure.payoffs import payoffs
    from tlcore.room import size
    from tlcore.store import Store
    from tlcore.words import told

    if asked.threshold is not None and not 0 < asked.threshold < 1:
        raise Unusable(f"--threshold is {asked.threshold:g}; a probability lies between 0 and 1.")
    store = Store.open()
    record = export(
        store, a_run(store, asked.id), Path(asked.to), replace=asked.force, quantise=asked.quantise,
        experiment=experiment(store, asked.experiment) if asked.experiment else None, ask=asked.threshold,
        payoffs=None if asked.payoffs is None else payoffs(asked.payoffs),
        report=lambda sentence: print(sentence, file=sys.stderr, flush=True),
    )  # fmt: skip
    if asked.json:
        as_json({key: value for key, value in record.items() if key != "inputs"}, asked.json)
    if asked.json == "-":
        return 0
    print(f"Written to {asked.to}: {size(record['size']['bytes'])}, {record['check']['how']}.")
    away = record["check"]["largest difference"]
    if away is None:
        print("The run's predictions were not kept, so it was trained again; the card tells its own scores.")
    else:
        alike = "with weights of 8 bits" if record.get("quantised", {}).get("used") else "as the run did"
        print(f"It answers the {record['check']['rows']} test cases {alike} (largest difference {away:.1e}).")
    pace = record["latency"]
    print(f"{pace['one row, ms']:.1f} ms for one row, {pace['rows a second']:.0f} rows a second, on this machine.")
    for remark in record["remarks"]:
        print(told(remark))
    print(f"Ask it with: python -m tlcore predict {asked.to} FILE")
    return 0

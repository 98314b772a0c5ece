"""``predict DIR FILE``: what an exported model answers."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from tlcore.cli.output import as_json, json_flag, table, writable

HELP = "ask an exported model about a file: a table, texts, images or sounds"
SHOWN = 20  # rows on a terminal; a file holds them all


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="DIR", help="a folder that 'export' wrote")
    parser.add_argument("file", metavar="FILE", help="a table; a text; an image, a WAV, or a folder or zip of them")
    parser.add_argument("--column", metavar="NAME", default="", help="the column of a table that holds the texts")
    parser.add_argument("--to", metavar="OUT.csv", help="write every answer there, instead of showing the first")
    parser.add_argument("--trust", action="store_true", help="open a network in PyTorch's own form, which can run code")
    json_flag(parser)


def run(asked: Namespace) -> int:
    from tlcore.export import load
    from tlcore.files.export import as_csv
    from tlcore.whole import write

    writable(asked.to)
    answers = load(asked.model, trusted=asked.trust).predict(Path(asked.file), asked.column)
    for note in answers.attrs["notes"]:
        print(f"Note: {note}", file=sys.stderr)
    if asked.to:
        write(Path(asked.to), as_csv(answers.reset_index(names="row")))
        print(f"{len(answers)} answers written to {asked.to}.", file=sys.stderr)
    if asked.json:
        records = answers.reset_index(names="row").to_dict("records")
        as_json({"answers": records, "notes": answers.attrs["notes"]}, asked.json)
    if not asked.to and asked.json != "-":
        rows = [
            [name, *(_cell(value) for value in row)]
            for name, row in zip(answers.index, answers.to_numpy(), strict=True)
        ]
        table(["row", *answers.columns], rows[:SHOWN], right=list(answers.columns[1:]))
        if len(rows) > SHOWN:
            print(f"The first {SHOWN} of {len(rows)} answers; --to OUT.csv writes all.")
    return 0


def _cell(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)

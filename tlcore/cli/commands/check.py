"""``check``: the data doctor. Status 2 where something found makes the data unusable."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from tlcore import catalog
from tlcore.cli import UNUSABLE, flags
from tlcore.cli.output import as_json, json_flag

HELP = "the data doctor: what is wrong with these files, and what can be done"


def arguments(parser: ArgumentParser) -> None:
    flags.data(parser)
    json_flag(parser)


def run(asked: Namespace) -> int:
    from tlcore.files import Files, examine

    name, settings = flags.chosen_data(asked)
    scenario = catalog.scenario(name, **settings)
    found = examine(scenario if isinstance(scenario, Files) else scenario.draw())
    if asked.json:
        as_json({"findings": [asdict(finding) for finding in found]}, asked.json)
    for finding in found:
        if finding.severity == "stop":
            print(finding.sentence, file=sys.stderr)
        elif asked.json != "-":
            rows = f" ({'; '.join(finding.rows[:5])})" if finding.rows else ""
            print(f"{finding.severity}: {finding.sentence}{rows}")
    if any(finding.severity == "stop" for finding in found):
        return UNUSABLE
    if not found and asked.json != "-":
        print("Nothing wrong was found.")
    return 0

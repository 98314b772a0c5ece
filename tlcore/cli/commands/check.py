"""``check``: the data doctor. Status 2 where something found makes the data unusable."""

from __future__ import annotations

import shlex
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING

from tlcore import catalog
from tlcore.cli import UNUSABLE, flags
from tlcore.cli.output import as_json, json_flag

if TYPE_CHECKING:
    from tlcore.files import Finding

HELP = "the data doctor: what is wrong with these files, and what can be done"


def arguments(parser: ArgumentParser) -> None:
    flags.data(parser)
    json_flag(parser)


def run(asked: Namespace) -> int:
    from tlcore.files import Files, examine

    name, settings = flags.chosen_data(asked)
    scenario = catalog.scenario(name, **settings)
    every = examine(scenario if isinstance(scenario, Files) else scenario.draw())
    found = [finding for finding in every if finding.severity != "hint"]
    hints = [finding for finding in every if finding.severity == "hint"]
    if asked.json:
        as_json({"findings": [asdict(finding) for finding in found], "hints": [asdict(hint) for hint in hints]},
                asked.json)  # fmt: skip
    for finding in every:
        if finding.severity == "stop":
            print(finding.sentence, *_fix(finding, scenario), sep="\n", file=sys.stderr)
        elif asked.json != "-":
            rows = f" ({'; '.join(finding.rows[:5])})" if finding.rows else ""
            print(f"{finding.severity}: {finding.sentence}{rows}", *_fix(finding, scenario), sep="\n")
    if any(finding.severity == "stop" for finding in found):
        return UNUSABLE
    if not found and asked.json != "-":
        print("Nothing wrong was found.")
    return 0


def _fix(finding: Finding, scenario: object) -> list[str]:
    """The flag that mends this, with what the same flag already says."""
    from tlcore.files import fixes

    if finding.fix is None:
        return []
    text = fixes.added(getattr(scenario, finding.fix.knob), finding.fix)
    return [f"  Fix: --{finding.fix.knob} {shlex.quote(text)}"]

"""The data doctor: what is wrong with these examples, where, and what would be right.

Everything that reading notices is among the findings; here is added what only shows when the parts are laid side by
side. Each thing that is looked for is a file of `tlcore.files.checks`.
"""

from __future__ import annotations

from dataclasses import replace

from tlcore.errors import Unusable
from tlcore.files import checks
from tlcore.files.assemble import gather
from tlcore.files.finding import Finding, Findings
from tlcore.files.request import Files
from tlcore.situation import Situation

ORDER = {"stop": 0, "warning": 1, "note": 2, "hint": 3}


def examine(data: Files | Situation) -> list[Finding]:
    """All findings about a person's files, or about any situation, the gravest first. Never raises for bad data."""
    situation, found = gather(data, examined=True) if isinstance(data, Files) else (data, Findings())
    if situation is not None:
        try:
            _classes = situation.source_space, situation.target_space
            checks.run(situation.modality, situation, found)
        except Unusable as error:  # one class only: there is nothing to compare
            found.stop(str(error))
    if not isinstance(data, Files):  # there is no file to read otherwise
        found = Findings(replace(finding, fix=None) for finding in found)
    return sorted(found, key=lambda finding: ORDER[finding.severity])

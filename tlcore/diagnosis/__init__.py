"""What went wrong in an experiment, and what to try: symptoms in plain words, each with its figures and with
remedies, each of them an experiment that tests it. Nothing is trained here.

A symptom is a file in ``symptoms`` (docs/diagnosis.md has them all in a table).
"""

from __future__ import annotations

from tlcore.diagnosis import symptoms
from tlcore.diagnosis.evidence import Evidence
from tlcore.diagnosis.finding import Finding, Remedy

__all__ = ["SHOWN", "Evidence", "Finding", "Remedy", "diagnose"]

SHOWN = 5  # findings in view; the rest is folded away


def diagnose(seen: Evidence) -> list[Finding]:
    """Every symptom that the evidence shows, the gravest first."""
    found = [finding for look in symptoms.every() if (finding := look(seen))]
    return sorted(found, key=lambda finding: not finding.grave)

"""A person's own files: read, checked, mended where that is safe, and turned into a situation.

>>> from tlcore.files import Files, examine, situation
>>> files = Files(source="old_market.csv", target="new_market.csv", label="churn")
>>> for finding in examine(files): print(finding.severity, finding.sentence)  # doctest: +SKIP
>>> situation(files)  # doctest: +SKIP
"""

from tlcore.files.assemble import gather, situation
from tlcore.files.doctor import examine
from tlcore.files.finding import Finding, Findings, Fix
from tlcore.files.images import read_images
from tlcore.files.request import Files, digest, modality_of
from tlcore.files.tables import guess_label, read_table

__all__ = [
    "Files", "Finding", "Findings", "Fix", "digest", "examine", "gather", "guess_label", "modality_of", "read_images",
    "read_table", "situation",
]  # fmt: skip

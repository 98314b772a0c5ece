"""From a person's files to a situation: everything that is wrong is said, everything that can be is mended."""

from __future__ import annotations

from pathlib import Path

from tlcore.errors import Unusable
from tlcore.files.finding import Findings
from tlcore.files.from_folders import from_folders
from tlcore.files.from_tables import from_tables
from tlcore.files.request import Files, modality_of, things
from tlcore.situation import Modality, Situation
from tlcore.words import _


def situation(files: Files) -> Situation:
    """The situation these files describe. Raises `Unusable` with one sentence per problem."""
    drawn, found = gather(files)
    found.refuse()
    assert drawn is not None
    return drawn


def gather(files: Files, *, examined: bool = False) -> tuple[Situation | None, Findings]:
    """The situation, or None where a finding stops it, and all that was noticed on the way.

    ``examined`` adds what the doctor finds in tables as they lie in the files: nothing that a run needs.
    """
    found = Findings()
    try:
        if _complete(files, found):
            kind = _modality(files)
            if kind == "table":
                return from_tables(files, found, examined=examined), found
            return from_folders(files, kind, found), found
    except Unusable as error:
        for problem in error.problems:
            found.stop(problem)
    return None, found


def _complete(files: Files, found: Findings) -> bool:
    """Whether everything needed was named."""
    if not files.source and (files.domain_column or not files.target):
        found.stop(_("No source is named."), remedy=_("Name the file or folder where labels are plenty."))
    if not files.target and not files.domain_column:
        found.stop(
            _("No target is named."),
            remedy=_("Name the file where labels are scarce, or the column that splits the source into two domains."),
        )
    if files.places and _is_folder(files):
        found.stop(
            _("Places are told apart by a column of a table; folders have none."), remedy=_("Leave the places out.")
        )
    if (files.group or files.time) and _is_folder(files):
        found.stop(
            _("Groups and times are told by a column of a table; folders have none."), remedy=_("Leave them out.")
        )
    if sum(map(bool, (files.group, files.time, files.test))) > 1:
        found.stop(
            _("The test set is a file, whole groups of the target or its latest half; more than one of them is named."),
            remedy=_("Choose one."),
        )
    if files.target and files.domain_column:
        found.stop(
            _("Both a target file and a column that splits the source are named."), remedy=_("Choose one of the two.")
        )
    if bool(files.domain_column) != bool(files.target_domain):
        found.stop(
            _("A domain column and the value that marks the target go together; only one of them is named."),
            remedy=_("Name both."),
        )
    return not found.stops


def _is_folder(files: Files) -> bool:
    first = Path(files.source or files.target)
    return first.is_dir() or first.suffix.lower() == ".zip"


def _modality(files: Files) -> Modality:
    problems: list[str] = []
    kinds: dict[str, Modality] = {}
    for role, path in files.paths.items():
        try:
            kinds[role] = modality_of(path)
        except Unusable as error:
            problems += error.problems
    if problems:
        raise Unusable(*problems)
    if len(set(kinds.values())) > 1:
        told = ", ".join(f"{files.paths[role]} ({things(kind)})" for role, kind in kinds.items())
        raise Unusable(_("Files of different kinds cannot be mixed ({files}); bring one kind.", files=told))
    return next(iter(kinds.values()))

"""A person's own two files: tables, or folders of class folders with images, sounds or texts."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import tlcore as tl
from tlcore import files
from tlcore.files.request import ROLES
from tlcore.words import _


@dataclass(frozen=True)
class OwnFiles(files.Files, tl.Scenario):
    """What the files hold, read anew for each run; ``digest`` makes sure that it is still the same."""

    title = "Your own data"
    situation = "Own data"
    modality = "table, image, text or audio"
    story = (
        "Bring one file from where you have many labels and one from where you have few: customers of an old and "
        "a new product, two regions, two years. A single table works too, when one of its columns tells the two "
        "apart. You learn whether the first helps the second, and by how much."
    )
    simulated = False
    embedded = False
    budget = 50

    digest: str = tl.knob("", "What the files held when they were chosen; a run refuses files that changed since")

    def called(self) -> str:
        """The target's file, or the one that is split, and what is predicted."""
        file = Path(self.target or self.source).name
        part = f" ({self.domain_column} = {self.target_domain})" if self.domain_column else ""
        return f"{file}{part}: {self.label}" if self.label else f"{file}{part}"

    def draw(self) -> tl.Situation:
        """Raises `Unusable` with one sentence per problem, also when a file has changed since it was chosen."""
        if self.digest and files.digest(self) != self.digest:
            names = ", ".join(str(path) for path in self.paths.values())
            raise tl.Unusable(
                _("The content of {names} has changed since this experiment was set up; set it up anew.", names=names)
            )
        return files.situation(self)


def settings(**asked: Any) -> dict[str, Any]:
    """The scenario's settings for these files: paths made absolute, content hashed, defaults left out.

    Takes the knobs of `OwnFiles` as keywords; ``None`` counts as not given, and a ``digest`` that is given
    stays, so that changed files are noticed. Raises `Unusable` where a file is not there.
    """
    given = {name: value for name, value in asked.items() if value not in (None, "")}
    for role in ROLES:
        if role in given:
            given[role] = str(Path(given[role]).expanduser().resolve())
    if "digest" not in given:
        given["digest"] = files.digest(OwnFiles(**given))
    return {f.name: given[f.name] for f in fields(OwnFiles) if f.name in given and given[f.name] != f.default}


SCENARIO = OwnFiles

"""The model of a run, made for a page in a process of its own: ``python -m tlcore.making RUN``.

It reads a request from standard input, ``{"experiment": .., "to": folder, "language": of what it tells}``;
`tlcore.launch.models` asks, and reads what is told.
"""

from __future__ import annotations

import json
import shutil
import sys
import traceback
from pathlib import Path

from filelock import FileLock, Timeout

from tlcore.errors import Unusable
from tlcore.launch.models import tell, told_all
from tlcore.store import Store
from tlcore.words import _, speaking


def main() -> None:
    run, asked = sys.argv[1], json.load(sys.stdin)
    to = Path(asked["to"])
    try:
        # Somebody may just be looking whether it is free; who holds it longer is making the same.
        with FileLock(to.with_suffix(".lock"), timeout=2.0), speaking(asked["language"]):
            _make(run, asked["experiment"], to)
    except Timeout:
        return


def _make(run: str, experiment: str, to: Path) -> None:
    for draft in to.parent.glob(f".{to.name}.*"):  # of one that was killed
        shutil.rmtree(draft)
    try:
        from tlcore.exporter import export

        export(
            Store.open(), run, to, replace=True, experiment=experiment, report=lambda sentence: tell(to, step=sentence)
        )
        told_all(to)
    except Unusable as error:
        tell(to, problems=error.problems)
    except Exception as error:
        traceback.print_exc()
        told = _("The model could not be made ({error}).", error=f"{type(error).__name__}: {error}")
        tell(to, problems=[told])


if __name__ == "__main__":
    main()

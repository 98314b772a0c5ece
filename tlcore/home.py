"""Where this program keeps things on this machine."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """The folder of everything that is kept: ``TRANSFERLAB_HOME``, or ``.transferlab`` where one stands."""
    return Path(os.environ.get("TRANSFERLAB_HOME") or ".transferlab").absolute()

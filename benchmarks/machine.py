"""What a figure was measured on, in one line: no figure is printed without it."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version


def words(*packages: str) -> str:
    """Cores, processor family, Python and the versions of these packages."""
    parts = [f"{os.cpu_count()} cores, {platform.machine()}", f"Python {platform.python_version()}"]
    return ", ".join([*parts, *(f"{package} {version(package)}" for package in packages)])

"""A whole file or none: written beside its place under another name, then moved there."""

from __future__ import annotations

import os
from pathlib import Path

from tlcore.errors import Unusable


def write(path: Path, content: bytes) -> None:
    """Raises `Unusable`, in one sentence, where there is no room or no leave to write; nothing is left behind then."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise Unusable(f"{path} could not be written ({error.strerror or error}); nothing was left behind.") from error
    finally:
        draft.unlink(missing_ok=True)

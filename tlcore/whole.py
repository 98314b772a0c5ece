"""A whole file or none: written beside its place under another name, then moved there."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from tlcore.errors import Unusable
from tlcore.words import _


def write(path: Path, content: bytes) -> None:
    """Raises `Unusable`, in one sentence, where there is no room or no leave to write; nothing is left behind then."""
    path = path.resolve()  # what a link points to is written, the link stays
    draft = path.with_name(f".{uuid4().hex}.draft")
    if path.exists() and not path.is_file():  # a device, such as /dev/stdout, is written to, never replaced
        draft = path
    try:
        draft.write_bytes(content)
        if draft != path:
            draft.replace(path)
    except OSError as error:
        raise Unusable(
            _(
                "{path} could not be written ({error}); nothing was left behind.",
                path=path,
                error=error.strerror or error,
            )
        ) from error
    finally:
        if draft != path:
            draft.unlink(missing_ok=True)

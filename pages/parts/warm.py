"""What the first visitor would wait for, done while the browser is still loading."""

from __future__ import annotations

import threading


def up() -> None:
    """Import the pages' parts and open the store, beside everything else; returns at once."""
    threading.Thread(target=_up, daemon=True, name="warm-up").start()


def _up() -> None:
    from pages.parts import reads, situations  # noqa: F401  (what Home draws with)

    reads.store()

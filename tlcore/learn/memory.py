"""Features of costly networks, computed once for each input and kept on disk.

    features/<network>/<part>.npz     the digests of some inputs (N, 16), and their features (N, width)

A network is named by its structure and weights, which hold its preprocessing too; an input by its own bytes.
So five strategies on one frozen network, all their seeds and label budgets together, cost one forward pass
per example. Parts are written whole and never changed; two runs that write the same one do no harm.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import blake2s
from pathlib import Path
from shutil import rmtree
from tempfile import NamedTemporaryFile
from zipfile import BadZipFile

import numpy as np
import torch
from torch import Tensor

MOST_BYTES = 4 << 30  # of everything remembered; what was used longest ago is forgotten first
MOST_HELD = 1 << 29  # of it, in this process
FRAME = 600  # bytes of a part beside its two tables

_held: dict[tuple[Path, int, int], dict[bytes, np.ndarray]] = {}  # parts by file, time and size; used last, last
_folder: ContextVar[Path | None] = ContextVar("where features are kept", default=None)


@contextmanager
def at(folder: Path) -> Iterator[None]:
    """Remember in this folder for as long as the block lasts; elsewhere nothing is remembered."""
    token = _folder.set(folder)
    try:
        yield
    finally:
        _folder.reset(token)


def recall(network: str, x: Tensor, seen: Tensor, compute: Callable[[Tensor], Tensor]) -> Tensor:
    """The features of inputs ``x``: remembered ones read, new ones computed and kept.

    ``seen`` are the same inputs as the network reads them, which is what they are known by; ``compute`` takes
    some of ``x`` and returns their features ``(n, width)`` in float32.
    """
    place = _folder.get()
    if place is None or not len(x):
        return compute(x)
    place = place / network
    names = _names(seen)
    known = _read(place)
    fresh = {name: row for row, name in enumerate(names) if name not in known}  # equal inputs count once
    if fresh:
        made = compute(x[torch.tensor(list(fresh.values()), device=x.device)]).cpu().numpy()
        new = dict(zip(fresh, made, strict=True))
        _write(place, new)
        known |= new
    return torch.from_numpy(np.stack([known[name] for name in names])).to(x.device)


def _names(x: Tensor) -> list[bytes]:
    """Sixteen bytes for each input, told by its content; zeros at the end, as padding is, do not count."""
    rows = x.cpu().contiguous().numpy()
    return [blake2s(row.tobytes().rstrip(b"\0"), digest_size=16).digest() for row in rows]


def _read(place: Path) -> dict[bytes, np.ndarray]:
    known: dict[bytes, np.ndarray] = {}
    for part in sorted(place.glob("*.npz")):
        try:
            known |= _part(part)
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            part.unlink(missing_ok=True)  # damaged: what it held is computed again
    if place.is_dir():
        os.utime(place)
    return known


def _part(file: Path) -> dict[bytes, np.ndarray]:
    """What one file holds, read again only where it is another one."""
    state = file.stat()
    name = (file, state.st_mtime_ns, state.st_size)
    part = _held.pop(name, None)
    if part is None:
        with np.load(file, allow_pickle=False) as kept:
            part = dict(zip(map(bytes, kept["names"]), kept["features"], strict=True))
    _held[name] = part
    while sum(size for _file, _changed, size in _held) > MOST_HELD:
        del _held[next(iter(_held))]
    return part


def _write(place: Path, new: dict[bytes, np.ndarray]) -> None:
    names = np.frombuffer(b"".join(new), np.uint8).reshape(len(new), -1)
    features = np.stack(list(new.values()))
    try:
        place.mkdir(parents=True, exist_ok=True)
        if not _make_room(place, names.nbytes + features.nbytes + FRAME):
            return
        with NamedTemporaryFile(dir=place, suffix=".draft", delete=False) as draft:
            np.savez(draft, names=names, features=features)
        part = blake2s(names.tobytes(), digest_size=8).hexdigest()
        os.replace(draft.name, place / f"{part}.npz")
    except OSError:  # a full disk costs time, not the run
        for left in place.glob("*.draft"):
            left.unlink(missing_ok=True)


def _make_room(place: Path, wanted: int) -> bool:
    """Forget what was used longest ago: other networks as a whole, then this one's parts. False: it never fits."""
    if wanted > MOST_BYTES:
        return False
    networks = sorted((folder for folder in place.parent.iterdir() if folder != place), key=_age)
    parts = sorted(place.iterdir(), key=_age)
    sizes = {folder: sum(part.stat().st_size for part in folder.iterdir()) for folder in networks}
    sizes |= {part: part.stat().st_size for part in parts}
    total = sum(sizes.values()) + wanted
    for old in (*networks, *parts):
        if total <= MOST_BYTES:
            break
        rmtree(old, ignore_errors=True) if old in networks else old.unlink(missing_ok=True)
        total -= sizes[old]
    return True


def _age(place: Path) -> int:
    return place.stat().st_mtime_ns

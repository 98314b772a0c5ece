"""What a file or folder holds, in sixteen hexadecimal digits: two runs are equal only where their files are."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2s
from pathlib import Path


def digest_of(path: Path) -> str:
    """Equal content, equal digest; of a folder, the names and contents of all files below it."""
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    states = tuple((file, file.stat().st_mtime_ns, file.stat().st_size) for file in files)
    return _content(path, states)


@lru_cache(maxsize=32)
def _content(path: Path, states: tuple[tuple[Path, int, int], ...]) -> str:
    """Read again only where a time or a size is another."""
    total = blake2s(digest_size=8)
    for file, _changed, size in states:
        if file != path:
            total.update(f"\0{file.relative_to(path).as_posix()}\0{size}\0".encode())
        with file.open("rb") as opened:
            while block := opened.read(1 << 20):
                total.update(block)
    return total.hexdigest()

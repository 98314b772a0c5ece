"""Published comparisons, carried out here: ``python -m benchmarks.reproduce --data DIR --write``.

Every file of benchmarks/works is one of them: ours stands beside the published figure, with the protocol
and with what chose the epoch. Works whose data is not in DIR (benchmarks/realdata.py says what belongs
there), or would have to be fetched where there is no network, say so. ``--write`` puts the tables into
docs/reproductions.md.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from benchmarks import machine, realdata, trial, works

NEXT = "\n## "
PAGE = Path(__file__).parents[1] / "docs" / "reproductions.md"
START, END = "<!-- from here: python -m benchmarks.reproduce --write -->", "<!-- to here -->"
HEAD = ["method", "published", "ours", "epoch chosen by", "why outside, where it is"]


def sections(asked: argparse.Namespace) -> Iterator[str]:
    """One section per work, carried out as it is asked for."""
    for module in iter_modules(works.__path__):
        if asked.only and module.name != asked.only:
            continue
        work, began = import_module(f"benchmarks.works.{module.name}"), time.perf_counter()
        yield f"## {work.TITLE}\n\n{work.PROTOCOL}\n"
        lines = []
        try:
            for line in work.lines(asked):
                print(*line, sep=" | ", file=sys.stderr, flush=True)
                lines.append(line)
        except realdata.Absent as absent:
            yield f"Not run here: {absent}.\n"
            continue
        yield "\n".join("| " + " | ".join(line) + " |" for line in [HEAD, ["---"] * len(HEAD), *lines])
        yield f"\n{(time.perf_counter() - began) / 60:.1f} minutes.\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    realdata.folder(parser)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--only", default="", help="only the work of this file")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/reproductions.md")
    asked = parser.parse_args()
    parts = [f"Seen on {machine.words('torch', 'scikit-learn')}.\n"]
    print(parts[0], flush=True)
    for part in sections(asked):
        print(part, flush=True)
        parts.append(part)
    if asked.write:
        trial.write(PAGE, START, END, "\n".join(parts).strip() if not asked.only else _beside("\n".join(parts[1:])))


def _beside(section: str) -> str:
    """What the page holds already, with this section in the place of the one of its title."""
    held = PAGE.read_text(encoding="utf-8").partition(START)[2].partition(END)[0].strip()
    head, *others = held.split(NEXT)
    section = section.strip().removeprefix("## ")
    titles = [other.partition("\n")[0] for other in others]
    title = section.partition("\n")[0]
    found = [section if name == title else other.strip() for name, other in zip(titles, others, strict=True)]
    return f"\n{NEXT}".join([head.strip(), *(found if title in titles else [*found, section])])


if __name__ == "__main__":
    main()

"""``report``: a finished experiment as something to show: HTML, slides, PowerPoint, a bundle of figures."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

HELP = "a finished experiment as something to show: HTML, slides, PowerPoint, every figure"
KINDS = ("html", "slides", "pptx", "bundle")


def arguments(parser: ArgumentParser) -> None:
    from tlcore.cli import payoffs
    from tlcore.words import LANGUAGES

    parser.add_argument("id", metavar="EXPERIMENT", help="its id, or the first letters of it")
    parser.add_argument("--html", metavar="FILE", help="one file that works offline: interactive, prints on A4")
    parser.add_argument("--slides", metavar="FILE", help="seven slides for a browser, in one file that works offline")
    parser.add_argument("--pptx", metavar="FILE", help="slides for PowerPoint: native tables, the method in the notes")
    parser.add_argument("--bundle", metavar="FILE", help="every figure as CSV and JSON, in a zip")
    parser.add_argument("--audience", choices=["executive", "technical"], default="executive",
                        help="how much is told in --html and --pptx (default executive)")  # fmt: skip
    parser.add_argument("--labels", metavar="N", help="the label budget to speak of, or 'all'")
    payoffs.arguments(parser)
    parser.add_argument("--language", choices=list(LANGUAGES), default="en", help="what it is written in (default en)")


def run(asked: Namespace) -> int:
    from tlcore.cli import payoffs, resolving
    from tlcore.cli.output import writable
    from tlcore.errors import Unusable
    from tlcore.measure.budgets import finished
    from tlcore.report import Material, drawing, files
    from tlcore.room import size
    from tlcore.store import Store
    from tlcore.whole import write
    from tlcore.words import speaking

    wanted = {kind: getattr(asked, kind) for kind in KINDS if getattr(asked, kind)}
    if not wanted:
        raise Unusable("Nothing is asked for: name a file with --html, --slides, --pptx or --bundle.")
    writable(*wanted.values())
    store = Store.open()
    experiment = store.experiment(resolving.experiment(store, asked.id))
    worth = payoffs.worth(asked, experiment) if payoffs.said(asked) else None
    labels = resolving.budget(asked.labels, finished(store.runs(experiment.id)), experiment)
    material = Material.of(store, experiment.id, "all" if labels is None else labels, worth,
                           payoffs.event(asked, experiment))  # fmt: skip
    with speaking(asked.language):
        made = {path: files.made(kind, material, asked.audience) for kind, path in wanted.items()}
        missing = material.missing
    for path, content in made.items():
        write(Path(path), content)
        print(f"{path}: {size(len(content))}")
    for sentence in missing:
        print(f"Warning: {sentence}")
    if "pptx" in wanted and asked.language == "zh_CN" and not drawing.chinese_in_pictures():
        print("Warning: there is no font with Chinese characters here, so the charts in the PowerPoint file show empty "
              "boxes; install one, such as Noto Sans CJK. HTML and slides use their reader's fonts.")  # fmt: skip
    return 0

"""Learn only from the source rows most like the target, then fit the target (Jiang and Zhai, 2007)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class SourceSelection(tl.Trained):
    title = "Source selection"
    family = "instance transfer"
    summary = "Drops the source's cases that look least like the target, learns from the rest, then fits the labels."
    avoid = "Where the source is small: what is dropped may be missed more than it misled."
    paper = "Jiang and Zhai, 2007"
    needs = frozenset({"source data", "unlabelled target"})

    keep: float = tl.knob(0.5, "Share of the source's rows that is kept, of each class alike", 0.01, 1.0)
    by: str = tl.knob(
        "domain classifier",
        "What says how like the target a row is",
        choices=("domain classifier", "nearest neighbours"),
    )
    lr: float = tl.target_lr()
    source_lr: float = tl.source_lr()

    def phases(self, task):
        rows = yield from tl.weighting.views(task, self.source_lr)
        if self.by == "domain classifier":
            likeness = tl.weighting.density_ratio(*rows, "logistic regression", task.seed)
        else:
            likeness = -tl.weighting.distance(*rows)
        kept = tl.weighting.most_alike(likeness, task.source.y.cpu().numpy(), self.keep)
        note = tl.Note("{kept} of {rows} source rows are kept.", {"kept": len(kept), "rows": len(likeness)}, False)
        model = task.model()
        yield from tl.weighting.source(model, task, tl.weighting.subset(task.source, kept), self.source_lr, note)
        tl.recipes.rehead(model, task)
        yield from tl.recipes.tune(model, task, [tl.Move(model, self.lr)])


STRATEGY = SourceSelection

"""Source rows are weighed so that, as a crowd, they look like the target: kernel mean matching (Huang et al., 2007)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class KernelMeanMatching(tl.Trained):
    title = "Kernel mean matching"
    family = "instance transfer"
    summary = "Weighs the source's cases so that, taken together, they look like the target, then learns from them."
    avoid = "With very many columns, where all cases are about equally far from each other."
    paper = "Huang et al., 2007"
    needs = frozenset({"source data", "unlabelled target"})

    # Networks' features tell the domains apart so well that otherwise a handful of rows would take all the weight.
    most: float = tl.knob(10.0, "Largest weight of a row (B)", 1.0, 1e4, by={"image": 3.0, "text": 3.0})
    slack: float = tl.knob(0.1, "How far the mean weight may lie from 1 (epsilon)", 0.0, 1.0)
    rows: int = tl.knob(
        1000, "Rows of each domain that are compared; the others take their nearest one's weight", 10, 5000
    )
    lr: float = tl.target_lr()
    source_lr: float = tl.source_lr()

    def phases(self, task):
        rows = yield from tl.weighting.views(task, self.source_lr)
        weights = tl.weighting.kernel_mean_matching(*rows, self.most, self.slack, self.rows, task.seed)
        source, note = tl.weighting.weighted(task.source, weights), tl.weighting.worth(weights)
        model = task.model()
        yield from tl.weighting.source(model, task, source, self.source_lr, note)
        tl.recipes.rehead(model, task)
        yield from tl.recipes.tune(model, task, [tl.Move(model, self.lr)])


STRATEGY = KernelMeanMatching

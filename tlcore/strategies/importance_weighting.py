"""Source rows that look like the target count more, by their density ratio (Shimodaira, 2000; Bickel et al., 2009)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class ImportanceWeighting(tl.Trained):
    title = "Importance weighting"
    family = "instance transfer"
    summary = "Learns the source with more weight on the cases that could just as well be from the target."
    avoid = "Where hardly any source case resembles the target, or the same case has another answer there."
    paper = "Shimodaira, 2000; Bickel et al., 2009"
    needs = frozenset({"source data", "unlabelled target"})

    learner: str = tl.knob(
        "logistic regression", "What tells source from target", choices=("logistic regression", "boosting")
    )
    power: float = tl.knob(1.0, "Power the density ratio is raised to: 0 weighs all rows alike", 0.0, 1.0)
    most: float = tl.knob(10.0, "Largest weight, as a multiple of the mean", 1.0, 1e4)
    lr: float = tl.target_lr()
    source_lr: float = tl.source_lr()

    def phases(self, task):
        rows = yield from tl.weighting.views(task, self.source_lr)
        ratio = tl.weighting.density_ratio(*rows, self.learner, task.seed)
        weights = tl.weighting.tempered(ratio, self.power, self.most)
        source, note = tl.weighting.weighted(task.source, weights), tl.weighting.worth(weights)
        model = task.model()
        yield from tl.weighting.source(model, task, source, self.source_lr, note)
        tl.recipes.rehead(model, task)
        yield from tl.recipes.tune(model, task, [tl.Move(model, self.lr)])


STRATEGY = ImportanceWeighting

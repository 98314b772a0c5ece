"""Baseline++: heads that compare directions, on the source and anew on the target (Chen et al., 2019)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class CosineHead(tl.Trained):
    title = "Cosine head (Baseline++)"
    family = "few-shot"
    summary = "Keeps the source's features; the last layer compares directions only, which draws each class together."
    avoid = "Where how strong a feature is decides, not only which features go together."
    paper = "Chen et al., 2019"
    needs = frozenset({"source data", "classes"})

    scale: float = tl.knob(10.0, "How sharply angles are told apart", 1.0, 100.0)
    lr: float = tl.knob(1e-2, "Learning rate of a new head", 1e-6, 1.0)
    kept_lr: float = tl.knob(1e-3, "Learning rate of the source's own head, kept where classes are shared", 1e-6, 1.0)
    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        tl.meta.cosine_head(model, task.source_labels.outputs, self.scale, task.seed)
        yield from tl.recipes.source(model, task, self.source_lr)
        if not task.same_labels:
            tl.meta.cosine_head(model, task.target_labels.outputs, self.scale, task.seed)
        lr = self.kept_lr if task.same_labels else self.lr
        yield from tl.recipes.probe(model, task, lr, good_start=task.same_labels)


STRATEGY = CosineHead

"""Keep the source's features; the class whose mean lies nearest is the answer (Mensink et al., 2013)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class NearestMean(tl.Trained):
    title = "Nearest class mean"
    family = "feature transfer"
    summary = "Each new case goes to the class it resembles most, as the source taught the network to see resemblance."
    avoid = (
        "Where a class is made of several unlike groups, or chances matter: it knows nothing of how common a class is."
    )
    paper = "Mensink et al., 2013"
    needs = frozenset({"source data", "classes"})

    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        # Nothing is chosen by validation labels, so every label may count in the means.
        known, classes = task.labelled, task.target_labels.outputs
        yield tl.ready("target", tl.episodes.Prototypes(model.body, known.x, known.y, classes, spread=True))


STRATEGY = NearestMean

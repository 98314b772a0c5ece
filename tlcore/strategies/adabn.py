"""Keep the source's network, measure its normalisation anew on the target (Li et al., 2017)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class AdaBN(tl.Trained):
    title = "Adaptive batch normalisation (AdaBN)"
    family = "domain adaptation"
    summary = "The source's network reads the target on the target's own scale; nothing else about it changes."
    avoid = "Where the two domains differ in more than scale, or in their shares of each class."
    paper = "Li et al., 2017"
    needs = frozenset({"source data", "unlabelled target", "same classes", "batch norm"})

    tune: bool = tl.knob(False, "Fit the head to the target's labels afterwards")
    lr: float = tl.knob(1e-2, "Learning rate of the head", 1e-6, 1.0)
    source_lr: float = tl.knob(3e-3, "Learning rate on the source", 1e-6, 1.0)

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        tl.alignment.measure_anew(model, task.unlabelled)
        if self.tune:
            # With everything free, the few labelled rows would soon overwrite what was measured on all.
            yield from tl.recipes.probe(model, task, self.lr)
        else:
            yield tl.Phase("target", model, selector="unused")


STRATEGY = AdaBN

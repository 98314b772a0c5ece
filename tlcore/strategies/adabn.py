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
    lr: float = tl.knob(1e-3, "Learning rate of the head", 1e-6, 1.0)
    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        notes = []
        if not tl.alignment.measure_anew(model, task.unlabelled):  # a table of categories has no numbers to normalise
            notes.append(tl.Note("This network normalises nothing for this data, so nothing was adapted."))
        yield tl.Phase("target", model, selector="unused", notes=tuple(notes))
        if self.tune:
            # With everything free, the few labelled rows would soon overwrite what was measured on all.
            yield from tl.recipes.probe(model, task, self.lr, name="head", good_start=True)


STRATEGY = AdaBN

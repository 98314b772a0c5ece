"""What gets a sure answer must get the same one when heavily changed: unlabelled cases teach (Sohn et al., 2020)."""

from dataclasses import dataclass, replace

import tlcore as tl


@dataclass(frozen=True)
class FixMatch(tl.Trained):
    title = "FixMatch"
    family = "scarce labels"
    summary = "Unlabelled cases teach the network that an answer must hold when the case is changed a little or a lot."
    avoid = "Where a changed case means something else, or the first answers are often sure and wrong."
    paper = "Sohn et al., 2020"
    needs = frozenset({"source data", "unlabelled target", "classes"})

    threshold: float = tl.knob(0.95, "How sure an answer must be to be held to", 0.0, 1.0)
    weight: float = tl.knob(1.0, "Weight of the unlabelled examples against the labels", 0.0, 10.0)
    ratio: int = tl.knob(4, "Unlabelled examples for each labelled one in a step", 1, 16, by={"image": 2})
    lr: float = tl.target_lr()
    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        tl.recipes.rehead(model, task)
        plain = replace(task.unlabelled, augment=None)  # both views are changes of the case as it is
        both = tl.consistency.Beside(task.target, plain, self.ratio)
        learn = tl.consistency.consistent(model, task.space, self.threshold, self.weight)
        yield tl.Phase("target", model, both, learn, [tl.Move(model, self.lr)], good_start=task.same_labels)


STRATEGY = FixMatch

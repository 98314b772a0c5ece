"""Fine-tune on blends of two examples, which keeps a network from learning a few by heart (Zhang et al., 2018)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class Mixup(tl.Trained):
    title = "Mixup"
    family = "scarce labels"
    summary = "Fine-tuning on blends of two labelled cases, answered by a blend of their answers."
    avoid = "Where a case half way between two has no meaning, such as rules with sharp limits."
    paper = "Zhang et al., 2018"
    needs = frozenset({"source data"})

    alpha: float = tl.knob(0.4, "How much is mixed: 0 nothing, 1 any share as often as any other", 0.0, 10.0)
    lr: float = tl.target_lr()
    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        tl.recipes.rehead(model, task)
        learn = tl.consistency.mixed(model, task.space, self.alpha, task.seed)
        yield from tl.recipes.tune(model, task, [tl.Move(model, self.lr)], learn)


STRATEGY = Mixup

"""Fine-tune on a leash tied to the source's weights (Li et al., 2018)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class L2SP(tl.Trained):
    title = "Fine-tuning on a leash (L2-SP)"
    family = "parameter transfer"
    summary = "The network goes on learning on the target, but is pulled back to what the source taught it."
    avoid = "Where the target needs other features than the source: the leash holds on to the wrong ones."
    paper = "Li et al., 2018"
    usual = True
    needs = frozenset({"source data"})

    lr: float = tl.target_lr()
    alpha: float = tl.knob(0.1, "Pull of the weights back to the source's", 0.0, 1e6, by={"table": 1.0})
    beta: float = tl.knob(0.01, "Pull of a new head's weights towards zero", 0.0, 1e6)
    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        tl.recipes.rehead(model, task)
        learn = tl.tuning.leashed(model, task, self.alpha, self.beta)
        # The leash takes the place of the run's own pull towards zero.
        yield from tl.recipes.tune(model, task, [tl.Move(model, self.lr, decay=0.0)], learn)


STRATEGY = L2SP

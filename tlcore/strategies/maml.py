"""Learn first weights from which a few steps on a few labels go far (Finn et al., 2017).

Batch normalisation uses each batch's own statistics while practising, as in the paper (see tlcore/learn/meta.py).
"""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds.episodic import Episodic


@dataclass(frozen=True)
class MAML(Episodic, tl.Trained):
    title = "MAML"
    family = "few-shot"
    summary = "Practises on many small tasks made from the source, so that few labels suffice for a new one."
    avoid = "Where the source has few classes, and so few different tasks to practise on."
    paper = "Finn et al., 2017"
    needs = frozenset({"source data", "classes"})

    order: int = tl.knob(
        2, "2: follows how each inner step changes the next; 1: does not, and is quicker", choices=(1, 2)
    )
    steps: int = tl.knob(2, "Inner steps on the labels of an episode", 1, 20)
    inner_lr: float = tl.knob(0.1, "Learning rate of the inner steps", 1e-6, 10.0)
    tasks: int = tl.knob(1, "Episodes per step", 1, 32)
    lr: float = tl.target_lr()
    head_lr: float = tl.knob(1e-2, "Learning rate of the head", 1e-6, 1.0)
    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        episodes = tl.episodes.Episodes(task.source, self.ways, self.shots, self.queries, self.tasks)
        learn = tl.meta.maml(model, self.inner_lr, self.steps, self.order)
        matters = self.name, self.inner_lr, self.steps, self.order
        yield from tl.episodes.practice(model.body, task, episodes, learn, self.source_lr, *matters)
        yield from tl.meta.target(model, task, self.lr, self.head_lr)


STRATEGY = MAML

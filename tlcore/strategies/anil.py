"""MAML whose inner steps move the head alone: what counts is the features (Raghu et al., 2020)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds.episodic import Episodic


@dataclass(frozen=True)
class ANIL(Episodic, tl.Trained):
    title = "Almost no inner loop (ANIL)"
    family = "few-shot"
    summary = (
        "Practises on many small tasks made from the source which features let a last layer learn from few labels."
    )
    avoid = "Where the target looks so different that the source's features miss what matters."
    paper = "Raghu et al., 2020"
    needs = frozenset({"source data", "classes"})

    steps: int = tl.knob(5, "Inner steps on the labels of an episode", 1, 50)
    inner_lr: float = tl.knob(0.1, "Learning rate of the inner steps", 1e-6, 10.0)
    tasks: int = tl.knob(1, "Episodes per step", 1, 32)
    lr: float = tl.knob(1e-2, "Learning rate of the head", 1e-6, 1.0)
    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        episodes = tl.episodes.Episodes(task.source, self.ways, self.shots, self.queries, self.tasks)
        learn = tl.meta.anil(model, self.inner_lr, self.steps)
        matters = self.name, self.inner_lr, self.steps
        yield from tl.episodes.practice(model.body, task, episodes, learn, self.source_lr, *matters)
        yield from tl.meta.head_only(model, task, self.lr)


STRATEGY = ANIL

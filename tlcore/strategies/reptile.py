"""Move the first weights towards where plain training on one small task after another leads (Nichol et al., 2018)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds.episodic import Episodic


@dataclass(frozen=True)
class Reptile(Episodic, tl.Trained):
    title = "Reptile"
    family = "few-shot"
    summary = "Practises on many small tasks made from the source; simpler than MAML, and often as good."
    avoid = "Where the source has few classes, and so few different tasks to practise on."
    paper = "Nichol et al., 2018"
    needs = frozenset({"source data", "classes"})

    steps: int = tl.knob(5, "Inner steps on the labels of an episode", 2, 50)
    inner_lr: float = tl.knob(0.1, "Learning rate of the inner steps", 1e-6, 10.0)
    shots: int = tl.knob(10, "Examples of each class in an episode's first batch", 1, 100)
    queries: int = tl.knob(10, "Examples of each class in its second batch; the two take turns", 1, 100)
    tasks: int = tl.knob(1, "Episodes per step", 1, 32)
    lr: float = tl.target_lr()
    head_lr: float = tl.knob(1e-2, "Learning rate of the head", 1e-6, 1.0)
    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        episodes = tl.episodes.Episodes(task.source, self.ways, self.shots, self.queries, self.tasks)
        learn = tl.meta.reptile(model, self.inner_lr, self.steps)
        matters = self.name, self.inner_lr, self.steps
        yield from tl.episodes.practice(model.body, task, episodes, learn, self.source_lr, *matters)
        yield from tl.meta.target(model, task, self.lr, self.head_lr)


STRATEGY = Reptile

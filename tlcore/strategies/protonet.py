"""Learn features in which the mean of a few examples stands for a class (Snell et al., 2017)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds.episodic import Episodic


@dataclass(frozen=True)
class ProtoNet(Episodic):  # class means do not depend on how large the classes are: no remedy has a meaning
    title = "Prototypical network"
    family = "few-shot"
    summary = "Learns from the source to compare; a target case is given the class whose known examples it is nearest."
    avoid = "Where one class holds very different cases, which one mean cannot stand for."
    paper = "Snell et al., 2017"
    epochs = True
    needs = frozenset({"source data", "classes"})

    source_lr: float = tl.source_lr()

    def phases(self, task):
        body = task.model().body
        episodes = tl.episodes.Episodes(task.source, self.ways, self.shots, self.queries)
        learn = tl.episodes.prototypical(body)
        yield from tl.episodes.practice(body, task, episodes, learn, self.source_lr, self.name)
        known = task.labelled
        predictor = tl.episodes.Prototypes(body, known.x, known.y, task.target_labels.outputs)
        shares = tl.Note(
            "The nearest class mean takes all classes to be equally common; its probabilities ignore their shares.",
            grave=False,
        )
        yield tl.ready("target", predictor, shares)


STRATEGY = ProtoNet

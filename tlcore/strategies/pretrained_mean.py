"""Pretrained features as they are; the class whose mean lies nearest is the answer (Mensink et al., 2013)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class PretrainedMean(tl.Trained):
    title = "Pretrained features, nearest class mean"
    family = "few-shot"
    summary = "Each new case goes to the class it resembles most, as a network that comes with weights sees it."
    avoid = "Where a class is made of several unlike groups, or there are labels enough to fit a weighted sum."
    paper = "Mensink et al., 2013"
    needs = frozenset({"pretrained", "classes"})
    epochs = False

    def phases(self, task):
        known, classes = task.labelled, task.target_labels.outputs
        yield tl.ready("target", tl.episodes.Prototypes(task.model().body, known.x, known.y, classes, spread=True))


STRATEGY = PretrainedMean

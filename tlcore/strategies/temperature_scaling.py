"""Fine-tune, then divide the scores by one number that makes the stated probabilities honest (Guo et al., 2017)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class TemperatureScaling(tl.Trained):
    title = "Temperature scaling"
    family = "scarce labels"
    summary = "Fine-tuning, after which the stated probabilities are made honest; the answers themselves stay."
    avoid = "To get better answers: it changes how sure they are, never what they are."
    paper = "Guo et al., 2017"
    needs = frozenset({"source data", "classes"})

    lr: float = tl.target_lr()
    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        tl.recipes.rehead(model, task)
        yield from tl.recipes.tune(model, task, [tl.Move(model, self.lr)])
        honest = tl.calibration.tempered(model, task.valid)
        note = tl.Note(
            "The temperature is {temperature:.2f}, fitted on {labels} validation labels. "
            "Above 1, the network was too sure of itself.",
            {"temperature": float(honest.temperature), "labels": len(task.valid.y)},
            grave=False,
        )
        yield tl.ready("temperature", honest, note)


STRATEGY = TemperatureScaling

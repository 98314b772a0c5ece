"""Source and target learnt at the same time, on one body with a head for each (Caruana, 1997)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class MultiTask(tl.Trained):
    title = "Multi-task learning"
    family = "multi-task"
    summary = "One network answers both questions at once; what they share is learnt from both."
    avoid = "Where both ask the same question: the target's answer is learnt from its few labels alone all the same."
    paper = "Caruana, 1997; Kendall et al., 2018"
    needs = frozenset({"source data"})

    weighting: str = tl.knob(
        "rows",
        "What counts alike: each row, each of the two, or what is surest",
        choices=("rows", "equal", "uncertainty"),
    )
    source_weight: float = tl.knob(1.0, "How much the source counts besides", 0.0, 100.0)
    lr: float = tl.knob(3e-3, "Learning rate", 1e-6, 1.0)

    def phases(self, task):
        model = task.model(task.target_labels)
        device = task.source.x.device
        other = tl.torch.nn.Linear(model.width, task.source_labels.outputs).to(device)
        balance = tl.several.Balance(2).to(device) if self.weighting == "uncertainty" else None
        weight = self.source_weight * (len(task.source.x) / len(task.target.x) if self.weighting == "rows" else 1)
        learn = tl.several.together(model, other, weight / (1 + weight), balance)
        moves = [tl.Move(part, self.lr) for part in (model, other, balance) if part is not None]
        yield tl.Phase("target", model, tl.data.Paired(task.source, task.target), learn, moves)


STRATEGY = MultiTask

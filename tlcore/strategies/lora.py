"""Leave the source's weights alone and learn small low-rank updates to them (Hu et al., 2022)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class LoRA(tl.Trained):
    title = "Low-rank updates (LoRA)"
    family = "parameter transfer"
    summary = (
        "A few per cent of extra weights learn what is different in the target; the network itself stays as it is."
    )
    avoid = "On small networks, where full fine-tuning costs little; it pays off on large pretrained ones."
    paper = "Hu et al., 2022"
    needs = frozenset({"source data"})

    lr: float = tl.knob(3e-3, "Learning rate of the updates", 1e-6, 1.0, by={"table": 3e-4})
    head_lr: float = tl.knob(3e-4, "Learning rate of the head", 1e-6, 1.0, by={"table": 1e-4, "text": 3e-3})
    rank: int = tl.knob(4, "Rank of the updates", 1, 256, by={"image": 8})
    alpha: int = tl.knob(8, "Strength of the updates, in units of their rank", 1, 512, by={"image": 16})
    dropout: float = tl.knob(0.0, "Share of an update's inputs silenced while training", 0.0, 0.9)
    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        tl.recipes.rehead(model, task)
        updates, notes = tl.tuning.low_rank(model.body, self.rank, self.alpha, self.dropout)
        moves = [tl.Move(updates, self.lr), tl.Move(model.head, self.head_lr)]
        try:
            yield from tl.recipes.tune(model, task, moves, notes=[tl.tuning.moving(model, moves), *notes])
        finally:  # a run that is stopped is kept as a plain network too
            tl.tuning.merged(model.body)


STRATEGY = LoRA

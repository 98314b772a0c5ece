"""Leave the source's weights alone and learn narrow detours between its layers (Houlsby et al., 2019)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class Adapters(tl.Trained):
    title = "Adapters"
    family = "parameter transfer"
    summary = (
        "Small extra layers between the network's own learn what is different in the target; the rest stays as it is."
    )
    avoid = "On small networks, where full fine-tuning costs little; it pays off on large pretrained ones."
    paper = "Houlsby et al., 2019"
    needs = frozenset({"source data"})

    lr: float = tl.knob(3e-3, "Learning rate of the adapters", 1e-6, 1.0, by={"table": 3e-4})
    head_lr: float = tl.knob(3e-4, "Learning rate of the head", 1e-6, 1.0, by={"table": 1e-4, "text": 3e-3})
    bottleneck: int = tl.knob(8, "Units of each adapter", 1, 1024)
    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        tl.recipes.rehead(model, task)
        added = tl.tuning.adapted(model.body, task.target.x[:2], self.bottleneck)
        moves = [tl.Move(added, self.lr), tl.Move(model.head, self.head_lr)]
        yield from tl.recipes.tune(model, task, moves, notes=[tl.tuning.moving(model, moves)])


STRATEGY = Adapters

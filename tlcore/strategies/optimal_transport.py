"""Carry the source's rows to where the target's lie, at the least cost in all (Courty et al., 2017)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class OptimalTransport(tl.Trained):
    title = "Optimal transport"
    family = "domain adaptation"
    summary = "Moves the source's rows, as little as possible, to where the target's lie, and learns from them there."
    avoid = "Where the two domains have different shares of each class: some rows are then carried to the wrong class."
    paper = "Courty et al., 2017"
    needs = frozenset({"source data", "unlabelled target", "same classes", "tables"})

    method: str = tl.knob(
        "blurred",
        "One affine map for all; each row to its own place; or blurred, rows of one class kept together",
        choices=("linear", "exact", "blurred"),
    )
    blur: float = tl.knob(0.1, "Entropy of a blurred plan, as a share of the median cost", 1e-3, 10.0)
    by_class: float = tl.knob(0.1, "How much a blurred plan keeps rows of one class together", 0.0, 10.0)
    rows: int = tl.knob(500, "Rows of each domain that are matched; the others go as their nearest one goes", 10, 5000)
    lr: float = tl.target_lr()
    source_lr: float = tl.source_lr()

    def phases(self, task):
        moved, notes = tl.transport.carried(task, self.method, self.blur, self.by_class, self.rows)
        model = task.model()
        learn = tl.losses.supervised(model)
        yield tl.Phase("align", model, moved, learn, [tl.Move(model, self.source_lr)], notes=notes)
        yield from tl.recipes.tune(model, task, [tl.Move(model, self.lr)])


STRATEGY = OptimalTransport

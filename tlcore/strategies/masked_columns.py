"""Learn from rows without labels what hangs together with what, then the few labels (Yoon et al., 2020)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class MaskedColumns(tl.Trained):
    title = "Masked columns"
    family = "scarce labels"
    summary = "The network first learns to tell overwritten cells from the rest of their row, which needs no label."
    avoid = "Where columns have little to do with each other, or rows without labels are few."
    paper = "Yoon et al., 2020"
    needs = frozenset({"source data", "unlabelled target", "tables"})

    share: float = tl.knob(0.15, "Share of a row's cells that are overwritten", 0.05, 0.9)
    cell_lr: float = tl.knob(1e-3, "Learning rate while cells are told", 1e-6, 1.0)
    lr: float = tl.knob(3e-3, "Learning rate on the target", 1e-6, 1.0)

    def phases(self, task):
        model = task.model(task.target_labels)
        hidden = tl.columns.Hidden(task.space, model.width).to(task.source.x.device)
        learn = tl.columns.told_from_others(model, hidden, self.share)
        moves = [tl.Move(model.body, self.cell_lr), tl.Move(hidden, self.cell_lr)]
        yield tl.Phase("columns", model, tl.columns.at_hand(task), learn, moves, selector="unused")
        yield from tl.recipes.tune(model, task, [tl.Move(model, self.lr)], good_start=False)


STRATEGY = MaskedColumns

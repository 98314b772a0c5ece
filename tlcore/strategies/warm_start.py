"""Start a network from weights learnt elsewhere wherever they fit (Yosinski et al., 2014)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds.from_file import FromFile


@dataclass(frozen=True)
class WarmStart(FromFile):
    title = "Warm start"
    family = "structure transfer"
    summary = (
        "The same kind of network starts from the source's weights, or a file's, where they fit, and afresh elsewhere."
    )
    avoid = "Where little fits: what is loaded then feeds layers that have never seen it."
    paper = "Yosinski et al., 2014"
    needs = frozenset({"source data"})
    reads = "weights"

    lr: float = tl.target_lr()
    weights: str = tl.knob(
        "", "A .safetensors, .pth or .pt file to start from; empty: the network trained on the source"
    )
    reset: int = tl.knob(0, "How many of the top blocks, and the head with them, start anew", 0, 100)
    scale: float = tl.knob(1.0, "Width of the target's network as a share of the source's", 0.1, 4.0)
    source_lr: float = tl.source_lr()

    def phases(self, task):
        if self.own:
            state = tl.checkpoints.read(self.own)
        else:
            source = task.model()
            yield from tl.recipes.source(source, task, self.source_lr)
            state = source.state_dict()
        model = task.model(task.target_labels, self.scale)
        report = tl.checkpoints.load(model, state, tl.tuning.top(model, self.reset, head=not task.same_labels))
        report.demand_some(self.own)
        whole = task.same_labels and report.whole
        moves = [tl.Move(model, self.lr)]
        yield from tl.recipes.tune(model, task, moves, good_start=whole, notes=report.notes())


STRATEGY = WarmStart

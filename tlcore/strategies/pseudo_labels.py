"""Fine-tune, label what the network is sure of by itself, and go on with those labels too (Lee, 2013)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class PseudoLabels(tl.Trained):
    title = "Pseudo-labels"
    family = "scarce labels"
    summary = "A fine-tuned network labels the unlabelled cases it is sure of, and learns from these as well."
    avoid = "Where the first network is often sure and wrong: it then learns its own mistakes."
    paper = "Lee, 2013"
    needs = frozenset({"source data", "unlabelled target", "classes"})

    threshold: float = tl.knob(0.95, "How sure an answer must be to become a label; 1: never", 0.0, 1.0)
    rounds: int = tl.knob(2, "How often the unlabelled examples are labelled anew", 1, 20)
    weight: float = tl.knob(1.0, "Weight of pseudo-labels against labels, once they count in full", 0.0, 10.0)
    lr: float = tl.target_lr()
    source_lr: float = tl.source_lr()

    def phases(self, task):
        model = task.model()
        yield from tl.recipes.source(model, task, self.source_lr)
        tl.recipes.rehead(model, task)
        yield from tl.recipes.tune(model, task, [tl.Move(model, self.lr)])
        learn = tl.consistency.pseudo_supervised(model, self.weight)
        for number in range(1, self.rounds + 1):
            told = tl.consistency.pseudo_labelled(model, task, self.threshold)
            note = tl.Note(
                "Round {round}: {sure} of {all} unlabelled examples were answered surely enough to be learnt from.",
                {"round": number, "sure": len(told.x), "all": len(task.unlabelled.x)},
                grave=False,
            )
            both = tl.consistency.Beside(task.target, told, ratio=1)
            moves = [tl.Move(model, self.lr)] if len(told.x) else []
            yield tl.Phase(f"round {number}", model, both, learn, moves, share=0.5, good_start=True, notes=(note,))


STRATEGY = PseudoLabels

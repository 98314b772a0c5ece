"""Fine-tune a network that comes with weights on the target alone, the source left aside (Howard and Ruder, 2018)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class PretrainedFineTune(tl.Trained):
    title = "Pretrained, fine-tuned on the target"
    family = "parameter transfer"
    summary = "A network that comes with weights learns the target's few labels; your own source is not used."
    avoid = "With very few labels, or without a GPU: frozen features are quicker and often as good."
    paper = "Howard and Ruder, 2018"
    needs = frozenset({"pretrained"})
    usual = True

    lr: float = tl.knob(3e-3, "Learning rate of the last layer; the network's own weights move far slower", 1e-6, 1.0)
    head_share: float = tl.knob(0.3, "Share of the training in which the last layer alone learns", 0.0, 0.9)

    def phases(self, task):
        model = task.model(task.target_labels)
        if self.head_share:
            yield from tl.recipes.probe(model, task, self.lr, name="head", share=self.head_share)
        yield from tl.recipes.tune(
            model, task, [tl.Move(model, self.lr)], good_start=bool(self.head_share), share=1 - self.head_share
        )


STRATEGY = PretrainedFineTune

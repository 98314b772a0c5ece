"""No label at all: a network that knows classes by their names picks the nearest one (Radford et al., 2021)."""

from dataclasses import dataclass

import tlcore as tl

SENTENCES = ("a photo of a {}.", "a photo of the {}.", "a picture of {}.", "{}")


@dataclass(frozen=True)
class ZeroShot(tl.Strategy):
    title = "Zero-shot by class names"
    family = "few-shot"
    labelled = False
    summary = "Each picture goes to the class whose name, read as a caption, suits it best; no label is looked at."
    avoid = "Where class names say little in English, or the pictures are none that people write captions for."
    paper = "Radford et al., 2021"
    needs = frozenset({"class names", "classes"})

    sentence: str = tl.knob("", "A caption of your own with {} for the class name; empty: a few usual ones")

    def objection(self, situation):
        if self.sentence and "{}" not in self.sentence:
            return f"{self.name}.sentence is {self.sentence!r}; it must hold {{}}, where the name of a class goes."
        return super().objection(situation)

    def phases(self, task):
        model = task.model(task.target_labels)
        sentences = (self.sentence,) if self.sentence else SENTENCES
        names = model.body.named(task.target_labels.classes, sentences).to(task.target.x.device)
        model.head = tl.meta.Cosine(model.width, len(names), float(names.norm(dim=1).mean()))
        model.head.weight = tl.torch.nn.Parameter(names)
        yield tl.Phase("names", model, selector="unused")


STRATEGY = ZeroShot

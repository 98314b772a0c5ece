"""Word vectors learnt from texts nobody labelled, or from a file; a head on their mean (Bojanowski et al., 2017)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds.from_file import FromFile


@dataclass(frozen=True)
class WordVectors(FromFile):
    title = "Word vectors"
    family = "feature transfer"
    summary = "Learns what words mean from the texts of both places without their labels; then fits the few labels."
    avoid = "With few texts in all, and where the order of words decides what a text means."
    paper = "Bojanowski et al., 2017"
    needs = frozenset({"source data", "unlabelled target", "texts"})
    reads = "vectors"

    vectors: str = tl.knob("", "File of ready word vectors (.vec); empty: they are learnt from the texts at hand")
    width: int = tl.knob(64, "Numbers per word vector, where they are learnt", 2, 1024)
    vector_lr: float = tl.knob(3e-2, "Learning rate of the vectors", 1e-6, 1.0)
    lr: float = tl.knob(1e-2, "Learning rate of the head", 1e-6, 1.0)

    def phases(self, task):
        texts = tl.text.at_hand(task.source, task.unlabelled)
        device, notes = task.source.x.device, []
        if self.own:
            body, found = tl.text.read(self.own, task.space, device)
            notes.append(tl.text.coverage(self.own, found, task.space))
        else:
            body = tl.text.vectors(task.space, self.width, device)
        model = tl.text.headed(body, task)
        if not self.own:
            neighbours = tl.text.Neighbours(body.blocks[0].table, task.space, texts.x).to(device)
            moves = [tl.Move(part, self.vector_lr) for part in (body.blocks[0].table, neighbours)]
            yield tl.Phase("words", model, texts, tl.text.among(neighbours), moves, selector="unused")
        body.blocks[0].rescale(texts.x)
        features = tl.recipes.precomputed(body, task.target)
        learn = tl.losses.supervised(model.head)
        yield tl.Phase("target", model, features, learn, [tl.Move(model.head, self.lr)], notes=tuple(notes))


STRATEGY = WordVectors

"""A multi-layer perceptron for tables: numbers normalised, categories embedded (Guo and Berkhahn, 2016)."""

from dataclasses import dataclass
from itertools import pairwise

import tlcore as tl


@dataclass(frozen=True)
class MLP(tl.Backbone):
    title = "Multi-layer perceptron"
    modality = "table"
    summary = "A small, quick network for tables; categories get learnt embeddings, gaps a flag of their own."
    usual = True
    batch_norm = True

    width: int = tl.knob(64, "Units per hidden layer", 4, 4096)
    depth: int = tl.knob(3, "Hidden layers", 1, 12)
    dropout: float = tl.knob(0.2, "Share of units silenced while training", 0.0, 0.9)

    def build(self, space):
        stem = tl.nets.TableStem(space)
        sizes = [stem.width, *[self.width] * self.depth]
        hidden = [tl.nets.dense(a, b, self.dropout) for a, b in pairwise(sizes)]
        return tl.nets.Body([stem, *hidden], self.width)


BACKBONE = MLP

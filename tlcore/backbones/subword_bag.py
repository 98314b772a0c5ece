"""The mean of word and subword vectors, then dense layers: quick on texts of any language (Joulin et al., 2017)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class SubwordBag(tl.Backbone):
    title = "Bag of subwords"
    modality = "text"
    summary = "A small, quick network for texts; reads unknown words by their pieces, but not the order of words."
    usual = True

    width: int = tl.knob(64, "Numbers per word vector, and units per hidden layer", 4, 4096)
    depth: int = tl.knob(1, "Hidden layers behind the mean", 0, 12)
    dropout: float = tl.knob(0.1, "Share of units silenced while training", 0.0, 0.9)

    def build(self, space):
        stem = tl.text.TextStem(space, self.width, self.dropout)
        hidden = [tl.text.dense(self.width, self.width, self.dropout) for _ in range(self.depth)]
        return tl.nets.Body([stem, *hidden], self.width)


BACKBONE = SubwordBag

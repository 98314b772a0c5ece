"""A transformer that reads a row cell by cell: FT-Transformer (Gorishniy et al., 2021)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class FTTransformer(tl.Backbone):
    title = "FT-Transformer"
    modality = "table"
    summary = "Every cell looks at every other before the row is judged; finds interactions, at several times the cost."
    batch_norm = True

    width: int = tl.knob(32, "Numbers per cell", 4, 1024)
    depth: int = tl.knob(2, "Rounds in which cells look at each other", 1, 12)
    heads: int = tl.knob(4, "Ways of looking in each round", 1, 32)
    dropout: float = tl.knob(0.1, "Share of units silenced while training", 0.0, 0.9)

    def build(self, space):
        heads = max(count for count in range(1, self.heads + 1) if self.width % count == 0)
        rounds = [tl.columns.layer(self.width, heads, self.dropout) for _ in range(self.depth)]
        stem, last = tl.columns.CellTokens(space, self.width), tl.columns.OfTheRow(self.width)
        return tl.nets.Body([stem, *rounds, last], self.width)


BACKBONE = FTTransformer

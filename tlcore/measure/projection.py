"""A map that keeps neighbours together, of a picture of features (t-SNE; van der Maaten and Hinton, 2008)."""

from __future__ import annotations

import pandas as pd


def neighbour_map(picture: pd.DataFrame, perplexity: float = 30, seed: int = 0) -> pd.DataFrame:
    """The frame of `tlcore.measure.adaptation` with columns ``t0, t1``: one map for both moments and domains.

    Started from the first two principal components, so the map is the same each time. Distances between groups, and
    how wide a group is drawn, mean nothing.
    """
    from sklearn.manifold import TSNE

    places = [name for name in picture if name[0] == "x" and name[1:].isdigit()]
    rows = picture[places].to_numpy(float)
    few = min(perplexity, max((len(rows) - 1) / 3, 1))
    found = TSNE(perplexity=few, init="pca", random_state=seed, method="barnes_hut").fit_transform(rows)
    return picture.assign(t0=found[:, 0], t1=found[:, 1])

"""TrAdaBoost on 20 newsgroups: the same two topics, other groups, one target label in a hundred."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from urllib.error import URLError

import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

import tlcore as tl
from benchmarks import realdata, trial
from benchmarks.works import Band, Line, line

TITLE = "TrAdaBoost on 20 newsgroups"
PROTOCOL = """Published: error with 1 % of the target's labels (the ADAPT library's notebook, after Dai et al., 2007).
Ours: the paper's groups, TF-IDF of words, scikit-learn's linear SVM as the learner; a new draw of the labelled percent
per seed. Fetched by scikit-learn on first use."""
PAIRS = {
    "rec, talk": (
        ["rec.autos", "rec.motorcycles", "talk.politics.guns", "talk.politics.misc"],
        ["rec.sport.baseball", "rec.sport.hockey", "talk.politics.mideast", "talk.religion.misc"],
    ),
    "rec, sci": (
        ["rec.autos", "rec.sport.baseball", "sci.med", "sci.space"],
        ["rec.motorcycles", "rec.sport.hockey", "sci.crypt", "sci.electronics"],
    ),
    "sci, talk": (
        ["sci.electronics", "sci.med", "talk.politics.misc", "talk.religion.misc"],
        ["sci.crypt", "sci.space", "talk.politics.guns", "talk.politics.mideast"],
    ),
}
PUBLISHED = {
    "rec, talk": (0.206, 0.106, 0.081),
    "rec, sci": (0.348, 0.188, 0.129),
    "sci, talk": (0.260, 0.204, 0.162),
}
ROUNDS = 50
WHY = "other words are kept, and another percent of the labels is drawn"
METHODS = ("SVM on the target's labels", "SVM on both", "TrAdaBoost")


def lines(asked: argparse.Namespace) -> Iterator[Line]:
    for pair, groups in PAIRS.items():
        (source, ys), (target, yt) = (_fetched(some) for some in groups)
        words = TfidfVectorizer(min_df=2, sublinear_tf=True).fit([*source, *target])
        xs, xt = words.transform(source), words.transform(target)
        found = np.array([errors(xs, ys, xt, yt, seed) for seed in range(asked.seeds)])
        for place, method in enumerate(METHODS):
            ours = trial.Scores(list(found[:, place]), "nothing to choose")
            band = Band.around(PUBLISHED[pair][place])
            yield line(f"{pair}: {method}, error", band, ours.mean, ours.words, ours.selector, WHY)


def _fetched(groups: list[str]) -> tuple[list[str], np.ndarray]:
    """The texts of these groups, and 1 for those of the second topic."""
    from sklearn.datasets import fetch_20newsgroups

    try:
        found = fetch_20newsgroups(subset="all", categories=groups, remove=("headers", "footers", "quotes"))
    except (URLError, OSError) as error:
        raise realdata.Absent(f"20 newsgroups cannot be fetched ({error})") from error
    second = [name.split(".")[0] != groups[0].split(".")[0] for name in found.target_names]
    return found.data, np.array(second, dtype=int)[found.target]


def errors(xs: csr_matrix, ys: np.ndarray, xt: csr_matrix, yt: np.ndarray, seed: int) -> list[float]:
    """Errors of the three methods on the target's other 99 %."""
    few = np.zeros(len(yt), dtype=bool)
    for topic in (0, 1):
        rows = np.random.default_rng([seed, topic]).permutation(np.flatnonzero(yt == topic))
        few[rows[: max(2, len(rows) // 100)]] = True
    alone = LinearSVC().fit(xt[few], yt[few])
    both = LinearSVC().fit(vstack([xs, xt[few]]), np.concatenate([ys, yt[few]]))
    boosted = tl.weighting.tradaboost(xs, ys, xt[few], yt[few], LinearSVC(), ROUNDS)
    return [float((told.predict(xt[~few]) != yt[~few]).mean()) for told in (alone, both, boosted)]

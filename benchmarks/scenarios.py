"""What there is to gain in each embedded scenario, measured with scikit-learn.

``python -m benchmarks.scenarios [NAME ...]`` prints one table per scenario, one row per setting of
its knobs: the test score of a linear model (L: logistic regression) and a flexible one (F: boosting
for tables, a small network for images) that learn from the source alone, from the few labels of the
scenario's own budget, from both pooled, and from every target label; and, where the scenario is
simulated, what the true probabilities score. Means over seeds; "gap" is the proxy A-distance.
"""

from __future__ import annotations

import argparse
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV, RidgeCV
from sklearn.model_selection import cross_val_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from tlcore import catalog
from tlcore.plan import headline
from tlcore.situation import Examples, Situation, split

NO_SHIFT = {"covariate_shift": 0.0, "concept_shift": 0.0, "blend": 0.0}
TURNED = {
    "covariate_shift": 1.0, "concept_shift": 1.0, "label_noise": 0.3, "missing": 0.5, "blend": 0.5, "inverted": 0.5,
}  # fmt: skip
COLUMNS = ("source", "few", "pooled", "all")


def settings(name: str) -> dict[str, dict[str, float]]:
    """The rows of a scenario's table: as it is, without any shift, and each knob that it has turned in its turn."""
    known = catalog.scenario(name).knobs
    calm = {knob: value for knob, value in NO_SHIFT.items() if knob in known}
    if {"source_rate", "event_rate"} <= known.keys():
        calm["source_rate"] = known["event_rate"]
    turned = {f"{knob}={value:g}": {knob: value} for knob, value in TURNED.items() if knob in known}
    return {"defaults": {}, "no shift": calm, **turned}


def learners(situation: Situation) -> dict[str, Pipeline]:
    """A linear and a flexible model for this kind of input."""
    if situation.modality == "image":
        flat = FunctionTransformer(lambda images: images.mean(axis=-1).reshape(len(images), -1) / 255)
        network = MLPClassifier((128,), max_iter=60, random_state=0)
        linear = LogisticRegression(max_iter=300)
        return {"L": make_pipeline(flat, linear), "F": make_pipeline(flat, network)}
    if situation.modality == "text":
        counted, network = TfidfVectorizer(sublinear_tf=True), MLPClassifier((64,), max_iter=40, random_state=0)
        return {
            "L": make_pipeline(counted, LogisticRegression(C=10, max_iter=300)),
            "F": make_pipeline(TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)), network),
        }
    numbers, words = make_column_selector(dtype_include="number"), make_column_selector(dtype_exclude="number")
    numeric = make_pipeline(SimpleImputer(), StandardScaler())
    coded = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    encoder = make_column_transformer((numeric, numbers), (coded, words))
    if situation.kind == "regression":
        boosted = HistGradientBoostingRegressor(learning_rate=0.05, max_iter=150, min_samples_leaf=10, random_state=0)
        return {"L": make_pipeline(encoder, RidgeCV(np.logspace(-2, 3, 11))), "F": make_pipeline(encoder, boosted)}
    linear = LogisticRegressionCV(Cs=5, cv=3, scoring="neg_log_loss", max_iter=500, use_legacy_attributes=False)
    boosting = HistGradientBoostingClassifier(learning_rate=0.05, max_iter=150, min_samples_leaf=10, random_state=0)
    return {"L": make_pipeline(encoder, linear), "F": make_pipeline(encoder, boosting)}


def joined(one: Examples, other: Examples) -> Examples:
    labels = np.concatenate([labels_of(one), labels_of(other)])
    if isinstance(one.inputs, pd.DataFrame) and isinstance(other.inputs, pd.DataFrame):
        return Examples(pd.concat([one.inputs, other.inputs]), labels)
    return Examples(np.concatenate([one.inputs, other.inputs]), labels)


def labels_of(examples: Examples) -> np.ndarray:
    assert examples.labels is not None
    return examples.labels


def domain_gap(situation: Situation) -> float:
    """Proxy A-distance of the inputs: 0 = a linear model cannot tell the places apart, 2 = always."""
    n = min(1000, len(situation.source), len(situation.target))
    both = joined(situation.source.take(np.arange(n)), situation.target.take(np.arange(n)))
    place = np.repeat([0, 1], n)
    correct = cross_val_score(
        learners(replace(situation, regression=False))["L"], both.inputs, place, cv=5, scoring="balanced_accuracy"
    )
    return float(np.clip(2 * (2 * correct.mean() - 1), 0, 2))


def row(name: str, setting: str, seeds: int) -> dict[str, object]:
    situation = catalog.scenario(name, **settings(name)[setting]).draw()
    metric = headline(situation)
    scores: dict[str, list[float]] = {}
    for seed in range(seeds):
        hand = split(situation, catalog.scenarios()[name].budget, seed)
        few, truth = joined(*hand.labelled), situation.target_space.encode(labels_of(hand.test))
        seen = {"few": few}
        if situation.source_space == situation.target_space:
            seen["pooled"] = joined(situation.source, few)
        if seed == 0:  # these do not depend on the seed
            seen |= {"all": situation.target} | ({"source": situation.source} if "pooled" in seen else {})
        for what, examples in seen.items():
            for kind, model in learners(situation).items():
                model.fit(examples.inputs, examples.labels)
                prediction = predicted(model, hand.test.inputs, situation.target_space.classes)
                scores.setdefault(f"{what} {kind}", []).append(catalog.metric(metric).measure(truth, prediction))
    means = {f"{what} {kind}": np.mean(scores.get(f"{what} {kind}", np.nan)) for what in COLUMNS for kind in "LF"}
    best = situation.facts.get("best", {}).get(metric, "")
    return {"setting": setting, "gap": domain_gap(situation), **means, "best": best, "metric": metric}


def predicted(model: Pipeline, inputs: object, classes: tuple[str, ...]) -> np.ndarray:
    """Probabilities in the order of the classes, or numbers where there are none."""
    if not classes:
        return np.asarray(model.predict(inputs))
    return np.asarray(model.predict_proba(inputs))[:, [list(model.classes_).index(name) for name in classes]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=catalog.embedded(), help=f"of {', '.join(catalog.embedded())}")
    parser.add_argument("--seeds", type=int, default=5)
    wanted = parser.parse_args()
    warnings.filterwarnings("ignore", module="sklearn")
    for name in wanted.names:
        table = pd.DataFrame([row(name, setting, wanted.seeds) for setting in settings(name)])
        print(f"\n{name}\n{table.to_string(index=False, float_format='{:.3f}'.format)}", flush=True)


if __name__ == "__main__":
    main()

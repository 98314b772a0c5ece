"""The product's own choice: it takes what helps, leaves what misleads, and says how sure it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from learning import dealt, run
from toys import messages, other_classes, pictures, table

from tlcore import catalog
from tlcore.learn import choosing
from tlcore.measure.gain import recommended, summarise
from tlcore.situation import Examples
from tlcore.strategies import auto


@pytest.fixture(autouse=True)
def folds(monkeypatch):
    """As many as a person gets."""
    monkeypatch.setattr(choosing, "FOLDS", 5)


def notes_of(situation, shelf, **more):
    result, _epochs = run(situation, "auto", shelf, **more)
    return result, {" ".join(note.text.split()[:2]).partition(":")[0]: note for note in result.outcome.notes}


def with_source_labels(situation, labels):
    return replace(situation, source=Examples(situation.source.inputs, np.asarray(labels)))


def test_a_source_of_use_is_used(tmp_path):
    situation = table("binary")
    result, notes = notes_of(situation, tmp_path, labels=100)
    assert notes["The source"].values["chance"] < 0.1
    assert any(catalog.strategies()[name].transfers for name in notes["Chosen"].values["members"])
    alone = run(situation, "logistic_regression", tmp_path, labels=100)[0].outcome.test["roc_auc"]
    assert result.outcome.test["roc_auc"] > alone


def test_a_source_that_says_the_opposite_is_left(tmp_path):
    plain = table("binary")
    no, yes = plain.target_space.classes
    turned = with_source_labels(plain, np.where(np.asarray(plain.source.labels) == no, yes, no))
    _result, notes = notes_of(turned, tmp_path, labels=100)
    assert not any(catalog.strategies()[name].transfers for name in notes["Chosen"].values["members"])
    assert notes["The source"].values["chance"] > 0.5


def test_a_source_of_noise_does_no_harm(tmp_path):
    plain = table("binary")
    noise = with_source_labels(plain, np.random.default_rng(0).permutation(np.asarray(plain.source.labels)))
    result, _notes = notes_of(noise, tmp_path, labels=100)
    own = run(noise, "logistic_regression", tmp_path, labels=100)[0].outcome.test["roc_auc"]
    assert result.outcome.test["roc_auc"] > own - 0.01


def candidates_of(situation):
    """The names of those that are weighed; no network is trained for it."""
    task, _held = dealt(situation)
    walk = auto.Auto().candidates(task)
    while True:
        try:
            next(walk)
        except StopIteration as end:
            return set(end.value)


def test_where_the_classes_differ_it_chooses_among_what_applies(tmp_path):
    names = candidates_of(other_classes())
    assert "pooled_boosting" not in names
    assert {"logistic_regression", "score_regression"} <= names
    assert run(other_classes(), "auto", tmp_path)[0].outcome.test["accuracy"] > 0.4


@pytest.mark.parametrize("situation", [pictures, messages])
def test_of_pictures_and_texts_a_networks_features_are_weighed_and_no_trees(situation):
    names = candidates_of(situation())
    assert "embedded_regression" in names
    assert all(name.endswith("_regression") for name in names)


def test_a_network_with_weights_and_no_source_is_weighed_too(tmp_path):
    toy = pictures()
    alone = replace(toy, source=toy.target.take(np.arange(0)), facts={"backbone": "taught"})
    assert candidates_of(alone) == {"logistic_regression", "pretrained_regression"}
    _result, notes = notes_of(alone, tmp_path)
    assert "The source" not in notes


def test_nobody_is_asked_about_labels_it_was_fitted_on():
    task, _held = dealt(table("multiclass"), labels=60)
    asked = np.zeros(60, int)
    for learn, ask in choosing.folds(task, rounds=2):
        assert not set(learn) & set(ask)
        assert len(choosing.part(task, learn).labelled.x) == len(learn)
        asked[ask] += 1
    assert (asked == 2).all()


def test_what_is_known_and_what_is_seen_are_weighed_as_gaussians_are():
    rng = np.random.default_rng(0)
    root = rng.normal(size=(3, 3))
    covariance = root @ root.T / 50 + 0.01 * np.eye(3)
    kind = choosing.Kind("of use", 1.0, np.array([0.1, 0.2, 0.15]), covariance)
    gains = rng.normal([0.3, 0.1, 0.2], 0.5, size=(40, 3))
    noise = 2.0 * np.cov(gains.T) / 40
    told = choosing.Belief(["a", "b", "c"], (kind,), 2.0).updated(["a", "b", "c"], gains)
    precision = np.linalg.inv(covariance) + np.linalg.inv(noise)
    expected = np.linalg.solve(
        precision, np.linalg.solve(covariance, kind.mean) + np.linalg.solve(noise, gains.mean(0))
    )
    assert told.mean == pytest.approx(expected)
    assert told.kinds[0].covariance == pytest.approx(np.linalg.inv(precision))
    drawn = rng.multivariate_normal(expected, np.linalg.inv(precision), 200_000)
    assert told.better("a", "b") == pytest.approx((drawn[:, 0] > drawn[:, 1]).mean(), abs=0.01)
    assert told.spread("c") == pytest.approx(drawn[:, 2].std(), rel=0.02)


def test_of_a_candidate_that_was_not_tried_it_is_thought_what_goes_with_the_others():
    alike = np.array([[0.02, 0.018], [0.018, 0.02]])
    belief = choosing.Belief(["tried", "untried"], (choosing.Kind("of use", 1.0, np.array([0.2, 0.3]), alike),), 2.0)
    rng = np.random.default_rng(4)
    good, bad = (rng.normal(mean, 0.3, size=(200, 1)) for mean in (0.5, 0.0))
    assert belief.updated(["tried"], good).mean[1] > 0.5
    assert belief.updated(["tried"], bad).mean[1] < 0.2


def test_few_labels_leave_the_usual_order_and_many_turn_it():
    usual = choosing.Kind("of use", 1.0, np.array([0.1, 0.3]), 0.02 * np.eye(2))
    belief = choosing.Belief(["one", "other"], (usual,), 2.0)
    rng = np.random.default_rng(1)
    for rows, first in ((4, 1), (4_000, 0)):
        gains = np.column_stack([rng.normal(0.4, 1.0, rows), rng.normal(0.2, 1.0, rows)])
        gains += np.array([0.4, 0.2]) - gains.mean(0)
        assert np.argmax(belief.updated(["one", "other"], gains).mean) == first


def test_labels_tell_a_source_of_use_from_one_that_misleads():
    kinds = (
        choosing.Kind("of use", 0.9, np.array([0.1, 0.3]), 0.01 * np.eye(2)),
        choosing.Kind("misleading", 0.1, np.array([0.1, 0.0]), 0.01 * np.eye(2)),
    )
    names = ["own", "source"]
    belief = choosing.Belief(names, kinds, 2.0)
    rng = np.random.default_rng(2)
    good = rng.normal([0.1, 0.35], 0.5, size=(100, 2))
    bad = rng.normal([0.1, 0.0], 0.5, size=(100, 2))
    assert belief.updated(names, good).misled < 0.05
    assert belief.updated(names, bad).misled > 0.5
    assert sum(kind.share for kind in belief.updated(names, bad).kinds) == pytest.approx(1)


def test_the_table_of_what_is_usual_knows_every_candidate_for_every_kind_of_input():
    known = pd.read_csv(choosing.PRIOR)
    wanted = {
        "table": {*auto.TABLE, *(name for name in auto.BLENDS if name != "blend_features")},
        "other": {*auto.TEXT, "embedded_regression", *auto.UNTRIED, "blend_features"},
    }
    for (inputs, *_key), some in known.groupby(["inputs", "labels", "source"]):
        names = list(some["candidate"])
        assert set(names) == wanted[inputs]
        square = some.set_index("candidate").loc[names, names].to_numpy()
        assert np.allclose(square, square.T, atol=1e-3)
        assert np.linalg.eigvalsh(square).min() > 0
    for _key, some in known.groupby(["inputs", "labels"]):
        assert set(some["source"]) == {"of use", "misleading"}


def runs(scores):
    """A runs frame from scores by strategy, one for each seed."""
    return pd.DataFrame(
        {"run": f"{name} {seed}", "strategy": name, "labels": 50, "seed": seed, "state": "done",
         "metric": "roc_auc", "test_score": score}
        for name, told in scores.items() for seed, score in enumerate(told)
    )  # fmt: skip


def test_it_is_what_is_recommended_unless_it_does_harm_or_another_is_clearly_better():
    own = {"scratch": [0.70, 0.71, 0.69], "logistic_regression": [0.72, 0.71, 0.73]}
    fine = {**own, "auto": [0.78, 0.79, 0.78], "fine_tune": [0.79, 0.78, 0.80]}
    assert recommended(summarise(runs(fine))) == "auto"
    better = {**own, "auto": [0.75, 0.76, 0.75], "fine_tune": [0.89, 0.90, 0.89]}
    assert recommended(summarise(runs(better))) == "fine_tune"
    harm = {**own, "auto": [0.50, 0.49, 0.51]}
    assert recommended(summarise(runs(harm))) == "logistic_regression"

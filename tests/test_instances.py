"""Instance transfer: weights, matching, selection and boosting, against their definitions."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
import torch
from learning import SHORT, course_for, dealt, run
from scipy.optimize import minimize
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from toys import pictures, table

from tlcore import catalog
from tlcore.kinds.prepared import Votes
from tlcore.learn import loop, weighting
from tlcore.learn.shelf import Shelf
from tlcore.situation import Examples, Situation


def shifted(n=2000, move=1.0, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 2)), rng.normal(size=(n, 2)) + np.array([move, 0.0])


# Density ratios.


def test_the_density_ratio_of_two_normal_distributions_is_the_true_one():
    source, target = shifted(4000)
    found = np.log(weighting.density_ratio(source, target, "logistic regression", 0))
    true = norm.logpdf(source[:, 0], 1, 1) - norm.logpdf(source[:, 0], 0, 1)
    assert np.abs(found - true).mean() < 0.1


def test_the_ratio_does_not_depend_on_how_many_rows_either_domain_has():
    source, target = shifted(4000)
    few = weighting.density_ratio(source, target[:800], "logistic regression", 0)
    all_of_them = weighting.density_ratio(source, target, "logistic regression", 0)
    assert np.abs(np.log(few) - np.log(all_of_them)).mean() < 0.2


def test_equal_domains_weigh_all_rows_alike_however_flexible_the_classifier():
    """A classifier judged on the rows it learnt would find every source row unlike the target."""
    source, target = shifted(1000, move=0.0)
    ratio = weighting.density_ratio(source, target, "boosting", 0)
    assert np.median(ratio) == pytest.approx(1, abs=0.15)


def test_weights_have_mean_one_and_none_is_far_above_the_largest_allowed():
    ratio = np.exp(np.random.default_rng(0).normal(size=500) * 3)
    weights = weighting.tempered(ratio, 1.0, 5.0)
    assert weights.mean() == pytest.approx(1)
    assert weights.max() / weights.min() < (ratio.max() / ratio.min())
    uncut = ratio / ratio.mean()
    kept = uncut <= 5
    assert np.allclose(weights[kept] / uncut[kept], weights[kept][0] / uncut[kept][0])
    assert np.ptp(weights[~kept]) == pytest.approx(0, abs=1e-12)


def test_weights_multiply_those_a_remedy_has_set():
    task, _ = dealt(table())
    ones = torch.full((len(task.source.x),), 3.0)
    domain = replace(task.source, weight=ones)
    more = np.linspace(0.5, 1.5, len(task.source.x))
    assert torch.allclose(weighting.weighted(domain, more).weight, 3 * torch.from_numpy(more).float())


def test_a_row_that_weighs_nothing_leaves_every_batch_a_loss():
    task, _ = dealt(table())
    weights = np.zeros(len(task.source.x))
    weights[:3] = len(weights) / 3
    domain = weighting.weighted(task.source, weights)
    assert all(batch.weight.sum() > 0 for batch in domain)


def test_the_note_tells_the_effective_sample_size_of_kish():
    weights = np.array([1.0, 1.0, 2.0, 0.0])
    assert weighting.worth(weights).values == {"rows": 4, "effective": 16 / 6}


def trained(name, tmp_path, situation=None, **knobs):
    task, course = course_for(situation or table(), SHORT)
    predictor = loop.train(catalog.strategy(name, **knobs).phases(task), course, Shelf(tmp_path))
    return predictor(task.valid.x), course


@pytest.mark.parametrize(
    ("name", "knobs"),
    [
        ("importance_weighting", {"power": 0.0}),
        ("kernel_mean_matching", {"most": 1.0, "slack": 0.0}),
        ("source_selection", {"keep": 1.0}),
        ("source_selection", {"keep": 1.0, "by": "nearest neighbours"}),
    ],
)
@pytest.mark.parametrize("situation", [table, pictures])
def test_with_all_source_rows_alike_it_is_fine_tuning(name, knobs, situation, tmp_path):
    plain, _ = trained("fine_tune", tmp_path / "a", situation())
    found, _ = trained(name, tmp_path / "b", situation(), **knobs)
    assert torch.equal(found, plain)


def test_weights_change_what_is_learnt_and_the_run_says_what_they_are_worth(tmp_path):
    plain, _ = trained("fine_tune", tmp_path)
    for name in ("importance_weighting", "kernel_mean_matching", "source_selection"):
        found, course = trained(name, tmp_path)
        assert not torch.equal(found, plain)
        (note,) = course.notes
        assert not note.grave


# Kernel mean matching.


def test_the_projection_is_the_nearest_allowed_point():
    rng = np.random.default_rng(0)
    for most, slack in ((2.0, 0.1), (10.0, 0.0), (1.0, 0.0), (1.5, 0.5)):
        point = rng.normal(0.5, 3, 12)
        found = weighting.projected(point, most, slack)
        bounds, about = [(0, most)] * 12, {"type": "ineq", "fun": lambda w, s=slack: s - abs(w.mean() - 1) + 1e-12}
        best = minimize(lambda w, p=point: ((w - p) ** 2).sum(), found, bounds=bounds, constraints=[about])
        assert found.min() >= 0
        assert found.max() <= most
        assert abs(found.mean() - 1) <= slack + 1e-9
        assert ((found - point) ** 2).sum() <= best.fun + 1e-6


def test_the_quadratic_programme_is_solved():
    rng = np.random.default_rng(1)
    root = rng.normal(size=(15, 15))
    gram, pull = root @ root.T, rng.normal(size=15) * 5
    found = weighting.matched(gram, pull, most=2.0, slack=0.2, steps=20_000)

    def value(w):
        return w @ gram @ w / 2 - pull @ w

    rules = [{"type": "ineq", "fun": lambda w: 1.2 - w.mean()}, {"type": "ineq", "fun": lambda w: w.mean() - 0.8}]
    best = minimize(value, np.ones(15), jac=lambda w: gram @ w - pull, bounds=[(0, 2)] * 15, constraints=rules,
                    method="SLSQP", options={"maxiter": 1000, "ftol": 1e-12})  # fmt: skip
    assert value(found) == pytest.approx(best.fun, abs=1e-5)


def gap(source, target, weights, gamma):
    """Squared distance of the two means in kernel space, from its definition."""
    w = weights / weights.sum()
    return (
        w @ rbf_kernel(source, gamma=gamma) @ w
        - 2 * w @ rbf_kernel(source, target, gamma=gamma).mean(1)
        + rbf_kernel(target, gamma=gamma).mean()
    )


@pytest.mark.parametrize("rows", [600, 150])
def test_matching_brings_the_means_in_kernel_space_together_also_for_rows_that_were_not_looked_at(rows):
    source, target = shifted(600)
    weights = weighting.kernel_mean_matching(source, target, 10.0, 0.1, rows, 0)
    gamma = 1 / (2 * weighting.median_distance(np.concatenate([source, target])) ** 2)
    assert len(weights) == 600
    before, after = (gap(source, target, w, gamma) for w in (np.ones(600), weights))
    assert after < before / 5


def test_matching_equal_domains_leaves_the_weights_near_one():
    source, _ = shifted(500)
    weights = weighting.kernel_mean_matching(source, source, 10.0, 0.1, 500, 0)
    assert np.abs(weights - 1).max() < 0.05


# Selection.


def test_selection_keeps_the_likest_rows_of_every_class():
    likeness, y = np.arange(10.0), np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 1])
    assert weighting.most_alike(likeness, y, 0.5).tolist() == [4, 5, 6, 7, 9]
    assert weighting.most_alike(likeness, y, 0.01).tolist() == [7, 9]
    assert weighting.most_alike(likeness, y.astype(np.float32), 0.3).tolist() == [7, 8, 9]


def test_near_rows_are_the_likest():
    source = np.array([[0.0], [5.0], [9.0]])
    assert weighting.distance(source, np.array([[5.0], [6.0]])).tolist() == [5.5, 0.5, 3.5]


def test_a_subset_keeps_each_rows_label_weight_and_chance_together():
    task, _ = dealt(table())
    n = len(task.source.x)
    domain = replace(task.source, weight=torch.arange(n), chance=torch.arange(n) * 2)
    some = weighting.subset(domain, np.array([3, 7]))
    assert some.weight.tolist() == [3, 7]
    assert some.chance.tolist() == [6, 14]
    assert torch.equal(some.x, domain.x[[3, 7]])
    assert torch.equal(some.y, domain.y[[3, 7]])


# TrAdaBoost.


class Scripted(DecisionTreeClassifier):
    """Answers what it was told to, round by round, and keeps the weights it was given."""

    script: ClassVar[list] = []
    weights: ClassVar[list] = []

    def fit(self, rows, y, sample_weight=None):
        self.classes_ = np.unique(y)
        self.told = Scripted.script[len(Scripted.weights)]
        Scripted.weights.append(sample_weight / sample_weight.sum())
        return self

    def predict(self, rows):
        return self.told[: len(rows)]


def test_weights_and_say_follow_the_published_formulas_round_by_round():
    ys, yt = np.array([0, 1, 1, 0]), np.array([0, 1, 1])
    first, second = np.array([1, 1, 1, 0, 0, 1, 0]), np.array([0, 1, 0, 0, 1, 1, 1])
    Scripted.script, Scripted.weights = [first, second], []
    votes = weighting.tradaboost(np.zeros((4, 1)), ys, np.zeros((3, 1)), yt, Scripted(), 2)
    fading = 1 / (1 + math.sqrt(2 * math.log(4) / 2))
    w = np.ones(7)
    say = []
    for told in (first, second):
        w = w / w.sum()
        assert Scripted.weights[len(say)] == pytest.approx(w)
        wrong = told != np.concatenate([ys, yt])
        error = w[4:][wrong[4:]].sum() / w[4:].sum()  # of the target alone
        beta = error / (1 - error)
        say.append(math.log(1 / beta))
        w = w * np.concatenate([fading ** wrong[:4], beta ** -wrong[4:].astype(float)])
    assert votes.say == pytest.approx(say)


@pytest.mark.parametrize(("rounds", "voting"), [(1, 1), (2, 2), (9, 5), (10, 6)])
def test_the_rounds_from_the_middle_on_vote(rounds, voting):
    source, target = shifted(60)
    y = (source[:, 1] > 0).astype(int)
    votes = weighting.tradaboost(source, y, target, (target[:, 1] > 0).astype(int), DecisionTreeClassifier(), rounds)
    assert len(votes.learners) == len(votes.say) == voting


@pytest.mark.parametrize("wrong", [[False] * 4, [True] * 4])
def test_a_round_without_an_error_and_one_that_errs_everywhere_still_have_a_finite_positive_say(wrong):
    yt = np.array([0, 1, 0, 1])
    Scripted.script = [np.concatenate([[0, 1], np.where(wrong, 1 - yt, yt)])] * 3
    Scripted.weights = []
    votes = weighting.tradaboost(np.zeros((2, 1)), np.array([0, 1]), np.zeros((4, 1)), yt, Scripted(), 3)
    assert np.isfinite(votes.say).all()
    assert (votes.say > 0).all()


def test_the_class_with_most_say_wins_and_the_median_is_weighted():
    class Told:
        def __init__(self, *answers):
            self.answers = np.array(answers)

        def predict(self, rows):
            return self.answers

    say = np.array([1.0, 1.0, 3.0])
    learners = [Told(0, 2), Told(0, 1), Told(2, 1)]
    assert Votes(learners, say, np.arange(3), 0, 9.0).predict(np.zeros(2)).tolist() == [2, 1]
    numbers = [Told(1.0, 9.0), Told(5.0, 2.0), Told(7.0, 4.0)]
    assert Votes(numbers, np.ones(3), None, 0, 9.0).predict(np.zeros(2)).tolist() == [5.0, 4.0]
    assert Votes(numbers, say, None, 0, 9.0).predict(np.zeros(2)).tolist() == [7.0, 4.0]


def test_source_rows_that_contradict_the_target_lose_their_weight():
    """Half of the source answers the other way round; boosting turns away from that half."""
    rng = np.random.default_rng(0)
    xs, xt, xq = (rng.normal(size=(n, 2)) for n in (400, 60, 1000))
    flipped = np.arange(400) < 200

    def truth(x):
        return (x[:, 0] > 0).astype(int)

    ys = np.where(flipped, 1 - truth(xs), truth(xs))
    stump = DecisionTreeClassifier(max_depth=2)
    votes = weighting.tradaboost(xs, ys, xt, truth(xt), stump, 20)
    pooled = stump.fit(np.concatenate([xs, xt]), np.concatenate([ys, truth(xt)]))
    assert (votes.predict(xq) == truth(xq)).mean() > 0.95 > (pooled.predict(xq) == truth(xq)).mean()


def test_one_round_is_the_learner_itself_on_the_rows_of_both():
    source, target = shifted(200)
    ys, yt = ((part @ [1, 1] > 0).astype(int) for part in (source, target))
    votes = weighting.tradaboost(source, ys, target, yt, LogisticRegression(), 1)
    plain = LogisticRegression().fit(np.concatenate([source, target]), np.concatenate([ys, yt]))
    assert votes.predict_proba(target) == pytest.approx(plain.predict_proba(target), abs=1e-6)


def test_numbers_are_boosted_too():
    rng = np.random.default_rng(0)
    xs, xt, xq = (rng.uniform(-2, 2, size=(n, 1)) for n in (300, 40, 500))
    ys, yt, yq = -np.sin(xs[:, 0]), np.sin(xt[:, 0]), np.sin(xq[:, 0])
    tree = DecisionTreeRegressor(max_depth=3, random_state=0)
    votes = weighting.tradaboost(xs, ys, xt, yt, tree, 20, regression=True)
    pooled = tree.fit(np.concatenate([xs, xt]), np.concatenate([ys, yt]))
    assert ((votes.predict(xq) - yq) ** 2).mean() < ((pooled.predict(xq) - yq) ** 2).mean() / 4


def test_rounds_no_better_than_chance_are_told(tmp_path):
    """A single question cannot tell three classes apart; trees deep enough can."""
    told = [
        run(table("multiclass"), "tradaboost", tmp_path, learner="tree", depth=depth)[0].outcome for depth in (1, 8)
    ]
    assert ["hardly better than chance" in str(outcome.notes) for outcome in told] == [True, False]


@pytest.mark.parametrize("learner", ["linear", "tree"])
def test_class_weights_reach_the_boosting(learner, tmp_path):
    plain, _ = run(table(), "tradaboost", tmp_path, learner=learner)
    remedied, _ = run(table(), "tradaboost", tmp_path, learner=learner, imbalance="class weights")
    assert not np.allclose(plain.predictions["p1"], remedied.predictions["p1"])


def test_rounds_no_better_than_chance_are_said_of_ten_classes_too(tmp_path):
    rng = np.random.default_rng(0)

    def noise(n):
        frame = pd.DataFrame(rng.normal(size=(n, 4)), columns=list("abcd"))
        return Examples(frame, np.array([f"c{k}" for k in rng.integers(0, 10, n)], dtype=object))

    situation = Situation(noise(600), noise(400), label="class", modality="table")
    result, _ = run(situation, "tradaboost", tmp_path, labels=100, learner="tree", depth=1, rounds=8)
    (note,) = [note for note in result.outcome.notes if "hardly better than chance" in note.text]
    assert note.values["stuck"] > 0
    assert note.grave == (note.values["stuck"] == note.values["rounds"])


def test_few_rows_that_carry_all_weight_are_said_of_learners_fitted_at_once(tmp_path):
    result, _ = run(table(), "pooled_boosting", tmp_path, labels=8, weight=1000.0)
    assert any(note.grave and "Few rows carry" in note.text for note in result.outcome.notes)
    result, _ = run(table(), "pooled_boosting", tmp_path, labels=40)
    assert not any("Few rows carry" in note.text for note in result.outcome.notes)

"""Scikit-learn's learners as strategies: what each mode is at its edge, and where the library alone would give up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from learning import dealt, run
from scipy import sparse
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score
from toys import other_classes, pictures, table

from tlcore import catalog
from tlcore.kinds import prepared
from tlcore.kinds.prepared import Dense, Scale
from tlcore.learn import classical
from tlcore.learn.classical import Given, View, Widened
from tlcore.learn.data import Batch
from tlcore.situation import Examples, Situation

LEARNERS = ("regression", "boosting", "forest")
ALONE = {"regression": "logistic_regression", "boosting": "gradient_boosting", "forest": "random_forest"}
each_learner = pytest.mark.parametrize("learner", LEARNERS)
each_remedy = pytest.mark.parametrize("remedy", ["none", "class weights", "SMOTE"])


def answers(name, task, x=None, **knobs):
    """What a strategy that is fitted at once says of these inputs (default: every unlabelled target one)."""
    chosen = catalog.strategy(name, **({"trees": 20} if "regression" not in name else {}), **knobs)
    (phase,) = chosen.phases(replace(task, remedy=knobs.get("imbalance", "none")))
    return phase.predictor.eval()(task.unlabelled.x if x is None else x)


def rare(seed: int = 0) -> Situation:
    """Two classes, one of them in eight."""
    whole = table(n_source=1600, n_target=800, seed=seed)

    def thinned(part: Examples) -> Examples:
        event = np.asarray(part.labels) == "yes"
        return part.take(np.sort(np.r_[np.flatnonzero(~event), np.flatnonzero(event)[: (~event).sum() // 7]]))

    return replace(whole, source=thinned(whole.source), target=thinned(whole.target), test=thinned(whole.test))


@each_learner
@each_remedy
def test_pooled_without_weight_on_the_target_is_the_source_alone(learner, remedy):
    task, _ = dealt(rare())
    pooled = answers(f"pooled_{learner}", task, weight=0.0, imbalance=remedy)
    assert torch.equal(pooled, answers(f"source_{learner}", task, imbalance=remedy))


@each_learner
@each_remedy
def test_pooled_with_all_weight_on_the_target_is_the_target_alone(learner, remedy):
    task, _ = dealt(rare())
    pooled = answers(f"pooled_{learner}", task, weight=1e9, imbalance=remedy)
    assert torch.allclose(pooled, answers(ALONE[learner], task, imbalance=remedy), atol=1e-6)


@pytest.mark.parametrize("kind", ["binary", "regression"])
@pytest.mark.parametrize(("weight", "edge"), [(1e-5, "source_regression"), (1e5, "logistic_regression")])
def test_pooled_comes_close_to_its_edges_before_it_reaches_them(kind, weight, edge):
    task, _ = dealt(table(kind))
    for place in (False, True):
        pooled = answers("pooled_regression", task, weight=weight, domain_column=place).exp()
        assert torch.allclose(pooled, answers(edge, task).exp(), rtol=2e-2, atol=2e-2)


@pytest.mark.parametrize("weight", [0.0, 0.03, 1.0, 20.0, 1e9])
def test_pooled_rows_weigh_what_the_knob_says_and_as_many_as_they_are_worth(weight):
    source, target = classical.row_weights(700, 30, weight)
    assert 30 * target == pytest.approx(weight * 700 * source)
    weights = np.r_[np.full(700, source), np.full(30, target)]
    assert weights.sum() == pytest.approx(weights.sum() ** 2 / (weights**2).sum())


def test_pooled_rows_of_equal_weight_are_plain_pooling():
    """Against scikit-learn on both tables one below the other."""
    task, _ = dealt(table())
    even = len(task.labelled.y) / len(task.source_all.y)
    pooled = answers("pooled_boosting", task, weight=even, domain_column=False)
    x = torch.cat([task.source_all.x, task.labelled.x])
    plain = HistGradientBoostingClassifier(
        max_iter=20, max_leaf_nodes=15, min_samples_leaf=20, l2_regularization=1.0, early_stopping=False, random_state=0
    ).fit(task.space.design(x), torch.cat([task.source_all.y, task.labelled.y]).numpy())
    expected = plain.predict_proba(task.space.design(task.unlabelled.x))
    assert np.allclose(pooled.exp().numpy(), expected, atol=1e-5)


def test_a_domain_column_lets_the_target_have_its_own_base_rate():
    """Where nothing but the share of the event differs, the column carries the difference of the log-odds."""
    whole = table(shift=0.0, n_target=2000)
    event = np.asarray(whole.target.labels) == "yes"
    chosen = np.sort(np.r_[np.flatnonzero(~event), np.flatnonzero(event)[: (~event).sum() // 10]])
    few = replace(whole, target=whole.target.take(chosen), test=whole.target.take(chosen))
    task, _ = dealt(few, labels=300)
    told = {place: answers("pooled_regression", task, weight=1.0, domain_column=place) for place in (False, True)}
    share = {place: float(answer.exp()[:, 1].mean()) for place, answer in told.items()}
    truth = 1 / 11
    assert abs(share[True] - truth) < 0.03 < abs(share[False] - truth)


def test_source_only_never_looks_at_a_target_label(tmp_path):
    situation = table()
    task, _ = dealt(situation)
    turned = replace(
        task, target=replace(task.target, y=1 - task.target.y), valid=replace(task.valid, y=1 - task.valid.y)
    )
    for learner in LEARNERS:
        assert torch.equal(answers(f"source_{learner}", task), answers(f"source_{learner}", turned))
    told, _ = run(situation, "source_regression", tmp_path)
    assert told.outcome.selector == "no epoch to choose; no target label was used"


def test_source_only_is_scikit_learns_own_on_every_source_row():
    task, _ = dealt(table("regression"))
    rows, y = task.space.design(task.source_all.x).astype(float), task.source_all.y.numpy().astype(float)
    numbers = len(task.space.numeric)
    middle, spread = rows[:, :numbers].mean(0), rows[:, :numbers].std(0)

    def scaled(values):
        return np.c_[(values[:, :numbers] - middle) / spread, values[:, numbers:]]

    new = task.space.design(task.unlabelled.x).astype(float)
    expected = Ridge(1.0).fit(scaled(rows), y).predict(scaled(new))
    assert np.allclose(answers("source_regression", task)[:, 0].numpy(), expected, atol=1e-4)


@pytest.mark.parametrize(("situation", "columns"), [(table(), 1), (table("multiclass"), 3), (table("regression"), 1)])
def test_the_source_score_is_the_log_odds_of_each_class_or_the_number(situation, columns):
    task, _ = dealt(situation)
    source = classical.fit(
        catalog.strategy("source_regression").learner, task, task.source_all, labels=task.source_labels
    )
    told, scores = source(task.unlabelled.x).double().numpy(), source.scores(task.unlabelled.x)
    assert scores.shape == (len(told), columns)
    if columns == 1 and source.outputs == 1:
        assert np.allclose(scores, told)
    else:
        share = np.exp(told)[:, -columns:]
        inside = np.abs(scores) < prepared.SUREST
        assert np.allclose(scores[inside], np.log(share / (1 - share))[inside], atol=1e-4)
    plain = View(task.space)(task.unlabelled.x)
    rows = classical.scored(source)(task.unlabelled.x)
    assert np.allclose(rows[:, : plain.shape[1]], plain)
    assert np.allclose(rows[:, plain.shape[1] :], scores, atol=1e-6)


def test_a_learner_that_is_never_in_doubt_still_gives_finite_scores():
    task, _ = dealt(table())
    sure = classical.fit(lambda given: RandomForestClassifier(1, random_state=0), task)
    scores = sure.scores(task.unlabelled.x)
    assert set(np.unique(scores)) == {-prepared.SUREST, prepared.SUREST}


def test_scores_of_other_classes_help_where_they_order_the_target():
    """Low, middle and high tell much about yes and no."""
    gains = []
    for seed in range(3):
        task, held = dealt(other_classes(seed), labels=20)
        score, alone = (
            roc_auc_score(held.test.truth, answers(name, task, held.test.x)[:, 1])
            for name in ("score_regression", "logistic_regression")
        )
        gains.append(score - alone)
    assert np.mean(gains) > 0.02


def test_embedded_learners_read_the_features_of_the_shared_source_phase(tmp_path):
    run(table(), "fine_tune", tmp_path)
    kept = set(tmp_path.glob("*.json"))
    result, told = run(table(), "embedded_regression", tmp_path)
    assert set(tmp_path.glob("*.json")) == kept
    assert [epoch.phase for epoch in told if not epoch.replayed] == ["fit"]
    assert result.weights, "The network that makes the features belongs to the result."


def test_embedded_logistic_regression_is_scikit_learns_own_on_the_networks_features():
    task, _ = dealt(pictures())
    model = task.model().eval()
    view = classical.Embedded(model.body, task.space)
    ours = classical.fit(catalog.strategy("embedded_regression", strength=1.0).learner, task, view=view)(
        task.unlabelled.x
    ).exp()
    with torch.no_grad():
        rows, new = (model.features(x).double().numpy() for x in (task.labelled.x, task.unlabelled.x))
    middle, spread = rows.mean(0), rows.std(0)
    own = LogisticRegression(max_iter=2000).fit((rows - middle) / spread, task.labelled.y.numpy())
    assert np.allclose(ours.numpy(), own.predict_proba((new - middle) / spread), atol=1e-3)


@each_learner
def test_ceilings_learn_from_every_label_they_are_dealt(learner):
    offer = catalog.strategies()[f"oracle_{learner}"]
    assert offer.ceiling
    assert not offer.transfers
    task, _ = dealt(table(), labels=400)
    assert torch.equal(answers(f"oracle_{learner}", task), answers(ALONE[learner], task))


@pytest.mark.parametrize("name", ["logistic_regression", "pooled_regression", "score_regression", "source_regression"])
def test_class_weights_are_scikit_learns_balanced_ones(name, monkeypatch):
    """One weight per class, inverse to its share, within each domain: what the library calls balanced."""
    task, _ = dealt(rare())
    seen = []
    fitted = LogisticRegression.fit

    def watch(self, rows, y, sample_weight=None):
        seen.append((y, sample_weight))
        return fitted(self, rows, y, sample_weight)

    monkeypatch.setattr(LogisticRegression, "fit", watch)
    answers(name, task, imbalance="class weights")
    first = len(task.source_all.y) if name == "pooled_regression" else 0
    for y, weight in seen:
        parts = np.split(np.arange(len(y)), [first] if first else [])
        for part in parts:
            per_class = [weight[part][y[part] == place].sum() for place in (0, 1)]
            assert per_class[0] == pytest.approx(per_class[1], rel=1e-5)


@each_learner
@pytest.mark.parametrize("mode", ["source", "pooled", "score", "oracle"])
@pytest.mark.parametrize("remedy", ["class weights", "SMOTE"])
def test_every_remedy_makes_a_rare_class_be_named_more_often(mode, learner, remedy):
    task, _ = dealt(rare(), labels=80)
    plain, mended = (answers(f"{mode}_{learner}", task, imbalance=r).exp()[:, 1].mean() for r in ("none", remedy))
    # Trees so deep that every leaf is pure already answer the same whatever a class weighs.
    assert mended > plain if learner != "forest" else mended > plain - 0.02


def test_smote_makes_the_classes_equally_large_for_the_learner_and_nowhere_else():
    task, _ = dealt(rare(), labels=80)
    task = replace(task, remedy="SMOTE")
    part = classical.remedied(task, task.labelled, task.target_labels)
    assert len(set(torch.bincount(part.y).tolist())) == 1
    assert len(task.labelled.y) == 80


# Where the library alone would give up


def odd(situation: Situation, **columns: object) -> Situation:
    """The same rows with further columns."""

    def wider(part: Examples) -> Examples:
        return Examples(part.inputs.assign(**{name: make(len(part)) for name, make in columns.items()}), part.labels)

    return replace(
        situation, source=wider(situation.source), target=wider(situation.target), test=wider(situation.test)
    )


MODES = [f"{mode}_{learner}" for mode in ("source", "pooled", "score", "oracle") for learner in LEARNERS]
every_mode = pytest.mark.parametrize("name", [*ALONE.values(), *MODES])


@every_mode
@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_empty_and_constant_columns_do_no_harm(name, kind):
    situation = odd(table(kind), empty=lambda n: np.full(n, np.nan), same=lambda n: np.full(n, 7.0),
                    blank=lambda n: np.full(n, None), word=lambda n: np.full(n, "x"))  # fmt: skip
    task, _ = dealt(situation)
    assert answers(name, task).isfinite().all()


@every_mode
@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_a_handful_of_rows_is_enough(name, kind):
    """Fewer than forty rows in the source and six labels: no split of the library's own asks for more."""
    task, _ = dealt(table(kind, n_source=24, n_target=40), labels=6)
    assert answers(name, task).isfinite().all()


@pytest.mark.parametrize("name", ["logistic_regression", "gradient_boosting", "random_forest"])
@each_remedy
def test_a_learner_that_sees_one_class_alone_names_it(name, remedy):
    task, _ = dealt(table())
    rows = (task.labelled.y == 1).nonzero()[:, 0]
    few = Batch(task.labelled.x[rows], task.labelled.y[rows])
    fitted = classical.fit(catalog.strategy(name).learner, replace(task, remedy=remedy), few)
    answer = fitted(task.unlabelled.x)
    assert answer.isfinite().all()
    assert (answer.argmax(1) == 1).all()


@pytest.mark.parametrize("name", ["logistic_regression", "gradient_boosting", "random_forest"])
@each_remedy
def test_a_class_of_a_single_row_is_learnt_from_and_a_missing_one_is_never_named(name, remedy):
    task, _ = dealt(table("multiclass"), labels=60)
    y = task.labelled.y
    rows = torch.cat([(y == 0).nonzero()[:, 0], (y == 2).nonzero()[:1, 0]])
    fitted = classical.fit(
        catalog.strategy(name).learner, replace(task, remedy=remedy), Batch(task.labelled.x[rows], y[rows])
    )
    answer = fitted(task.unlabelled.x).exp()
    assert answer.shape == (len(task.unlabelled.x), 3)
    assert torch.allclose(answer.sum(1), torch.ones(len(answer)), atol=1e-5)
    assert (answer[:, 1] < 1e-6).all()


@pytest.mark.parametrize("name", ["logistic_regression", "gradient_boosting", "random_forest"])
def test_thousands_of_columns_are_no_hindrance(name):
    rng = np.random.default_rng(0)

    def wide(n: int) -> Examples:
        return Examples(
            pd.DataFrame(rng.normal(size=(n, 2000))).add_prefix("c"), np.where(rng.random(n) < 0.5, "yes", "no")
        )

    task, _ = dealt(Situation(wide(60), wide(60), "answer", "table", test=wide(20), simulated=True))
    assert answers(name, task, task.unlabelled.x).isfinite().all()


@pytest.fixture
def words():
    """Sparse rows, as a text gives them: the first word tells the answer."""
    rng = np.random.default_rng(0)
    rows = sparse.random(80, 400, 0.05, "csr", dtype=np.float32, rng=rng).tolil()
    y = rng.integers(0, 2, 80)
    rows[:, 0] = 3.0 * y[:, None]
    return rows.tocsr(), y


@pytest.mark.parametrize("regression", [False, True])
@pytest.mark.parametrize("name", ["logistic_regression", "gradient_boosting", "random_forest"])
def test_sparse_rows_are_learnt_from(name, regression, words):
    rows, y = words
    weight = np.linspace(0.5, 2, len(y))
    estimator = catalog.strategy(name).learner(Given(len(y), rows.shape[1], regression, 0))
    told = estimator.fit(rows, y.astype(float) if regression else y, sample_weight=weight)
    score = told.predict(rows) if regression else told.predict_proba(rows)[:, 1]
    assert roc_auc_score(y, score) > 0.95


def test_linear_learners_leave_sparse_rows_as_they_are(words):
    rows, y = words
    ours = catalog.strategy("logistic_regression").learner(Given(len(y), rows.shape[1], False, 0)).fit(rows, y)
    own = LogisticRegression(max_iter=2000).fit(rows, y)
    assert np.array_equal(ours.predict_proba(rows), own.predict_proba(rows))


@pytest.mark.parametrize(("count", "columns"), [(80, prepared.COMPONENTS), (30, 30), (80, 40)])
def test_trees_get_at_most_so_many_dense_columns(words, count, columns):
    rows = words[0][:count, : 40 if columns == 40 else 400]
    dense = Dense(0)
    dense.fit(rows, None)
    made = dense(rows)
    assert isinstance(made, np.ndarray)
    assert made.shape == (count, min(columns, count))
    if rows.shape[1] == 40:
        assert np.array_equal(made, rows.toarray())


def test_columns_beside_sparse_rows_stay_sparse(words):
    task, _ = dealt(table())

    class Words(View):
        def forward(self, x):
            return words[0][: len(x)]

    rows = Widened(Words(task.space), lambda x: np.full((len(x), 1), 1.0), 1)(task.target.x)
    assert sparse.issparse(rows)
    assert rows.shape[1] == 401
    assert (rows[:, -1].toarray() == 1).all()


def test_the_scale_follows_the_weights():
    rng = np.random.default_rng(0)
    rows, weight = rng.normal(3, 2, (50, 4)), rng.integers(0, 4, 50).astype(float)
    scale, repeated = Scale(3), np.repeat(rows, weight.astype(int), axis=0)
    scale.fit(rows, weight)
    made = scale(repeated)
    assert np.allclose(made[:, :3].mean(0), 0)
    assert np.allclose(made[:, :3].std(0), 1)
    assert np.array_equal(made[:, 3], repeated[:, 3])


def test_a_weight_of_two_is_a_row_twice():
    rng = np.random.default_rng(1)
    rows, y = rng.normal(size=(60, 3)), rng.integers(0, 2, 60)
    weight = np.where(rng.random(60) < 0.3, 2.0, 1.0)
    twice = np.repeat(np.arange(60), weight.astype(int))
    learner = catalog.strategy("logistic_regression").learner
    told, repeated = (
        learner(Given(60, 3, False, 0)).fit(*data).predict_proba(rows)
        for data in ((rows, y, weight), (rows[twice], y[twice]))
    )
    assert np.allclose(told, repeated, atol=1e-4)

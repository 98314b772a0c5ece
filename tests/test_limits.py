"""Each strategy at the edge of its knobs becomes another, simpler one."""

from __future__ import annotations

import pytest
import torch
from learning import SHORT, course_for, dealt, run
from toys import other_classes, pictures, table

from tlcore import catalog
from tlcore.learn import alignment, loop, losses, nets
from tlcore.learn.shelf import Shelf


def trained(name, tmp_path, situation=None, **knobs):
    task, course = course_for(situation or table(), SHORT)
    predictor = loop.train(catalog.strategy(name, **knobs).phases(task), course, Shelf(tmp_path))
    return task, predictor


def source_trained(task, course, tmp_path):
    model = task.model()
    loop.train(_source(model, task), course, Shelf(tmp_path))
    return model


def _source(model, task):
    from tlcore.learn import recipes

    yield from recipes.source(model, task, 3e-3)


def test_fine_tuning_that_may_not_move_is_the_source_model(tmp_path):
    task, predictor = trained("fine_tune", tmp_path, lr=1e-6)
    _, course = course_for(table(), SHORT)
    source = source_trained(task, course, tmp_path)
    with torch.no_grad():
        # Batch-norm statistics still follow the target, so the weights are what is compared.
        for (name, a), (_, b) in zip(predictor.named_parameters(), source.named_parameters(), strict=True):
            assert torch.allclose(a, b, atol=1e-3), name


def test_feature_extraction_shares_its_body_with_the_source_model(tmp_path):
    task, predictor = trained("feature_extraction", tmp_path)
    _, course = course_for(table(), SHORT)
    source = source_trained(task, course, tmp_path)
    assert nets.digest(predictor.body) == nets.digest(source.body)
    assert nets.digest(predictor.head) != nets.digest(source.head)


def test_the_ceiling_of_networks_is_training_from_scratch_on_the_same_labels(tmp_path):
    task, ceiling = trained("oracle_network", tmp_path)
    _, scratch = trained("scratch", tmp_path)
    assert torch.equal(ceiling(task.unlabelled.x), scratch(task.unlabelled.x))


def test_dann_without_a_critic_learns_the_source_alone():
    """At weight 0 no gradient of the domain term reaches the features: the task term alone moves them."""
    task, _ = course_for(table(), SHORT)
    model, critic = task.model(), nets.critic(16)
    from tlcore.learn.data import Paired

    pair = next(iter(Paired(task.source, task.unlabelled)))
    terms = alignment.adversarial(model.eval(), critic, weight=0.0)(pair, 0.7)
    terms["domain"].backward(retain_graph=True)
    assert all(p.grad is None or not p.grad.any() for p in model.parameters())
    assert any(p.grad is not None and p.grad.any() for p in critic.parameters())
    plain = losses.supervised(model)(pair.source, 0.7)
    assert terms["task"].item() == pytest.approx(plain["task"].item(), rel=1e-5)


def test_distillation_without_a_teacher_learns_the_labels_alone():
    task, _ = course_for(table(), SHORT)
    student, teacher = task.model().eval(), task.model(scale=2.0).eval()
    batch = next(iter(task.source))
    told = losses.distilled(student, teacher, 3.0, share=0.0)(batch, 0.0)
    alone = losses.supervised(student)(batch, 0.0)
    assert told["teacher"].item() == 0
    assert told["task"].item() == pytest.approx(alone["task"].item())


def test_the_teacher_of_distillation_is_the_source_phase_fine_tuning_uses(tmp_path):
    run(table(), "fine_tune", tmp_path)
    kept = set(tmp_path.glob("*.json"))
    _, told = run(table(), "distillation", tmp_path)
    assert set(tmp_path.glob("*.json")) == kept
    assert {epoch.phase for epoch in told if epoch.replayed} == {"teacher"}


def test_the_head_is_kept_where_classes_are_shared_and_new_where_they_differ(tmp_path):
    from tlcore.learn import recipes

    for situation, kept in ((table(), True), (other_classes(), False)):
        task, _ = dealt(situation)
        model = task.model()
        before = nets.digest(model.head)
        recipes.rehead(model, task)
        assert (nets.digest(model.head) == before) is kept
        assert model(task.target.x).shape[1] == len(situation.target_space.classes)


def test_features_computed_once_are_the_features_computed_each_time():
    from tlcore.learn import recipes

    for situation in (table(), pictures()):
        task, _ = dealt(situation)
        model = task.model().eval()
        once = recipes.precomputed(model.body, task.target)
        with torch.no_grad():
            assert torch.allclose(once.x, model.features(task.target.x), atol=1e-5)


def test_logistic_regression_is_scikit_learns_own_on_scaled_numbers_and_plain_categories(tmp_path):
    """Against the ordinary recipe, written out: an underfed baseline would flatter every transfer."""
    import numpy as np
    import pandas as pd
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    from tlcore.situation import split

    situation = table()
    hand = split(situation, 40, 0)
    told, _ = run(situation, "logistic_regression", tmp_path)
    rows = pd.concat([hand.train.inputs, hand.valid.inputs])
    truth = np.concatenate([hand.train.labels, hand.valid.labels]) == "yes"
    numbers = rows.columns[:4]
    middle, spread = (
        hand.source_train.inputs[numbers].mean(),
        rows[numbers].fillna(hand.source_train.inputs[numbers].mean()),
    )

    def design(frame):
        filled = frame[numbers].fillna(middle)
        scaled = (filled - spread.mean()) / spread.std(ddof=0)
        gap = frame[["tenure"]].isna().astype(float).add_suffix("_gap")
        hot = (
            pd.get_dummies(frame["channel"]).reindex(columns=["branch", "phone", "web"], fill_value=False).astype(float)
        )
        return pd.concat([scaled, gap, hot], axis=1).to_numpy()

    model = LogisticRegression(C=1.0, max_iter=2000).fit(design(rows), truth)
    score = roc_auc_score(situation.test.labels == "yes", model.predict_proba(design(situation.test.inputs))[:, 1])
    assert told.outcome.test["roc_auc"] == pytest.approx(score, abs=2e-3)

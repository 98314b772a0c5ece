"""What was asked for: checked before anything runs, and the same question is the same run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys import table

from tlcore import catalog, plan
from tlcore.errors import Unusable
from tlcore.plan import refusal
from tlcore.spec import PRESETS, Experiment, RunSpec, Training

GOOD = Experiment("cold_start", ("scratch", "fine_tune"), labels=(50, None), seeds=3)


def specs(experiment):
    return experiment.runs(backbone="mlp", metric="roc_auc")


def test_runs_are_every_combination_seed_by_seed():
    runs = specs(GOOD)
    assert len(runs) == len({run.key for run in runs}) == 2 * 2 * 3
    assert [run.seed for run in runs] == sorted(run.seed for run in runs)


def test_equal_specs_have_equal_keys_and_any_difference_another():
    spec = specs(GOOD)[0]
    assert RunSpec.from_dict(spec.to_dict()).key == spec.key
    others = [
        replace(spec, seed=9), replace(spec, labels=51), replace(spec, strategy="dann"),
        replace(spec, metric="accuracy"),
        replace(spec, settings={**spec.settings, "world": 1}), replace(spec, training=Training(epochs=31)),
        replace(spec, knobs={**spec.knobs, "lr": 0.5}), replace(spec, backbone="small_cnn"),
        replace(spec, again="a1b2c3.1"),
    ]  # fmt: skip
    assert len({spec.key, *(other.key for other in others)}) == len(others) + 1


def test_a_default_written_out_is_the_same_run_as_one_left_out():
    suited = catalog.suited("fine_tune", "table")
    assert suited["lr"] != catalog.strategy("fine_tune").lr, "a table's default is another one than a picture's"
    written = replace(GOOD, knobs={"fine_tune": catalog.strategy("fine_tune", **suited).knobs})
    assert [run.key for run in specs(written)] == [run.key for run in specs(GOOD)]


def test_what_does_not_decide_the_outcome_is_no_part_of_a_run():
    renamed = replace(GOOD, name="board meeting", margin=0.05, device="cpu")
    assert [run.key for run in specs(renamed)] == [run.key for run in specs(GOOD)]


def test_another_seed_count_keeps_the_runs_that_are_there():
    assert {run.key for run in specs(GOOD)} < {run.key for run in specs(replace(GOOD, seeds=5))}


@given(
    labels=st.lists(st.one_of(st.none(), st.integers(4, 500)), min_size=1, max_size=3, unique=True),
    seeds=st.integers(1, 9),
    preset=st.sampled_from(sorted(PRESETS)),
    name=st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=20),
)
@settings(max_examples=30, deadline=None)
def test_yaml_brings_back_the_same_experiment(labels, seeds, preset, name):
    experiment = replace(GOOD, labels=tuple(labels), seeds=seeds, training=PRESETS[preset], name=name)
    assert Experiment.from_yaml(experiment.to_yaml()) == experiment


def test_yaml_may_name_a_preset_and_all_labels():
    text = "scenario: digits\nstrategies: [scratch]\nlabels: [20, all]\ntraining: quick\n"
    experiment = Experiment.from_yaml(text)
    assert experiment.labels == (20, None)
    assert experiment.training == PRESETS["quick"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("scenario: [", "no valid YAML"),
        ("just words", "holds no mapping"),
        ("scenario: digits", "names no strategies"),
        ("scenario: digits\nstrategies: [scratch]\nlabel: 5", "Did you mean 'labels'"),
        ("scenario: digits\nstrategies: [scratch]\ntraining: quik", "Did you mean 'quick'"),
        ("scenario: digits\nstrategies: [scratch]\ntraining: {epoch: 3}", "Did you mean 'epochs'"),
        ("scenario: digits\nstrategies: [scratch]\ntraining: {epochs: -3}", "must lie between 1 and 1000"),
        ("scenario: digits\nstrategies: 5", "strategies is 5"),
        ("scenario: digits\nstrategies: [scratch]\nmetric: [accuracy]", "metric is ['accuracy']"),
        ("scenario: digits\nstrategies: [scratch]\nbackbone: {}", "backbone is {}"),
        ("scenario: digits\nstrategies: [scratch]\nseeds: true", "seeds is True"),
        ("scenario: digits\nstrategies: [scratch]\nseeds: many", "seeds is 'many'"),
        ("scenario: digits\nstrategies: [scratch]\nmargin: wide", "margin is 'wide'"),
        ("scenario: digits\nstrategies: [scratch]\nlabels: [few]", "A label budget is 'few'"),
        ("scenario: digits\nstrategies: [scratch]\nknobs: 3", "knobs is 3"),
        ("scenario: digits\nstrategies: [scratch]\nsettings: x", "settings is 'x'"),
    ],
)
def test_an_unusable_file_is_answered_in_a_sentence(text, says):
    with pytest.raises(Unusable) as refused:
        Experiment.from_yaml(text).checked()
    assert says in str(refused.value)


def test_every_problem_is_said_at_once():
    with pytest.raises(Unusable) as refused:
        Experiment("digit", ("scratch", "fine_tun"), seeds=0, device="tpu", knobs={"dann": {}}).checked()
    assert len(refused.value.problems) == 5


def test_what_is_asked_twice_runs_once():
    checked = replace(GOOD, strategies=("scratch", "scratch"), labels=(50, 50)).checked()
    assert checked.strategies == ("scratch",)
    assert checked.labels == (50,)


def test_a_plan_makes_every_open_choice():
    made = plan.plan(replace(GOOD, labels=()))
    assert made.experiment.labels == (catalog.scenarios()["cold_start"].budget,)
    assert made.metric == "roc_auc"
    assert made.backbone == "mlp"
    assert {run.metric for run in made.runs} == {"roc_auc"}


def test_a_rare_event_is_judged_by_average_precision():
    assert plan.plan(Experiment("fraud", ("scratch",))).metric == "average_precision"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"labels": (100_000,)}, "does not fit"),
        ({"backbone": "small_cnn"}, "reads images, but this data is made of tables"),
        ({"metric": "mae"}, "measures regression tasks, but this one is binary"),
        ({"settings": {"covariate_shift": 9.0}}, "must lie between 0.0 and 1.0"),
    ],
)
def test_a_plan_that_cannot_start_says_why(change, says):
    with pytest.raises(Unusable) as refused:
        plan.plan(replace(GOOD, **change))
    assert says in str(refused.value)


def test_a_plan_says_every_problem_at_once():
    with pytest.raises(Unusable) as refused:
        plan.plan(replace(GOOD, labels=(50, 100_000), metric="mae", backbone="small_cnn"))
    assert len(refused.value.problems) == 3


def test_refusals_name_the_strategy_and_the_need():
    from toys import other_classes

    assert refusal("dann", other_classes()).startswith("Adversarial adaptation (DANN) does not apply here.")
    assert refusal("fine_tune", other_classes()) is None


def test_a_default_that_does_not_fit_leaves_out_and_a_knob_somebody_turned_is_a_problem(monkeypatch):
    situation = table(n_source=20)
    monkeypatch.setattr(plan, "drawn", lambda *_, **__: situation)
    asked = Experiment("cold_start", ("scratch", "maml"), labels=(40,), seeds=1)
    planned = plan.plan(asked)
    assert planned.experiment.strategies == ("scratch",)
    assert "maml practises on episodes of 15" in planned.left_out["maml"]
    with pytest.raises(Unusable, match="maml practises on episodes of 16"):
        plan.plan(replace(asked, knobs={"maml": {"shots": 6}}))

"""Symptoms: each told from a frame that shows it, none from a healthy one; every remedy is a plan that can run."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from apps import ROOT, opened
from evidence import HEALTHY, STORED, course, epochs, evidence, experiment, runs
from toys import pictures, table

from pages.parts import again, reads
from tlcore import advice, catalog, launch
from tlcore import plan as plans
from tlcore.cli import flags, spoken
from tlcore.cli.afterwards import Ended, diagnosed
from tlcore.cli.commands import compare
from tlcore.cli.parser import Parser
from tlcore.diagnosis import SHOWN, Evidence, diagnose, remedies, symptoms
from tlcore.errors import Unusable
from tlcore.learn import alarms
from tlcore.measure import notes
from tlcore.measure.convergence import table as convergence_table
from tlcore.measure.gain import summarise
from tlcore.measure.losses import losses
from tlcore.outcome import Epoch
from tlcore.scenarios import own_files
from tlcore.situation import Examples, Situation
from tlcore.spec import PRESETS, Experiment, Training, nearest
from tlcore.store import Store


def found(seen: Evidence) -> dict:
    return {one.symptom: one for one in diagnose(seen)}


def noted(done: pd.DataFrame, strategy: str, text: str, **values) -> pd.DataFrame:
    """The same runs, those of one strategy having noted this."""
    notes_of = [[[text, values, True]] if name == strategy else [] for name in done["strategy"]]
    return done.assign(warnings=notes_of)


def facts(**changes) -> advice.Facts:
    known = {"modality": "table", "kind": "binary", "labels": 50, "per_class": 20.0, "minority": 0.45, "source": 800,
             "source_classes": 2, "shared": 1.0, "gap": "none", "own_skill": 0.1, "source_skill": 0.1, "doubt": 0.05,
             "places": False, "pretrained": False}  # fmt: skip
    return advice.Facts(**{**known, **changes})


# What each symptom is told by.

OVER = course(
    [0.6, 0.4, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02], [0.68, 0.5, 0.45, 0.46, 0.5, 0.55, 0.6, 0.65, 0.7],
    [0.6, 0.7, 0.75, 0.77, 0.78, 0.79, 0.79, 0.8, 0.8],
)  # fmt: skip
UNDER = course(
    [0.69, 0.66, 0.63, 0.6, 0.57, 0.54, 0.51, 0.48], [0.69, 0.67, 0.64, 0.62, 0.59, 0.56, 0.53, 0.5, 0.47],
    [0.6, 0.62, 0.64, 0.66, 0.68, 0.7, 0.72, 0.74, 0.76],
)  # fmt: skip
FLAT = course([0.69] * 8, [0.69] * 9, [0.55] * 9, kept=8)
WILD = course(
    [0.6, 0.4, 0.3, 0.25, 0.22, 0.2, 0.2, 0.2], [0.68, 0.5, 0.4, 0.36, 0.34, 0.34, 0.34, 0.34, 0.34],
    [0.6, 0.7, 0.62, 0.75, 0.6, 0.78, 0.65, 0.8, 0.7], kept=8,
)  # fmt: skip

HARMED = {**HEALTHY, "fine_tune": 0.6, "dann": 0.69}
SICK = {
    "erratic": lambda: evidence(courses={"fine_tune": WILD}),
    "repeats_differ": lambda: evidence(runs(noise=0.1)),
    "near_chance": lambda: evidence(runs({**HEALTHY, "fine_tune": 0.55})),
    "one_answer": lambda: evidence(noted(runs(), "fine_tune", notes.ONE_ANSWER, answer="no")),
    "below_frequency_table": lambda: evidence(runs({**HEALTHY, "fine_tune": 0.44})),
    "overfitting": lambda: evidence(courses={"fine_tune": OVER}),
    "underfitting": lambda: evidence(courses={"fine_tune": UNDER}),
    "negative_transfer": lambda: evidence(runs(HARMED)),
    "dead_adversary": lambda: evidence(noted(runs(), "dann", notes.DEAD_CRITIC, phase="align", loss=0.0)),
    "collapsed_adversary": lambda: evidence(
        noted(runs(), "dann", notes.GAVE_UP, phase="align", best=0.9, last=0.6)
    ),
    "diverged": lambda: evidence(noted(runs(), "fine_tune", notes.EXPLODED, number=2, phase="target", kept=0)),
    "large_shift": lambda: evidence(runs(HARMED), known=facts(gap="large", apart=1.8, by_chance=0.2)),
    "conflicting_labels": lambda: evidence(runs({**HEALTHY, "source_boosting": 0.3})),
    "never_settled": lambda: evidence(
        # Differences of one to two points either way, around just the margin.
        runs({**HEALTHY, "fine_tune": 0.71, "dann": 0.70}, noise=0.03)
    ),
}  # fmt: skip


def test_there_is_a_test_for_every_symptom_on_offer():
    names = {look.__module__.rsplit(".", 1)[1] for look in symptoms.every()}
    assert set(SICK) == names


def test_a_healthy_comparison_has_no_finding():
    assert found(evidence()) == {}


@pytest.mark.parametrize("symptom", SICK)
def test_a_symptom_is_told_with_its_figures_and_remedies_that_can_run(symptom):
    seen = SICK[symptom]()
    one = found(seen)[symptom]
    assert any(letter.isdigit() for letter in one.sentence)
    assert "{" not in one.sentence
    assert one.remedies
    for words, changed in one.remedies:
        assert words
        assert changed.checked() == changed
        assert changed != seen.experiment
        assert set(seen.experiment.strategies) <= set(changed.strategies)
        planned = plans.plan(changed)
        added = set(changed.strategies) - set(seen.experiment.strategies)
        assert added <= set(planned.experiment.strategies), "a strategy is offered only where it applies"


def test_the_gravest_come_first_and_several_strategies_share_a_finding():
    mixed = runs({**HEALTHY, "fine_tune": 0.55, "l2_sp": 0.56, "dann": 0.6}, noise=0.005)
    told = diagnose(evidence(mixed, {"fine_tune": OVER, "l2_sp": OVER}))
    graves = [one.grave for one in told]
    assert graves == sorted(graves, reverse=True)
    assert len({one.symptom for one in told}) == len(told)
    over = next(one for one in told if one.symptom == "overfitting")
    assert set(over.strategies) == {"fine_tune", "l2_sp"}
    assert "L2-SP" in over.sentence


# What is no symptom.


def test_two_repeats_have_no_spread_to_speak_of():
    assert "repeats_differ" not in found(evidence(runs(noise=0.1, seeds=2)))


def test_worse_than_the_frequency_table_by_luck_is_no_finding():
    assert "below_frequency_table" not in found(evidence(runs({**HEALTHY, "fine_tune": 0.499}, noise=0.05)))


def test_one_run_in_five_that_gives_one_answer_is_no_finding():
    done = noted(runs(), "fine_tune", notes.ONE_ANSWER, answer="no")
    first = done["seed"] == 0
    done["warnings"] = [told if one else [] for told, one in zip(done["warnings"], first, strict=True)]
    assert "one_answer" not in found(evidence(done))


def test_one_answer_is_no_grave_matter_where_the_order_is_judged():
    ranked = evidence(noted(runs(), "fine_tune", notes.ONE_ANSWER, answer="no"))
    assert not found(ranked)["one_answer"].grave
    done = noted(runs(), "fine_tune", notes.ONE_ANSWER, answer="no").assign(metric="accuracy")
    assert found(evidence(done, metric="accuracy"))["one_answer"].grave


def test_a_large_shift_that_was_bridged_is_no_trouble():
    assert "large_shift" not in found(evidence(known=facts(gap="large", apart=1.8, by_chance=0.2)))


def test_curves_over_a_dozen_validation_labels_may_jump():
    jumping = [{**epoch, "watched": np.nan} for epoch in WILD]
    done = runs()
    courses = dict.fromkeys(HEALTHY, jumping)
    assert "erratic" not in found(evidence(done, courses))


def test_a_schedule_that_ends_with_all_labels_learnt_by_heart_is_no_underfitting():
    learnt = [{**epoch, "term:task": 0.5 ** epoch["number"]} for epoch in UNDER]
    assert "underfitting" not in found(evidence(courses={"fine_tune": learnt}))


def test_a_loss_that_never_fell_is_grave_only_where_nothing_is_known():
    weak = runs({"logistic_regression": 0.7, "fine_tune": 0.55})
    assert found(evidence(weak, {"fine_tune": FLAT}))["underfitting"].grave
    assert "underfitting" not in found(evidence(runs(), {"fine_tune": FLAT}))


def test_without_the_data_there_is_no_remedy_and_nothing_is_said_of_it():
    def gone() -> Situation:
        raise Unusable("The files are gone.")

    done = runs(HARMED)
    seen = Evidence.of(
        experiment(dict.fromkeys(done["strategy"])), STORED, 50, done, epochs(done), summarise(done), draw=gone,
        measure=lambda: facts(gap="large", apart=1.8, by_chance=0.2),
    )  # fmt: skip
    told = found(seen)
    assert "negative_transfer" in told
    assert "large_shift" not in told
    assert not any(one.remedies for one in told.values())


# Measures.


def test_losses_are_those_of_the_last_target_phase():
    done = runs({"fine_tune": 0.8}, seeds=1)
    earlier = [{**epoch, "phase": "head", "phase_index": 0} for epoch in UNDER]
    later = [{**epoch, "phase_index": 1} for epoch in OVER]
    (row,) = losses(epochs(done, {"fine_tune": earlier + later})).to_dict("records")
    assert (row["epochs"], row["lowest"], row["kept"]) == (8, 2, 2)
    assert (row["train_first"], row["train_lowest"], row["train_last"]) == (0.6, 0.4, 0.02)
    assert (row["valid_first"], row["valid_lowest"], row["valid_last"]) == (0.5, 0.45, 0.7)
    assert losses(epochs(done)[["run", "strategy", "valid", "loss"]]).empty


def test_a_curve_that_turns_at_every_epoch_has_turned_wherever_it_could():
    done = runs({"fine_tune": 0.8}, seeds=1)
    saw = course([0.5] * 4, [0.5] * 5, [0.5, 0.6, 0.5, 0.6, 0.5])
    row = convergence_table(epochs(done, {"fine_tune": saw}), done).iloc[0]
    assert row["reversals"] == 3
    assert row["turning"] == 1.0
    assert row["swing"] == pytest.approx(0.1)
    steady = convergence_table(epochs(done), done).iloc[0]
    assert (steady["turning"], steady["reversals"]) == (0.0, 0.0)


def test_what_the_alarms_note_is_what_the_diagnosis_looks_for():
    dead = [Epoch("align", n, n, 0, 0.0, {"domain": 0.3}, {}) for n in range(1, 5)]
    (note,) = alarms.after("align", dead, 1)
    assert notes.kind(note) == notes.DEAD_CRITIC
    coin = [Epoch("align", n, n, 0, 0.0, {"domain": d}, {"watched": s})
            for n, (d, s) in enumerate([(0.4, 0.9), (0.6, 0.85), (alarms.UNDECIDED, 0.6)], 1)]  # fmt: skip
    (note,) = alarms.after("align", coin, 1)
    assert notes.kind(note) == notes.GAVE_UP


# Remedies.


def test_each_remedy_changes_one_thing():
    asked = experiment(HEALTHY, knobs={"fine_tune": {"lr": 0.03}})
    seen = evidence(asked=asked)
    decay = remedies.weight_decay(seen).experiment
    assert decay == replace(asked, training=replace(asked.training, weight_decay=1e-3))
    slower = remedies.learning_rate(seen, ["fine_tune", "dann", "logistic_regression"], 0.1).experiment
    assert slower.knobs == {"fine_tune": {"lr": 0.003}, "dann": {"lr": 0.0003}}
    assert remedies.dropout(seen).experiment.knobs["mlp"]["dropout"] > catalog.backbone("mlp").dropout
    assert remedies.more_labels(seen).experiment.labels == (50, 100)
    assert remedies.more_seeds(seen).experiment == replace(asked, seeds=10)
    assert remedies.longer(seen).experiment.training == PRESETS["balanced"]
    assert remedies.less_alignment(seen, ["dann"]).experiment.knobs["dann"] == {"weight": 0.1}
    assert remedies.strategy(seen, "fine_tune", "l2_sp").experiment.strategies[-1] == "l2_sp"


def test_a_remedy_is_tried_at_the_budget_in_view_and_without_ceilings():
    asked = experiment((*HEALTHY, "oracle_network"), labels=(50, 100), knobs={"oracle_network": {"lr": 0.01}})
    seen = evidence(asked=asked)
    decay = remedies.weight_decay(seen).experiment
    assert (decay.labels, decay.strategies, decay.knobs) == ((50,), tuple(HEALTHY), {})
    assert remedies.more_labels(seen).experiment.labels == (50, 200)


def test_what_does_not_apply_is_not_offered():
    seen = evidence()
    assert remedies.strategy(seen, "fine_tune", "pretrained_probe", "attention_distillation") is None
    assert remedies.augmentation(seen) is None, "a table is not varied"
    assert remedies.more_seeds(evidence(seeds=20)) is None
    assert remedies.longer(evidence(training=PRESETS["thorough"])) is None
    assert remedies.more_labels(evidence(labels=(50, None))) is None
    assert remedies.fewer_epochs(seen, 0) is None
    assert remedies.class_weights(evidence(stored={**STORED, "kind": "regression"}), ["fine_tune"]) is None
    images = evidence(situation=pictures(), backbone="small_cnn", stored={**STORED, "modality": "image"})
    assert remedies.dropout(images) is None, "this network has none"
    plain = evidence(
        situation=pictures(), backbone="small_cnn", stored={**STORED, "modality": "image"},
        training=replace(PRESETS["quick"], augment=False),
    )  # fmt: skip
    assert remedies.augmentation(plain).experiment.training.augment


@pytest.mark.parametrize("symptom", SICK)
def test_the_command_of_a_remedy_is_the_remedy(symptom):
    for _words, changed in found(SICK[symptom]())[symptom].remedies:
        typed = shlex.split(spoken.command(changed))
        assert typed[:4] == ["python", "-m", "tlcore", "compare"]
        parser = Parser(prog="compare")
        compare.arguments(parser)
        said = flags.experiment(parser.parse_args(typed[4:]))
        assert set(said.strategies) == set(changed.strategies)
        assert replace(said, strategies=changed.strategies) == changed


def test_the_nearest_preset_differs_in_the_fewest_knobs():
    for name, training in PRESETS.items():
        assert nearest(replace(training, watch_source=True, weight_decay=0.01)) == name


# Pages and examples.


@pytest.mark.parametrize("symptom", ["overfitting", "erratic", "one_answer"])
def test_a_remedy_opens_the_plan_with_just_that_change(symptom, monkeypatch):
    monkeypatch.setattr(launch, "start", lambda store: None)
    monkeypatch.setattr(reads, "EXAMPLES", ROOT / "no examples")
    usual = [name for name in catalog.usual() if catalog.is_baseline(name)]
    seen = SICK[symptom]()
    done = {"seeds": 3, "strategies": (*usual, *(set(seen.experiment.strategies) - set(usual)))}
    remedy = found(seen)[symptom].remedies[-1].experiment
    wanted = plans.plan(replace(remedy, **done)).experiment
    app = opened("run/plan.py", **again.address(wanted))
    app.button(key="start").click().run()
    store = Store.open()
    (made,) = [store.experiment(one).experiment for one in store.experiments()["id"]]
    store.close()
    assert set(made.strategies) == set(wanted.strategies)
    assert replace(made, strategies=wanted.strategies) == wanted


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRANSFERLAB_HOME", str(tmp_path_factory.mktemp("shipped")))
        opened = Store.open()
    opened.adopt_examples(ROOT / "examples")
    yield opened
    opened.close()


def test_no_example_raises_a_false_alarm_and_every_list_is_short(shipped):
    for identity in shipped.experiments()["id"]:
        stored = shipped.experiment(identity)
        asked, done = stored.experiment, shipped.runs(identity)
        curves, summary = shipped.epochs(done["run"]), summarise(done)
        draw = partial(plans.drawn, asked.scenario, **asked.settings)
        for labels in (asked.labels[0], asked.labels[-1]):
            # The gap is large in every example; measuring it takes a second each.
            seen = Evidence.of(
                asked, stored.facts, labels, done, curves, summary, draw=draw,
                measure=lambda: facts(gap="large", apart=1.5, by_chance=0.2),
            )  # fmt: skip
            told = diagnose(seen)
            names = {one.symptom for one in told}
            assert not names & {"dead_adversary", "collapsed_adversary", "diverged", "conflicting_labels"}
            assert len(told) <= SHOWN + 2, (asked.scenario, labels, names)
            verdicts = set(seen.rows["verdict"])
            assert ("negative_transfer" in names) == ("negative transfer" in verdicts)
            assert all("{" not in one.sentence and one.to_dict()["symptom"] for one in told)
            assert all(again.address(changed) for one in told for _words, changed in one.remedies[-1:])


def test_the_verdict_page_shows_the_findings_of_an_example(monkeypatch):
    monkeypatch.setattr(launch, "start", lambda store: None)
    store = Store.open()
    (identity,) = [one for one in store.adopt_examples(ROOT / "examples") if "scans" in one]
    store.close()
    app = opened("compare/verdict.py", experiment=identity, budget="120")
    words = "\n".join(str(one.value) for kind in (app.subheader, app.markdown) for one in kind)
    assert "What went wrong, and what to try" in words
    assert "Negative transfer" in words
    kept = json.loads((ROOT / "examples/scans/verdicts.json").read_text())["verdicts"]
    (worse,) = [one for one in kept if one["labels"] == 120 and one["verdict"] == "negative transfer"]
    assert f"{100 * worse['gain']:+.1f} points" in words


# Real runs.


def turned(rows: int, seed: int, opposite: bool) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"age": rng.normal(40, 10, rows), "spend": rng.gamma(2, 50, rows)})
    high = (frame["age"] - 40) / 10 + (frame["spend"] - 100) / 70 + rng.normal(0, 0.3, rows) > 0
    return frame.assign(churn=np.where(high != opposite, "yes", "no"))


def customers(folder: Path, opposite: bool) -> dict:
    """The settings of two files, the source's labels turned round or not."""
    turned(400, 0, opposite).to_csv(folder / "old.csv", index=False)
    turned(400, 1, False).to_csv(folder / "new.csv", index=False)
    return own_files.settings(source=folder / "old.csv", target=folder / "new.csv", label="churn")


def test_a_source_with_turned_labels_is_found_out(tmp_path, capsys):
    asked = Experiment(
        "own_files", ("frequency_table", "logistic_regression", "source_boosting", "pooled_boosting"),
        customers(tmp_path, True), labels=(40,), seeds=3, training=PRESETS["quick"],
    )  # fmt: skip
    planned, store = plans.plan(asked), Store.open()
    name = store.submit(planned)
    launch.here(store, name)
    done = store.runs(name)
    record = diagnosed.show(Ended(planned, name, done, summarise(done), store))["diagnosis"]
    store.close()
    told = {one["symptom"]: one for one in record}
    assert {"conflicting_labels", "negative_transfer"} <= set(told)
    assert told["conflicting_labels"]["grave"]
    assert "source_boosting" in told["negative_transfer"]["strategies"]
    first = told["conflicting_labels"]["remedies"][0]
    assert "score_regression" in first["experiment"]["strategies"]
    assert f"--source {tmp_path / 'old.csv'}" in first["command"]
    out = capsys.readouterr().out
    assert "wrong way round" in out
    assert first["command"] in out


def test_an_absurd_learning_rate_is_found_out_in_a_real_run(tmp_path):
    asked = Experiment(
        "own_files", ("logistic_regression", "fine_tune"), customers(tmp_path, False), {"fine_tune": {"lr": 1.0}},
        labels=(40,), seeds=3, training=Training(epochs=6, patience=6),
    )  # fmt: skip
    planned, store = plans.plan(asked), Store.open()
    name = store.submit(planned)
    launch.here(store, name)
    done = store.runs(name)
    seen = Evidence.of(
        planned.experiment, store.experiment(name).facts, 40, done, store.epochs(done["run"]), summarise(done),
        draw=lambda: planned.situation, measure=lambda: facts(),
    )  # fmt: skip
    store.close()
    told = found(seen)["diverged"]
    assert told.strategies == ("fine_tune",)
    assert told.grave
    assert told.remedies[0].experiment.knobs == {"fine_tune": {"lr": 0.1}}


def test_a_source_that_says_the_opposite_is_found_out_without_a_strategy_that_shows_it():
    situation = table(shift=0.0)
    other = np.where(situation.source.labels == "yes", "no", "yes").astype(object)
    turned_round = replace(situation, source=Examples(situation.source.inputs, other))
    told = found(evidence(runs(HARMED), situation=turned_round))
    assert "contradicts" in told["conflicting_labels"].sentence
    assert "conflicting_labels" not in found(evidence(runs(HARMED), situation=situation))

"""Several tasks and many places at once, and how good a model is in each place."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from learning import SHORT, backbone_for, course_for, dealt, run
from toys import many_places, other_classes, table

from tlcore import catalog, files, plan
from tlcore.catalog import metric
from tlcore.errors import Unusable
from tlcore.files import Files
from tlcore.learn import imbalance, loop, losses, several
from tlcore.learn.data import Batch, Paired, deal
from tlcore.learn.shelf import Shelf
from tlcore.measure.places import FEW, by_place, gains, over_seeds
from tlcore.measure.statistics import wilson
from tlcore.phase import Move, Phase
from tlcore.situation import split

# Two tasks at once.


def pair_of(situation):
    task, _ = dealt(situation)
    pair = next(iter(Paired(task.source, task.target)))
    return task, task.model(task.target_labels).eval(), torch.nn.Linear(16, task.source_labels.outputs), pair


@pytest.mark.parametrize("situation", [table, other_classes, lambda: table("regression")])
def test_without_the_source_the_target_is_learnt_alone(situation):
    _, model, other, pair = pair_of(situation())
    terms = several.together(model, other, source_share=0.0)(pair, 0.0)
    alone = losses.supervised(model)(pair.target, 0.0)["task"]
    assert terms["source"].item() == 0
    assert terms["target"].item() == pytest.approx(alone.item(), rel=1e-5)
    terms["source"].backward(retain_graph=True)
    assert not any(p.grad is not None and p.grad.any() for p in model.parameters())


def test_each_domain_moves_its_own_head_and_both_move_the_body():
    _, model, other, pair = pair_of(other_classes())
    source = several.together(model, other, 0.5)(pair, 0.0)["source"]
    source.backward()
    assert other.weight.grad.any()
    assert model.head.weight.grad is None
    assert any(p.grad is not None and p.grad.any() for p in model.body.parameters())


def test_the_balance_is_that_of_its_paper():
    balance = several.Balance(2)
    balance.log_variance.data = torch.tensor([0.7, -0.4])
    s = balance.log_variance.detach().numpy()
    loss = torch.tensor(1.3)
    assert balance(loss, 0, squared=False).item() == pytest.approx(np.exp(-s[0]) * 1.3 + s[0] / 2)
    assert balance(loss, 1, squared=True).item() == pytest.approx(np.exp(-s[1]) * 1.3 / 2 + s[1] / 2)


@pytest.mark.parametrize(("squared", "variance"), [(True, 0.3), (False, 0.6)])
def test_the_best_balance_is_the_loss_itself_as_the_noise(squared, variance):
    balance = several.Balance(1).double()
    optimizer = torch.optim.LBFGS(balance.parameters(), line_search_fn="strong_wolfe", max_iter=100)

    def close():
        optimizer.zero_grad()
        value = balance(torch.tensor(0.3, dtype=torch.float64), 0, squared)
        value.backward()
        return value

    optimizer.step(close)
    assert balance.log_variance.exp().item() == pytest.approx(variance, rel=1e-3)


def test_losses_below_zero_do_not_look_like_an_explosion(tmp_path):
    """With a learnt balance a term may fall below 0; the run goes on and its figures stay numbers."""
    result, told = run(
        table(), "multi_task", tmp_path, weighting="uncertainty", lr=0.03, training=replace(SHORT, epochs=12)
    )
    assert not [note for note in result.outcome.notes if note.grave]
    assert len([epoch for epoch in told if epoch.number]) >= 4
    assert result.outcome.test["roc_auc"] > 0.6


def test_the_balance_learns(tmp_path):
    task, course = course_for(table())
    (phase,) = catalog.strategy("multi_task", weighting="uncertainty").phases(task)
    balance = next(move.module for move in phase.moves if isinstance(move.module, several.Balance))
    loop.fit(phase, course)
    assert balance.log_variance.detach().abs().min() > 0


def test_counting_rows_alike_the_source_weighs_as_many_times_as_it_has_rows():
    task, _ = dealt(table())
    pair = next(iter(Paired(task.source, task.target)))
    found = []
    for weighting in ("rows", "equal"):
        torch.manual_seed(0)
        (phase,) = catalog.strategy("multi_task", weighting=weighting).phases(task)
        terms = phase.objective(pair, 0.0)
        found.append((terms["source"] / terms["target"]).item())
    assert found[0] / found[1] == pytest.approx(len(task.source.x) / len(task.target.x), rel=0.2)


# Many places.


def test_without_spread_all_places_share_one_head(tmp_path):
    """What is learnt is the plain network on the rows of both; the order of sums moves the last digits."""
    task, course = course_for(many_places())
    found = loop.train(catalog.strategy("many_places", spread=0.0).phases(task), course, Shelf(tmp_path / "a"))
    task, course = course_for(many_places())
    model, rows = task.model(), several.pooled(task, 1.0)
    learn = losses.supervised(model)
    plain = loop.train([Phase("target", model, rows, learn, [Move(model, 3e-3)])], course, Shelf(tmp_path / "b"))
    assert torch.allclose(found(task.valid.x), plain(task.valid.x), atol=5e-3)
    assert not found.own.any()


def placed_network(situation=None):
    task, _ = dealt(situation or many_places())
    column = task.place_column
    size = task.space.cardinalities[column - task.space.plain]
    network = several.Placed(task.model(), column, size, 1.0).eval()
    torch.nn.init.normal_(network.own)
    return task, network


def test_the_answer_is_the_shared_head_and_what_the_place_adds():
    task, network = placed_network()
    x = task.target.x[:6]
    features = network.model.features(x).double()
    codes = x[:, task.place_column].long()
    head = network.model.head
    told = [
        (head.weight.double() + network.own[code, :, :-1].double()) @ row + head.bias + network.own[code, :, -1]
        for row, code in zip(features, codes, strict=True)
    ]
    assert torch.allclose(network(x).double(), torch.stack(told), atol=1e-4)


def test_a_place_never_seen_is_answered_by_the_shared_head():
    task, network = placed_network()
    x = task.target.x[:6].clone()
    x[:, task.place_column] = 0
    assert torch.allclose(network(x), network.model(x), atol=1e-6)


def test_the_code_is_that_of_the_column_that_names_places():
    situation = many_places()
    task, _ = dealt(situation)
    hand = split(situation, 40, 0)
    names = task.space.categories["region"]
    codes = task.target.x[:, task.place_column].long().tolist()
    assert [names[code - 1] for code in codes] == hand.train.inputs["region"].tolist()


def test_places_with_few_rows_stay_nearer_to_the_shared_head():
    """Partial pooling on the same rule: the place with fewer rows departs less."""
    task, network = placed_network()
    network.own.data.zero_()
    network.requires_grad_(False)
    network.own.requires_grad_(True)
    rng = torch.Generator().manual_seed(0)
    x = task.source.x[torch.randint(len(task.source.x), (220,), generator=rng)].clone()
    x[:200, task.place_column], x[200:, task.place_column] = 1, 2
    x[200:] = x[:20]
    x[200:, task.place_column] = 2
    y = torch.ones(220, dtype=torch.long)
    learn = several.placed(network, 220)
    optimizer = torch.optim.LBFGS([network.own], max_iter=100, line_search_fn="strong_wolfe")

    def close():
        optimizer.zero_grad()
        value = sum(learn(Batch(x, y), 0.0).values())
        value.backward()
        return value

    optimizer.step(close)
    many, few = (network.own[place].norm().item() for place in (1, 2))
    assert many > 1.3 * few > 0
    assert not network.own[3:].any()


def test_a_narrower_spread_holds_places_nearer(tmp_path):
    departures = []
    for spread in (0.05, 1.0):
        task, course = course_for(many_places())
        network = loop.train(
            catalog.strategy("many_places", spread=spread).phases(task), course, Shelf(tmp_path / str(spread))
        )
        departures.append(spread * network.own.norm().item())
    assert departures[0] < departures[1]


def test_places_of_their_own_beat_one_answer_for_all_where_places_differ(tmp_path):
    training = replace(SHORT, epochs=12, least_steps=20, patience=12)
    score = {
        spread: run(many_places(n_source=1500), "many_places", tmp_path, labels=120, spread=spread, training=training)[
            0
        ]
        for spread in (0.0, 1.0)
    }
    assert score[1.0].outcome.test["roc_auc"] > score[0.0].outcome.test["roc_auc"] + 0.02


def test_target_rows_count_as_often_as_they_are_walked():
    task, _ = dealt(many_places())
    rows = several.pooled(task, 2.0)
    n = len(task.source.x) + len(task.target.x)
    assert len(rows.rows.x) == n
    assert rows.rows.weight.sum().item() == n + len(task.target.x)
    walked = len(rows) * rows.rows.batch
    assert rows.seen == pytest.approx(walked * len(task.target.x) / n, abs=1)


def test_a_remedy_for_rare_classes_sees_the_rows_of_both():
    situation = many_places()
    hand = split(situation, 40, 0)
    task, _ = deal(hand, situation, backbone_for(situation), SHORT, 0, "cpu", "class weights")
    rows = several.pooled(task, 1.0).rows
    wanted = imbalance._inverse(torch.bincount(rows.y))[rows.y]
    assert torch.allclose(rows.weight, wanted)


def test_places_that_are_numbers_are_refused_in_a_sentence():
    situation = many_places()
    numbered = replace(situation.source, inputs=situation.source.inputs.assign(region=1.0))
    objection = catalog.strategy("many_places").objection(replace(situation, source=numbered))
    assert "'region' is to name places, but holds numbers" in objection


def test_it_is_offered_only_where_places_are_named():
    assert "names each row's place" in plan.refusal("many_places", table())
    assert plan.refusal("many_places", many_places()) is None


# How good in each place.


def told(places, truth, event, part="test"):
    event = np.asarray(event, dtype=float)
    return pd.DataFrame({"part": part, "truth": truth, "p0": 1 - event, "p1": event, "place": places})


def test_predictions_name_each_test_rows_place(tmp_path):
    situation = many_places()
    result, _ = run(situation, "scratch", tmp_path)
    test = result.predictions.query("part == 'test'")
    assert test["place"].tolist() == situation.test.inputs["region"].tolist()
    assert "place" not in run(table(), "scratch", tmp_path)[0].predictions


def test_scores_by_place_are_those_of_its_rows_alone():
    rng = np.random.default_rng(0)
    places, truth = rng.choice(["a", "b"], 300, p=[0.8, 0.2]), rng.integers(0, 2, 300)
    event = np.clip(truth * 0.3 + rng.random(300) * 0.7, 0, 1)
    frame = pd.concat([told(places, truth, event), told(["a"], [1], [0.0], part="valid")], ignore_index=True)
    found = by_place(frame, metric("roc_auc")).set_index("place")
    for name in "ab":
        rows = places == name
        whole = metric("roc_auc").measure(truth[rows], np.column_stack([1 - event[rows], event[rows]]))
        assert found.loc[name, "score"] == pytest.approx(whole)
        assert found.loc[name, "n"] == rows.sum()
        assert found.loc[name, "low"] < whole < found.loc[name, "high"]
    assert list(found.index) == ["a", "b"]


def test_an_accuracy_has_wilsons_interval():
    found = by_place(told(["a"] * 12, [1] * 12, [0.9] * 9 + [0.1] * 3), metric("accuracy")).iloc[0]
    low, high = wilson(9, 12)
    assert (found["score"], found["low"], found["high"]) == (0.75, low, high)


def test_a_place_with_few_rows_or_one_class_says_so():
    frame = told(["a"] * FEW + ["b"] * (FEW - 1), [1, 0] * (FEW // 2) + [1] * (FEW - 1), np.linspace(0, 1, 2 * FEW - 1))
    found = by_place(frame, metric("roc_auc")).set_index("place")
    assert found["few"].to_dict() == {"a": False, "b": True}
    assert found.loc["b", ["score", "low", "high"]].isna().all()


def test_without_places_there_is_nothing_to_say():
    frame = told(["a"], [1], [0.5]).drop(columns="place")
    assert by_place(frame, metric("accuracy")).empty
    runs = pd.DataFrame({"run": ["r"], "strategy": ["s"], "state": ["done"]})
    assert over_seeds({"r": frame}, runs, metric("accuracy")).empty


def test_the_mean_over_seeds_leaves_out_runs_without_a_result():
    frames = {name: told(["a"] * 4, [1] * 4, [0.9] * right + [0.1] * (4 - right))
              for name, right in (("r0", 4), ("r1", 2), ("r2", 0))}  # fmt: skip
    runs = pd.DataFrame({"run": ["r0", "r1", "r2"], "strategy": "s", "state": ["done", "stopped", "failed"]})
    found = over_seeds(frames, runs, metric("accuracy")).iloc[0]
    assert (found["place"], found["n"], found["seeds"], found["score"]) == ("a", 4, 2, 0.75)


def test_numbers_have_scores_by_place_too():
    frame = pd.DataFrame({"part": "test", "truth": np.arange(40.0), "prediction": np.arange(40.0), "place": "a"})
    assert by_place(frame, metric("r2"))["score"].item() == 1


# From a person's own table.


@pytest.fixture
def shops(tmp_path):
    """One table of three regions; shops, numbered, lie within them and differ."""
    rng = np.random.default_rng(0)
    n = 700
    frame = pd.DataFrame({"age": rng.normal(40, 10, n).round(1), "spend": rng.gamma(2, 50, n).round(2)})
    frame["region"] = rng.choice(["north", "south", "isle"], n, p=[0.4, 0.3, 0.3])
    frame["shop"] = rng.integers(1, 5, n)
    odds = (frame["age"] - 40) / 10 * np.where(frame["shop"] > 2, -1, 1) + (frame["spend"] - 100) / 70
    frame["churn"] = np.where(odds + rng.normal(0, 0.3, n) > 0, "yes", "no")
    frame.to_csv(tmp_path / "shops.csv", index=False)
    return Files(
        source=str(tmp_path / "shops.csv"), label="churn", domain_column="region", target_domain="isle", places="shop"
    )


def test_the_column_of_places_is_text_even_where_it_is_numbered(shops):
    situation = files.situation(shops)
    assert situation.places == "shop"
    assert set(situation.source.inputs["shop"]) == {"1", "2", "3", "4"}
    assert set(situation.places_of(situation.target)) == {"1", "2", "3", "4"}
    assert dealt(situation)[0].space.numeric == ("age", "spend")


def test_the_column_that_splits_the_table_may_name_the_places(shops):
    situation = files.situation(replace(shops, places="region"))
    assert set(situation.places_of(situation.source)) == {"north", "south"}
    assert set(situation.places_of(situation.target)) == {"isle"}


@pytest.mark.parametrize(
    ("places", "sentence"),
    [
        ("shp", r"has no column 'shp'\. Did you mean 'shop'\?"),
        ("churn", "'churn' is to name the places, and also to be predicted"),
        ("spend", "'spend' of shops.csv .* cannot name places"),
    ],
)
def test_a_column_that_cannot_name_places_is_refused_in_a_sentence(shops, places, sentence):
    with pytest.raises(Unusable, match=sentence):
        files.situation(replace(shops, places=places))


def test_from_table_to_scores_by_place_on_the_command_line(shops, tmp_path, monkeypatch, capsys):
    from tlcore.cli import main

    monkeypatch.setenv("TRANSFERLAB_HOME", str(tmp_path / "home"))
    words = ["compare", "--source", shops.source, "--label", "churn", "--domain-column", "region", "--target-domain",
             "isle", "--places", "shop", "--strategies", "scratch,many_places", "--no-baselines", "--labels", "40",
             "--seeds", "2", "--preset", "quick", "--set", "training.epochs=2", "--json",
             str(tmp_path / "r.json")]  # fmt: skip
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "ROC-AUC by shop, with 40 target labels" in said
    assert "4, n = " in said
    record = json.loads((tmp_path / "r.json").read_text())
    assert {row["place"] for row in record["places"]} == {"1", "2", "3", "4"}
    assert {row["strategy"] for row in record["places"]} >= {"many_places"}
    for row in record["places"]:
        assert {"strategy", "labels", "place", "n", "seeds", "score", "low", "high", "few"} == set(row)


def test_the_label_budget_leaves_the_sources_share_as_it_is():
    for labels in (8, 40, 200):
        task, _ = dealt(table(), labels=labels)
        (phase,) = catalog.strategy("multi_task").phases(task)
        assert sum(len(pair.source.x) for pair in phase.batches) >= len(task.source.x)


def test_who_gains_and_who_is_harmed_is_told_seed_by_seed():
    rng, predictions, rows = np.random.default_rng(0), {}, []
    right = {"alone": (0.7, 0.7), "shared": (0.9, 0.5)}  # accuracy in the north, in the isle
    for seed in range(4):
        for strategy, shares in right.items():
            hit = np.concatenate([rng.permutation(np.arange(200) < share * 200 + seed) for share in shares])
            sure = np.where(hit, 0.9, 0.1)
            predictions[f"{strategy}{seed}"] = told(["north"] * 200 + ["isle"] * 200, [1] * 400, list(sure))
            rows.append({"run": f"{strategy}{seed}", "strategy": strategy, "seed": seed, "state": "done"})
    found = gains(predictions, pd.DataFrame(rows), metric("accuracy"), "alone").set_index("place")
    assert set(found["strategy"]) == {"shared"}
    assert found.loc["north", "gain"] == pytest.approx(0.2)
    assert found["said"].to_dict() == {"north": "gains", "isle": "harmed"}
    swapped = gains(predictions, pd.DataFrame(rows), metric("accuracy"), "shared").set_index("place")
    assert swapped.loc["north", "gain"] == pytest.approx(-found.loc["north", "gain"])
    assert swapped["said"].to_dict() == {"north": "harmed", "isle": "gains"}

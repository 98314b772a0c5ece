"""Parameter and structure transfer: each at the edge of its knobs, each piece against its definition."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from learning import SHORT, course_for, dealt, run
from safetensors.torch import save_file
from torch import nn
from toys import other_classes, pictures, table

from tlcore import catalog, plan, spec
from tlcore.errors import Stopped, Unusable
from tlcore.learn import checkpoints, episodes, loop, losses, nets, recipes, tuning
from tlcore.learn.shelf import Shelf
from tlcore.outcome import State
from tlcore.phase import Move, Phase
from tlcore.situation import Examples, Situation
from tlcore.spec import Training


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    return Shelf(tmp_path_factory.mktemp("shelf"))


def trained(shelf, name, situation=None, **knobs):
    """The predictor this strategy ends with, and the task it was trained on."""
    task, course = course_for(situation or table(), SHORT)
    return task, loop.train(catalog.strategy(name, **knobs).phases(task), course, shelf)


def source_model(shelf, situation=None):
    task, course = course_for(situation or table(), SHORT)
    model = task.model()
    loop.train(recipes.source(model, task, 3e-3), course, shelf)
    return model


STANDING = []  # strategies that are to stay where they are: closed, they would finish what they have begun


@pytest.fixture(autouse=True)
def _closed():
    yield
    STANDING.clear()


def first_of_target(shelf, name, situation=None, **knobs):
    """The phase in which this strategy meets the target, before its first step."""
    task, course = course_for(situation or table(), SHORT)
    STANDING.append(catalog.strategy(name, **knobs).phases(task))
    for phase in STANDING[-1]:
        if phase.selector == "target":
            return task, phase
        with shelf.place(f"{phase.address}-{course.judge.headline}") as place:
            place.load(phase.predictor) if place.filled else place.store(phase.predictor, loop.fit(phase, course))
    raise AssertionError


def same_answers(one, other, task, **tolerance):
    with torch.no_grad():
        return torch.allclose(one.eval()(task.valid.x), other.eval()(task.valid.x), **tolerance)


# ---- at the edge of its knobs


@pytest.mark.parametrize(
    ("name", "knobs"),
    [
        ("partial_freeze", {"frozen": 0}),
        ("discriminative_rates", {"decay": 1.0}),
        ("gradual_unfreezing", {"decay": 1.0, "stages": 1}),
        ("warm_start", {"reset": 0, "scale": 1.0}),
    ],
)
def test_with_nothing_held_back_it_is_fine_tuning(name, knobs, shelf):
    _, ours = trained(shelf, name, lr=1e-3, **knobs)
    _, plain = trained(shelf, "fine_tune", lr=1e-3)
    assert nets.digest(ours) == nets.digest(plain)


@pytest.mark.parametrize(
    ("name", "knobs"), [("partial_freeze", {"frozen": 100}), ("discriminative_rates", {"decay": 0.0})]
)
def test_with_every_block_frozen_it_is_a_new_head_on_the_sources_features(name, knobs, shelf):
    task, ours = trained(shelf, name, lr=1e-2, **knobs)
    _, head_only = trained(shelf, "feature_extraction", kept_lr=1e-2)
    assert nets.digest(ours.body) == nets.digest(source_model(shelf).body)
    assert same_answers(ours, head_only, task, atol=1e-4)


def test_as_many_blocks_stay_as_were_asked_for(shelf):
    _, ours = trained(shelf, "partial_freeze", lr=1e-2, frozen=2)
    pairs = zip(ours.body.blocks, source_model(shelf).body.blocks, strict=True)
    assert [nets.digest(a) == nets.digest(b) for a, b in pairs] == [True, True, False, False]


def test_a_leash_of_no_length_keeps_the_sources_weights_and_none_at_all_is_plain_fine_tuning(shelf):
    source = source_model(shelf)

    def away(**knobs):
        _, model = trained(shelf, "l2_sp", lr=1e-2, **knobs)
        pairs = zip(model.parameters(), source.parameters(), strict=True)
        return model, max((a - b).abs().max().item() for a, b in pairs)

    _, tight = away(alpha=1e6)
    free, loose = away(alpha=0.0, beta=0.0)
    assert tight < 0.05 * loose
    task, course = course_for(table(), SHORT)
    model = task.model()

    def undecayed():
        yield from recipes.source(model, task, 3e-3)
        yield from recipes.tune(model, task, [Move(model, 1e-2, decay=0.0)])

    loop.train(undecayed(), course, shelf)
    assert nets.digest(free) == nets.digest(model)


@pytest.mark.parametrize("situation", [table, pictures])
@pytest.mark.parametrize("name", ["lora", "adapters", "bitfit"])
def test_before_its_first_step_it_is_the_source_model(name, situation, shelf):
    task, phase = first_of_target(shelf, name, situation())
    assert same_answers(phase.predictor, source_model(shelf, situation()), task, atol=1e-6)


def test_a_head_fitted_first_at_no_rate_to_speak_of_changes_nothing(shelf):
    task, course = course_for(table(), SHORT)
    phases = catalog.strategy("linear_probe_fine_tune", kept_lr=1e-6).phases(task)
    told = []
    for phase in phases:
        loop.fit(phase, course)
        told.append((phase.name, nets.digest(phase.predictor.body), phase.predictor.head.weight.clone()))
        if phase.name == "head":
            break
    (_, body, head), (_, body_after, head_after) = told
    assert body == body_after
    assert torch.allclose(head, head_after, atol=1e-4)


# ---- what moves, and how fast


def test_rates_fall_by_the_same_factor_from_the_head_to_the_first_block():
    model = dealt(table())[0].model()
    moves = tuning.depthwise(model, 1e-2, 0.5)
    assert [move.module for move in moves] == [*model.body.blocks, model.head]
    assert [move.lr for move in moves] == pytest.approx([1e-2 / 2**depth for depth in (4, 3, 2, 1, 0)])
    assert [move.module for move in tuning.depthwise(model, 1e-2, 0.0)] == [model.head]
    assert [move.module for move in tuning.depthwise(model, 1e-2, 0.5, reach=2)] == [model.body.blocks[-1], model.head]


@pytest.mark.parametrize("count", [1, 2, 3, 5, 9])
def test_stages_begin_with_the_head_and_end_with_everything(count):
    reaches = tuning.stages(5, count)
    assert len(reaches) == count
    assert reaches == sorted(reaches)
    assert reaches[-1] == 5
    assert count == 1 or reaches[0] == 1


def test_a_group_that_joins_later_brings_its_own_rate():
    task, _ = course_for(table(), replace(SHORT, epochs=5))
    rates = []
    for phase in catalog.strategy("gradual_unfreezing", lr=1e-2, decay=2.0, stages=5).phases(task):
        if phase.selector == "target":
            rates.append([move.lr for move in phase.moves])
    assert [len(rate) for rate in rates] == [1, 2, 3, 4, 5]
    assert rates[-1] == pytest.approx([1e-2 / 2**depth for depth in (4, 3, 2, 1, 0)])
    assert all(rate == pytest.approx(rates[-1][-len(rate) :]) for rate in rates)


def test_bitfit_moves_biases_and_the_head_and_nothing_else(shelf):
    _, ours = trained(shelf, "bitfit", lr=1e-2)
    source = source_model(shelf).state_dict()
    changed = {name for name, tensor in ours.state_dict().items() if not torch.equal(tensor, source[name])}
    biases = {name for name in source if name.startswith("body.") and name.endswith(".bias")}
    assert changed == biases | {"head.weight", "head.bias"}


@pytest.mark.parametrize("name", ["lora", "adapters"])
def test_what_is_added_learns_while_every_weight_of_the_source_stays(name, shelf):
    task, phase = first_of_target(shelf, name)
    before = nets.digest(source_model(shelf).body)
    _, course = course_for(table(), SHORT)
    loop.fit(phase, course)
    bare = dealt(table())[0].model()
    kept = {
        key.replace("base_layer.", "").replace("block.", ""): tensor
        for key, tensor in phase.predictor.body.state_dict().items()
        if ".lora_" not in key and ".down." not in key and ".up." not in key
    }
    bare.body.load_state_dict({**kept})
    assert nets.digest(bare.body) == before
    assert not same_answers(phase.predictor, source_model(shelf), task, atol=1e-3)


@pytest.mark.parametrize("name", ["lora", "adapters", "bitfit"])
def test_the_run_says_how_few_weights_moved(name, shelf):
    _, phase = first_of_target(shelf, name)
    (note,) = [note for note in phase.notes if "moving" in note.values]
    assert not note.grave
    moving = sum(weight.numel() for move in phase.moves for weight in move.module.parameters())
    assert note.values["moving"] == moving
    assert 0 < moving < note.values["all"] == sum(weight.numel() for weight in phase.predictor.parameters())


def test_a_move_can_leave_the_pull_towards_zero_out():
    frozen, pulled = nn.Linear(2, 2), nn.Linear(2, 2)
    phase = Phase("target", nn.Sequential(frozen, pulled), moves=[Move(frozen, 1e-2, decay=0.0), Move(pulled, 1e-2)])
    groups = loop._optimizer(phase, SHORT).param_groups
    assert [group["weight_decay"] for group in groups] == [0.0, SHORT.weight_decay]


# ---- the pieces against their definitions


def test_the_leash_is_its_formula_and_buffers_are_not_on_it():
    torch.manual_seed(0)
    body, head = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)).double(), nn.Linear(4, 2).double()
    leash = tuning.Leash(body.parameters(), head.parameters(), 0.3, 0.05)
    start = [weight.detach().numpy().copy() for weight in body.parameters()]
    body.train()(torch.randn(8, 3).double())  # moves the statistics alone
    assert leash().item() == pytest.approx(0.025 * sum((w.detach().numpy() ** 2).sum() for w in head.parameters()))
    with torch.no_grad():
        for weight in body.parameters():
            weight += torch.randn_like(weight)
    away = sum(((w.detach().numpy() - s) ** 2).sum() for w, s in zip(body.parameters(), start, strict=True))
    size = sum((w.detach().numpy() ** 2).sum() for w in head.parameters())
    assert leash().item() == pytest.approx(0.15 * away + 0.025 * size)
    leash().backward()
    weight = next(body.parameters())
    assert np.allclose(weight.grad.numpy(), 0.3 * (weight.detach().numpy() - start[0]))


def test_the_leash_holds_a_kept_head_and_shrinks_a_new_one():
    for situation, held in ((table(), True), (other_classes(), False)):
        task, _ = dealt(situation)
        model = task.model()
        recipes.rehead(model, task)
        objective = tuning.leashed(model.eval(), task, 1.0, 1.0)
        leash = objective(next(iter(task.target)), 0.0)["leash"]
        size = sum(weight.square().sum().item() for weight in model.head.parameters())
        assert leash.item() == pytest.approx(0.0 if held else size / 2)


@pytest.mark.parametrize("situation", [table, pictures])
def test_merged_updates_answer_as_unmerged_ones_and_leave_the_network_as_it_was_built(situation):
    task, _ = dealt(situation())
    model = task.model()
    built = [(name, type(layer)) for name, layer in model.named_modules()]
    updates, _ = tuning.low_rank(model.body, 2, 4, 0.0)
    with torch.no_grad():
        for weight in updates.parameters():
            weight += 0.1 * torch.randn_like(weight)
        unmerged = model.eval()(task.target.x)
        tuning.merged(model.body)
        assert [(name, type(layer)) for name, layer in model.named_modules()] == built
        assert torch.allclose(model.eval()(task.target.x), unmerged, atol=1e-4)


def test_a_low_rank_update_is_its_formula():
    """Against ``(W + alpha / r * B A) x + b``."""
    torch.manual_seed(0)
    body = nets.Body([nn.Linear(6, 5)], 5)
    updates, _ = tuning.low_rank(body, 2, 6, 0.0)
    a, b = (weight.detach() for weight in updates.parameters())
    assert not b.any()
    nn.init.normal_(list(updates.parameters())[1])
    base = body.blocks[0].base_layer
    x = torch.randn(7, 6)
    expected = x @ (base.weight + 6 / 2 * list(updates.parameters())[1] @ a).T + base.bias
    assert torch.allclose(body(x), expected, atol=1e-5)


def test_no_convolution_gets_fewer_maps_than_can_be_computed_safely():
    task, _ = dealt(pictures())
    body = task.model().body
    tuning.low_rank(body, 1, 2, 0.0)
    maps = [len(layer.weight) for name, layer in body.named_modules() if "lora_A.default" in name]
    assert maps
    assert min(maps) >= tuning.LEAST_MAPS


def test_a_rank_no_layer_is_wide_enough_for_is_refused_in_a_sentence():
    task, _ = dealt(table())
    with pytest.raises(Unusable, match=r"lora\.rank is 200, but no layer .* Choose at most 15"):
        tuning.low_rank(task.model().body, 200, 8, 0.0)


def test_bodies_without_what_is_to_move_are_refused_in_a_sentence():
    bare = nets.Body([nn.Conv2d(3, 4, 1, bias=False), nn.Flatten()], 4)
    with pytest.raises(Unusable, match="this network's body has none"):
        tuning.biases(bare)
    with pytest.raises(Unusable, match="Choose adapters"):
        tuning.low_rank(nets.Body([nn.Flatten()], 4), 4, 8, 0.0)


def test_the_nearest_class_mean_is_the_answer():
    rng = np.random.default_rng(0)
    features, y = rng.normal(size=(30, 5)), np.arange(30) % 3
    found = episodes.Prototypes(nn.Identity(), torch.from_numpy(features), torch.from_numpy(y), 4, spread=True)
    cases = rng.normal(size=(9, 5)).astype(np.float32)
    scores = found(torch.from_numpy(cases)).numpy()
    means = np.stack([features[y == c].mean(0) for c in range(3)])
    spread = ((features - means[y]) ** 2).sum(1).mean()
    expected = -((cases[:, None] - means) ** 2).sum(2) / (2 * spread)
    assert np.allclose(scores[:, :3], expected, atol=1e-5)
    assert (scores.argmax(1) < 3).all()  # nobody has shown the fourth class


# ---- a good start is not given up lightly


def rare():
    """One payment in thirty is the event; the source knows it well, and the target's rule is the same."""
    rng = np.random.default_rng(0)

    def draw(n):
        numbers = rng.normal(size=(n, 6))
        value = numbers[:, 0] * numbers[:, 1] + numbers[:, 2] - numbers[:, 3] + 0.5 * rng.normal(size=n)
        labels = np.where(value > np.quantile(value, 1 - 1 / 30), "yes", "no").astype(object)
        return Examples(pd.DataFrame(numbers, columns=list("abcdef")), labels)

    return Situation(
        source=draw(4000), target=draw(600), test=draw(2000), label="event", modality="table",
        positive="yes", simulated=True,
    )  # fmt: skip


def test_a_few_events_do_not_ruin_a_good_source_model(tmp_path):
    """Average precision, mean of three draws of 100 labels: the source alone, held back, and let go."""
    situation, training = rare(), Training(epochs=20, batch=64)
    suited = catalog.suited("fine_tune", "table")

    def score(**knobs):
        told = [
            run(situation, "fine_tune", tmp_path, training=training, labels=100, seed=seed, **knobs)[0]
            for seed in range(3)
        ]
        return np.mean([result.outcome.test["average_precision"] for result in told])

    alone, held, gone = score(lr=1e-6), score(**suited), score(lr=1e-2)
    assert alone > 0.5  # the event is one in thirty
    assert held > alone - 0.03
    assert gone < alone - 0.1  # the toy can show the harm


@pytest.mark.parametrize("good_start", [True, False])
def test_a_good_start_stays_where_an_epoch_is_not_clearly_worse_but_not_better_either(good_start):
    model = nn.Linear(2, 2)
    best = loop.Best(Phase("target", model, moves=[Move(model, 1e-3)], good_start=good_start))
    start = np.linspace(0.1, 2.0, 12)
    noise = np.resize([0.3, -0.28], 12)  # slightly worse in the mean, and far within its error
    assert best.offer(0, start)
    assert best.offer(1, start + noise) is not good_start
    assert best.offer(2, start - noise)
    assert best.number == 2


def test_a_run_whose_start_was_left_as_it_was_says_so():
    task, course = course_for(table(), Training(epochs=2, batch=32, least_steps=2))
    model = task.model()
    loop.fit(next(recipes.source(model, task, 3e-3)), course)
    before = nets.digest(model)
    biases = Move(tuning.biases(model.body), 1e-4)
    learn = losses.supervised(model)
    ruinous = lambda batch, progress: {"task": -learn(batch, progress)["task"]}  # noqa: E731
    loop.fit(next(recipes.tune(model, task, [biases], ruinous)), course)
    assert nets.digest(model) == before
    assert ["left as it was" in note.text for note in course.notes] == [True]


def test_a_good_start_gives_way_to_an_epoch_that_is_better(shelf):
    _, ours = trained(shelf, "fine_tune", lr=3e-3)
    assert nets.digest(ours) != nets.digest(source_model(shelf))


def test_only_a_start_that_is_good_is_held(shelf):
    for name in ("fine_tune", "lora", "l2_sp", "warm_start", "feature_extraction"):
        assert first_of_target(shelf, name)[1].good_start
        assert not first_of_target(shelf, name, other_classes())[1].good_start
    for knobs in ({"reset": 1}, {"scale": 0.5}):
        assert not first_of_target(shelf, "warm_start", **knobs)[1].good_start
    assert not first_of_target(shelf, "scratch")[1].good_start


# ---- weights from elsewhere


def weights_file(tmp_path, model, name="weights.safetensors"):
    save_file({key: tensor.clone().contiguous() for key, tensor in model.state_dict().items()}, tmp_path / name)
    return tmp_path / name


def test_the_sources_own_weights_from_a_file_are_a_warm_start_from_the_source(shelf, tmp_path):
    file = weights_file(tmp_path, source_model(shelf))
    torch.save({"state_dict": {f"module.{k}": v for k, v in source_model(shelf).state_dict().items()}},
               tmp_path / "w.pt")  # fmt: skip
    _, plain = trained(shelf, "warm_start")
    for path in (file, tmp_path / "w.pt"):
        _, ours = trained(shelf, "warm_start", weights=str(path))
        assert nets.digest(ours) == nets.digest(plain)


def test_what_is_reset_starts_as_from_scratch(shelf):
    task, phase = first_of_target(shelf, "warm_start", reset=2)
    blocks = phase.predictor.body.blocks
    source, fresh = source_model(shelf), task.model(task.target_labels)
    for place, (block, old, new) in enumerate(zip(blocks, source.body.blocks, fresh.body.blocks, strict=True)):
        assert nets.digest(block) == nets.digest(old if place < 2 else new)
    assert nets.digest(phase.predictor.head) == nets.digest(fresh.head)


def test_an_answer_for_other_classes_is_never_loaded(shelf):
    task, phase = first_of_target(shelf, "warm_start", other_classes())
    assert nets.digest(phase.predictor.head) == nets.digest(task.model(task.target_labels).head)


def test_a_network_of_another_width_takes_what_fits_and_says_what_does_not(shelf):
    _, phase = first_of_target(shelf, "warm_start", scale=0.5)
    first = phase.notes[0]
    assert 0 < first.values["matched"] < first.values["total"]
    assert not any(note.grave for note in phase.notes)
    assert any("shapes differ" in note.text and "body.blocks.1" in note.values["names"] for note in phase.notes)


def test_the_report_names_every_tensor_once():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 2))
    state = {"0.weight": torch.ones(2, 2), "0.bias": torch.ones(3), "2.weight": torch.ones(2, 2), "x": torch.ones(1)}
    report = checkpoints.load(model, state, anew=("2.",))
    assert report == checkpoints.Report(
        matched=[], reshaped=["0.bias", "0.weight"], missing=["1.weight", "1.bias"], unexpected=["x"],
        skipped=["2.weight", "2.bias"],
    )  # fmt: skip
    assert not torch.equal(model[0].weight, torch.ones(2, 2))  # of no use beside another bias
    assert not torch.equal(model[2].weight, torch.ones(2, 2))


class Intruder:
    def __reduce__(self):
        raise_alarm = "raise SystemExit('code in a weights file was run')"
        return exec, (raise_alarm,)


def spoilt_files(folder, model):
    """Every kind of file that is no checkpoint, with a word of the sentence it is answered with."""
    whole = weights_file(folder, model).read_bytes()
    torch.save(model.state_dict(), folder / "whole.pth")
    archive = (folder / "whole.pth").read_bytes()
    flipped = bytearray(whole)
    flipped[3:12] = b"\xff" * 9
    contents = {
        "short.safetensors": (whole[: len(whole) // 2], "damaged"),
        "tampered.safetensors": (bytes(flipped), "damaged"),
        "empty.safetensors": (b"", "damaged"),
        "short.pth": (archive[: len(archive) // 2], "damaged"),
        "words.pt": (b"these are no weights", "damaged"),
        "object.pt": (pickle.dumps(Intruder(), protocol=2), "damaged"),
        "weights.h5": (whole, "reads .safetensors"),
    }
    for name, (content, word) in contents.items():
        (folder / name).write_bytes(content)
        yield folder / name, word
    for name, content, word in (
        ("model.pth", model, "damaged"),
        ("list.pth", [torch.ones(2)], "no plain table"),
        ("history.pth", {"epoch": 3, "loss": 0.1}, "no plain table"),
        ("nan.pth", {"head.weight": torch.full((2, 2), torch.nan)}, "no numbers"),
    ):
        torch.save(content, folder / name)
        yield folder / name, word
    yield folder / "nowhere.pth", "There is no file"


def test_a_file_that_is_no_checkpoint_is_refused_in_one_sentence_and_never_run(tmp_path):
    model = dealt(table())[0].model()
    for file, word in spoilt_files(tmp_path, model):
        with pytest.raises(Unusable, match=word) as refused:
            checkpoints.read(file)
        assert len(refused.value.problems) == 1
        assert file.name in str(refused.value)


def test_a_file_of_another_network_is_refused_rather_than_trained_from_nothing(tmp_path, shelf):
    save_file({"features.0.weight": torch.ones(3, 3)}, tmp_path / "other.safetensors")
    with pytest.raises(Unusable, match=r"Nothing in 'other.safetensors' fits .* 'features.0.weight'"):
        trained(shelf, "warm_start", weights=str(tmp_path / "other.safetensors"))


def test_a_missing_file_is_said_before_anything_runs():
    strategy = catalog.strategy("warm_start", weights="/nowhere/at_all.pth")
    assert "there is no such file" in strategy.objection(table())
    assert "a folder; it must be a file" in catalog.strategy("warm_start", weights="/").objection(table())
    assert catalog.strategy("warm_start").objection(table()) is None
    assert plan.refusal("nearest_mean", table("regression")) is not None


def test_a_number_is_predicted_with_a_new_two_layer_head(tmp_path):
    result, _ = run(table("regression"), "two_layer_head", tmp_path)
    assert result.weights["head.3.weight"].shape == (1, 32)


def test_a_file_of_another_width_is_no_start(tmp_path, shelf):
    """Batch norm's counters and a bias beside a new weight fit everywhere: they are not the network."""
    wide = course_for(pictures(), SHORT)[0].model(scale=2.0)
    file = weights_file(tmp_path, wide)
    with pytest.raises(Unusable, match=r"Nothing in 'weights\.safetensors' fits"):
        trained(shelf, "warm_start", pictures(), weights=str(file))


def test_another_content_of_the_same_file_is_another_run(tmp_path):
    task, _ = course_for(table(), SHORT)
    file, model = tmp_path / "weights.safetensors", task.model()
    keys, asked = (
        [],
        spec.Experiment(
            "cold_start", ("warm_start",), knobs={"warm_start": {"weights": str(file)}}, labels=(40,), seeds=1
        ),
    )
    for _ in range(2):
        weights_file(tmp_path, model)
        planned = asked.runs(backbone="mlp", metric="roc_auc")
        keys.append(planned[0].key)
        with torch.no_grad():
            model.head.bias += 1
    assert keys[0] != keys[1]
    weights_file(tmp_path, model)
    with pytest.raises(Unusable, match="has changed since this run was planned"):
        list(catalog.strategy("warm_start", **planned[0].knobs).phases(task))


def test_dropout_of_low_rank_updates_is_at_work_and_a_raised_rank_is_said(shelf):
    without, much = (trained(shelf, "lora", lr=1e-2, dropout=share)[1] for share in (0.0, 0.9))
    assert nets.digest(without) != nets.digest(much)
    _, phase = first_of_target(shelf, "lora", pictures(), rank=2)
    assert any("rank of {rank}" in note.text for note in phase.notes)
    _, phase = first_of_target(shelf, "lora", rank=2)
    assert not any("rank of {rank}" in note.text for note in phase.notes)


def test_a_stopped_run_keeps_a_plain_network_too(tmp_path):
    def stop(epoch):
        if epoch.phase == "target" and epoch.number == 2:
            raise Stopped

    result, _ = run(table(), "lora", tmp_path, report=stop)
    assert result.outcome.state is State.STOPPED
    assert set(result.weights) == set(run(table(), "fine_tune", tmp_path)[0].weights)

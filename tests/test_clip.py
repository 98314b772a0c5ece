"""CLIP sees what its own library sees, knows classes by their names, and looks at no label for that."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import encoders
import numpy as np
import pytest
import torch
from PIL import Image
from toys import pictures, table

from tlcore import catalog, plan
from tlcore.errors import Unusable
from tlcore.learn import hub, losses, nets, tuning  # noqa: F401  hub first: transformers imports torchvision
from tlcore.learn.data import Batch
from tlcore.learn.run import Result, carry_out
from tlcore.learn.shelf import Shelf
from tlcore.learn.space import ImageSpace
from tlcore.situation import Situation
from tlcore.spec import RunSpec, Training

SPACE = ImageSpace(3, 40, 36)
SENTENCES = ("a photo of a {}.", "{}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return encoders.clip(tmp_path_factory.mktemp("clip"))


def whole(folder: Path):
    from transformers import CLIPModel

    return CLIPModel.from_pretrained(folder).eval()


def clip(folder: Path) -> catalog.Backbone:
    return catalog.backbone("clip_base_32", weights=str(folder))


def some(count: int = 3, height: int = 40, width: int = 36) -> torch.Tensor:
    """Pictures whose shorter side needs no resizing, unless another ``width`` is asked for."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(count)
        coarse = torch.randint(0, 256, (count, 3, 10, 8)).float()
        return torch.nn.functional.interpolate(coarse, size=(height, width), mode="bilinear").to(torch.uint8)


def own_inputs(folder: Path, x: torch.Tensor) -> torch.Tensor:
    """Pictures as CLIP's own processor prepares them, one by one, from a picture library's images."""
    from transformers import CLIPImageProcessor

    images = [Image.fromarray(picture) for picture in x.permute(0, 2, 3, 1).numpy()]
    return CLIPImageProcessor.from_pretrained(folder)(images, return_tensors="pt")["pixel_values"]


def own_texts(folder: Path, names: list[str], sentence: str) -> dict[str, torch.Tensor]:
    from transformers import AutoTokenizer

    return dict(AutoTokenizer.from_pretrained(folder)(
        [sentence.format(name) for name in names], padding=True, return_tensors="pt"
    ))  # fmt: skip


def run(folder: Path, situation: Situation, shelf: Path, **knobs: object) -> Result:
    strategy, backbone = catalog.strategy("zero_shot", **knobs), clip(folder)
    spec = RunSpec("toy", {}, strategy.name, strategy.knobs, 20, 0, backbone.name, "accuracy", Training(epochs=1))
    return carry_out(
        strategy.phases, spec, situation, backbone, catalog.metrics(),
        device="cpu", report=lambda epoch: None, shelf=Shelf(shelf),
    )  # fmt: skip


@torch.no_grad()
def test_features_are_clips_own_image_embeddings(folder):
    body = clip(folder).build(SPACE).eval()
    expected = whole(folder).get_image_features(own_inputs(folder, some())).pooler_output
    assert expected.std() > 1e-3
    assert torch.allclose(body(some()), expected, atol=1e-4 * float(expected.abs().max()))
    assert body.width == 16


def test_pictures_are_resized_as_clips_own_processor_does(folder):
    """To a level of 255: whole numbers are resized by two ways of rounding."""
    seen = clip(folder).build(SPACE).feed.seen
    for width in (30, 90):
        apart = (seen(some(width=width)) - own_inputs(folder, some(width=width))) * seen.std * 255
        assert apart.abs().max() < 1.01


@torch.no_grad()
def test_names_are_clips_own_text_embeddings_averaged_over_sentences(folder):
    names, model = ["red fox", "an_owl", "bat {}"], whole(folder)
    found = clip(folder).build(SPACE).named(names, SENTENCES)
    expected = torch.zeros(3, 16)
    for sentence in SENTENCES:
        told = model.get_text_features(**own_texts(folder, ["red fox", "an owl", "bat {}"], sentence)).pooler_output
        expected += told / told.norm(dim=1, keepdim=True)
    expected = model.logit_scale.exp() * expected / expected.norm(dim=1, keepdim=True)
    assert torch.allclose(found, expected, atol=1e-4)
    assert not torch.allclose(found[0], found[1], atol=1e-2)


def test_zero_shot_answers_what_clip_itself_answers(folder, tmp_path):
    situation = pictures(size=36)
    classes = list(situation.target_space.classes)
    result = run(folder, situation, tmp_path, sentence="a {} bar")
    test = result.predictions.query("part == 'test'")
    x = torch.from_numpy(situation.test.inputs.transpose(0, 3, 1, 2).copy())
    with torch.no_grad():
        own = whole(folder)(pixel_values=own_inputs(folder, x), **own_texts(folder, classes, "a {} bar"))
    expected = own.logits_per_image.softmax(1).numpy()
    assert np.allclose(test[[f"p{place}" for place in range(3)]], expected, atol=1e-5)
    assert result.outcome.selector == "no epoch to choose; no target label was used"
    assert set(result.weights) == {"head.weight"}


def test_zero_shot_looks_at_no_label_and_at_no_source(folder, tmp_path):
    plain = pictures(size=20)
    other = replace(
        plain,
        source=pictures(seed=3, size=20).source,
        target=replace(plain.target, labels=np.random.default_rng(0).permutation(plain.target.labels)),
    )
    first, second = (run(folder, situation, tmp_path).predictions for situation in (plain, other))
    assert first.query("part == 'test'").equals(second.query("part == 'test'"))


def test_zero_shot_needs_a_network_that_knows_names_and_a_place_for_them():
    assert "knows classes by their names" in str(plan.refusal("zero_shot", pictures(), "resnet18"))
    assert plan.refusal("zero_shot", pictures(), "clip_base_32") is None
    assert plan.refusal("zero_shot", table())
    assert "must hold {}" in catalog.strategy("zero_shot", sentence="a photo").objection(pictures())
    assert catalog.strategy("zero_shot", sentence="a {}").objection(pictures()) is None


def test_its_layers_move_by_depth_and_take_adapters_and_low_rank_updates(folder):
    x, y = some(), torch.tensor([0, 1, 1])
    torch.manual_seed(0)
    body = clip(folder).build(SPACE)
    assert len(body.blocks) == 1 + 3
    model = nets.Model(body, 2).eval().requires_grad_(False)
    with torch.no_grad():
        before = model(x)
    loose = [tuning.adapted(body, x, 4), tuning.low_rank(body, 4, 8, 0.0)[0]]
    own = {id(weight) for part in loose for weight in part.requires_grad_(True).parameters()}
    assert torch.allclose(model(x), before, atol=1e-5), "They begin as nothing."
    sum(losses.supervised(model)(Batch(x, y), 0.0).values()).backward()
    moved = {id(weight) for weight in model.parameters() if weight.grad is not None and weight.grad.any()}
    assert moved
    assert moved <= own


def test_the_half_that_reads_is_no_part_of_what_moves(folder):
    body, model = clip(folder).build(SPACE), whole(folder)
    sees = [*model.vision_model.parameters(), *model.visual_projection.parameters()]
    assert sum(weight.numel() for weight in body.parameters()) == sum(weight.numel() for weight in sees)
    assert {name.split(".")[0] for name in nets.own_state(nets.Model(body, 2))} == {"head"}


def test_a_blank_clip_knows_nothing(folder):
    torch.manual_seed(5)
    blank, taught = clip(folder).blank(SPACE), clip(folder).build(SPACE)
    assert blank.pace == 1.0
    assert 0 < taught.pace < 1
    assert not torch.equal(blank.blocks[0].visual_projection.weight, taught.blocks[0].visual_projection.weight)


def test_weights_of_another_kind_and_incomplete_ones_are_refused(folder, tmp_path):
    with pytest.raises(Unusable, match="of the kind 'bert'"):
        clip(encoders.bert(tmp_path / "bert", ["bar"])).build(SPACE)
    torn = encoders.changed(folder, tmp_path / "torn", lambda name, x: None if "visual_projection" in name else x)
    with pytest.raises(Unusable, match=r"are not whole: 'visual_projection\.weight' is missing"):
        clip(torn).build(SPACE)


def test_a_folder_without_a_tokenizer_knows_no_names(folder, tmp_path):
    place = tmp_path / "some"
    shutil.copytree(folder, place, ignore=shutil.ignore_patterns("tokenizer*", "vocab*", "merges*"))
    with pytest.raises(Unusable, match="holds no tokenizer"):
        clip(place).build(SPACE).named(["fox", "owl"], SENTENCES)


@pytest.mark.parametrize(("name", "patch"), [("clip_base_32", 32), ("clip_base_16", 16)])
def test_the_list_counts_the_weights_of_both_halves(name, patch):
    """The published architecture is the library's own default but for the size of a patch."""
    from transformers import CLIPConfig, CLIPModel

    with torch.device("meta"):
        model = CLIPModel(CLIPConfig(vision_config={"patch_size": patch}))
    assert sum(weight.numel() for weight in model.parameters()) == catalog.backbones()[name].published.parameters

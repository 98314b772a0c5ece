"""Networks of torchvision: where their weights come from, what is made of them, and that every method can use them."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import torch
from toys import pictures

from tlcore import catalog, plan
from tlcore.errors import Unusable
from tlcore.kinds.pretrained import Pretrained
from tlcore.learn import augment, losses, nets, tuning
from tlcore.learn.data import Batch
from tlcore.learn.run import carry_out
from tlcore.learn.shelf import Shelf
from tlcore.learn.space import ImageSpace
from tlcore.learn.vision import torchvision
from tlcore.outcome import State
from tlcore.situation import Examples, Situation
from tlcore.spec import RunSpec, Training
from tlcore.weights import Published

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("TRANSFERLAB_SHARED") or ROOT.parent / "shared")
models = torchvision.models
NAMES = [name for name in catalog.backbones() if hasattr(models, name)]
SPACE = ImageSpace(3, 40, 50)


@pytest.fixture(autouse=True)
def nothing_here(tmp_path, monkeypatch):
    """No weights on this machine, and no proxy between this process and its own server."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.delenv("TRANSFERLAB_WEIGHTS", raising=False)
    monkeypatch.delenv("TRANSFERLAB_MIRROR", raising=False)


def seeing(name: str, seed: int = 0, **more: object) -> torch.nn.Module:
    """torchvision's own network with random weights that let features through, always the same."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = models.get_model(name, **more)
        for part in normed(network):
            part.momentum = 1.0  # its statistics become those of the next batch
        if normed(network):
            network.train()(torch.randn(8, 3, 64, 64))
    return network.eval().requires_grad_(False)


def normed(network: torch.nn.Module) -> list[torch.nn.BatchNorm2d]:
    return [part for part in network.modules() if isinstance(part, torch.nn.BatchNorm2d)]


@pytest.fixture(scope="module")
def mobilenet(tmp_path_factory) -> Path:
    """A MobileNet in the form in which torchvision publishes one: its name ends with its own digits."""
    content = io.BytesIO()
    torch.save(seeing("mobilenet_v2").state_dict(), content)
    digits = sha256(content.getvalue()).hexdigest()[:8]
    file = tmp_path_factory.mktemp("published") / f"mobilenet_v2-{digits}.pth"
    file.write_bytes(content.getvalue())
    return file


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of this folder, on this machine alone."""

    class Silent(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def served(mobilenet):
    with serving(mobilenet.parent) as address:
        yield address


def published_at(address: str, name: str = "mobilenet_v2", megabytes: int = 14) -> Pretrained:
    """The network of this name as if its weights had been published elsewhere."""

    @dataclass(frozen=True)
    class Elsewhere(catalog.backbones()[name]):
        published = Published(address, 3_504_872, megabytes)

    return Elsewhere()


def some(count: int = 2, channels: int = 3, height: int = 40, width: int = 50) -> torch.Tensor:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(count)
        return torch.randint(0, 256, (count, channels, height, width), dtype=torch.uint8)


@torch.no_grad()
def own_features(network: torch.nn.Module, name: str, x: torch.Tensor) -> torch.Tensor:
    """What torchvision's own forward makes of pictures, its own preprocessing before, its classifier cut off."""
    if name == "convnext_tiny":
        network.classifier = network.classifier[:2]  # the features' norm, made flat
    for end in ("fc", "heads", "classifier"):
        if hasattr(network, end) and name != "convnext_tiny":
            setattr(network, end, torch.nn.Identity())
    features = network(models.get_model_weights(name).IMAGENET1K_V1.transforms()(x))
    return features.view(len(x), 512, 49).mean(2) if name == "vgg16" else features


def described(body: nets.Body) -> list[str]:
    return [note.text.format(**note.values) for note in body.notes]


# What is listed, and what comes of it.


@pytest.mark.parametrize("name", NAMES)
def test_the_list_says_of_every_network_what_torchvision_says(name):
    listed, own = catalog.backbones()[name].published, models.get_model_weights(name).IMAGENET1K_V1
    assert listed.address == own.url
    assert listed.parameters == own.meta["num_params"]
    assert listed.megabytes == round(own.meta["_file_size"])


@pytest.mark.parametrize("name", NAMES)
def test_features_are_what_torchvisions_own_network_hands_its_classifier(name):
    torch.manual_seed(0)
    network, body = seeing(name, seed=0), catalog.backbone(name).blank(SPACE).eval()
    for own, cut in zip(normed(network), normed(body), strict=True):
        cut.load_state_dict(own.state_dict())
    expected = own_features(network, name, some())
    with torch.no_grad():
        found = body(some())
    assert found.shape == (2, body.width)
    assert expected.std() > 1e-3
    assert torch.allclose(found, expected, atol=1e-5 * float(expected.abs().max()))
    assert catalog.backbones()[name].batch_norm is bool(normed(body))


def test_grey_pictures_and_changed_ones_are_seen_as_their_like():
    body = catalog.backbone("resnet18").blank(SPACE).eval()
    grey = some(channels=1)
    with torch.no_grad():
        assert torch.allclose(body(grey), body(grey.expand(-1, 3, -1, -1)), atol=1e-5)
        assert torch.equal(body(some().float()), body(some()))
        assert body(augment.jitter(some())).isfinite().all()


def test_a_blank_network_knows_nothing_and_moves_at_full_rate(mobilenet):
    backbone = catalog.backbone("mobilenet_v2", weights=str(mobilenet))
    torch.manual_seed(1)
    blank, taught = backbone.blank(SPACE), backbone.build(SPACE)
    assert blank.pace == 1.0
    assert 0 < taught.pace < 1
    assert not blank.notes
    pairs = zip(blank.parameters(), taught.parameters(), strict=True)
    assert not all(torch.equal(one, other) for one, other in pairs)


def test_large_networks_are_passed_few_inputs_at_once():
    """A thousand pictures of 224 pixels at once would take gigabytes; also where nothing is remembered."""
    seen = []

    class Count(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            seen.append(len(x))
            return x

    x = torch.arange(300.0).view(150, 2)
    for body in (
        nets.Body([Count()], 2, at_once=nets.FEW),
        nets.Body([Count()], 2, costly=True),
        nets.Body([Count()], 2),
    ):
        model = nets.Model(body, 3)
        nets.stand([model], model.parameters())
        assert torch.allclose(nets.answers(model, x), model(x), atol=1e-4)
    assert seen == [64, 64, 22, 150, 64, 64, 22, 150, 150, 150]
    assert catalog.backbone("mobilenet_v2").blank(SPACE).at_once == nets.FEW


# Where weights come from.


def test_published_weights_are_fetched_once_checked_and_used(served, mobilenet, home):
    backbone = published_at(f"{served}/{mobilenet.name}")
    body = backbone.build(SPACE).eval()
    assert [path.name for path in (home / "weights").glob("*.pth*")] == [mobilenet.name]
    expected = own_features(seeing("mobilenet_v2"), "mobilenet_v2", some())
    with torch.no_grad():
        assert torch.allclose(body(some()), expected, atol=1e-5 * float(expected.abs().max()))
    gone = published_at(f"http://127.0.0.1:1/{mobilenet.name}")
    assert backbone.published.state() == gone.published.state() == "here"
    gone.build(SPACE)  # nobody is asked a second time


def test_what_is_not_the_published_file_is_refused_and_nothing_is_kept(served, mobilenet, home):
    other = mobilenet.with_name("mobilenet_v2-0123abcd.pth")
    other.write_bytes(mobilenet.read_bytes()[:100_000])
    with pytest.raises(Unusable, match=f"{other.name} was not kept: .* its checksum differs"):
        published_at(f"{served}/{other.name}").build(SPACE)
    assert not [path for path in (home / "weights").iterdir() if path.suffix != ".lock"]


@pytest.mark.parametrize("fault", ["nobody listens", "there is no such file"])
def test_without_a_network_one_sentence_says_where_to_put_the_file(fault, served, mobilenet, home):
    address = "http://127.0.0.1:1" if fault == "nobody listens" else f"{served}/nowhere"
    backbone = published_at(f"{address}/{mobilenet.name}")
    with pytest.raises(Unusable) as told:
        backbone.build(SPACE)
    (sentence,) = told.value.problems
    why = "no connection" if fault == "nobody listens" else "answered with status 404"
    host = address.split("/")[2]
    assert all(words in sentence for words in (mobilenet.name, host, why, str(home / "weights" / mobilenet.name)))
    assert not list((home / "weights").glob("*.draft"))
    (home / "weights" / mobilenet.name).write_bytes(mobilenet.read_bytes())
    assert backbone.build(SPACE).costly


def test_a_host_that_sends_more_than_it_should_is_cut_off(served, mobilenet, home):
    with pytest.raises(Unusable, match="sent more than the 3 MB it should have"):
        published_at(f"{served}/{mobilenet.name}", megabytes=2).build(SPACE)
    assert [path.suffix for path in (home / "weights").iterdir()] == [".lock"]


def test_a_mirror_is_asked_instead_of_the_publisher(mobilenet, monkeypatch, tmp_path):
    place = tmp_path / "mirror" / "download.example" / "models"
    place.mkdir(parents=True)
    (place / mobilenet.name).write_bytes(mobilenet.read_bytes())
    with serving(tmp_path / "mirror") as address:
        monkeypatch.setenv("TRANSFERLAB_MIRROR", address)
        backbone = published_at(f"https://download.example/models/{mobilenet.name}")
        assert backbone.published.state() == "can be fetched"
        assert backbone.build(SPACE).costly


def test_weights_in_a_folder_of_ones_own_need_no_network(mobilenet, monkeypatch):
    monkeypatch.setenv("TRANSFERLAB_WEIGHTS", str(mobilenet.parent))
    assert published_at(f"http://127.0.0.1:1/{mobilenet.name}").build(SPACE).costly


def test_a_published_file_that_is_not_whole_is_never_used(mobilenet, tmp_path, monkeypatch):
    monkeypatch.setenv("TRANSFERLAB_WEIGHTS", str(tmp_path))
    state = seeing("mobilenet_v2").state_dict()
    torch.save({name: tensor for name, tensor in state.items() if "features.7" not in name}, tmp_path / mobilenet.name)
    with pytest.raises(Unusable, match="does not hold all weights of mobilenet_v2"):
        published_at(f"http://127.0.0.1:1/{mobilenet.name}").build(SPACE)


# A person's own weights.


def own(path: Path, state: dict[str, torch.Tensor]) -> nets.Body:
    torch.save(state, path)
    return catalog.backbone("mobilenet_v2", weights=str(path)).build(SPACE)


def test_an_own_checkpoint_with_another_head_gives_all_but_the_head(tmp_path):
    network = seeing("mobilenet_v2", num_classes=7)
    body = own(tmp_path / "own.pt", {"state_dict": network.state_dict()})
    assert described(body) == [
        "260 of the network's 260 tensors were loaded; 0 were meant to start anew.",
        "Among the weights but not in the network: classifier.1.weight, classifier.1.bias.",
    ]
    expected = own_features(network, "mobilenet_v2", some())
    with torch.no_grad():
        assert torch.allclose(body.eval()(some()), expected, atol=1e-5 * float(expected.abs().max()))


def test_what_does_not_fit_is_named_and_the_rest_is_used(tmp_path):
    state = seeing("mobilenet_v2").state_dict()
    state["features.18.0.weight"] = torch.zeros(640, 320, 1, 1)
    del state["features.17.conv.3.weight"]
    notes = described(own(tmp_path / "own.pth", state))
    assert notes[0].startswith("255 of the network's 260 tensors were loaded")
    assert any("their shapes differ: features.18.0.weight" in note for note in notes)
    assert any("so new: features.17.conv.3.weight" in note for note in notes)


def test_weights_of_which_nothing_fits_are_refused(tmp_path):
    with pytest.raises(Unusable, match=r"Nothing in 'own\.pth' fits this network"):
        own(tmp_path / "own.pth", {"layer.weight": torch.zeros(3, 3)})


@pytest.mark.parametrize("name", [name for name, offer in catalog.backbones().items() if offer.pretrained])
def test_a_file_where_a_folder_is_read_and_the_other_way_round_is_refused_before_anything_starts(name, tmp_path):
    file = tmp_path / "own.pth"
    file.touch()
    told = {place: catalog.backbone(name, weights=str(place)).objection() for place in (file, tmp_path)}
    reads_files = hasattr(models, name)
    assert told[file] == (None if reads_files else f"{name}.weights is {str(file)!r}, a file; it must be a folder.")
    assert told[tmp_path] == (
        f"{name}.weights is {str(tmp_path)!r}, a folder; it must be a file." if reads_files else None
    )


class Trap:
    """Leaves a mark where somebody unpickles it."""

    def __init__(self, mark: Path):
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


def test_a_pickle_posing_as_a_checkpoint_is_refused_and_never_run(tmp_path):
    mark = tmp_path / "sprung"
    with pytest.raises(Unusable, match="holds more than tensors"):
        own(tmp_path / "own.pth", {"features.0.0.weight": Trap(mark)})
    assert not mark.exists()
    torch.load(tmp_path / "own.pth", weights_only=False)
    assert mark.exists(), "The trap must work, or the test shows nothing."


# What methods do with them.


def few_pictures() -> Situation:
    whole = pictures(size=16)
    return replace(
        whole,
        source=whole.source.take(np.arange(24)),
        target=whole.target.take(np.arange(24)),
        test=whole.test.take(np.arange(12)),
    )


@pytest.mark.parametrize("name", ["adapters", "gradual_unfreezing", "lora", "pretrained_probe"])
def test_a_method_trains_on_it_and_keeps_only_what_it_changed(name, mobilenet, tmp_path):
    situation, strategy = few_pictures(), catalog.strategy(name)
    backbone = catalog.backbone("mobilenet_v2", weights=str(mobilenet)).settled()
    training = Training(epochs=1, batch=8, least_steps=1, augment=False)
    spec = RunSpec("toy", {}, name, strategy.knobs, 8, 0, backbone.name, plan.headline(situation), training)
    assert not plan.refusal(name, situation, backbone.name)
    result = carry_out(
        strategy.phases, spec, situation, backbone, catalog.metrics(),
        device="cpu", report=lambda epoch: None, shelf=Shelf(tmp_path / "shelf"),
    )  # fmt: skip
    assert result.outcome.state is State.DONE
    assert result.outcome.test
    if name == "pretrained_probe":  # frozen means frozen: the network is as it was published, to the last bit
        assert set(result.weights) == {"head.weight", "head.bias"}
        assert list((tmp_path / "shelf" / "features").rglob("*.npz"))
    assert any("260 of the network's 260" in note.text.format(**note.values) for note in result.outcome.notes)


@pytest.mark.parametrize("name", ["resnet18", "convnext_tiny", "vit_b_16"])
def test_every_kind_moves_by_depth_and_takes_adapters_and_low_rank_updates(name):
    x, y = some(2, height=24, width=24), torch.tensor([0, 1])
    torch.manual_seed(0)
    body = catalog.backbone(name).blank(SPACE)
    model = nets.Model(body, 2).eval().requires_grad_(False)
    depths = [round(move.lr, 9) for move in tuning.depthwise(model, 1.0, 0.5)]
    assert depths == [round(0.5**depth, 9) for depth in range(len(body.blocks), -1, -1)]
    with torch.no_grad():
        before = model(x)
    loose = [tuning.adapted(body, x, 4), tuning.low_rank(body, 4, 8, 0.0)[0]]
    own = {id(weight) for part in loose for weight in part.parameters()}
    for part in loose:
        part.requires_grad_(True)
    answer = model(x)
    assert torch.allclose(answer, before, atol=1e-4), "They begin as nothing."
    sum(losses.supervised(model)(Batch(x, y), 0.0).values()).backward()
    moved = {id(weight) for weight in model.parameters() if weight.grad is not None and weight.grad.any()}
    assert moved
    assert moved <= own


# Real weights and real pictures, where they are.


def scans() -> Examples:
    """Every picture of the archive once, 224 pixels a side, with the name of its folder."""
    from PIL import Image

    archive = SHARED / "data" / "brain_mri" / "brain_mri.zip"
    if not archive.is_file():
        pytest.skip("skipped: the scans are not here (TRANSFERLAB_SHARED)")
    found: dict[bytes, str] = {}
    with zipfile.ZipFile(archive) as opened:
        for name in sorted(opened.namelist()):
            if name.lower().endswith((".jpg", ".jpeg", ".png")):
                picture = Image.open(io.BytesIO(opened.read(name))).convert("RGB").resize((224, 224))
                found.setdefault(picture.tobytes(), Path(name).parts[-2])
    pixels = np.frombuffer(b"".join(found), np.uint8).reshape(-1, 224, 224, 3)
    return Examples(pixels, np.array(list(found.values()), dtype=object))


def test_real_weights_tell_scans_apart_by_a_line_through_frozen_features():
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from tlcore.metrics.balanced_accuracy import METRIC

    weights = SHARED / "weights" / "mobilenet_v2_imagenet.pth"
    if not weights.is_file():
        pytest.skip("skipped: the weights are not here (TRANSFERLAB_SHARED)")
    examples = scans()
    chosen = np.concatenate([np.flatnonzero(examples.labels == name)[:60] for name in ("no", "yes")])
    examples = examples.take(chosen)
    body = catalog.backbone("mobilenet_v2", weights=str(weights)).build(SPACE)
    assert not any(note.grave for note in body.notes)
    x = SPACE.encode(examples)
    features = nets.answers(body, x).numpy()
    line = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=2000))
    told = cross_val_predict(line, features, examples.labels == "yes", cv=5, method="predict_proba")
    assert METRIC.measure((examples.labels == "yes").astype(int), told) >= 0.8

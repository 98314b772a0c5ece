"""Networks of the Hugging Face hub: fetched whole, in one version, and read from where they were kept ever after."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import encoders
import pytest

WORDS = ["close", "my", "account", "refund"]
KINDS = ("text", "images", "sounds")

FETCH = """
import json, sys
from dataclasses import dataclass
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import numpy as np
import torch
from hub import StandIn
from tlcore import catalog, weights
from tlcore.errors import Unusable
from tlcore.learn import nets
from tlcore.learn.space_audio import AudioSpace
from tlcore.learn.space import ImageSpace
from tlcore.situation import Examples
from tlcore.weights import Published

folder, port = Path(sys.argv[2]), int(sys.argv[3])
texts = Examples(np.array(["close my account", "refund"], dtype=object))
pictures = torch.arange(2 * 3 * 40 * 40).view(2, 3, 40, 40).remainder(256).to(torch.uint8)
sounds = torch.from_numpy(np.random.default_rng(0).integers(-9000, 9000, (2, 4000)).astype(np.int16))

@dataclass(frozen=True)
class Clip(catalog.backbones()["clip_base_32"]):
    published = Published("somebody/images", 1, 1)

def own(name, kind, there):
    return {"weights": str(folder / "somebody" / kind)} if there else {"repository": f"somebody/{kind}"}

def text(there):
    encoder = catalog.backbone("text_encoder", **own("text_encoder", "text", there))
    space = encoder.space(texts)
    return nets.answers(encoder.build(space), space.encode(texts)).tolist()

def images(there):
    clip = Clip(weights=own("", "images", True)["weights"]) if there else Clip()
    body = clip.build(ImageSpace(3, 40, 40))
    return nets.answers(body, pictures).tolist(), body.named(["fox", "owl"], ["a {}"]).tolist()

def heard(there):
    encoder = catalog.backbone("audio_encoder", **own("audio_encoder", "sounds", there))
    return nets.answers(encoder.build(AudioSpace(4000)), sounds).tolist()

def tried(made):
    try:
        return made()
    except Unusable as error:
        return str(error)

told = {}
for name, made in (("text", text), ("images", images), ("sounds", heard)):
    told[name] = {"expected": made(True)}
    server = StandIn(folder, port)
    weights.answers.cache_clear()
    with server:
        told[name]["fetched"], told[name]["first"] = tried(lambda: made(False)), list(server.asked)
        server.asked.clear()
        told[name]["again"], told[name]["second"] = tried(lambda: made(False)), list(server.asked)
    weights.answers.cache_clear()
    told[name]["gone"] = tried(lambda: made(False))
    weights.answers.cache_clear()
    # Of what is here, all but the weights and what they are go: as where another program fetched these alone.
    for file in Path(sys.argv[4]).rglob("*"):
        if not file.is_dir() and file.parent.parent.name == "snapshots":
            if file.name not in ("config.json", "model.safetensors"):
                file.unlink()
    told[name]["torn"] = tried(lambda: made(False))
    weights.answers.cache_clear()
    with StandIn(folder, port) as server:
        told[name]["mended"], told[name]["third"] = tried(lambda: made(False)), list(server.asked)
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> dict:
    """What three networks answer out of an empty cache, a filled one and a torn one, with their host and without."""
    place = tmp_path_factory.mktemp("hub")
    encoders.bert(place / "somebody" / "text", WORDS)
    encoders.clip(place / "somebody" / "images")
    encoders.hearing(place / "somebody" / "sounds")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "HF_ENDPOINT": f"http://127.0.0.1:{port}", "HF_HOME": str(place / "cache"), "HF_HUB_DISABLE_TELEMETRY": "1",
        "PYTHONWARNINGS": "ignore", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1",
        "TRANSFERLAB_HOME": str(place / "home"),
    }  # fmt: skip
    environment.pop("TRANSFERLAB_WEIGHTS", None)
    environment.pop("HF_HUB_OFFLINE", None)
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", FETCH, str(here), str(place), str(port), str(place / "cache")],
        capture_output=True, text=True, env=environment, cwd=here.parent, timeout=200,
    )  # fmt: skip
    shutil.rmtree(place)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("kind", KINDS)
def test_a_repository_is_fetched_whole_from_an_empty_cache(kind, told):
    assert told[kind]["fetched"] == told[kind]["expected"]
    assert [asked for asked in told[kind]["first"] if asked.startswith("GET") and "model.safetensors" in asked]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_here_is_not_asked_for_again(kind, told):
    assert not told[kind]["second"]
    assert told[kind]["again"] == told[kind]["gone"] == told[kind]["expected"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_missing_beside_the_weights_is_fetched_alone(kind, told):
    assert "there is no connection. Fetch them once with a network" in told[kind]["torn"]
    assert told[kind]["mended"] == told[kind]["expected"]
    assert not [asked for asked in told[kind]["third"] if "model.safetensors" in asked]


def test_two_class_names_are_two_directions(told):
    fox, owl = told["images"]["fetched"][1]
    assert max(abs(one - other) for one, other in zip(fox, owl, strict=True)) > 0.01

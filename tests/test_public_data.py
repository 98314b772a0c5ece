"""Public data on demand: fetched once, whole, and only the very file; one sentence where that is not to be."""

from __future__ import annotations

import ast
import hashlib
import pickle
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from public_standins import FILES, TABLES, arrays, host, loans, parquet, phrases, zipped
from toys import same

import tlcore
from tlcore import catalog
from tlcore.errors import Unusable
from tlcore.remote import File, fetch, folder, formats, hub, openml
from tlcore.scenarios import financial_phrasebank
from tlcore.situation import split

PUBLIC = [name for name, offer in catalog.scenarios().items() if not offer.embedded and name != "own_files"]
NOWHERE = "http://127.0.0.1:9"  # a port that nobody listens at
BODY = b"a small file that somebody published\n" * 50


@pytest.fixture
def net(monkeypatch):
    """A host that stands in for all others."""
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with host() as found:
        monkeypatch.setenv("TRANSFERLAB_MIRROR", found.address)
        monkeypatch.setenv("HF_ENDPOINT", found.address)
        yield found


@pytest.fixture
def published(net):
    """A file that the host serves as it was published."""
    net.serves("https://data.example/sets/small.bin", BODY)
    return File(
        "small/small.bin", "https://data.example/sets/small.bin", f"sha256:{hashlib.sha256(BODY).hexdigest()}", 1
    )


@pytest.fixture
def everything(net, monkeypatch):
    """Every public data set, in small."""
    for name, held in FILES.items():
        module = import_module(f"tlcore.remote.{name}" if name == "digits" else f"tlcore.scenarios.{name}")
        assert held().keys() == module.FILES.keys()
        for key, body in held().items():
            file = module.FILES[key]
            net.serves(file.url, body)
            monkeypatch.setitem(module.FILES, key, replace(file, hash=f"md5:{hashlib.md5(body).hexdigest()}"))
    for number, table in TABLES.items():
        net.serves_table(number, *table())
    for share in financial_phrasebank.AGREEMENT.values():
        name = f"sentences_{share}agree/train/0000.parquet"
        net.serves_hub(financial_phrasebank.REPOSITORY, hub.CONVERTED, name, parquet(phrases()))
    return net


def kept() -> list[Path]:
    """Whatever lies in the folder of data sets."""
    return [path for path in folder().rglob("*") if path.is_file()] if folder().exists() else []


def refused(asked, *arguments) -> str:
    with pytest.raises(Unusable) as error:
        asked(*arguments)
    (problem,) = error.value.problems
    return problem


# Every scenario, through the real loading code.


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_scenario_is_downloaded_once_and_drawn_alike_ever_after(name, everything):
    scenario = catalog.scenario(name)
    first = scenario.draw()
    assert everything.asked
    everything.asked.clear()
    everything.files.clear()
    second = scenario.draw()
    assert everything.asked == []
    for part in ("source", "target", "test"):
        assert (getattr(first, part) is None) == (getattr(second, part) is None)
        assert getattr(first, part) is None or same(getattr(first, part), getattr(second, part))


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_scenario_says_what_it_is_and_deals_a_hand_at_its_own_budget(name, everything):
    scenario = catalog.scenario(name)
    situation = scenario.draw()
    assert situation.modality == scenario.modality
    assert not situation.simulated
    assert "downloaded" in scenario.story
    differs = scenario.differs()
    if differs is not None:
        assert differs <= set(catalog.DIFFERENCES)
        assert ("classes" in differs) == (set(situation.source_space.classes) != set(situation.target_space.classes))
    hand = split(situation, min(scenario.budget, 30), seed=0)
    assert len(hand.train) + len(hand.valid) == min(scenario.budget, 30)


@pytest.mark.parametrize(
    ("name", "knobs", "classes"),
    [
        ("mnist_usps", {"direction": "USPS to MNIST", "side": 28}, 10),
        ("cifar10", {"target": "animals", "noise": 0.2}, 6),
        ("eurosat", {"target": "natural", "side": 64}, 3),
        ("omniglot", {"alphabet": "Tibetan", "source_characters": 20}, 3),
        ("medmnist", {"pair": "breast"}, 2),
        ("medmnist", {"pair": "blood"}, 8),
        ("german_credit", {"target": "business"}, 2),
        ("bank_marketing", {"season": "winter"}, 2),
        ("adult", {"target": "civil servants"}, 2),
        ("heart_disease", {"hospital": "Long Beach"}, 2),
        ("banking77", {"topic": "cash"}, 3),
        ("clinc150", {"domain": "home"}, 3),
        ("financial_phrasebank", {"agreement": "all"}, 3),
        ("chinese_sentiment", {"source": "books", "target": "fruit"}, 2),
    ],
)
def test_the_knobs_of_a_public_scenario_choose_another_target(name, knobs, classes, everything):
    assert len(catalog.scenario(name, **knobs).draw().target_space.classes) == classes


def test_the_formats_are_read_as_they_were_written(everything):
    digits = catalog.scenario("mnist_usps").draw()
    assert digits.source.inputs.shape == (120, 16, 16, 1)
    assert digits.test.labels.tolist() == [str(n % 10) for n in range(30)]
    rng = np.random.default_rng(110)
    assert np.array_equal(digits.target.inputs[..., 0], rng.integers(0, 256, (110, 16, 16)))
    houses = catalog.scenario("svhn_mnist").draw()
    assert np.array_equal(houses.source.inputs, np.random.default_rng(130).integers(0, 256, (130, 32, 32, 3)))
    assert houses.source.labels.tolist() == [str(n % 10) for n in range(130)]
    assert houses.target.inputs.shape == (120, 32, 32, 3)
    photographs = catalog.scenario("cifar10").draw()
    assert np.array_equal(photographs.test.inputs[0], np.random.default_rng(150).integers(0, 256, (150, 32, 32, 3))[0])
    assert set(photographs.target.labels) == {"airplane", "automobile", "ship", "truck"}


def test_a_table_is_divided_by_its_column_and_that_column_is_left_out(everything):
    credit, frame = catalog.scenario("german_credit").draw(), loans()[0]
    assert len(credit.target) == frame["purpose"].isin(["new car", "used car"]).sum()
    assert list(credit.source.inputs) == ["checking_status", "duration", "own_telephone"]
    assert set(credit.source.inputs["checking_status"]) == {"<0", "0<=X<200", "no checking"}
    bank = catalog.scenario("bank_marketing").draw()
    assert not {"month", "duration", "deposit"} & set(bank.source.inputs)
    assert bank.target_space.classes == ("no", "yes")
    fraud = catalog.scenario("credit_card_fraud").draw()
    assert (fraud.source.labels == "fraud").sum() == (fraud.target.labels == "fraud").sum() == 25
    heart = catalog.scenario("heart_disease").draw()
    assert len(heart.source) == 300
    assert heart.source.inputs["chol"].min() == 250
    assert set(heart.source.inputs["cp"]) == {"1", "2", "3", "4"}


def test_any_table_of_openml_is_divided_as_asked_and_what_does_not_fit_is_said(everything):
    found = catalog.scenario("openml_table").draw()
    assert len(found.target) == (loans()[0]["purpose"] == "new car").sum()
    assert found.label == "class"
    other = catalog.scenario(
        "openml_table", data_id=1590, label="sex", domain_column="workclass", target_domain="Private"
    )
    assert other.draw().target_space.classes == ("Female", "Male")
    assert "colour" in refused(catalog.scenario("openml_table", domain_column="colour").draw)
    assert "number 77" in refused(catalog.scenario("openml_table", data_id=77).draw)


def test_source_and_target_of_one_trade_are_refused():
    assert "both about hotels" in refused(catalog.scenario("chinese_sentiment", target="hotels").draw)


# Downloads that go wrong.


def test_a_file_is_fetched_once_and_lies_where_it_was_promised(net, published):
    assert fetch(published).read_bytes() == BODY
    assert fetch(published) == folder() / "small" / "small.bin"
    assert net.asked == ["GET /data.example/sets/small.bin"]


@pytest.mark.parametrize("name", PUBLIC)
def test_without_a_network_one_sentence_says_where_the_file_would_go(name, monkeypatch):
    monkeypatch.setenv("TRANSFERLAB_MIRROR", NOWHERE)
    monkeypatch.setenv("HF_ENDPOINT", NOWHERE)
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # scikit-learn asks four times
    said = refused(catalog.scenario(name).draw)
    assert "could not be downloaded from 127.0.0.1:9: no connection. Connect once, or put the file at" in said
    assert str(folder()) in said
    assert kept() == []


@pytest.mark.parametrize("mirror", ["no address", "ftp://mirror.example"])
def test_an_address_that_cannot_be_asked_is_not_taken_for_another_file(mirror, published, monkeypatch):
    monkeypatch.setenv("TRANSFERLAB_MIRROR", mirror)
    said = refused(fetch, published)
    assert "checksum" not in said
    assert "could not be downloaded" in said


def test_another_file_than_the_published_one_is_refused_and_not_kept(net, published):
    net.serves(published.url, BODY + b"and more")
    said = refused(fetch, published)
    assert "small.bin was not kept" in said
    assert "checksum differs" in said
    assert kept() == []


def test_a_download_that_breaks_off_is_not_taken_for_whole(net, published):
    net.cut.add("/data.example/sets/small.bin")
    refused(fetch, published)
    assert kept() == []
    net.cut.clear()
    assert fetch(published).read_bytes() == BODY


def test_more_than_a_file_should_hold_is_not_taken(net, published):
    net.serves(published.url, bytes(2 << 20))
    assert "more than the 1 MB it should have" in refused(fetch, published)
    assert kept() == []


def test_an_answer_that_is_no_file_is_said_with_its_status(net, published):
    net.files.clear()
    assert "answered with status 404" in refused(fetch, published)
    assert kept() == []


def test_a_file_put_there_by_hand_needs_no_network_and_a_wrong_one_is_said(net, published):
    published.path.parent.mkdir(parents=True)
    published.path.write_bytes(BODY)
    assert fetch(published) == published.path
    published.path.write_bytes(b"something else")
    assert "is not the file that was published" in refused(fetch, published)
    assert net.asked == []


def test_a_folder_that_cannot_be_written_is_said(net, published):
    folder().mkdir(parents=True)
    (folder() / "small").write_text("a file where a folder should be")
    assert "could not be kept" in refused(fetch, published)


def test_a_table_of_openml_that_is_not_the_described_one_is_not_kept(net):
    net.serves_table(31, *loans(), md5="0" * 32)
    assert "checksum differs" in refused(openml.kept, 31)
    assert kept() == []


def test_a_table_of_openml_that_breaks_off_is_not_kept(net):
    net.serves_table(31, *loans())
    net.cut.add("/data/v1/download/31/table.arff")
    refused(openml.kept, 31)
    assert kept() == []


def test_a_table_of_openml_may_be_put_there_by_hand(net):
    (folder() / "openml").mkdir(parents=True)
    loans()[0].to_csv(folder() / "openml" / "31.csv", index=False)
    by_hand = catalog.scenario("german_credit").draw()
    assert net.asked == []
    (folder() / "openml" / "31.csv").unlink()
    net.serves_table(31, *loans())
    assert same(by_hand.source, catalog.scenario("german_credit").draw().source)


def test_a_file_of_the_hub_that_is_not_the_listed_one_is_not_kept(net):
    net.serves_hub("a/set", hub.CONVERTED, "train/0000.parquet", parquet(phrases()), sha256="0" * 64)
    assert "checksum differs" in refused(hub.table, "a/set", "train/0000.parquet")
    assert kept() == []


def test_a_file_the_hub_does_not_have_is_said_with_its_status(net):
    assert "answered with status 404" in refused(hub.table, "a/set", "train/0000.parquet")


def test_a_file_that_is_gone_from_the_hub_is_said_to_be_gone(net):
    net.files[f"/api/datasets/a/set/paths-info/{hub.CONVERTED}"] = b"[]"
    assert "0000.parquet is no longer at" in refused(hub.table, "a/set", "train/0000.parquet")
    assert kept() == []


def test_a_file_of_the_hub_may_be_put_there_by_hand(net):
    path = folder() / "hub" / "a/set" / "train/0000.parquet"
    path.parent.mkdir(parents=True)
    phrases().to_parquet(path)
    assert hub.table("a/set", "train/0000.parquet").equals(phrases())
    assert net.asked == []


# What is never done.


class Bomb:
    """An object that, unpickled, leaves a mark."""

    def __init__(self, mark: Path):
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


def test_nothing_that_was_pickled_is_ever_unpickled(tmp_path):
    mark, path = tmp_path / "mark", tmp_path / "set.npz"
    path.write_bytes(arrays(train_images=np.array([Bomb(mark)], dtype=object)))
    with pytest.raises(ValueError, match="allow_pickle"):
        formats.arrays(path, "train_images")
    path.write_bytes(zipped({"train_images.npy": pickle.dumps(Bomb(mark))}))
    assert isinstance(formats.arrays(path, "train_images")[0], bytes)
    assert not mark.exists()


def test_the_reading_code_imports_nothing_that_unpickles():
    for path in (Path(tlcore.__file__).parent / "remote").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert not {alias.name for alias in node.names} & {"pickle", "joblib", "shelve", "dill"}
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                assert isinstance(node.value, ast.Constant)
                assert node.value.value is False


def test_listing_what_is_on_offer_asks_nobody_and_writes_nothing(home):
    code = (
        "import socket, sys; socket.socket.connect = None; from tlcore import catalog; "
        "assert len([offer().differs() for offer in catalog.scenarios().values() if not offer.embedded]) > 15; "
        "assert not {'pooch', 'requests', 'huggingface_hub', 'torch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert not home.exists()


def test_drawing_public_data_loads_no_torch(everything):
    catalog.scenario("mnist_usps").draw()
    code = (
        "import sys, pooch, requests; from tlcore.remote import formats, folder, hub, openml; "
        "[hub.table('takala/financial_phrasebank', 'sentences_allagree/train/0000.parquet'), openml.table(31)]; "
        "[formats.libsvm(folder() / 'usps' / 'usps.bz2', 16), formats.idx(*folder().glob('mnist/train-im*'))]; "
        "assert not {'torch', 'transformers', 'torchvision'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

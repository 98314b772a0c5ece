"""A finished run taken away: the folder answers as the run did, and says so where it cannot."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import toys
from PIL import Image
from safetensors.numpy import load_file

from tlcore import launch, plan
from tlcore.cli import main
from tlcore.errors import Unusable
from tlcore.export import examples, load
from tlcore.export.folder import drafted, seal
from tlcore.exporter import export
from tlcore.measure.ladders import ladders
from tlcore.measure.payoffs import USUAL, Payoffs
from tlcore.measure.value import outcomes
from tlcore.mirror.models import _along, requirements
from tlcore.scenarios import own_files
from tlcore.situation import split
from tlcore.spec import PART, Experiment, Training
from tlcore.store import Store
from tlcore.words import speaking, told

BRIEF = Training(epochs=2, batch=32, least_steps=4, patience=2)
STRATEGIES = {
    "table": ("logistic_regression", "fine_tune", "score_boosting", "embedded_regression"),
    "image": ("fine_tune",),
    "text": ("fine_tune",),
}


def _brought(folder: Path, kind: str) -> dict[str, object]:
    """A toy as somebody's own files."""
    situation = {"table": toys.table, "image": toys.pictures, "text": toys.messages}[kind]()
    parts = {"source": situation.source, "target": situation.target, "test": situation.test}
    given: dict[str, object] = {}
    for role, part in parts.items():
        given[role] = str(folder / f"{kind}_{role}")
        if kind == "image":
            given["size"] = 12
            for number, (picture, name) in enumerate(zip(part.inputs, part.labels, strict=True)):
                place = folder / f"{kind}_{role}" / name
                place.mkdir(parents=True, exist_ok=True)
                Image.fromarray(picture).save(place / f"{number}.png")
        else:
            frame = part.inputs if kind == "table" else pd.DataFrame({"message": part.inputs})
            given[role] = f"{given[role]}.csv"
            given["label"] = "answer"
            frame.assign(answer=part.labels).to_csv(given[role], index=False)
    return own_files.settings(**given)


@pytest.fixture(scope="module")
def taken(tmp_path_factory, brisk):
    """A store with a finished run of each kind, and the folders their models were exported to."""
    files, folders = tmp_path_factory.mktemp("files"), tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRANSFERLAB_HOME", str(tmp_path_factory.mktemp("home")))
        store, found = Store.open(), {}
        for kind, strategies in STRATEGIES.items():
            asked = Experiment(
                "own_files", strategies, _brought(files, kind), seeds=1, labels=(40,), training=BRIEF, device="cpu"
            )
            launch.here(store, store.submit(plan.plan(asked)))
        for row in store.runs().to_dict("records"):
            kind = next(name for name in STRATEGIES if f"/{name}_source" in store.spec(row["run"]).settings["source"])
            found[kind, row["strategy"]] = row["run"]
            export(store, row["run"], folders / f"{kind} {row['strategy']}")
    return store, found, folders


@pytest.fixture(autouse=True, scope="module")
def brisk():
    """How long an answer takes is measured on few."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(examples, "ASKED", 3)
        yield


EVERY = pytest.mark.parametrize(
    ("kind", "strategy"), [(kind, name) for kind in STRATEGIES for name in STRATEGIES[kind]]
)


def _told(store: Store, run: str) -> np.ndarray:
    test = store.predictions(run).query("part == 'test'").sort_values("row")
    return test.filter(regex=r"^p\d+$").to_numpy()


def _test_inputs(store: Store, run: str):
    spec = store.spec(run)
    return split(plan.drawn(spec.scenario, **spec.settings), spec.labels, spec.seed).test.inputs


def _chances(answers: pd.DataFrame) -> np.ndarray:
    return answers.filter(like="probability of").to_numpy()


@EVERY
def test_a_folder_answers_the_test_cases_as_its_run_did(taken, kind, strategy):
    store, runs, folders = taken
    model = load(folders / f"{kind} {strategy}")
    answers = model.predict(_test_inputs(store, runs[kind, strategy]))
    assert np.abs(_chances(answers) - _told(store, runs[kind, strategy])).max() < 1e-4
    assert set(answers["predicted"]) <= set(model.classes)
    assert model.record["check"]["how"] == "rebuilt"


@EVERY
def test_its_example_gets_the_answers_beside_it(taken, kind, strategy):
    folder = taken[2] / f"{kind} {strategy}"
    beside = pd.read_csv(folder / "example_answers.csv")
    answers = load(folder).predict(next(folder.glob("example.*")))
    assert np.allclose(_chances(answers), _chances(beside), atol=1e-9)
    store, runs, _ = taken
    assert np.allclose(_chances(beside), _told(store, runs[kind, strategy])[: len(beside)], atol=1e-4)


def test_a_network_is_onnx_and_its_weights_are_those_of_the_run(taken):
    store, runs, folders = taken
    folder = folders / "table fine_tune"
    assert (folder / "network.onnx").is_file()
    kept, written = store.weights(runs["table", "fine_tune"]), load_file(folder / "weights.safetensors")
    assert kept.keys() == written.keys()
    assert all(np.array_equal(kept[name], written[name]) for name in kept)


def plain(name):
    return name.lower().replace("_", "-")


def brought(packages):
    """These packages and all that they bring along."""
    found, due = set(), set(packages)
    while due:
        name = due.pop()
        found.add(plain(name))
        with suppress(PackageNotFoundError):
            needs = [re.split(r"[^\w.-]", need)[0] for need in requires(name) or [] if "extra ==" not in need]
            due |= {need for need in needs if plain(need) not in found}
    return found


@pytest.mark.parametrize("strategy", ["fine_tune", "score_boosting", "embedded_regression"])
def test_the_snippet_answers_in_a_fresh_process_by_what_goes_to_mlflow_without_torch_or_what_mlflow_would_not_install(
    taken, tmp_path, strategy
):
    folder = taken[2] / f"table {strategy}"
    (tmp_path / "torch.py").write_text("raise ImportError('there is no torch here')")
    assert _along(tmp_path) == tmp_path / "tlcore"
    environment = {"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    code = (
        "import sys, runpy\nbefore = set(sys.modules)\nrunpy.run_path(sys.argv[1])\n"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before}, file=sys.stderr)"
    )
    words = [sys.executable, "-c", code, folder / "snippet.py"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = pd.read_csv(folder / "example_answers.csv")
    assert [line.split(",")[1] for line in done.stdout.strip().splitlines()[1:]] == list(told["predicted"])
    assert len((folder / "snippet.py").read_text().splitlines()) <= 12
    owners = packages_distributions()
    loaded = {plain(package) for name in done.stderr.split() for package in owners.get(name, [])}
    assert loaded & {"onnxruntime", "skops"}
    if "skops" not in loaded:  # what skops loads of scikit-learn loads pytest where that is installed
        assert loaded <= brought(line.partition("==")[0] for line in requirements(folder)), "nothing unnamed is needed"


def test_the_card_says_how_good_how_surely_and_what_it_must_not_be_used_for(taken):
    store, runs, folders = taken
    text = (folders / "table fine_tune" / "model_card.md").read_text()
    score = store.runs().set_index("run").loc[runs["table", "fine_tune"], "test"]["roc_auc"]
    assert f"| ROC-AUC | {score:.4g} |" in text
    for said in (
        "seed 0",
        "Not enough evidence",
        "Limits",
        "Target labels used: 40",
        "torch 2",
        "pipeline_tag: tabular",
    ):
        assert said in text
    assert "Simulated data" not in text  # it is a file


@pytest.mark.parametrize("name", ["network.onnx", "weights.safetensors", "model_card.md", "model.json"])
def test_a_file_that_was_changed_or_cut_short_is_named(taken, tmp_path, name):
    folder = shutil.copytree(taken[2] / "table fine_tune", tmp_path / "model")
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(Unusable, match=name):
        load(folder)
    if name == "model.json":
        (folder / name).write_bytes(content.replace(b'"income"', b'"outgo"'))
        with pytest.raises(Unusable, match="changed or cut short"):
            load(folder)
    else:
        (folder / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        with pytest.raises(Unusable, match=f"{name} was changed"):
            load(folder)
        (folder / name).unlink()
        with pytest.raises(Unusable, match=f"{name} is missing"):
            load(folder)


def test_columns_may_come_in_any_order_with_others_beside_them(taken):
    store, runs, folders = taken
    inputs = _test_inputs(store, runs["table", "fine_tune"]).head(20)
    model = load(folders / "table fine_tune")
    mixed = inputs[inputs.columns[::-1]].assign(comment="none")
    assert model.predict(mixed).equals(model.predict(inputs))


def test_what_is_wrong_with_a_table_is_said_in_a_sentence_each(taken):
    store, runs, folders = taken
    inputs = _test_inputs(store, runs["table", "fine_tune"]).head(20)
    model = load(folders / "table fine_tune")
    with pytest.raises(Unusable) as refused:
        model.predict(inputs.rename(columns={"age": "Age", "income": "money"}))
    assert len(refused.value.problems) == 2
    assert "'age'" in refused.value.problems[0]
    assert "Did you mean 'Age'?" in refused.value.problems[0]
    words = inputs.astype({"income": object})
    words.iloc[[2, 5], list(words).index("income")] = "plenty"
    with pytest.raises(Unusable, match="'income' holds words in 2 of 20 rows, such as 'plenty'"):
        model.predict(words)
    commas = inputs.assign(income=[f"{income:.2f}".replace(".", ",") for income in inputs["income"]])
    with pytest.raises(Unusable, match=r"'income' writes decimals with a comma, such as '-?[0-9]+,[0-9]+' in row 0"):
        model.predict(commas.reset_index(drop=True))
    with pytest.raises(Unusable, match="no rows"):
        model.predict(inputs.head(0))
    strange = inputs.assign(channel="pigeon", visits=[np.nan, *inputs["visits"][1:]])
    notes = model.predict(strange).attrs["notes"]
    assert any("'channel' has values in 20 rows that training never saw" in note for note in notes)
    assert any("'visits' has one gap" in note for note in notes)
    with pytest.raises(Unusable, match="reads a table"):
        model.predict(["a text"])


def test_texts_come_as_a_list_a_column_or_a_file(taken, tmp_path):
    model = load(taken[2] / "text fine_tune")
    texts = ["close my phone contract", "the landline is locked"]
    told = _chances(model.predict(texts))
    pd.DataFrame({"id": [1, 2], "words": texts}).to_csv(tmp_path / "some.csv", index=False)
    (tmp_path / "some.jsonl").write_text("\n".join(json.dumps({"text": text}) for text in texts))
    (tmp_path / "one.txt").write_text(texts[0])
    for file, wanted in {"some.csv": told, "some.jsonl": told, "one.txt": told[:1]}.items():
        assert np.allclose(_chances(model.predict(tmp_path / file)), wanted)
    with pytest.raises(Unusable, match="no column 'message'"):
        model.predict(tmp_path / "some.csv", column="message")
    (tmp_path / "none.txt").write_text("  ")
    with pytest.raises(Unusable, match="holds no text"):
        model.predict(tmp_path / "none.txt")


def test_images_come_as_an_array_a_file_a_folder_or_a_zip(taken, tmp_path):
    store, runs, folders = taken
    model = load(folders / "image fine_tune")
    pictures = _test_inputs(store, runs["image", "fine_tune"])[:2]
    told = _chances(model.predict(pictures))
    (tmp_path / "some").mkdir()
    with zipfile.ZipFile(tmp_path / "some.zip", "w") as archive:
        for number, picture in enumerate(pictures):
            Image.fromarray(picture).save(tmp_path / "some" / f"{number}.png")
            archive.write(tmp_path / "some" / f"{number}.png", f"{number}.png")
    for file, wanted in {"some": told, "some.zip": told, "some/0.png": told[:1]}.items():
        assert np.allclose(_chances(model.predict(tmp_path / file)), wanted)
    with pytest.raises(Unusable, match="not of"):
        model.predict(pictures[:, :6])
    (tmp_path / "no.png").write_text("no picture")
    with pytest.raises(Unusable, match="no image that can be read"):
        model.predict(tmp_path / "no.png")


def test_nothing_is_overwritten_but_an_earlier_export_that_is_to_give_way(taken, tmp_path):
    store, runs, _ = taken
    run, to = runs["table", "score_boosting"], tmp_path / "mine"
    to.mkdir()
    (to / "letter.txt").write_text("dear")
    for replace in (False, True):
        with pytest.raises(Unusable, match="holds other files"):
            export(store, run, to, replace=replace)
    assert [file.name for file in tmp_path.iterdir()] == ["mine"]
    (to / "letter.txt").unlink()
    export(store, run, to, ask=0.2)
    with pytest.raises(Unusable, match="--force"):
        export(store, run, to)
    assert load(to).threshold == 0.2
    export(store, run, to, replace=True)
    assert load(to).threshold == pytest.approx(1 / 6)  # where the usual payoffs put it
    assert [file.name for file in tmp_path.iterdir()] == ["mine"]


def _written(to: Path, text: str, *, replace: bool = False, meanwhile: Callable[[], object] = lambda: None) -> None:
    with drafted(to, replace=replace) as draft:
        (draft / "model.json").write_text(text)
        meanwhile()


def _names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_what_appears_in_the_folder_while_a_model_is_made_stays(tmp_path):
    to = tmp_path / "mine"
    to.mkdir()
    with pytest.raises(Unusable, match="holds other files"):
        _written(to, "new", replace=True, meanwhile=lambda: (to / "thesis.txt").write_text("years"))
    assert (to / "thesis.txt").read_text() == "years"
    both = tmp_path / "both"
    with pytest.raises(Unusable, match="holds a model already"):
        _written(both, "second", meanwhile=lambda: _written(both, "first"))
    assert (both / "model.json").read_text() == "first"
    assert _names(tmp_path) == ["both", "mine"]


def test_a_link_stays_one_and_what_it_points_to_is_written(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    _written(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "disk" / "model.json").read_text() == "new"
    assert _names(tmp_path) == ["disk", "link"]


def test_an_earlier_export_is_there_again_where_the_new_one_cannot_take_its_place(tmp_path, monkeypatch):
    to, move = tmp_path / "mine", os.replace
    _written(to, "old")

    def refuse(source, target):
        if target == to and not source.name.endswith(".old"):
            raise PermissionError("it is in use")
        move(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PermissionError):
        _written(to, "new", replace=True)
    assert (to / "model.json").read_text() == "old"
    assert _names(tmp_path) == ["mine"]


def test_a_run_that_cannot_be_had_again_is_refused_and_nothing_is_left(taken, tmp_path, monkeypatch):
    store, runs, _ = taken
    run = runs["table", "fine_tune"]
    kept = store.predictions(run)
    monkeypatch.setattr(type(store), "predictions", lambda _self, _run: kept.assign(p0=kept["p1"], p1=kept["p0"]))
    with pytest.raises(Unusable, match=f"Run {run} cannot be had again: trained again"):
        export(store, run, tmp_path / "mine")
    assert not list(tmp_path.iterdir())


def test_predictions_that_are_no_numbers_do_not_pass_for_equal(taken, tmp_path, monkeypatch):
    store, runs, _ = taken
    run = runs["table", "score_boosting"]
    kept = store.predictions(run)
    monkeypatch.setattr(type(store), "predictions", lambda _self, _run: kept.assign(p1=np.nan))
    with pytest.raises(Unusable, match="its test predictions are no numbers"):
        export(store, run, tmp_path / "mine")
    assert not list(tmp_path.iterdir())


def test_a_network_in_torchs_own_form_is_opened_only_where_it_is_trusted(taken, tmp_path, monkeypatch, capsys):
    from tlcore.learn import graph

    store, runs, _ = taken
    monkeypatch.setattr(graph, "onnx", _refused)
    export(store, runs["table", "fine_tune"], tmp_path / "mine")
    assert (tmp_path / "mine" / "network.pt2").is_file()
    with pytest.raises(Unusable, match="can run code"):
        load(tmp_path / "mine")
    with speaking("zh_CN"):  # what the page says of it
        assert "而非 ONNX" in told(load(tmp_path / "mine", trusted=True).record["remarks"][0])
    assert "- The network is kept in torch's own form" in (tmp_path / "mine" / "model_card.md").read_text()
    answers = load(tmp_path / "mine", trusted=True).predict(_test_inputs(store, runs["table", "fine_tune"]))
    assert np.abs(_chances(answers) - _told(store, runs["table", "fine_tune"])).max() < 1e-4
    assert "trusted=True" in (tmp_path / "mine" / "snippet.py").read_text()
    words = ["predict", str(tmp_path / "mine"), str(tmp_path / "mine" / "example.csv")]
    assert main(words) == 2
    assert "--trust" in capsys.readouterr().err
    assert main([*words, "--trust"]) == 0


def _refused(*_):
    raise RuntimeError("there is no such operation")


@pytest.mark.parametrize("name", ["../elsewhere.onnx", "model_card.md"])
def test_a_part_is_one_of_the_folders_own_files_and_of_a_known_kind(taken, tmp_path, name):
    folder = shutil.copytree(taken[2] / "table fine_tune", tmp_path / "model")
    record = json.loads((folder / "model.json").read_text())
    record = {key: value for key, value in record.items() if key not in ("files", "sha256")}
    seal(folder, record | {"parts": {"network": name}})
    with pytest.raises(Unusable, match=r"is not among its own|is no network"):
        load(folder).part  # noqa: B018
    with speaking("zh_CN"), pytest.raises(Unusable, match="请"):
        load(folder).part  # noqa: B018


def test_the_threshold_is_the_one_that_its_worth_is_measured_by(taken, tmp_path):
    """Enough validation labels: they choose. Otherwise, in the folders above, the payoffs do."""
    store, runs, folders = taken
    few = dict(zip(STRATEGIES["table"], (runs["table", name] for name in STRATEGIES["table"]), strict=True))
    for strategy, run in few.items():
        assert load(folders / f"table {strategy}").threshold == pytest.approx(_worth_of(store, run, USUAL[False]))
    given = Payoffs(30, -1, 0, 0)
    spec = store.spec(runs["table", "fine_tune"])
    asked = Experiment("own_files", ("fine_tune",), spec.settings, seeds=1, labels=(300,), training=BRIEF, device="cpu")
    experiment = store.submit(plan.plan(asked))
    launch.here(store, experiment)
    (run,) = store.runs(experiment)["run"]
    record = export(store, run, tmp_path / "mine", payoffs=given)
    assert "earns most on 75 validation labels" in record["answers"]["threshold"]["chosen"]
    assert record["answers"]["threshold"]["value"] == pytest.approx(_worth_of(store, run, given), abs=1e-5)
    with pytest.raises(Unusable, match="Name every case"):
        export(store, run, tmp_path / "other", payoffs=Payoffs(1, 1, 0, 0))


def _worth_of(store: Store, run: str, payoffs: Payoffs) -> float:
    found = ladders({run: store.rungs(run, 1)})
    return float(outcomes(found, store.runs().query("run == @run"), payoffs)["threshold"].iloc[0])


def test_a_ceiling_is_called_one_and_the_card_speaks_of_the_experiment_that_is_named(taken, tmp_path):
    store, runs, _ = taken
    spec = store.spec(runs["table", "logistic_regression"])
    asked = Experiment(
        "own_files", ("logistic_regression", "oracle_regression"), spec.settings, seeds=3, labels=(20, 40),
        training=BRIEF, device="cpu", name="The whole comparison",
    )  # fmt: skip
    experiment = store.submit(plan.plan(asked))
    launch.here(store, experiment)
    store.submit(plan.plan(dataclasses.replace(asked, strategies=("oracle_regression",), name=f"{PART}Cell")))
    run = store.runs(experiment).query("strategy == 'oracle_regression'")["run"].iloc[0]
    export(store, run, tmp_path / "mine")
    card = (tmp_path / "mine" / "model_card.md").read_text()
    assert card.split("---\n")[-1].strip().startswith("# The whole comparison")
    assert "This model was given every target label" in card
    assert "of its seeds" not in card
    with pytest.raises(Unusable, match="does not belong to experiment"):
        export(store, runs["text", "fine_tune"], tmp_path / "other", experiment=experiment)


def test_a_run_whose_weights_are_gone_is_trained_again(taken, tmp_path, monkeypatch):
    store, runs, _ = taken
    monkeypatch.setattr(type(store), "weights", lambda _self, _run: None)
    record = export(store, runs["table", "fine_tune"], tmp_path / "mine")
    assert record["check"]["how"] == "trained again"
    assert record["check"]["largest difference"] < 1e-4


def test_a_repeat_finds_its_own_source_phases_and_never_those_of_the_original(store, tmp_path):
    given = _brought(tmp_path, "table")
    asked = Experiment(
        "own_files", ("embedded_regression",), given, seeds=1, labels=(40,), training=BRIEF, device="cpu",
        again="a1b2c3d4e5f6.1",
    )  # fmt: skip
    launch.here(store, store.submit(plan.plan(asked)))
    (run,) = store.runs()["run"]
    assert export(store, run, tmp_path / "mine")["check"]["how"] == "rebuilt"


def test_eight_bits_are_smaller_and_what_they_cost_is_said(taken, tmp_path):
    store, runs, _ = taken
    record = export(store, runs["text", "fine_tune"], tmp_path / "mine", quantise=True)
    told = record["quantised"]
    assert told["used"]
    assert told["after"]["bytes"] < told["before"]["bytes"] / 2
    assert not (tmp_path / "mine" / "network.onnx").exists()
    answers = load(tmp_path / "mine").predict(_test_inputs(store, runs["text", "fine_tune"]))
    agree = _chances(answers).argmax(1) == _told(store, runs["text", "fine_tune"]).argmax(1)
    assert agree.mean() > 0.9
    away = np.abs(_chances(answers) - _told(store, runs["text", "fine_tune"])).max()
    assert record["check"]["largest difference"] == pytest.approx(away)
    assert record["check"]["largest difference"] > 1e-4
    assert record["check"]["scores"]["accuracy"] == pytest.approx(told["after"]["accuracy"], abs=1e-6)
    card = (tmp_path / "mine" / "model_card.md").read_text()
    assert "Its weights have 8 bits" in card
    assert told["remark"] in card
    assert "as the run did" not in card
    none = export(store, runs["table", "score_boosting"], tmp_path / "trees", quantise=True)
    assert not none["quantised"]["used"]
    assert "no network" in none["quantised"]["remark"]


def test_the_commands_write_and_ask(taken, tmp_path, capsys, monkeypatch):
    store, runs, _folders = taken
    monkeypatch.setenv("TRANSFERLAB_HOME", str(store.home))
    assert main(["export", runs["table", "score_boosting"], "--to", str(tmp_path / "mine")]) == 0
    assert "as the run did" in capsys.readouterr().out
    example = tmp_path / "mine" / "example.csv"
    assert main(["predict", str(tmp_path / "mine"), str(example), "--to", str(tmp_path / "out.csv")]) == 0
    beside = pd.read_csv(tmp_path / "mine" / "example_answers.csv")
    assert np.allclose(_chances(pd.read_csv(tmp_path / "out.csv")), _chances(beside))
    capsys.readouterr()
    assert main(["predict", str(tmp_path / "mine"), str(example), "--json"]) == 0
    assert [row["predicted"] for row in json.loads(capsys.readouterr().out)["answers"]] == list(beside["predicted"])
    for words, said in {
        ("export", "0000", "--to", str(tmp_path / "x")): "No run or experiment",
        ("export", runs["table", "fine_tune"], "--to", str(tmp_path / "x" / "y")): "no folder",
        ("export", runs["table", "fine_tune"], "--to", str(tmp_path / "x"), "--threshold", "3"): "between 0 and 1",
        ("predict", str(tmp_path), str(example)): "no exported model",
        ("predict", str(tmp_path / "mine"), str(tmp_path / "gone.csv")): "no file",
    }.items():
        assert main(list(words)) == 2
        assert said in capsys.readouterr().err

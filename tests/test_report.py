"""A report says what the store says, whole or not at all, to every audience, in every language."""

from __future__ import annotations

import errno
import json
import os
import re
from dataclasses import replace
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest
import shelves
from apps import opened, said
from pptx import Presentation
from pptx.util import Emu

from tlcore.charts import style
from tlcore.charts.worth import money
from tlcore.cli import main
from tlcore.errors import Unusable
from tlcore.measure import value as measure
from tlcore.measure.gain import HELPS
from tlcore.measure.payoffs import Payoffs
from tlcore.report import AUDIENCES, EXECUTIVE, TECHNICAL, Material, Section, story
from tlcore.report.bundle import bundle, described
from tlcore.report.html import html
from tlcore.report.pptx import WIDTH, pptx
from tlcore.report.sections import every, seven
from tlcore.report.sections import question as asked_of
from tlcore.report.sections import value as price
from tlcore.spec import Experiment
from tlcore.store import Store
from tlcore.whole import write
from tlcore.words import speaking

EXAMPLES = Path(__file__).parents[1] / "examples"
KINDS = {"cold_start": "binary", "b2b_value": "regression", "digits": "multiclass"}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """A store with one example of each kind of task, and their ids by scenario."""
    folder = tmp_path_factory.mktemp("shipped")
    for scenario in KINDS:
        (folder / scenario).symlink_to(EXAMPLES / scenario)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRANSFERLAB_HOME", str(tmp_path_factory.mktemp("home")))
        store = Store.open()
        ids = {name.split("-")[1]: name for name in store.adopt_examples(folder)}
        yield store, ids
        store.close()


@pytest.fixture(scope="module")
def materials(shelf):
    store, ids = shelf
    return {scenario: Material.of(store, ids[scenario]) for scenario in KINDS}


@pytest.fixture(scope="module")
def material(materials):
    return materials["cold_start"]


@pytest.fixture(scope="module")
def told(materials):
    """The sections by scenario and audience, each told once."""
    return cache(lambda scenario, audience=TECHNICAL: story(materials[scenario], audience))


def words_of(section: Section) -> list[str]:
    """All that a section says, code aside."""
    tables = [exhibit.table for exhibit in section.exhibits if exhibit.table]
    return [
        section.question, section.message, *section.sentences, *section.notes,
        *[label for label, _value in section.figures],
        *[text for exhibit in section.exhibits for text in (exhibit.title, exhibit.what)],
        *[exhibit.chart.description for exhibit in section.exhibits if exhibit.chart is not None],
        *[text for table in tables for text in table.columns],
    ]  # fmt: skip


@pytest.mark.parametrize("scenario", KINDS)
def test_every_section_has_a_message_and_sound_exhibits_on_every_kind_of_task(told, scenario):
    found = told(scenario)
    assert {"question", "data", "verdict", "efficiency", "convergence", "value", "risks", "next_step", "method"} <= {
        one.name for one in found
    }
    assert ("imbalance" in {one.name for one in found}) == (KINDS[scenario] != "regression")
    for section in found:
        assert section.message.strip()
        assert not any("{" in text or "nan" in text for text in words_of(section)), section.name
        for exhibit in section.exhibits:
            assert exhibit.chart is not None or exhibit.table
            if exhibit.chart is not None:
                assert exhibit.chart.description
                exhibit.chart.to_dict()  # the schema holds
            if exhibit.table:
                assert {len(row) for row in exhibit.table.rows} == {len(exhibit.table.columns)}


def test_a_manager_is_told_less_than_an_analyst_and_both_hear_the_verdict_and_the_next_step(told):
    short, full = ([one.name for one in told("cold_start", audience)] for audience in AUDIENCES)
    assert set(short) < set(full)
    assert {"verdict", "risks", "next_step"} <= set(short)
    assert [module.PLACE for module in every()] == sorted({module.PLACE for module in every()})


def test_what_the_verdict_says_is_what_the_store_says(told, shelf):
    store, ids = shelf
    verdict = next(one for one in told("cold_start", EXECUTIVE) if one.name == "verdict")
    runs = store.runs(ids["cold_start"])
    scores = runs[(runs["labels"] == 100) & (runs["state"] == "done")].groupby("strategy")["test_score"].mean()
    table = verdict.exhibits[-1].table
    shown = {row[1]: row[2] for row in table.rows}
    assert len(shown) >= len(scores)
    for strategy, score in scores.items():
        assert shown[style.title(strategy)] == f"{score:.3f}"


def test_the_html_fetches_nothing_and_holds_every_message_in_less_than_three_megabytes(material, told):
    made = html(material, TECHNICAL)
    assert len(made.encode()) < 3_000_000
    page = re.sub(r"<script>.*?</script>", "", made, flags=re.DOTALL)
    assert not re.search(r"<(link|img|script)[^>]*(src|href)=|url\(|@import", page)
    for section in told("cold_start"):
        assert section.message.replace("&", "&amp;").replace("'", "&#39;") in page
    assert "Simulated data" in page
    assert "Example" in page
    assert page.count("<h2") == len(told("cold_start"))


def test_what_a_person_typed_is_shown_and_not_carried_out(material):
    named = replace(material.experiment, name="<script>alert(1)</script>")
    hostile = replace(material, stored=replace(material.stored, experiment=named))
    made = html(hostile, EXECUTIVE)
    assert "<script>alert" not in made
    assert "&lt;script&gt;alert(1)" in made


@pytest.fixture(scope="module")
def deck(material):
    return Presentation(BytesIO(pptx(material, TECHNICAL)))


def test_every_slide_has_one_message_as_its_title_and_the_method_in_its_notes(deck, told):
    titles = [slide.shapes.title.text for slide in deck.slides]
    sections = told("cold_start")
    assert [title for title in titles if title in {one.message for one in sections}] == [
        one.message for one in sections
    ]
    assert all(titles)
    for slide in deck.slides:
        assert "Made by TransferLab" in slide.notes_slide.notes_text_frame.text
    verdict = next(slide for slide in deck.slides if slide.shapes.title.text == sections[2].message)
    assert "95 % t intervals of the paired differences" in verdict.notes_slide.notes_text_frame.text


def test_native_tables_hold_the_numbers_of_the_store(deck, material):
    tables = [shape.table for slide in deck.slides for shape in slide.shapes if shape.has_table]
    board = next(table for table in tables if table.cell(0, 0).text == "Rank")
    shown = {board.cell(row, 1).text: board.cell(row, 2).text for row in range(1, len(board.rows))}
    summary = material.summary.dropna(subset=["mean"])
    assert shown == {style.title(row.strategy): f"{row.mean:.3f}" for row in summary.itertuples()}
    gains = {board.cell(row, 1).text: board.cell(row, 4).text for row in range(1, len(board.rows))}
    for row in summary.dropna(subset=["gain"]).itertuples():
        assert float(gains[style.title(row.strategy)]) == pytest.approx(100 * row.gain, abs=0.051)


def test_nothing_leaves_a_slide_and_pictures_are_twice_as_fine_as_their_layout(deck):
    wide, high = deck.slide_width, deck.slide_height
    assert wide / high == pytest.approx(16 / 9, abs=0.01)
    pictures = 0
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= wide + Emu(10)
            assert shape.top + shape.height <= high + Emu(10)
            if hasattr(shape, "image"):
                pictures += 1
                assert shape.image.size[0] == 2 * WIDTH
                assert shape._element.nvPicPr.cNvPr.get("descr")
    assert pictures >= 5


@pytest.mark.parametrize("scenario", KINDS)
def test_a_bundle_holds_every_run_and_describes_every_column(materials, scenario):
    with ZipFile(BytesIO(bundle(materials[scenario]))) as archive:
        files = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    runs = pd.read_csv(StringIO(files["runs.csv"]))
    stored = materials[scenario].runs
    assert list(runs["run"]) == list(stored["run"])
    assert runs["test_score"].to_numpy() == pytest.approx(stored["test_score"].to_numpy(float), nan_ok=True)
    for name, text in files.items():
        if name.endswith(".csv"):
            assert f"## {name}" in files["README.md"]
            for column in text.splitlines()[0].split(","):
                assert described(name.removesuffix(".csv"), column.strip('"'))
    assert ("classes.csv" in files) == (KINDS[scenario] != "regression")
    assert json.loads(files["experiment.json"])["scenario"] == scenario
    assert Experiment.from_yaml(files["experiment.yaml"]) == materials[scenario].experiment


def test_what_a_case_is_worth_is_assumed_and_said_so_until_a_person_says_it(material, told):
    def value(sections: list[Section]) -> Section:
        return next(section for section in sections if section.name == "value")

    assumed, mine = value(told("cold_start")), replace(material, worth=Payoffs(100, -25, 0, 0, "CHF"))
    said = value(seven(mine))
    assert any("assumptions" in sentence for sentence in assumed.sentences)
    assert not any("assumptions" in sentence for sentence in said.sentences)
    assert "CHF" in said.message
    outcomes = measure.outcomes(material.ladders, material.done, mine.worth)
    gains = measure.worth_of(outcomes).set_index("strategy")["gain"]
    figure = dict(said.figures)["Transfer is worth"]
    assert any(figure == money(gain, "CHF", signed=True) for gain in gains.dropna())


def test_the_event_is_the_one_asked_for_else_the_rarest_class_that_the_test_set_has(materials):
    some = materials["digits"]
    counts = dict.fromkeys(some.facts["classes"], 9) | {"3": 0, "7": 2}
    facts = some.facts | {"counts": {"test": {"n": sum(counts.values()), "classes": counts}}}
    rare = replace(some, stored=replace(some.stored, facts=facts))
    assert some.facts["classes"][rare.event] == "7"
    asked = replace(some, wanted=some.facts["classes"].index("4"))
    assert any("digit = 4" in sentence for sentence in price.tell(asked).sentences)


def test_who_saw_every_label_is_not_said_to_have_had_the_same_and_what_is_simulated_is_said_once(material, told):
    some = {section.name: section for section in told("cold_start")}
    ceiling = material.runs.iloc[:1].assign(strategy="oracle_network", labels=None, run="c")
    beside = replace(material, runs=pd.concat([material.runs, ceiling]))
    assert material.ceilings == any("oracle" in name for name in material.runs["strategy"])
    assert "All but the ceilings" in asked_of.tell(beside).notes[0]
    assert "simulated" in " ".join(some["risks"].sentences)
    assert "simulat" not in " ".join([*some["data"].sentences, *some["next_step"].sentences])


def half(material: Material) -> Material:
    """The same with some of its runs still waiting."""
    late = material.runs["strategy"].isin(["fine_tune", "scratch"]) & (material.runs["seed"] > 1)
    runs = material.runs.copy()
    runs.loc[late, ["state", "test_score"]] = ["queued", float("nan")]
    return replace(material, runs=runs)


def test_a_report_on_half_an_experiment_says_what_is_missing_wherever_it_is_shown(material):
    some = half(material)
    lacking = int((some.runs["state"] == "queued").sum())
    assert lacking > 10
    first, second = some.missing
    assert f"{len(some.runs) - lacking} of {len(some.runs)} runs" in first
    waiting = some.runs[(some.runs["state"] == "queued") & (some.runs["labels"] == 100)]["strategy"].value_counts()
    assert f"Fine-tuning (100 labels): {waiting['fine_tune']}" in second
    assert first in html(some, EXECUTIVE)
    told = {one.name: one for one in seven(some)}
    assert told["risks"].message == first
    assert first in told["question"].sentences
    assert "missing runs" in told["next_step"].message
    assert material.missing == ()


def test_there_is_no_report_while_nothing_has_finished(store):
    experiment = store.submit(shelves.planned())
    with pytest.raises(Unusable, match="nothing to report"):
        Material.of(store, experiment)


def test_another_margin_is_the_one_that_is_judged_and_told_by(shelf):
    store, ids = shelf
    strict = Material.of(store, ids["cold_start"], margin=0.5)
    told = {section.name: section for section in story(strict, EXECUTIVE)}
    assert told["verdict"].verdict != HELPS
    (exhibit,) = told["question"].exhibits
    assert ("Smallest difference that matters", "50.0 points") in exhibit.table.rows


def test_a_label_budget_that_was_not_tried_is_refused_with_those_that_were(shelf):
    store, ids = shelf
    with pytest.raises(Unusable, match="50, 100, 200"):
        Material.of(store, ids["cold_start"], 77)


@pytest.mark.parametrize("scenario", KINDS)
def test_a_chinese_report_says_no_english_sentence(shelf, scenario):
    store, ids = shelf
    with speaking("zh_CN"):
        heard = [text for section in story(Material.of(store, ids[scenario]), TECHNICAL) for text in words_of(section)]
    assert [text for text in heard if re.search(r"[A-Za-z]+(?: [a-z]+){3}", text)] == []
    assert sum(bool(re.search(r"[\u4e00-\u9fff]", text)) for text in heard) > 40


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    place = tmp_path / "report.html"
    place.write_bytes(b"the one before")

    def full(path, content):
        path.open("wb").write(content[:3])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(Unusable, match="No space left on device"):
            write(place, b"a new one")
    assert place.read_bytes() == b"the one before"
    assert list(tmp_path.iterdir()) == [place]
    write(place, b"a new one")
    assert place.read_bytes() == b"a new one"


def test_what_a_link_points_to_is_written_and_a_device_is_never_replaced(tmp_path):
    (tmp_path / "link.html").symlink_to(tmp_path / "page.html")
    write(tmp_path / "link.html", b"through the link")
    assert (tmp_path / "page.html").read_bytes() == b"through the link"
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write(pipe, b"to the reader")
    assert os.read(reader, 100) == b"to the reader"
    os.close(reader)


def test_the_command_line_writes_what_is_asked_for(example, tmp_path, capsys):
    name = example("cold_start")
    page, slides = tmp_path / "r.html", tmp_path / "s.html"
    assert main(["report", name[:12], "--html", str(page), "--slides", str(slides), "--labels", "50"]) == 0
    assert "with 50 labels" in page.read_text(encoding="utf-8")
    assert len(re.findall(r": [\d.]+ [kM]B\n", capsys.readouterr().out)) == 2
    assert {file.name for file in tmp_path.iterdir()} >= {"r.html", "s.html"}


@pytest.mark.usefixtures("quiet")
def test_the_page_says_beforehand_what_the_report_will_say(example):
    name = example("cold_start")
    app = opened("share/report.py", experiment=name, budget="50")
    messages = [section.message for section in story(Material.of(Store.open(), name, 50), EXECUTIVE)]
    assert all(message.split(":")[0] in said(app) for message in messages)
    app.session_state["audience"] = TECHNICAL
    app.query_params["audience"] = TECHNICAL
    app.run()
    assert "How fast and how steadily does each learn?" in said(app)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nobody", "--html", "r.html"], "No run or experiment is called 'nobody'"),
        (["RUN", "--html", "r.html"], "is a run; name an experiment"),
        (["EXPERIMENT"], "Nothing is asked for"),
        (["EXPERIMENT", "--html", "no/such/folder/r.html"], "There is no folder"),
        (["EXPERIMENT", "--html", "r.html", "--labels", "many"], "--labels is 'many'"),
        (["EXPERIMENT", "--html", "r.html", "--labels", "77"], "--labels is '77'; this experiment has"),
    ],
)
def test_what_cannot_be_reported_is_refused_in_one_sentence(
    example, store, tmp_path, monkeypatch, capsys, words, sentence
):
    monkeypatch.chdir(tmp_path)
    name = example("cold_start")
    before = set(tmp_path.iterdir())
    known = {"EXPERIMENT": name, "RUN": store.runs(store.submit(shelves.planned()))["run"].iloc[0]}
    assert main(["report", *[known.get(word, word) for word in words]]) == 2
    told = capsys.readouterr().err.strip()
    assert sentence in told
    assert len(told.splitlines()) == 1
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in before}

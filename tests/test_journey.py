"""What a person does in the first five minutes, in a real browser, on the real dashboard, with real training."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from dashboard import PATIENCE, Dashboard, figures, settled, text
from playwright.sync_api import expect
from pptx import Presentation
from sqlalchemy import update

from tlcore.charts import style
from tlcore.charts.answers import percent
from tlcore.measure.gain import summarise
from tlcore.store import Store
from tlcore.store.schema import runs

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture
def page(browser):
    tab = browser.new_page(locale="en-US", viewport={"width": 1440, "height": 1000})
    tab.set_default_timeout(PATIENCE)
    yield tab
    tab.close()


@pytest.fixture
def dashboard(home):
    running = Dashboard.started(home)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def open_to_all(tmp_path_factory):
    """One dashboard for all who only look at it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TRANSFERLAB_DB", raising=False)
        running = Dashboard.started(tmp_path_factory.mktemp("open to all"))
        yield running
        running.stop()


@pytest.fixture
def viewed(open_to_all, monkeypatch):
    monkeypatch.setenv("TRANSFERLAB_HOME", str(open_to_all.home))
    return open_to_all


def summary_of(store: Store, experiment: str, labels: int):
    runs = store.runs(experiment)
    return summarise(runs[runs["labels"] == labels]).set_index("strategy")


def tile(page, label: str):
    """The figure of the tile with this label."""
    return page.locator("[data-testid=stMetric]", has_text=label).first.locator("[data-testid=stMetricValue]")


def finished(page) -> None:
    expect(page.get_by_text(re.compile(r"All \d+ runs have ended"))).to_be_visible(timeout=3 * PATIENCE)


def live_experiment(store: Store) -> str:
    known = store.experiments()
    return known.loc[~known["example"].astype(bool), "id"].iloc[0]


def test_an_example_answers_at_once_and_every_number_follows_the_label_budget(page, viewed):
    page.goto(viewed.address)
    settled(page)
    assert "Simulated data" in text(page)
    assert re.search(r"(helps|Not enough evidence|negative|No practical difference)", text(page))
    page.get_by_role("link", name="Open example").first.click()
    page.wait_for_url("**/verdict?**")
    settled(page)
    assert re.search(r"\bExample\b", text(page))
    page.get_by_role("link", name="Convergence").click()
    page.wait_for_url("**/convergence?**")
    settled(page)  # the budget that nobody has chosen yet is shown as chosen there, too
    expect(page.get_by_role("radio", name=re.compile("labels$"), checked=True)).to_have_count(1)
    page.get_by_role("link", name="Verdict").click()
    page.wait_for_url("**/verdict?**")
    settled(page)

    store = Store.open()
    experiment = parse_qs(urlsplit(page.url).query)["experiment"][0]
    budgets = sorted(set(store.runs(experiment)["labels"].dropna()))
    assert len(budgets) >= 3
    shown = []
    for labels in reversed(budgets):
        page.get_by_role("radio", name=re.compile(rf"^{labels:,}( |$)")).click()
        settled(page)
        summary = summary_of(store, experiment, labels)
        expect(tile(page, "From scratch")).to_have_text(f"{summary.loc['scratch', 'mean']:.3f}")
        best = summary.loc[summary["baseline"].iloc[0], "mean"]
        expect(tile(page, "Best without transfer")).to_have_text(f"{best:.3f}")
        transfer = summary[summary["verdict"] != "baseline"]
        assert tile(page, "With transfer").inner_text() in {f"{score:.3f}" for score in transfer["mean"]}
        shown.append(figures(page))
    assert len(set(map(tuple, shown))) == len(budgets)
    page.reload()  # the address reopens the same view
    expect(page.locator("[data-testid=stMetricValue]")).to_have_text(shown[-1])


def test_a_live_comparison_goes_on_while_its_page_is_left_and_ends_in_a_verdict(page, dashboard):
    page.goto(dashboard.address)
    settled(page)
    page.get_by_text("A new insurance product").first.wait_for()
    card = page.locator(
        "[data-testid=stVerticalBlock]", has=page.get_by_role("heading", name="A new insurance product")
    )
    card.last.get_by_role("button", name="Try it live").click()
    page.wait_for_url("**/runs?**")
    page.locator("[data-testid=stVegaLiteChart]").first.wait_for()  # the first point has arrived
    link = page.url

    page.get_by_role("link", name="Imbalance").click()  # left in the middle
    settled(page)
    page.goto(link)  # and entered again by its address
    settled(page)
    finished(page)

    store = Store.open()
    runs = store.runs(live_experiment(store))
    assert set(runs["state"]) == {"done"}
    assert runs["strategy"].nunique() >= 4
    page.get_by_role("link", name="See the verdict").click()
    page.wait_for_url("**/verdict?**")
    settled(page)
    summary = summary_of(store, live_experiment(store), int(runs["labels"].iloc[0]))
    best = summary.loc[summary["baseline"].iloc[0], "mean"]
    expect(tile(page, "Best without transfer")).to_have_text(f"{best:.3f}")
    assert "Simulated data" in text(page)
    assert page.locator("[data-testid=stVegaLiteChart]").count() >= 1


def test_killing_the_server_in_mid_run_loses_nothing(page, dashboard):
    page.goto(f"{dashboard.address}/plan?scenario=cold_start&strategies=none,fine_tune&seeds=2")
    settled(page)
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**/runs?**")
    page.locator("[data-testid=stVegaLiteChart]").first.wait_for()
    link = page.url
    dashboard.kill()
    store = Store.open()
    runs = store.runs(live_experiment(store))
    before = len(store.epochs(list(runs["run"])))
    assert not set(runs["state"]) <= {"done"}

    dashboard.start_again()
    page.goto(link)
    settled(page)
    finished(page)
    runs = store.runs(live_experiment(store))
    assert set(runs["state"]) == {"done"}
    assert len(store.epochs(list(runs["run"]))) > before


def headline_of(page) -> str:
    """The answer on top, without its icon."""
    return re.search(r"(Yes|No|With|Not|Do|Without)\b.*", page.locator("[data-testid=stMain] h3").first.inner_text())[0]


def test_two_payoffs_move_the_best_threshold_and_what_was_found_is_sent(page, viewed, tmp_path):
    page.goto(viewed.address)
    settled(page)
    known = Store.open().experiments().set_index("scenario")["id"]
    page.goto(f"{viewed.address}/verdict?experiment={known['cold_start']}")
    settled(page)
    headline = headline_of(page)
    page.get_by_role("link", name="Value", exact=True).click()
    page.wait_for_url("**/value**")
    settled(page)
    figure = {label: page.get_by_role("spinbutton", name=label) for label in
              ("Event found", "False alarm", "Rightly left alone", "Event missed")}  # fmt: skip
    figure["Event found"].fill("100")
    figure["Event found"].press("Enter")
    settled(page)
    figure["False alarm"].fill("-25")
    figure["False alarm"].press("Enter")
    settled(page)
    found, alarm, quiet, missed = (float(one.input_value()) for one in figure.values())
    threshold = (quiet - alarm) / (quiet - alarm + found - missed)
    expect(page.get_by_text(f"name a case from {percent(threshold)} on")).to_be_visible()
    worth = headline_of(page)
    page.get_by_role("link", name="Report").click()
    page.wait_for_url("**/report**")
    settled(page)
    assert headline in text(page)
    assert worth in text(page)
    with page.expect_download() as sent:
        page.get_by_role("button", name="PowerPoint").click()
    sent.value.save_as(tmp_path / "report.pptx")
    slides = Presentation(str(tmp_path / "report.pptx")).slides
    assert {headline, worth} <= {slide.shapes.title.text for slide in slides}
    board = next(shape.table for slide in slides for shape in slide.shapes if shape.has_table and
                 shape.table.cell(0, 0).text == "Rank")  # fmt: skip
    store = Store.open()
    experiment = parse_qs(urlsplit(page.url).query)["experiment"][0]
    labels = int(re.search(r"stored now, of (\d+) labels", text(page))[1])
    scores = summary_of(store, experiment, labels)["mean"]
    shown = {board.cell(row, 1).text: board.cell(row, 2).text for row in range(1, len(board.rows))}
    assert all(shown[style.title(strategy)] == f"{score:.3f}" for strategy, score in scores.items())

    with page.expect_download() as sent:
        page.get_by_role("button", name="HTML").click()
    sent.value.save_as(tmp_path / "report.html")
    alone = page.context.browser.new_context()
    alone.set_offline(True)
    reader = alone.new_page()
    reader.goto(f"file://{tmp_path}/report.html")
    reader.locator(".chart svg").first.wait_for()
    assert headline in reader.locator("body").inner_text()
    alone.close()


def test_a_presenter_shows_seven_slides_without_a_network_as_they_were_when_they_were_opened(browser, dashboard):
    context = browser.new_context(locale="en-US", viewport={"width": 1440, "height": 810})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{dashboard.address}/report")
    settled(page)
    page.get_by_role("button", name="Present").click()
    cover = page.locator("#presented")
    cover.wait_for()
    slides = page.frame_locator("#presented")
    expect(slides.locator("#count")).to_have_text("1 / 7")
    assert cover.bounding_box() == {"x": 0, "y": 0, "width": 1440, "height": 810}  # over the menu too
    assert page.evaluate("document.elementFromPoint(10, 300).id") == "presented"

    experiment = parse_qs(urlsplit(page.url).query)["experiment"][0]
    with Store.open().writing.begin() as connection:  # what is stored changes, the slides do not
        connection.execute(update(runs).values(test_score=0.123, version=runs.c.version + 1))
    context.set_offline(True)
    seen = []
    for place in range(1, 8):
        expect(slides.locator("#count")).to_have_text(f"{place} / 7")
        seen.append(slides.locator(".slide.on").inner_text())
        page.keyboard.press("ArrowRight")
    assert len(set(seen)) == 7
    assert "0.123" not in "".join(seen)
    questions = ["What was asked?", "What does it rest on?", "Does transfer help?", "How many labels", "worth",
                 "What may be wrong", "What should be done now?"]  # fmt: skip
    assert all(question in said for question, said in zip(questions, seen, strict=True))
    page.keyboard.press("ArrowLeft")
    expect(slides.locator("#count")).to_have_text("6 / 7")
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement !== null")
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement === null")

    context.set_offline(False)
    page.keyboard.press("Escape")
    expect(cover).to_have_count(0)
    expect(page.get_by_role("link", name="Verdict")).to_be_visible()
    assert experiment in page.url
    context.close()


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="skipped: no /proc to look into a process by")
def test_the_server_never_loads_torch(page, viewed):
    for path in ("", "data", "domain_gap", "plan", "runs", "verdict", "convergence", "imbalance", "report"):
        page.goto(f"{viewed.address}/{path}")
        settled(page)
    assert "libtorch" not in Path(f"/proc/{viewed.process.pid}/maps").read_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_stay_within_a_narrow_screen(browser, viewed, scheme):
    tab = browser.new_page(locale="zh-CN", viewport={"width": 390, "height": 844}, color_scheme=scheme)
    for path in ("", "verdict", "convergence", "imbalance", "report"):
        tab.goto(f"{viewed.address}/{path}")
        settled(tab)
        main = "document.querySelector('[data-testid=stMain]')"
        assert tab.evaluate(f"{main}.scrollWidth <= {main}.clientWidth + 1"), path
        assert "Traceback" not in text(tab)
    tab.close()

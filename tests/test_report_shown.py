"""A report and its slides in a real browser, with the network cut."""

from __future__ import annotations

import re

import pytest

from tlcore.report import TECHNICAL, Material, story
from tlcore.report.html import html
from tlcore.report.sections import every, seven
from tlcore.report.slides import slides
from tlcore.store import Store

SEVEN = ["question", "data", "verdict", "efficiency", "value", "risks", "next_step"]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The technical report and the slides of an example as files; the messages of both."""
    from conftest import EXAMPLES

    folder = tmp_path_factory.mktemp("files")
    (folder / "cold_start").symlink_to(EXAMPLES / "cold_start")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRANSFERLAB_HOME", str(folder / "home"))
        store = Store.open()
        material = Material.of(store, store.adopt_examples(folder)[0])
    (folder / "report.html").write_text(html(material, TECHNICAL), encoding="utf-8")
    (folder / "slides.html").write_text(slides(material), encoding="utf-8")
    yield folder, story(material, TECHNICAL), seven(material)
    store.close()


@pytest.fixture
def offline(browser):
    """A page without a network, and what went wrong on it."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-US")
    context.set_offline(True)
    page, wrong = context.new_page(), []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page, wrong
    context.close()


def test_the_report_draws_its_charts_without_a_network_in_both_schemes_and_on_a_narrow_screen(files, offline):
    (folder, sections, _deck), (page, wrong) = files, offline
    charts = sum(exhibit.chart is not None for section in sections for exhibit in section.exhibits)
    page.goto(f"file://{folder}/report.html")
    page.locator(".chart svg").nth(charts - 1).wait_for()
    assert page.locator(".chart svg").count() == charts
    assert page.locator("h2").count() == len(sections)
    grounds = []
    for scheme, width in (("light", 1366), ("dark", 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(set(grounds)) == 2
    assert wrong == []


def test_the_report_prints_on_pages_of_a4_light_also_for_who_reads_in_the_dark(files, offline):
    (folder, sections, _deck), (page, _wrong) = files, offline
    page.emulate_media(color_scheme="dark")
    page.goto(f"file://{folder}/report.html")
    page.locator(".chart svg").first.wait_for()
    printed = page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    assert len(sections) / 2 <= len(boxes) <= 3 * len(sections)
    assert {(round(float(wide)), round(float(high))) for wide, high in boxes} == {(595, 842)}
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_the_seven_slides_follow_the_arrow_keys_fill_the_width_and_lose_nothing(files, offline):
    (folder, _sections, deck), (page, wrong) = files, offline
    assert [module.__name__.rsplit(".", 1)[-1] for module in every() if module.SLIDE] == SEVEN
    assert [section.name for section in deck] == SEVEN
    page.goto(f"file://{folder}/slides.html")
    for place, section in enumerate(deck, 1):
        shown = page.locator(".slide.on")
        assert shown.count() == 1
        assert section.message in shown.inner_text()
        assert page.locator("#count").inner_text() == f"{place} / 7"
        assert shown.bounding_box()["width"] == 1366
        assert page.evaluate(CLIPPED) == []
        page.keyboard.press("ArrowRight")
    assert page.locator("#count").inner_text() == "7 / 7"  # there is nothing after the last
    page.keyboard.press("Home")
    page.mouse.click(1300, 400)
    assert page.locator("#count").inner_text() == "2 / 7"
    page.mouse.click(40, 400)
    assert page.locator("#count").inner_text() == "1 / 7"
    assert page.evaluate("[...document.images].every((image) => image.naturalWidth > 0 && image.alt)")
    assert wrong == []


# What of the slide in view reaches below the footer's edge or beyond the right one.
CLIPPED = """[...document.querySelectorAll(".slide.on .body *")]
  .filter((one) => { const box = one.getBoundingClientRect();
                     return box.bottom > innerHeight - 30 || box.right > innerWidth; })
  .map((one) => one.textContent.slice(0, 60))"""

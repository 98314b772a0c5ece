"""A report as slides for PowerPoint: one message each as its title, native tables, the method in the notes."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from pptx.util import Pt

from tlcore.report import drawing, paper
from tlcore.report.content import EXECUTIVE, TECHNICAL, Exhibit, Section, Table
from tlcore.report.html import made, subtitle
from tlcore.report.material import Material
from tlcore.report.paper import EDGE, HIGH, WIDE, Box
from tlcore.report.sections import story

ACROSS = WIDE - 2 * EDGE
QUESTION, BADGES = Box(EDGE, 0.3, 8.0, 0.3), Box(WIDE - EDGE - 4, 0.3, 4.0, 0.3)
TITLE = Box(EDGE, 0.62, ACROSS, 1.0)
BODY = Box(EDGE, 1.8, ACROSS, HIGH - 1.8 - 0.75)
LEFT, RIGHT = Box(EDGE, BODY.top, 7.5, BODY.height), Box(EDGE + 7.9, BODY.top, ACROSS - 7.9, BODY.height)
FOOT = Box(EDGE, HIGH - 0.45, ACROSS, 0.3)
WIDTH = 760  # of a chart, in the pixels that its words are set in
LONGEST = 255  # characters of a title, in the file format
TABLE, BIG, WORDS = 12.0, 26.0, 18.0  # points


def pptx(material: Material, audience: str = EXECUTIVE) -> bytes:
    """The whole file, in the language of the moment."""
    deck = paper.presentation()
    title = "".join(letter for letter in material.title if letter.isprintable())  # XML knows no others
    deck.core_properties.title, deck.core_properties.author = title[:LONGEST], "TransferLab"
    for section in story(material, audience):
        first, rest = section.exhibits[:1], section.exhibits[1:]
        _message(deck, material, section, first[0] if first else None)
        for exhibit in first:
            if exhibit.chart is not None and exhibit.table is not None and audience == TECHNICAL:
                _table(deck, material, section, exhibit, exhibit.table)
        for exhibit in rest:
            if exhibit.chart is not None and audience == TECHNICAL:
                slide = _slide(deck, material, section, exhibit.title, (exhibit.what,))
                paper.picture(slide, BODY, drawing.png(exhibit.chart, WIDTH), exhibit.chart.description)
            if exhibit.table is not None:
                _table(deck, material, section, exhibit, exhibit.table)
    file = BytesIO()
    deck.save(file)
    return file.getvalue()


def _message(deck: Any, material: Material, section: Section, exhibit: Exhibit | None) -> None:
    """The slide that answers: what shows it on the left, what else must be known on the right."""
    slide = _slide(deck, material, section, section.message, (exhibit.what,) if exhibit else ())
    words = RIGHT
    if exhibit is None:
        words = BODY._replace(width=10.0)
    elif exhibit.chart is not None:
        chart = exhibit.brief or exhibit.chart
        paper.picture(slide, LEFT, drawing.png(chart, WIDTH), chart.description)
    elif exhibit.table is not None:
        pages = paper.pages(exhibit.table, LEFT, TABLE)
        paper.grid(slide, LEFT, pages[0], TABLE)
        for page in pages[1:]:
            _page(deck, material, section, exhibit, page)
    for label, value in section.figures:
        paper.write(slide, words._replace(height=0.25), [label], 12, colour=paper.QUIET)
        paper.write(slide, words._replace(top=words.top + 0.22, height=0.5), [value], BIG, bold=True)
        words = words._replace(top=words.top + 0.72, height=words.height - 0.72)
    if sentences := section.in_short():
        paper.write(slide, words, sentences, WORDS)


def _table(deck: Any, material: Material, section: Section, exhibit: Exhibit, table: Table) -> None:
    for page in paper.pages(table, BODY, TABLE):
        _page(deck, material, section, exhibit, page)


def _page(deck: Any, material: Material, section: Section, exhibit: Exhibit, page: Table) -> None:
    slide = _slide(deck, material, section, exhibit.title, (exhibit.what,))
    paper.grid(slide, BODY, page, TABLE)


def _slide(deck: Any, material: Material, section: Section, title: str, what: tuple[str, ...]) -> Any:
    """A slide with its title, what it belongs to, and in the notes all that is not on it."""
    slide = deck.slides.add_slide(deck.slide_layouts[paper.TITLE_ONLY])
    place = slide.shapes.title
    place.left, place.top, place.width, place.height = TITLE.emu
    paper.fill(place, [title], paper.size_for([title], TITLE, 28, 16), bold=True)
    place.text_frame.paragraphs[0].space_after = Pt(0)
    _left(place)
    paper.write(slide, QUESTION, [section.question], 12, colour=paper.QUIET)
    if material.badges:
        paper.write(slide, BADGES, [" · ".join(material.badges)], 12, colour=paper.QUIET, right=True)
    paper.write(slide, FOOT, [f"{material.title} · {subtitle(material)}"], 10, colour=paper.QUIET)
    code = [f"{what}:\n{text}" for what, text in section.code]
    told = [*section.sentences, *what, *section.notes, *code, made(material)]
    slide.notes_slide.notes_text_frame.text = "\n\n".join(one for one in told if one)
    return slide


def _left(place: Any) -> None:
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN

    place.text_frame.vertical_anchor = MSO_ANCHOR.TOP
    place.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT

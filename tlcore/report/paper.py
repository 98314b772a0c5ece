"""A slide as paper to write on: where things stand, how large words may be, native tables. Lengths are in inches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from math import ceil
from typing import Any, NamedTuple

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Inches, Pt

from tlcore.report.content import Table, width_of

INK, QUIET, PALE = RGBColor(0x1B, 0x24, 0x30), RGBColor(0x58, 0x63, 0x74), RGBColor(0xF3, 0xF5, 0xF9)
WIDE, HIGH, EDGE = 13.333, 7.5, 0.6
LETTER = 0.53  # width of a middling letter, as a share of its size
LINE = 1.25  # from one line to the next, as a share of the size
INSET = 0.1  # of a cell, on either side
TITLE_ONLY = 5  # the layout of python-pptx's own template


class Box(NamedTuple):
    """A place on a slide."""

    left: float
    top: float
    width: float
    height: float

    @property
    def emu(self) -> tuple[int, int, int, int]:
        return Inches(self.left), Inches(self.top), Inches(self.width), Inches(self.height)


def presentation() -> Any:
    """An empty one, 16:9, its layouts stretched with it."""
    deck = Presentation()
    stretch = Inches(WIDE) / deck.slide_width
    deck.slide_width, deck.slide_height = Inches(WIDE), Inches(HIGH)
    for owner in (deck.slide_master, *deck.slide_layouts):
        for shape in owner.placeholders:
            shape.left, shape.width = int(shape.left * stretch), int(shape.width * stretch)
    return deck


def lines(text: str, size: float, width: float) -> int:
    """How many lines a paragraph takes in letters of so many points."""
    return max(1, ceil(width_of(text) * LETTER * size / 72 / width))


def size_for(paragraphs: Iterable[str], box: Box, most: float, least: float = 10) -> float:
    """The largest size in points, between the two, at which these paragraphs fit; half a line stands between them."""
    told = list(paragraphs)
    size = most
    while size > least and sum(lines(one, size, box.width) + 0.5 for one in told) * LINE * size / 72 > box.height:
        size -= 1
    return size


def write(
    slide: Any, box: Box, paragraphs: Sequence[str], most: float, *, colour: RGBColor = INK, bold: bool = False,
    right: bool = False,
) -> None:  # fmt: skip
    """Paragraphs, as large as there is room."""
    place = slide.shapes.add_textbox(*box.emu)
    fill(place, paragraphs, size_for(paragraphs, box, most), colour=colour, bold=bold)
    for paragraph in place.text_frame.paragraphs:
        paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT


def fill(place: Any, paragraphs: Sequence[str], size: float, *, colour: RGBColor = INK, bold: bool = False) -> None:
    """Put paragraphs into a shape that holds text."""
    frame = place.text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for position, text in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if position == 0 else frame.add_paragraph()
        paragraph.space_after = Pt(size / 2)
        run = paragraph.add_run()
        run.text, run.font.size, run.font.bold, run.font.color.rgb = text, Pt(size), bold, colour


def picture(slide: Any, box: Box, image: bytes, said: str) -> None:
    """An image as large as the box allows, its shape kept, in the upper left; ``said`` is for who cannot see it."""
    drawn = slide.shapes.add_picture(BytesIO(image), Inches(box.left), Inches(box.top))
    scale = min(Inches(box.width) / drawn.width, Inches(box.height) / drawn.height)
    drawn.width, drawn.height = int(drawn.width * scale), int(drawn.height * scale)
    drawn._element.nvPicPr.cNvPr.set("descr", said)


def pages(table: Table, box: Box, size: float) -> list[Table]:
    """The table in pieces that each fit the box."""
    found: list[list[tuple[str, ...]]] = [[]]
    widths = _widths(table, box)
    left = box.height - _height(table.columns, widths, size)
    for row in table.rows:
        high = _height(row, widths, size)
        if high > left and found[-1]:
            found.append([])
            left = box.height - _height(table.columns, widths, size)
        found[-1].append(row)
        left -= high
    return [table._replace(rows=rows) for rows in found]


def grid(slide: Any, box: Box, table: Table, size: float) -> None:
    """A native table, each column as wide as its words need."""
    widths = _widths(table, box)
    heights = [_height(row, widths, size) for row in (table.columns, *table.rows)]
    shape = slide.shapes.add_table(len(heights), len(widths), *box._replace(height=sum(heights)).emu)
    native = shape.table
    native.horz_banding = False
    for place, width in enumerate(widths):
        native.columns[place].width = Inches(width)
    for number, (row, high) in enumerate(zip((table.columns, *table.rows), heights, strict=True)):
        native.rows[number].height = Inches(high)
        for place, text in enumerate(row):
            cell = native.cell(number, place)
            cell.margin_top = cell.margin_bottom = Inches(0.03)
            cell.margin_left = cell.margin_right = Inches(INSET)
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            cell.fill.solid()
            cell.fill.fore_color.rgb = PALE if number == 0 else RGBColor(0xFF, 0xFF, 0xFF)
            paragraph = cell.text_frame.paragraphs[0]
            paragraph.alignment = PP_ALIGN.RIGHT if place in table.numbers else PP_ALIGN.LEFT
            run = paragraph.add_run()
            run.text, run.font.size, run.font.bold = text, Pt(size), number == 0
            run.font.color.rgb = QUIET if number == 0 else INK


def _widths(table: Table, box: Box) -> list[float]:
    """Shares of the box by the longest words of each column, short ones never squeezed for long ones."""
    longest = [max(width_of(row[place]) for row in (table.columns, *table.rows)) for place in range(len(table.columns))]
    wanted = [min(60.0, max(4.0, count)) + 3 for count in longest]
    return [box.width * want / sum(wanted) for want in wanted]


def _height(row: Sequence[str], widths: Sequence[float], size: float) -> float:
    most = max(lines(text, size, width - 2 * INSET) for text, width in zip(row, widths, strict=True))
    return most * LINE * size / 72 + 0.08

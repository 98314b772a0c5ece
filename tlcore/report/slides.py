"""Seven slides in one HTML file for a browser: as the comparison stood when they were made, offline, no framework."""

from __future__ import annotations

from base64 import b64encode
from importlib.resources import files

from markupsafe import Markup

from tlcore.charts.style import Picture
from tlcore.report import drawing
from tlcore.report.html import environment, rendered, subtitle
from tlcore.report.material import Material
from tlcore.report.sections import seven
from tlcore.words import _

WIDTH = 760  # of a chart, in the pixels that its words are set in; a slide shows it as large as there is room


def slides(material: Material) -> str:
    """The whole file, in the language of the moment."""
    environment().filters.setdefault("pictured", _address)
    words = {"back": _("Back"), "next": _("Next"), "fill": _("Full screen"), "leave": _("Leave")}
    script = Markup(files("tlcore.report").joinpath("templates/deck.js").read_text(encoding="utf-8"))
    return rendered(
        "deck.html.j2", material, sections=seven(material), subtitle=subtitle(material), words=words,
        script=script,
    )  # fmt: skip


def _address(chart: Picture) -> str:
    """The chart as an image that carries itself: two of them in one page do not share the names of their parts."""
    return f"data:image/svg+xml;base64,{b64encode(drawing.svg(chart, WIDTH).encode()).decode()}"

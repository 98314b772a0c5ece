"""Charts outside of the dashboard: a specification in clothes of its own, as SVG, and as a picture."""

from __future__ import annotations

from functools import cache
from typing import Any

from tlcore.charts import style

FONT = "Inter, 'Segoe UI', 'Helvetica Neue', Arial, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
# Letters of one width on every system, for what is laid out here and read elsewhere.
ALIKE = "Arial, 'Liberation Sans', Helvetica, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
FINE = 2.0  # points of a picture for each point of its layout
# One chart serves a white and a near-black page: the colours of tlcore/charts/style.py, and no ground of its own.
CLOTHES: dict[str, Any] = {
    "background": None,
    "view": {"stroke": None},
    "axis": {
        "labelColor": style.INK, "titleColor": style.INK, "domainColor": style.PALE, "tickColor": style.PALE,
        "gridColor": style.PALE, "gridOpacity": 0.25, "labelFontSize": 12, "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
    "legend": {"labelColor": style.INK, "titleColor": style.INK, "labelFontSize": 12},
    "header": {"labelColor": style.INK, "titleColor": style.INK},
}  # fmt: skip


def specification(chart: style.Picture, width: int | str = "container", font: str = FONT) -> dict[str, Any]:
    """The chart as Vega-Lite with its data inside; ``width`` in pixels, or as wide as what holds it."""
    found: dict[str, Any] = chart.to_dict(validate=False)  # tests hold the charts against the schema
    found["width"] = width
    found["config"] = {**found.get("config", {}), **CLOTHES, "font": font}
    return found


def svg(chart: style.Picture, width: int) -> str:
    """The chart as SVG, its words as text in the reader's own fonts."""
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg(specification(chart, width, ALIKE))
    return drawn


def png(chart: style.Picture, width: int) -> bytes:
    """The chart as a picture for a white page, twice as fine as its layout."""
    import vl_convert

    on_white = specification(chart, width, ALIKE) | {"background": "white"}  # on none, what is pale turns grey
    drawn: bytes = vl_convert.vegalite_to_png(on_white, scale=FINE)
    return drawn


@cache
def chinese_in_pictures() -> bool:
    """Whether a font with Chinese characters is here: without one, any two of them are drawn as the same empty box."""
    import vl_convert

    one, other = (
        vl_convert.svg_to_png(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">'
            f'<text y="30" font-family="sans-serif">{sign}</text></svg>'
        )
        for sign in "迁移"
    )
    return bool(one != other)

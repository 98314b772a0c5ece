"""A report in one HTML file: works offline, charts answer to the pointer, prints on A4, light or dark as its reader."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tlcore import __version__
from tlcore.charts import style
from tlcore.measure.gain import HELPS, HURTS, OPEN, SAME
from tlcore.report.content import EXECUTIVE
from tlcore.report.drawing import specification
from tlcore.report.material import Material
from tlcore.report.sections import story
from tlcore.words import _, language

TONES = {HELPS: "helps", HURTS: "hurts", OPEN: "open", SAME: "same"}


def html(material: Material, audience: str = EXECUTIVE) -> str:
    """The whole file, in the language of the moment."""
    sections = story(material, audience)
    return rendered(
        "page.html.j2", material, sections=sections, subtitle=subtitle(material), contents=_("Contents"),
        short=next((section for section in sections if section.verdict), None), vega=Markup(_vega()),
    )  # fmt: skip


def rendered(template: str, material: Material, **given: Any) -> str:
    """A template of this package with what all of them show of a comparison; whatever a person wrote is escaped."""
    return environment().get_template(template).render(
        lang=language().replace("_", "-"), title=material.title, badges=material.badges, simulated=_("Simulated data"),
        missing=material.missing, tones=TONES, signs={word: style.sign(word).icon for word in TONES},
        made=made(material), **given,
    )  # fmt: skip


def subtitle(material: Material) -> str:
    """Which part of which experiment this is about."""
    return _("{labels} · experiment {id} of {date}", labels=material.labels_in_words, id=material.stored.id,
             date=f"{material.stored.created:%Y-%m-%d}")  # fmt: skip


def made(material: Material) -> str:
    """When, by what and of which experiment a file was made."""
    return _("Made by TransferLab {version} on {date} from experiment {id}; what is trained later is not in it.",
             version=__version__, date=f"{datetime.now(UTC):%Y-%m-%d}", id=material.stored.id)  # fmt: skip


@cache
def environment() -> Environment:
    found = Environment(
        loader=PackageLoader("tlcore.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    found.filters["specified"] = lambda chart: json.dumps(specification(chart), ensure_ascii=False)
    return found


@cache
def _vega() -> str:
    """Vega, Vega-Lite and vega-embed as one script."""
    import vl_convert

    script: str = vl_convert.javascript_bundle(None)  # type: ignore[arg-type]  # none is right: it defines vegaEmbed
    return script.replace("</script", "<\\/script")

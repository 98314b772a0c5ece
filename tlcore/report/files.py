"""The files a report can be: what each is called and how it is made. Each writer is loaded when it is asked for."""

from __future__ import annotations

from typing import NamedTuple

from tlcore.report.material import Material


class Kind(NamedTuple):
    ending: str
    mime: str


KINDS = {
    "html": Kind("html", "text/html"),
    "slides": Kind("slides.html", "text/html"),
    "pptx": Kind("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    "bundle": Kind("zip", "application/zip"),
}


def made(kind: str, material: Material, audience: str) -> bytes:
    """The content of one of `KINDS`, in the language of the moment. Slides and bundle are the same for all."""
    if kind == "html":
        from tlcore.report.html import html

        return html(material, audience).encode()
    if kind == "slides":
        from tlcore.report.slides import slides

        return slides(material).encode()
    if kind == "pptx":
        from tlcore.report.pptx import pptx

        return pptx(material, audience)
    from tlcore.report.bundle import bundle

    return bundle(material)

"""The story of a comparison: one question a file, each found by its file.

A file has ``PLACE``, where it stands; ``AUDIENCES``, who is told; ``SLIDE``, whether it is among the seven that a
presenter shows; and ``tell(material)``, which gives a `Section`, or None where the question does not arise.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from tlcore.report.content import Section
from tlcore.report.material import Material


def story(material: Material, audience: str) -> list[Section]:
    """The sections for an audience, in the language of the moment."""
    return _told(material, [module for module in every() if audience in module.AUDIENCES])


def seven(material: Material) -> list[Section]:
    """Question, data, verdict, sample efficiency, value, risks, next step: what a presenter shows."""
    return _told(material, [module for module in every() if module.SLIDE])


@cache
def every() -> tuple[Any, ...]:
    """The modules of all sections, in their order."""
    modules: list[Any] = [import_module(f"{__name__}.{file.name}") for file in iter_modules(__path__)]
    return tuple(sorted(modules, key=lambda module: module.PLACE))


def _told(material: Material, modules: list[Any]) -> list[Section]:
    told = ((module, module.tell(material)) for module in modules)
    return [replace(section, name=module.__name__.rsplit(".", 1)[-1]) for module, section in told if section]

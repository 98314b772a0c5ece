"""``backbones``: the networks that make features, and whether the weights they come with can be had."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from tlcore import catalog
from tlcore.cli.listing import offers
from tlcore.cli.output import json_flag

HELP = "the networks on offer, their size, and whether their weights are here, can be fetched, or are out of reach"


def arguments(parser: ArgumentParser) -> None:
    json_flag(parser)


def run(asked: Namespace) -> int:
    return offers(catalog.backbones(), _told, ["modality", "parameters", "megabytes", "weights", "title"], asked.json)


def _told(backbone: type[catalog.Backbone]) -> dict[str, Any]:
    told = {"modality": backbone.modality, "summary": backbone.summary}
    if not backbone.pretrained:
        return told | {"parameters": "by width", "megabytes": "", "weights": "starts from nothing"}
    published = backbone().published  # type: ignore[attr-defined]
    if published is None:
        return told | {"parameters": "", "megabytes": "", "weights": "yours, or a repository you name"}
    return told | {
        "parameters": f"{published.parameters / 1e6:.1f} M",
        "megabytes": published.megabytes,
        "weights": published.state(),
        "address": published.address,
    }

"""``backbones``: the networks that make features."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from tlcore import catalog
from tlcore.cli.listing import offers
from tlcore.cli.output import json_flag

HELP = "the networks on offer"


def arguments(parser: ArgumentParser) -> None:
    json_flag(parser)


def run(asked: Namespace) -> int:
    return offers(
        catalog.backbones(),
        lambda backbone: {"modality": backbone.modality, "summary": backbone.summary},
        ["modality", "summary"],
        asked.json,
    )

"""``scenarios``: the business situations on offer."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from tlcore import catalog
from tlcore.cli.listing import offers
from tlcore.cli.output import json_flag

HELP = "the business situations on offer"


def arguments(parser: ArgumentParser) -> None:
    json_flag(parser)


def run(asked: Namespace) -> int:
    return offers(
        catalog.scenarios(),
        lambda scenario: {
            "situation": scenario.situation,
            "modality": scenario.modality,
            "simulated": scenario.simulated,
            "labels": scenario.budget,
            "story": scenario.story,
        },
        ["situation", "modality", "simulated", "labels", "title"],
        asked.json,
    )

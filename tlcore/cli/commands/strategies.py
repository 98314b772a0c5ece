"""``strategies``: the ways to carry knowledge over, what each needs, and when to leave it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from tlcore import catalog
from tlcore.cli.listing import offers
from tlcore.cli.output import json_flag

HELP = "the ways to carry knowledge over, and what each needs"


def arguments(parser: ArgumentParser) -> None:
    json_flag(parser)


def run(asked: Namespace) -> int:
    return offers(
        catalog.strategies(),
        lambda strategy: {
            "family": strategy.family,
            "transfers": strategy.transfers,
            "needs": sorted(strategy.needs),
            "summary": strategy.summary,
            "avoid": strategy.avoid,
            "paper": strategy.paper,
        },
        ["family", "needs", "summary"],
        asked.json,
    )

"""``strategies``: the ways to carry knowledge over, by family: what each needs, and when to leave it."""

from __future__ import annotations

import textwrap
from argparse import ArgumentParser, Namespace

from tlcore import catalog
from tlcore.catalog import Strategy
from tlcore.cli.listing import records
from tlcore.cli.output import as_json, json_flag
from tlcore.errors import unknown

HELP = "the ways to carry knowledge over, and what each needs"
WIDTH = 100  # columns


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--family", metavar="NAME", help="only this family, such as 'domain adaptation'")
    json_flag(parser)


def run(asked: Namespace) -> int:
    found = catalog.strategies()
    families = catalog.families()
    if asked.family is not None:
        if asked.family not in families:
            raise unknown("family", asked.family, families)
        families = [asked.family]
        found = {name: offer for name, offer in found.items() if offer.family == asked.family}
    if asked.json:
        as_json(records(found, _said), asked.json)
        return 0
    for family in families:
        _family(family, {name: offer for name, offer in found.items() if offer.family == family})
    print("* compared unless others are named with --strategies.")
    return 0


def _family(family: str, members: dict[str, type[Strategy]]) -> None:
    """One family: a heading, then a paragraph for each of its strategies."""
    print(f"{family} ({len(members)})")
    indent = 2 + max(map(len, catalog.strategies())) + 3
    for name, offer in members.items():
        needs = f" Needs: {', '.join(sorted(offer.needs))}." if offer.needs else ""
        start = f"  {name}{' *' if offer.usual else ''}".ljust(indent)
        print(textwrap.fill(offer.summary + needs, WIDTH, initial_indent=start, subsequent_indent=" " * indent))
    print()


def _said(strategy: type[Strategy]) -> dict[str, object]:
    return {
        "family": strategy.family,
        "usual": strategy.usual,
        "transfers": strategy.transfers,
        "ceiling": strategy.ceiling,
        "needs": sorted(strategy.needs),
        "summary": strategy.summary,
        "avoid": strategy.avoid,
        "paper": strategy.paper,
    }

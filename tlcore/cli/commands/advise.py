"""``advise``: what to try, in which order, and when not to transfer at all, before any training."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from tlcore import catalog
from tlcore.cli import flags
from tlcore.cli.output import as_json, json_flag

HELP = "what to try, in which order, and when not to transfer at all, before any training"
SHOWN = 6


def arguments(parser: ArgumentParser) -> None:
    flags.data(parser)
    parser.add_argument("--labels", type=int, metavar="N", help="how many target labels may be used")
    parser.add_argument("--backbone", default="auto", metavar="NAME", help="the network (default: what suits the data)")
    parser.add_argument("--small", action="store_true", help="the model must be small and quick")
    json_flag(parser)


def run(asked: Namespace) -> int:
    from tlcore.advice import advise, facts
    from tlcore.plan import drawn
    from tlcore.situation import hold_out

    name, settings = flags.chosen_data(asked)
    situation = drawn(name, **settings)
    usual = min(catalog.scenarios()[name].budget, len(hold_out(situation)[0]))
    known = facts(situation, asked.labels or usual, asked.backbone, asked.small)
    advice = advise(known, situation, asked.backbone)
    if asked.json:
        told = [recommendation._asdict() for recommendation in advice.strategies]
        as_json({"facts": asdict(known), "transfer": advice.transfer, "against": advice.against, "first": advice.first,
                 "strategies": told}, asked.json)  # fmt: skip
        if asked.json == "-":
            return 0
    print(_headline(advice.transfer, [one.strategy for one in advice.strategies]))
    for sentence in advice.first:
        print(f"First: {sentence}")
    print(f"With {known.labels} target labels, {known.source:,} source examples, a gap that is {known.gap}:")
    for sentence in advice.against:
        print(f"Do not transfer: {sentence}")
    for place, one in enumerate(advice.strategies[:SHOWN], 1):
        print(f"{place}. {one.strategy} ({catalog.strategies()[one.strategy].title})")
        print(*(f"   {why}" for why in one.why), f"   Avoid it: {one.risk}", sep="\n")
    if known.source == 0 and not known.pretrained:
        print("With --backbone NAME, a network that has published weights, the answer is another.")
    else:
        print("If you want one model, without a choice of your own: the strategy auto.")
    return 0


def _headline(transfer: bool, strategies: list[str]) -> str:
    """Whether to transfer at all, and with what to start."""
    start = (
        f"start with {strategies[0]}" if strategies else "nothing known of this data speaks for one way before another"
    )
    return f"Transfer is worth a try here: {start}." if transfer else f"Do not transfer here: {start}."

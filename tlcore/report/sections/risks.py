"""What may be wrong with the answer: what went wrong in the runs, what the data does not show, how advice fared."""

from __future__ import annotations

from tlcore.charts import style
from tlcore.charts.fared import told
from tlcore.diagnosis import SHOWN, Finding
from tlcore.measure import notes
from tlcore.measure.advised import fared
from tlcore.measure.gain import LEAST_SEEDS
from tlcore.report.content import EXECUTIVE, TECHNICAL, Exhibit, Section, Table
from tlcore.report.material import Material
from tlcore.words import _, counted
from tlcore.words import told as told_note

PLACE, AUDIENCES, SLIDE = 100, frozenset({EXECUTIVE, TECHNICAL}), True


def tell(material: Material) -> Section:
    found = material.findings
    grave = [one for one in found if one.grave]
    if material.missing:
        message = material.missing[0]
    elif grave:
        message = counted("{n} grave problem was found: {first}.", "{n} grave problems were found; first: {first}.",
                          len(grave), first=grave[0].title)  # fmt: skip
    elif found:
        message = counted("No grave problem was found, and {n} caution: {first}.",
                          "No grave problem was found, and {n} cautions; first: {first}.", len(found),
                          first=found[0].title)  # fmt: skip
    elif warned := notes.grave(material.done):
        message = _("In some runs something went wrong: {strategies}.",
                    strategies=style.titles(dict.fromkeys(one.strategy for one in warned)))  # fmt: skip
    else:
        message = _("Nothing stands out: curves, losses and scores look sound.")
    return Section(
        _("What may be wrong with this answer?"), message,
        (*_warned(material), *(one for one in _limits(material) if one)),
        exhibits=_listed(found[:SHOWN]),
        notes=(_fared(material),) if _fared(material) else (),
    )  # fmt: skip


def _warned(material: Material) -> tuple[str, ...]:
    """What went wrong while training, the most frequent first."""
    return tuple(
        _("{strategy}, in {n} of {of} runs: {note}", strategy=style.title(one.strategy), n=one.runs, of=one.of,
          note=told_note(one.note))
        for one in notes.grave(material.done)[:SHOWN]
    )  # fmt: skip


def _limits(material: Material) -> tuple[str, ...]:
    """What the comparison cannot know, whatever came out."""
    tests, seeds = material.facts["counts"]["test"]["n"], material.done.groupby("strategy")["seed"].nunique().min()
    return (
        counted("Only {n} seed was run: too few for a verdict.", "Only {n} seeds were run: too few for a verdict.",
                int(seeds)) if seeds < LEAST_SEEDS else "",
        _("All rests on one test set of {n} examples.", n=f"{tests:,}"),
        _("The data is simulated: how far it carries over to real customers is not known.")
        if material.facts.get("simulated") else "",
        _("Whoever looks through many strategies finds one that looks good by chance; the verdict allows for that."),
    )  # fmt: skip


def _listed(found: list[Finding]) -> tuple[Exhibit, ...]:
    if not found:
        return ()
    rows = [(f"{'▲' if one.grave else '○'} {one.title}", one.sentence) for one in found]
    return (Exhibit(_("What was found, the gravest first"), table=Table((_("Finding"), _("What it rests on")), rows)),)


def _fared(material: Material) -> str:
    """How the advice that was given before any training fared."""
    said = material.facts.get("advice") or []
    given = next((one for one in said if one["labels"] == material.labels), None)
    found = given and fared(material.done, material.summary, given["transfer"], given["strategies"])
    return told(found) if found else ""

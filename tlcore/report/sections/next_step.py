"""What should be done now?"""

from __future__ import annotations

from tlcore.charts import answers, style
from tlcore.cli.spoken import command
from tlcore.measure.choices import STRATEGY
from tlcore.measure.gain import HELPS, HURTS, OPEN, SAME, recommended
from tlcore.report.content import EXECUTIVE, TECHNICAL, Exhibit, Section, Table
from tlcore.report.material import Material
from tlcore.words import _, counted

PLACE, AUDIENCES, SLIDE = 110, frozenset({EXECUTIVE, TECHNICAL}), True
REMEDIES = 4


def tell(material: Material) -> Section:
    remedies = [remedy for one in material.findings for remedy in one.remedies[:1]][:REMEDIES]
    shown = tuple(dict.fromkeys(remedy.words for remedy in remedies))
    exhibits: tuple[Exhibit, ...] = ()
    if shown:
        rows = [(str(place), words) for place, words in enumerate(shown, 1)]
        exhibits = (Exhibit(_("What would show more, the most pressing first"), table=Table(("", _("Try")), rows)),)
    return Section(
        _("What should be done now?"), _message(material),
        (_("Before it goes live, try it on cases that came later than these."),), exhibits=exhibits,
        code=tuple((remedy.words, command(remedy.experiment)) for remedy in remedies),
    )  # fmt: skip


def _message(material: Material) -> str:
    said, best = answers.verdict(material.summary), recommended(material.summary)
    baselines = material.summary["baseline"].dropna()
    rival = style.title(str(baselines.iloc[0])) if len(baselines) else ""
    if material.missing:
        return _("Let the missing runs finish before anything is decided.")
    if said.verdict == HELPS and best == STRATEGY != said.strategy:
        return _("Use {strategy}, or let TransferLab choose by your labels.", strategy=style.title(str(said.strategy)))
    if said.verdict == HELPS:
        return _("Use {strategy}.", strategy=style.title(best or str(said.strategy)))
    if said.verdict == HURTS and rival:
        return _("Do not transfer: use {strategy}.", strategy=rival)
    if said.verdict == SAME and rival:
        return _("Keep the simpler model: {strategy}.", strategy=rival)
    if said.more_seeds:
        return counted("Run {n} more seed before deciding.", "Run {n} more seeds before deciding.", said.more_seeds)
    if said.verdict == OPEN and rival:
        return _("Collect more labels, or stay with {strategy}: more seeds would not settle it.", strategy=rival)
    return _("Repeat the comparison with a model without transfer beside it.")

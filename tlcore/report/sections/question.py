"""What was asked, and of what kind of situation."""

from __future__ import annotations

from tlcore import catalog
from tlcore.charts import answers, names, style
from tlcore.report.content import EXECUTIVE, TECHNICAL, Exhibit, Section, Table
from tlcore.report.material import Material
from tlcore.words import _, counted

PLACE, AUDIENCES, SLIDE = 10, frozenset({EXECUTIVE, TECHNICAL}), True
NAMED = 3  # strategies


def tell(material: Material) -> Section:
    tried = list(dict.fromkeys(material.own["strategy"]))
    rivals = [name for name in tried if catalog.is_baseline(name)]
    transfers = [name for name in tried if not catalog.is_baseline(name) and not catalog.is_ceiling(name)]
    asked = material.experiment
    rows = [
        (_("To be predicted"), material.facts["label"]),
        (_("Target labels"), _("all") if material.labels is None else f"{material.labels:,}"),
        (_("With transfer"), _few(transfers)),
        (_("Without transfer"), _few(rivals)),
        (_("Judged by"), names.metric(material.metric)),
        (_("Repeated"), counted("with {n} draw of labels", "with {n} draws of labels", asked.seeds)),
        (_("Smallest difference that matters"), _margin(material)),
    ]
    table = Table((_("Asked"), _("Here")), [row for row in rows if row[1]])
    return Section(
        _("What was asked?"),
        _("{scenario}: with {labels}, does knowledge from elsewhere help?", scenario=material.title,
          labels=material.labels_in_words),
        (*material.missing, *_story(material)),
        exhibits=(Exhibit(_("What was compared"), table=table),),
        notes=(
            _("All but the ceilings were given the same labels, the same first weights and the same training.")
            if material.ceilings
            else _("Every strategy was given the same labels, the same first weights and the same training."),
        ),
    )  # fmt: skip


def _few(strategies: list[str]) -> str:
    """The first of them by name, how many there are."""
    named, more = style.titles(strategies[:NAMED]), len(strategies) - NAMED
    return f"{named} {_('and {n} more', n=more)}" if more > 0 else named


def _story(material: Material) -> tuple[str, ...]:
    """What the situation is about; of a person's own files they know it themselves."""
    offer = catalog.scenarios().get(material.experiment.scenario)
    return (_(offer.story),) if offer is not None and offer.situation in catalog.SITUATIONS else ()


def _margin(material: Material) -> str:
    if answers.factor(material.metric) == 100:
        return _("{points} points", points=f"{100 * material.experiment.margin:.1f}")
    return _("{share} of the baseline's error", share=answers.percent(material.experiment.margin))

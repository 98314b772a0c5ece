"""What the comparison rests on: how many examples of what are known where."""

from __future__ import annotations

import pandas as pd

from tlcore.charts import answers
from tlcore.charts import imbalance as charts
from tlcore.errors import Unusable
from tlcore.measure import imbalance as measure
from tlcore.report.content import TECHNICAL, Exhibit, Section, Table
from tlcore.report.material import Material
from tlcore.words import _, counted, told

PLACE, AUDIENCES, SLIDE = 20, frozenset({TECHNICAL}), True


def tell(material: Material) -> Section:
    sizes = {part: found["n"] for part, found in material.facts["counts"].items()}
    labels = sizes["target"] if material.labels is None else material.labels
    if sizes["source"]:
        message = _(
            "The source has {source} cases; of the target only {labels} labels may be used.",
            source=f"{sizes['source']:,}", labels=f"{labels:,}",
        )  # fmt: skip
    else:
        message = _("There is no source of examples, only networks with weights; the target has {labels} labels.",
                    labels=f"{labels:,}")  # fmt: skip
    unlabelled = material.facts.get("unlabelled", 0)
    sentences = [
        _("Scores are taken on {n} test examples that nobody learns from or chooses by.", n=f"{sizes['test']:,}"),
        counted("{n} further example of the target has no label.", "{n} further examples of the target have no label.",
                unlabelled) if unlabelled else "",
        _rarest(material),
    ]  # fmt: skip
    return Section(
        _("What does it rest on?"), message, tuple(sentence for sentence in sentences if sentence),
        exhibits=_exhibits(material, sizes), notes=tuple(told(note) for note in material.facts.get("notes", [])),
    )  # fmt: skip


def counts(material: Material) -> pd.DataFrame:
    """Examples by part and class; as noted at the start where the data can no longer be read."""
    if material.situation is not None:
        try:
            return measure.counts(material.situation, material.labels)
        except Unusable:
            pass
    return measure.noted(material.facts["counts"])


def _rarest(material: Material) -> str:
    if material.regression:
        return ""
    test = measure.overview(measure.noted(material.facts["counts"])).set_index("part").loc["test"]
    name = f"{material.facts['label']} = {test['minority']}"
    share = answers.percent(test["minority_share"])
    return _("The rarest class, {name}, makes up {share} of them.", name=name, share=share)


def _exhibits(material: Material, sizes: dict[str, int]) -> tuple[Exhibit, ...]:
    words = {"source": _("Source"), "target": _("Target, without the test set"), "test": _("Test")}
    rows = [(words[part], f"{n:,}") for part, n in sizes.items()]
    table = Table((_("Part"), _("Examples")), rows, frozenset({1}))
    if material.regression:
        return (Exhibit(_("How many examples there are"), table=table),)
    named = charts.named(counts(material))
    return (
        Exhibit(
            _("How many examples of each class there are"), charts.counts(named), table,
            charts.counts_explained(),
        ),
    )  # fmt: skip

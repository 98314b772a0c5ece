"""How was it done, and how is it done again?"""

from __future__ import annotations

from tlcore.charts import names
from tlcore.cli.spoken import command
from tlcore.report.content import EXECUTIVE, TECHNICAL, Exhibit, Section, Table
from tlcore.report.material import Material
from tlcore.words import _

PLACE, AUDIENCES, SLIDE = 120, frozenset({EXECUTIVE, TECHNICAL}), False


def tell(material: Material) -> Section:
    held_equal = names.settings(material.experiment, material.all_done)
    versions = ", ".join(f"{package} {number}" for package, number in material.facts.get("versions", {}).items())
    rows = [*held_equal.items(), (_("Versions"), versions), (_("Experiment"), material.stored.id)]
    return Section(
        _("How was it done, and how is it done again?"),
        _("All but the ceilings got the same labels, the same training and the same test set.")
        if material.ceilings else _("Every strategy got the same labels, the same training and the same test set."),
        (
            _("Gains are differences within a seed: each seed deals all strategies the same labels and the same first "
              "weights."),
            *((_("Who learns from every target label is shown as a ceiling and takes no part in the ranking."),)
              if material.ceilings else ()),
        ),
        exhibits=(Exhibit(_("What was held equal"), table=Table((_("Setting"), _("Here")), rows)),),
        code=((_("The same again, on the command line"), command(material.experiment)),
              (_("The experiment as a file"), material.experiment.to_yaml())),
    )  # fmt: skip

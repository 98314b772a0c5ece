"""Many regions, shops or brands in one network: each has its own answer, held near the common one."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class ManyPlaces(tl.Trained):
    title = "Many places"
    family = "multi-task"
    summary = "One network for all regions or brands, each with its own adjustment; those with few cases lean on all."
    avoid = "With one place only, or hardly any labelled case in the places that matter."
    paper = "Gelman and Hill, 2007; Evgeniou and Pontil, 2004"
    usual = True
    needs = frozenset({"source data", "tables", "places", "same classes"})

    spread: float = tl.knob(1.0, "How far a place may depart from what is common to all; 0: not at all", 0.0, 10.0)
    weight: float = tl.knob(1.0, "How much a target row counts against a source row", 0.0, 1000.0)
    lr: float = tl.knob(3e-3, "Learning rate", 1e-6, 1.0)

    def objection(self, situation):
        from pandas.api.types import is_numeric_dtype

        if situation.places and is_numeric_dtype(situation.source.inputs[situation.places].dtype):
            return f"The column {situation.places!r} is to name places, but holds numbers; write them as text."
        return super().objection(situation)

    def phases(self, task):
        model = task.model()
        column = task.place_column
        network = tl.several.Placed(model, column, task.space.cardinalities[column - task.space.plain], self.spread)
        rows = tl.several.pooled(task, self.weight)
        learn = tl.several.placed(network, len(rows.rows.x))
        yield tl.Phase("target", network, rows, learn, [tl.Move(network, self.lr)])


STRATEGY = ManyPlaces

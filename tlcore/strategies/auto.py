"""The product's own choice: ways with and without transfer, weighed by the labels there are and by experience."""

from dataclasses import dataclass, replace

import tlcore as tl
from tlcore import catalog

# What is weighed, where it applies. Trees see little in single pixels and words; there a network's features take part.
TABLE = (
    "logistic_regression", "gradient_boosting", "random_forest",
    "source_regression", "source_boosting", "pooled_regression", "pooled_boosting", "score_regression",
)  # fmt: skip
TEXT = ("logistic_regression", "source_regression", "pooled_regression", "score_regression")
PICTURE = ("logistic_regression", "source_regression")  # thousands of columns: more would take longer than a network
FEATURES = ("embedded_regression", "pretrained_regression")
UNTRIED = ("linear_probe_fine_tune",)  # would take too long to be tried on every fold
BLENDS = {
    "blend_own": ("logistic_regression", "random_forest"),
    "blend_pooled": ("pooled_regression", "pooled_boosting"),
    "blend_transfer": ("pooled_regression", "pooled_boosting", "score_regression"),
    "blend_all": ("logistic_regression", "random_forest", "pooled_regression", "pooled_boosting", "score_regression"),
    "blend_features": ("pooled_regression", "embedded_regression"),
}


@dataclass(frozen=True)
class Auto(tl.Fitted):
    title = "Chosen for you"
    family = "choice"
    summary = "Tries ways with and without transfer on your labels, weighs them by experience, and takes one."
    avoid = "When it has to be known beforehand which kind of model it will be."
    paper = "Efron and Morris, 1975; Daumé III, 2007"
    usual = True

    rounds: int = tl.knob(1, "How often the labels are dealt into folds", 1, 20)
    source_lr: float = tl.source_lr()

    def phases(self, task):
        candidates = yield from self.candidates(task)
        seen = tl.choosing.weighed(task, candidates, blends(candidates), self.rounds)
        choice = tl.choosing.choose(task, seen, self.untried(task), BLENDS)
        if choice.name in seen.names:
            yield tl.ready("choice", seen.predictors[choice.name], *choice.notes)
        else:
            for phase in self.made(choice.name, task).phases(task):
                yield phase if phase.address else replace(phase, notes=(*phase.notes, *choice.notes))

    def candidates(self, task):
        """By name, what fits each; on the way a network learns the source where features are to be had of one."""
        kind = task.backbone.modality
        names = {"table": TABLE, "text": TEXT}.get(kind, PICTURE)
        found = {name: self.fitting(name, task) for name in names if applies(name, task)}
        if kind != "table" and applies("embedded_regression", task):
            model = task.model()
            yield from tl.recipes.source(model, task, self.source_lr)
            found["embedded_regression"] = self.fitting("embedded_regression", task, model.body)
        if task.backbone.pretrained:
            found["pretrained_regression"] = self.fitting("pretrained_regression", task, task.model().body)
        return found

    def untried(self, task):
        return [name for name in UNTRIED if task.backbone.modality != "table" and applies(name, task)]

    def made(self, name, task):
        """A strategy with the knobs that suit these inputs."""
        knobs = catalog.suited(name, task.backbone.modality)
        return catalog.strategy(name, **knobs, imbalance=self.imbalance)

    def fitting(self, name, task, body=None):
        """What fits a candidate on some of the labels; with a body it reads the features of that."""
        strategy = self.made(name, task)
        if body is None:
            return lambda some: next(iter(strategy.phases(some)))
        view = tl.classical.Embedded(body, task.space)
        return lambda some: tl.ready("fit", tl.classical.fit(strategy.learner, some, view=view))


def applies(name, task):
    return tl.choosing.applies(catalog.strategies()[name], task)


def blends(candidates):
    """Those whose members are all there."""
    return {name: members for name, members in BLENDS.items() if set(members) <= set(candidates)}


STRATEGY = Auto

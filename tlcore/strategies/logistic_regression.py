"""A weighted sum of the inputs, fitted on the target's labels alone (ridge regression for numbers)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class LogisticRegression(tl.Strategy):
    title = "Logistic regression"
    family = "no transfer"
    summary = "The analyst's standard model, fitted on the target's labels alone; hard to beat on small tables."
    avoid = "On raw pixels, and where effects depend on one another and labels are plenty."
    paper = "Cox, 1958"
    transfers = False
    epochs = False

    strength: float = tl.knob(1.0, "Pull of the weights towards zero", 1e-4, 1e4)

    def phases(self, task):
        from sklearn.linear_model import LogisticRegression as Logistic
        from sklearn.linear_model import Ridge
        from sklearn.pipeline import make_pipeline

        numbers = task.target_labels.kind == "regression"
        learner = Ridge(alpha=self.strength) if numbers else Logistic(C=1 / self.strength, max_iter=2000)
        yield tl.ready("fit", tl.classical.fit(make_pipeline(tl.classical.scaled(task), learner), task))


STRATEGY = LogisticRegression

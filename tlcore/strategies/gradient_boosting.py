"""Many small trees, each mending the last ones' errors, on the target's labels alone (Friedman, 2001)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class GradientBoosting(tl.Strategy):
    title = "Gradient boosting"
    family = "no transfer"
    summary = "The strongest standard model for tables, fitted on the target's labels alone."
    avoid = "On raw pixels, and with fewer labels than a tree can be split by."
    paper = "Friedman, 2001"
    transfers = False
    epochs = False

    trees: int = tl.knob(100, "Trees (per class)", 1, 2000)
    lr: float = tl.knob(0.1, "How much each tree may mend", 1e-3, 1.0)

    def phases(self, task):
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        numbers = task.target_labels.kind == "regression"
        learner = HistGradientBoostingRegressor if numbers else HistGradientBoostingClassifier
        rows = len(task.labelled.y)
        boosted = learner(
            max_iter=self.trees,
            learning_rate=self.lr,
            max_leaf_nodes=15,
            # The library's 20 rows per leaf would allow no split at all on a handful of labels.
            min_samples_leaf=min(20, max(2, rows // 20)),
            l2_regularization=1.0,
            early_stopping=False,
            random_state=task.seed,
        )
        yield tl.ready("fit", tl.classical.fit(boosted, task))


STRATEGY = GradientBoosting

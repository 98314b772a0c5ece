"""Boosting on both domains that turns away from source rows it keeps misjudging (TrAdaBoost, Dai et al., 2007)."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class TrAdaBoost(tl.Fitted):
    title = "Boosting across domains (TrAdaBoost)"
    family = "instance transfer"
    summary = "Simple models fitted on both domains at once; source cases that mislead lose weight round by round."
    avoid = "Where events are rare, or like cases often end differently: boosting then chases what is only chance."
    paper = "Dai et al., 2007; Pardoe and Stone, 2010"
    needs = frozenset({"source data", "same classes"})

    rounds: int = tl.knob(10, "Rounds of boosting; those from the middle on vote", 1, 500)
    learner: str = tl.knob("linear", "What is fitted in each round", choices=("linear", "tree"))
    depth: int = tl.knob(6, "Depth of each tree; 1 is a single question", 1, 20)

    def phases(self, task):
        labels, view = task.target_labels, tl.classical.View(task.space)
        # Here each class weighs alike to begin with; the boosting goes on from there.
        parts = [tl.classical.remedied(task, examples, labels) for examples in (task.source_all, task.labelled)]
        weights = [part.y.new_ones(len(part.y)) if part.weight is None else part.weight for part in parts]
        votes = tl.weighting.tradaboost(
            *(rows for part in parts for rows in (view(part.x), part.y.cpu().numpy())),
            self._learner(task),
            self.rounds,
            regression=labels.kind == "regression",
            weight=tl.torch.cat(weights).cpu().numpy(),
        )
        stuck = tl.Note(
            "In {stuck} of the {rounds} rounds that vote the learner was hardly better than chance on the target.",
            {"stuck": votes.stuck, "rounds": len(votes.say)},
            grave=votes.stuck == len(votes.say),
        )
        notes = [*([stuck] if votes.stuck else []), *tl.alarms.few("vote", votes.effective)]
        yield tl.ready("vote", tl.classical.Fitted(votes, view, labels.outputs), *notes)

    def _learner(self, task):
        from sklearn.linear_model import LogisticRegression, Ridge
        from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

        numbers = task.target_labels.kind == "regression"
        if self.learner == "linear":
            return Ridge() if numbers else LogisticRegression(max_iter=1000)
        tree = DecisionTreeRegressor if numbers else DecisionTreeClassifier
        return tree(max_depth=self.depth, random_state=task.seed)


STRATEGY = TrAdaBoost

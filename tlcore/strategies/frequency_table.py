"""Answer with how often each class occurs, whatever the input: what knowing nothing is worth."""

from dataclasses import dataclass

import tlcore as tl


@dataclass(frozen=True)
class FrequencyTable(tl.Strategy):
    title = "Frequency table"
    family = "no transfer"
    summary = "Predicts the share of each class among the labels (or their mean), whatever the case at hand."
    avoid = "As anything but a floor: whatever does not beat it has learnt nothing."
    transfers = False
    usual = True

    def phases(self, task):
        from sklearn.dummy import DummyClassifier, DummyRegressor

        def learner(given):
            return DummyRegressor() if given.regression else DummyClassifier(strategy="prior")

        yield tl.ready("table", tl.classical.fit(learner, task))


STRATEGY = FrequencyTable

"""Sessions of two systems, few of them abnormal."""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.pipeline import make_pipeline
from test_simulated import encoder

from tlcore import simulate
from tlcore.scenarios import abnormal_behaviour


def test_the_connected_system_has_a_trick_of_its_own():
    rows = abnormal_behaviour.sessions(np.random.default_rng(11), 20_000, 0.5)
    fits = abnormal_behaviour.patterns(rows)
    best_known = np.max([fit for name, fit in fits.items() if name != "stolen key"], axis=0)
    only_known, only_own = (
        simulate.market(rows, abnormal_behaviour.score(rows, shift), 0.015, np.random.default_rng(0)).probability
        for shift in (0.0, 1.0)
    )
    assert np.average(fits["stolen key"], weights=only_own) > np.average(fits["stolen key"], weights=only_known) + 5
    assert np.average(best_known, weights=only_known) > np.average(best_known, weights=only_own) + 5


def test_boosting_tells_the_portals_tricks_apart_better_than_a_line_can():
    parts = abnormal_behaviour.AbnormalBehaviour(covariate_shift=0.0, concept_shift=0.0).markets()
    found = []
    for learner in (HistGradientBoostingClassifier(max_iter=60, random_state=0), LogisticRegression(max_iter=300)):
        model = make_pipeline(encoder(), learner).fit(parts["source"].inputs, parts["source"].happened)
        chances = model.predict_proba(parts["test"].inputs)[:, 1]
        found.append(average_precision_score(parts["test"].happened, chances))
    assert found[0] > found[1] + 0.1

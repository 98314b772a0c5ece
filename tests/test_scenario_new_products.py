"""Recommendations of a line that is new in the shop."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.pipeline import make_pipeline
from test_simulated import encoder

from tlcore.scenarios import new_products


def test_users_and_items_alone_say_less_than_how_they_go_together():
    parts = new_products.NewProducts(missing=0.0, covariate_shift=0.0, concept_shift=0.0).markets()

    def met(inputs: pd.DataFrame) -> pd.DataFrame:
        fits = np.exp(-((new_products.stretch(inputs) / 0.5) ** 2))
        favourite = (inputs["category"] == inputs["favourite_category"]).astype(float)
        return inputs.assign(fits=fits, favourite=favourite)

    found = {}
    for name, view in {"alone": lambda inputs: inputs, "together": met}.items():
        model = make_pipeline(encoder(), LogisticRegression(max_iter=300))
        model.fit(view(parts["source"].inputs), parts["source"].happened)
        chances = model.predict_proba(view(parts["test"].inputs))[:, 1]
        found[name] = average_precision_score(parts["test"].happened, chances)
    assert found["together"] > found["alone"] + 0.1


def test_a_favourite_category_draws_clicks_in_one_line_and_deters_them_in_the_other():
    rows = new_products.recommendations(np.random.default_rng(11), 2_000, 0.0)
    favourite = rows.assign(category=rows["favourite_category"])
    other = rows.assign(category=np.where(rows["favourite_category"] == "toys", "shoes", "toys"))
    assert (new_products.established_appeal(favourite) > new_products.established_appeal(other)).all()
    assert new_products.line_appeal(favourite).mean() < new_products.line_appeal(other).mean()


def test_what_attracts_in_the_two_lines_is_on_one_scale_and_as_opposed_as_stated():
    rows = new_products.recommendations(np.random.default_rng(11), 20_000, 0.0)
    old, new = new_products.established_appeal(rows), new_products.line_appeal(rows)
    assert old.std() == pytest.approx(1, abs=0.05)
    assert new.std() == pytest.approx(1, abs=0.05)
    assert np.corrcoef(old, new)[0, 1] == pytest.approx(new_products.RIVALRY, abs=0.03)

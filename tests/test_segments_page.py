"""The Verdict page tells who gains and who is harmed, by what was chosen, and says so when the data are gone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from apps import opened, said

from pages.parts import compare_segments, reads
from tlcore.errors import Unusable
from tlcore.situation import Examples


def test_the_verdict_page_names_the_places_and_keeps_the_choice_in_the_address(example):
    app = opened("compare/verdict.py", experiment=example("long_tail"))
    assert app.selectbox(key="by").value == "region"
    assert "moors" in said(app)
    app.selectbox(key="by").set_value("cuisine").run()
    assert not app.exception
    assert app.query_params["by"] in ("cuisine", ["cuisine"])
    assert "(Bonferroni)" in said(app)


@pytest.mark.parametrize("by", ["", "=answer"])
@pytest.mark.parametrize("scenario", ["b2b_value", "scans", "intents", "loyalty"])
def test_every_kind_of_data_is_told_apart_by_something(scenario, by, example):
    app = opened("compare/verdict.py", experiment=example(scenario), lang="zh_CN", **({"by": by} if by else {}))
    assert "Bonferroni" in said(app)
    assert not app.error


def test_a_column_of_words_comes_before_numbers_also_where_the_first_column_cannot_be_told_apart_by():
    frame = pd.DataFrame({"customer": ["a", "b"], "age": [1.0, 2.0], "region": ["n", "s"]})
    test = Examples(frame, np.array(["no", "yes"], dtype=object))
    ways = {"age": "age", "region": "region"}
    assert compare_segments._default(ways, test, None) == "region"
    assert compare_segments._default({"age": "age", **ways}, test, "age") == "age"


def test_where_the_files_are_gone_one_sentence_says_so_and_what_the_runs_kept_is_shown(example, monkeypatch):
    def gone(*_asked, **_settings):
        raise Unusable("No such file: customers.csv.", "No such file: old.csv.")

    monkeypatch.setattr(reads.plan, "drawn", gone)
    app = opened("compare/verdict.py", experiment=example("long_tail"))
    assert said(app).count("can no longer be read") == 1
    assert app.selectbox(key="by").value == "=place"
    assert "moors" in said(app)
    by_answer = opened("compare/verdict.py", experiment=app.query_params["experiment"], by="=answer")
    assert "no (" in said(by_answer), "classes are called by their names"
    assert "yes (" in said(by_answer)


def test_data_that_have_changed_since_are_not_joined_to_the_predictions(example):
    experiment = reads.store().experiment(example("loyalty"))
    predictions = reads.predictions(experiment, reads.runs(experiment)["run"].head(3))
    assert len(reads.test_examples(experiment, predictions)) == 4_000
    turned = {run: frame.assign(truth=1 - frame["truth"]) for run, frame in predictions.items()}
    with pytest.raises(Unusable, match="have changed"):
        reads.test_examples(experiment, turned)

"""The pages that benchmarks fill, and what they compare, stay in step with the catalogue."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from toys import table

from benchmarks import advice, reproduce, trial, works
from benchmarks.works import newsgroups
from tlcore import catalog


def test_every_published_work_says_its_protocol_and_what_it_lacks(tmp_path):
    """With an empty data folder, and nowhere to fetch from, a work says so in words instead of failing."""
    asked = argparse.Namespace(data=tmp_path, seeds=1, device="cpu", only="mnist_usps")
    said = "\n".join(reproduce.sections(asked))
    assert "Published are the figures of" in said
    assert "Not run here: not there: mnist/" in said


@pytest.mark.parametrize("name", ["peers", "reproductions", "advice", "verdict", "labels_saved"])
def test_the_pages_have_room_for_what_the_benchmarks_write(name, tmp_path):
    from benchmarks import reproduce

    page = Path(reproduce.PAGE).with_name(f"{name}.md")
    mark = {"reproductions": "reproduce", "verdict": "power", "labels_saved": "labels_saved"}.get(name, name)
    start, end = f"<!-- from here: python -m benchmarks.{mark} --write -->", "<!-- to here -->"
    copy = tmp_path / page.name
    copy.write_text(page.read_text(encoding="utf-8"), encoding="utf-8")
    trial.write(copy, start, end, "| a | table |")
    text = copy.read_text(encoding="utf-8")
    assert text.count("| a | table |") == 1
    assert text.split(start)[0] == page.read_text(encoding="utf-8").split(start)[0]


def test_the_advice_is_held_against_cells_of_other_worlds_than_the_examples_and_each_is_told_apart():
    cells = [cell for name in catalog.embedded() for cell in advice.cells(name)]
    assert len({json.dumps(cell) for cell in cells}) == len(cells)
    assert {cell.scenario for cell in cells} == set(catalog.embedded())
    assert set(advice.LOOKED_AT) < set(catalog.embedded())
    for cell in cells:
        assert catalog.scenario(cell.scenario, **cell.knobs).knobs.get("world", advice.WORLD) == advice.WORLD


def test_each_way_to_choose_is_judged_by_the_same_rule():
    cell = next(advice.cells("cold_start"))
    levels = {"auto": 0.70, "fine_tune": 0.80, "pooled_boosting": 0.70, "source_boosting": 0.795, "scratch": 0.6}
    records = [
        {"seed": seed, "metric": "roc_auc", "scores": {name: level + 0.001 * seed for name, level in levels.items()}}
        for seed in range(3)
    ]
    found = pd.DataFrame(advice.judged(cell, records))
    rows = found.groupby("choice")
    assert rows["lead"].max()["always fine_tune"] == 0
    assert rows["lead"].max()["always scratch"] == pytest.approx(0.2)
    assert rows["lead"].max()["the best model without transfer"] == pytest.approx(0.2)
    by_chance = rows.get_group("one of the usual strategies, by chance")
    assert (by_chance["within"] * by_chance["weight"]).sum() == pytest.approx(2 / 5)
    assert rows.get_group(advice.ADVICE)["weight"].sum() == pytest.approx(1)
    assert "| always fine_tune | 1 | 100% | 100% | 100% | 0.0 | 0.0 |" in advice.tables(found)


def test_a_run_that_ends_before_the_target_learns_no_target_label():
    with trial.shelf() as shelf:
        result = trial.carried_out(
            table(), "fine_tune", shelf, labels=40, seed=0, before="target",
            training=trial.Training(epochs=2, batch=32, least_steps=2),
        )  # fmt: skip
    assert "source labels kept aside" in result.outcome.selector


def test_a_figure_outside_what_was_published_says_why_and_one_inside_does_not():
    band = works.Band.around(0.7)
    assert works.line("a", band, 0.74, "0.740", "nothing", "other data").why == ""
    assert works.line("a", band, 0.76, "0.760", "nothing", "other data").why == "other data"
    assert "no reason is known" in works.line("a", band, 0.6, "0.600", "nothing").why
    assert works.line("a", None, 0.1, "0.100", "nothing", "other data") == ("a", "", "0.100", "nothing", "")


def test_boosting_across_newsgroups_runs_on_sparse_words():
    """Where no network is, the texts cannot be fetched; what is done with them can be tried on made-up ones."""
    rng = np.random.default_rng(0)
    words = {domain: rng.permutation(40) for domain in ("source", "target")}

    def drawn(domain):
        topic = rng.integers(0, 2, 400)
        shared = rng.choice(8, 400)
        rows = np.zeros((400, 56))
        rows[np.arange(400), 40 + 8 * topic + shared] = 1
        rows[np.arange(400), words[domain][rng.integers(0, 40, 400)]] = 1
        return csr_matrix(rows), topic

    alone, both, boosted = newsgroups.errors(*drawn("source"), *drawn("target"), seed=0)
    assert both < alone
    assert boosted < alone


def test_every_strategy_that_is_compared_with_a_peer_is_on_offer():
    source = Path(reproduce.__file__).with_name("peers.py").read_text(encoding="utf-8")
    named = {name for name in catalog.strategies() if f'"{name}"' in source}
    assert {"logistic_regression", "pooled_boosting", "protonet", "lora", "tradaboost", "deep_coral"} <= named

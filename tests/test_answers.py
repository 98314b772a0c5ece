"""The sentences above the charts: true to the frame they are read from, and always there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
from frames import CLASSICAL, LEVELS, PARTS, epochs_of, predictions_of, runs_of

from tlcore.charts import answers
from tlcore.measure import convergence as measure
from tlcore.measure import imbalance as measured
from tlcore.measure.gain import summarise


class TestVerdict:
    def said(self, levels: Mapping[str, float], seeds: int = 5, **how: Any) -> answers.Answer:
        return answers.verdict(summarise(runs_of(levels, seeds, **how)))

    def test_a_clear_gain_is_a_yes_with_its_figure(self):
        said = self.said(LEVELS)
        assert said.headline.startswith("Yes: Fine-tuning helps: +")
        assert "points" in said.headline
        assert said.verdict == "helps"
        assert said.strategy == "fine_tune"

    def test_the_model_it_is_held_against_is_named(self):
        assert "Gradient boosting" in self.said(LEVELS).sentences[0]

    def test_negative_transfer_is_said_out_loud_beside_a_success(self):
        said = self.said(LEVELS | {"distillation": 0.4})
        assert said.verdict == "helps"
        assert any(
            sentence.startswith("Negative transfer, do not use here: Distillation -") for sentence in said.sentences
        )

    def test_when_everything_hurts_the_answer_is_no(self):
        said = self.said({"gradient_boosting": 0.8, "fine_tune": 0.5, "dann": 0.4})
        assert said.headline.startswith("No, do not transfer here: even the best strategy, Fine-tuning")

    def test_no_difference_names_the_margin_and_the_simpler_model(self):
        said = self.said({"gradient_boosting": 0.8, "fine_tune": 0.8}, noise=0.0005)
        assert said.verdict == "no practical difference"
        assert "1.0 points" in said.headline
        assert "Gradient boosting" in said.sentences[0]

    def test_an_error_that_falls_is_said_in_the_labels_own_unit(self):
        said = self.said({"gradient_boosting": 40.0, "fine_tune": 30.0}, metric="mae")
        assert said.headline.startswith("Yes: Fine-tuning helps: error lower by 10")

    def test_an_error_that_rises_is_said_as_a_rise_with_its_interval(self):
        said = self.said({"gradient_boosting": 30.0, "fine_tune": 40.0}, metric="mae")
        figures = re.search(r"error higher by (\S+) \((\S+) to (\S+)\)", said.headline)
        assert figures
        middle, low, high = (float(figure) for figure in figures.groups())
        assert 0 < low <= middle <= high

    def test_too_little_evidence_says_how_many_more_seeds(self):
        said = self.said({"gradient_boosting": 0.7, "fine_tune": 0.72}, seeds=3, noise=0.03)
        assert said.verdict == "not enough evidence"
        assert "more seed" in said.sentences[0]

    def test_no_model_without_transfer_means_no_answer(self):
        assert "nothing to hold transfer against" in self.said({"fine_tune": 0.8, "dann": 0.7}).headline

    def test_baselines_alone_are_no_answer_yet(self):
        assert "no transfer strategy has finished" in self.said({"gradient_boosting": 0.8}).headline

    def test_nothing_finished_is_said(self):
        assert "no run has finished" in answers.verdict(summarise(runs_of(LEVELS).head(0))).headline

    def test_the_fastest_is_named_with_its_epochs_and_those_of_scratch(self):
        table = measure.table(epochs_of(LEVELS), runs_of(LEVELS))
        said = answers.convergence(table, CLASSICAL)
        assert said.strategy in ("fine_tune", "dann")
        assert said.headline.startswith("Fastest: ")
        assert any("From scratch needs" in sentence for sentence in said.sentences)
        assert any("without any epoch: Gradient boosting" in sentence for sentence in said.sentences)

    def test_nothing_faster_than_scratch_is_said(self):
        levels = {"scratch": 0.8, "fine_tune": 0.4}
        said = answers.convergence(measure.table(epochs_of(levels), runs_of(levels)))
        assert said.headline.startswith("Nothing is faster than training from scratch")

    def test_without_scratch_there_is_no_mark_to_reach(self):
        levels = {"dann": 0.8, "fine_tune": 0.4}
        said = answers.convergence(measure.table(epochs_of(levels), runs_of(levels)))
        assert "took no part" in said.headline


class TestImbalance:
    def said(self, parts: pd.DataFrame, shares: tuple[float, ...], strategy: str, label: str) -> answers.Answer:
        runs = runs_of(LEVELS, 3)
        predictions = predictions_of(runs, shares)
        classes = measured.per_class(predictions, runs, ["no", "yes"])
        points = measured.operating_points(predictions, runs)
        return answers.imbalance(measured.overview(parts), classes, strategy, points, label)

    def test_the_answer_names_the_rare_class_its_share_and_what_accuracy_would_hide(self):
        said = self.said(PARTS, (0.97, 0.03), "fine_tune", "fraud")
        assert said.headline.startswith("fraud = yes makes up only 3.0 % of the test set: Fine-tuning finds ")
        assert any("never saying fraud = yes is right in 97 %" in sentence for sentence in said.sentences)

    def test_where_no_class_is_rare_the_answer_says_so(self):
        said = self.said(PARTS.assign(count=300, share=0.5), (0.5, 0.5), "dann", "x")
        assert said.headline.startswith("No class is rare")

    def test_the_class_that_pays_is_named(self):
        rows = [("scratch", "no", 0.9), ("scratch", "yes", 0.4), ("dann", "no", 0.7), ("dann", "yes", 0.6)]
        classes = pd.DataFrame(rows, columns=["strategy", "class", "recall"]).assign(low=0.3, high=0.9, n=18)
        said = answers.imbalance(measured.overview(PARTS), classes, "dann", pd.DataFrame({"strategy": []}), "fraud")
        assert "The class that pays: fraud = no, found less often than from scratch by 20.0 points." in said.sentences

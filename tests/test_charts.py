"""Charts: frame in, a valid picture out, whatever the frame holds; and the sentences above them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert
from frames import LEVELS, PARTS, epochs_of, predictions_of, runs_of

from tlcore import catalog
from tlcore.charts import answers, calibration, convergence, forgetting, gap, imbalance, style, verdict
from tlcore.measure import calibration as calibrated
from tlcore.measure import convergence as measure
from tlcore.measure import imbalance as measured
from tlcore.measure.gain import summarise
from tlcore.measure.label_shift import COLUMNS
from tlcore.words import speaking


def drawn(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """The chart's specification, after the renderer has really drawn it."""
    spec = chart.to_dict()
    assert vl_convert.vegalite_to_svg(json.dumps(spec)).startswith("<svg")
    assert spec["description"]
    return spec


def words_in(spec: Mapping[str, Any]) -> str:
    return " ".join(spec["title"]["text"]) if isinstance(spec["title"]["text"], list) else spec["title"]["text"]


def rows_in(spec: Mapping[str, Any]) -> int:
    return sum(map(len, spec.get("datasets", {}).values()))


def series_in(spec: Mapping[str, Any]) -> set[str]:
    return {row["series"] for rows in spec["datasets"].values() for row in rows if "series" in row}


MANY = {f"method_{number}": 0.5 + 0.02 * number for number in range(12)} | {"scratch": 0.1}


class TestLooks:
    def test_a_strategy_looks_the_same_whatever_is_drawn_beside_it(self):
        alone, *_rest = style.encodings({"dann": "DANN"})
        among, *_rest = style.encodings({"scratch": "S", "dann": "DANN", "lora": "L"})
        assert alone.to_dict()["scale"]["range"] == [among.to_dict()["scale"]["range"][1]]

    def test_a_name_nobody_knows_has_a_look_that_stays(self):
        assert style.look("tomorrows_method") == style.look("tomorrows_method")

    def test_no_two_strategies_on_offer_look_alike(self):
        looks = [style.look(name) for name in catalog.strategies()]
        assert len(set(looks)) == len(looks)

    @pytest.mark.parametrize("page", ["#ffffff", "#0e1117"])
    def test_every_colour_reads_on_a_light_and_on_a_dark_page(self, page):
        colours = {style.look(f"name{number}").colour for number in range(300)}
        colours |= {style.look(name).colour for name in catalog.strategies()} | {style.INK, style.SOURCE, style.TARGET}
        colours |= {style.sign(word).colour for word in VERDICTS}
        assert min(contrast(colour, page) for colour in colours) >= 3

    def test_every_verdict_has_an_icon_of_its_own(self):
        assert len({style.sign(word).icon for word in VERDICTS}) == len(VERDICTS)

    def test_a_strategy_that_is_on_offer_no_longer_keeps_its_name(self):
        assert style.title("old_method") == "Old method"

    def test_the_best_and_the_needed_are_shown_and_the_rest_is_named(self):
        kept, left_out = style.shown([f"s{number}" for number in range(12)], must=["s11"])
        assert kept == [*(f"s{number}" for number in range(7)), "s11"]
        assert left_out == ["s7", "s8", "s9", "s10"]

    def test_thinning_keeps_the_ends_of_every_line_and_the_limit(self):
        frame = pd.DataFrame({"line": np.repeat(["a", "b"], 30_000), "x": np.tile(np.arange(30_000), 2)})
        thin = style.thinned(frame, ["line"])
        assert len(thin) <= style.POINTS_AT_MOST
        assert set(thin.groupby("line")["x"].agg(["min", "max"]).to_numpy().ravel()) == {0, 29_999}

    def test_notes_fit_a_narrow_screen_in_either_language(self):
        latin = "Not drawn: " + ", ".join(f"Strategy {number}" for number in range(12))
        wide = "立即就绪，因此没有曲线：Gradient boosting、Logistic regression、Frequency table，以及其他一些策略。"
        for sentence in (latin, wide):
            chart = style.framed(alt.Chart(pd.DataFrame({"x": [1]})).mark_point(), 10, "A point.", sentence, "")
            lines = chart.to_dict()["title"]["text"]
            assert "".join(lines).replace(" ", "") == sentence.replace(" ", "")
            assert max(sum(2 if letter >= "\u2e80" else 1 for letter in line) for line in lines) <= style.LINE + 2
            assert not any(line[0] in style.CLOSING for line in lines)


VERDICTS = ["helps", "no practical difference", "negative transfer", "not enough evidence", "baseline", "ceiling"]
CEILING = next(name for name in catalog.strategies() if catalog.is_ceiling(name))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of the web's accessibility guidelines (WCAG 2)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


class TestConvergence:
    def chart(self, epochs: pd.DataFrame, **extra: Any) -> dict[str, Any]:
        return drawn(convergence.convergence(measure.curves(epochs), "Accuracy", "Epoch", **extra))

    def test_the_legend_says_how_many_seeds(self):
        assert series_in(self.chart(epochs_of(LEVELS))) == {
            "From scratch (n = 5)", "Fine-tuning (n = 5)", "Adversarial adaptation (DANN) (n = 5)",
        }  # fmt: skip

    def test_everything_that_can_be_asked_for_is_drawn(self):
        epochs = epochs_of(LEVELS)
        means = measure.curves(epochs, "seconds")
        spec = drawn(
            convergence.convergence(
                means, "Accuracy", "Seconds", seeds=measure.seed_curves(epochs, "seconds"),
                best=convergence.kept_epochs(epochs, means, "seconds"),
                source=measure.curves(epochs, "seconds", score="source"), rules=convergence.references(means),
            )
        )  # fmt: skip
        assert "Dotted" in words_in(spec)
        assert rows_in(spec) <= style.POINTS_AT_MOST

    def test_one_seed_draws_no_band_and_says_so(self):
        spec = self.chart(epochs_of({"fine_tune": 0.8}, seeds=1))
        assert "One seed gives no band: Fine-tuning." in words_in(spec)
        assert not any("low" in row and row["low"] is not None for rows in spec["datasets"].values() for row in rows)

    def test_of_many_strategies_eight_are_drawn_scratch_among_them(self):
        spec = self.chart(epochs_of(MANY))
        assert len(series_in(spec)) == style.SERIES_AT_MOST
        assert "From scratch (n = 5)" in series_in(spec)
        assert "Not drawn: Method 4, Method 3" in words_in(spec)

    def test_lower_is_better_keeps_the_lowest(self):
        spec = self.chart(epochs_of(MANY), higher_is_better=False)
        assert "Method 11" in words_in(spec)

    def test_many_long_curves_stay_within_what_a_browser_draws_at_once(self):
        epochs = epochs_of({f"m{n}": 0.8 for n in range(8)}, seeds=8, epochs=400)
        means = measure.curves(epochs)
        chart = convergence.convergence(means, "Accuracy", "Epoch", seeds=measure.seed_curves(epochs), source=means)
        assert rows_in(chart.to_dict()) <= style.POINTS_AT_MOST

    def test_what_trains_no_network_is_a_rule_and_no_line(self):
        means = measure.curves(epochs_of(LEVELS))
        assert convergence.without_training(means) == ["frequency_table", "gradient_boosting"]
        rules = convergence.references(means)
        assert list(rules) == ["always the same", "best classical", "best scratch"]
        assert rules["best classical"] == pytest.approx(0.7, abs=0.01)
        assert rules["best scratch"] == means.loc[means["strategy"] == "scratch", "mean"].max()

    def test_scores_that_are_missing_everywhere_leave_a_chart_that_says_so(self):
        spec = self.chart(epochs_of({"fine_tune": 0.8}).assign(watched=np.nan, valid=np.nan))
        assert "No epoch has been judged yet." in words_in(spec)

    def test_the_kept_epoch_lies_on_the_mean_line(self):
        epochs = epochs_of({"fine_tune": 0.8, "scratch": 0.6})
        means = measure.curves(epochs)
        kept = convergence.kept_epochs(epochs, means, "position").set_index("strategy")
        assert kept.loc["scratch", "x"] == 16
        line = means[(means["strategy"] == "scratch") & (means["x"] == 16)]
        assert kept.loc["scratch", "mean"] == line["mean"].item()

    def test_a_ceiling_is_a_rule_and_no_line(self):
        epochs = epochs_of({**LEVELS, CEILING: 0.9})
        means = measure.curves(epochs)
        runs = runs_of({**LEVELS, CEILING: 0.9})
        rules = convergence.references(means) | convergence.ceiling(runs)
        assert rules["ceiling, on the test set"] == pytest.approx(0.9, abs=0.01)
        assert len(series_in(self.chart(epochs, rules=rules))) == 3
        assert convergence.ceiling(runs_of(LEVELS)) == {}

    def test_the_best_ceiling_is_the_lowest_where_less_is_better(self):
        first, second = [name for name in catalog.strategies() if catalog.is_ceiling(name)][:2]
        runs = runs_of({first: 3.0, second: 2.0}, metric="rmse")
        assert convergence.ceiling(runs)["ceiling, on the test set"] == pytest.approx(2.0, abs=0.02)

    def test_who_forgot_most_stands_on_top_and_a_fall_is_shown_as_one(self):
        table = pd.DataFrame(
            {"strategy": ["dann", "fine_tune"], "knew": [0.9, 0.9], "keeps": [0.89, 0.8], "drop": [0.01, 0.1],
             "target": [0.7, 0.8], "n": [3, 3]}
        )  # fmt: skip
        spec = drawn(forgetting.forgetting(table, "accuracy"))
        rows = next(rows for rows in spec["datasets"].values() if "text" in rows[0])
        assert [row["text"] for row in rows] == ["Fine-tuning  -10.0", "Adversarial adaptation (DANN)  -1.0"]
        assert answers.forgotten(table, "accuracy").endswith("Fine-tuning most on the source: 10.0 points.")
        assert "Nothing was forgotten" in answers.forgotten(table.assign(drop=-0.01), "accuracy")


class TestForest:
    def test_every_compared_strategy_has_a_row_with_its_verdict(self):
        spec = drawn(verdict.forest(summarise(runs_of(LEVELS))))
        texts = {row["text"] for rows in spec["datasets"].values() for row in rows if "text" in row}
        assert len(texts) == 2
        assert all("▲ helps, +" in text for text in texts)

    def test_the_best_stands_on_top(self):
        spec = drawn(verdict.forest(summarise(runs_of(LEVELS))))
        rows = next(rows for rows in spec["datasets"].values() if "text" in rows[0])
        assert [row["row"] for row in rows] == ["Fine-tuning", "Adversarial adaptation (DANN)"]

    def test_several_label_budgets_each_have_their_rows(self):
        runs = pd.concat([runs_of(LEVELS, labels=count) for count in (20, 50, pd.NA)])
        spec = drawn(verdict.forest(summarise(runs)))
        rows = next(rows for rows in spec["datasets"].values() if "text" in rows[0])
        assert [row["row"] for row in rows][::2] == [f"Fine-tuning, {labels} labels" for labels in ("20", "50", "all")]

    @pytest.mark.parametrize(
        ("levels", "seeds"), [({"fine_tune": 0.8}, 5), ({"scratch": 0.6}, 5), (LEVELS, 1), (LEVELS, 2), (MANY, 3)]
    )
    def test_whatever_took_part_there_is_a_chart(self, levels, seeds):
        drawn(verdict.forest(summarise(runs_of(levels, seeds))))

    def test_no_run_at_all_leaves_a_chart_that_says_so(self):
        assert "No strategy can be compared yet." in words_in(drawn(verdict.forest(summarise(runs_of(LEVELS).head(0)))))

    def test_errors_in_the_labels_unit_are_not_called_points(self):
        runs = runs_of({"gradient_boosting": 40.0, "fine_tune": 30.0}, metric="mae")
        spec = drawn(verdict.forest(summarise(runs)))
        assert "points" not in spec["description"]
        rows = next(rows for rows in spec["datasets"].values() if "text" in rows[0])
        assert rows[0]["gain"] == pytest.approx(10, abs=0.1)

    def test_the_ceiling_is_marked_beside_every_gain_where_there_is_one(self):
        runs = pd.concat([runs_of(LEVELS), runs_of({CEILING: 0.9}, labels=pd.NA)])
        spec = drawn(verdict.forest(summarise(runs)))
        rows = next(rows for rows in spec["datasets"].values() if "text" in rows[0])
        assert [row["ceiling"] for row in rows] == pytest.approx([20, 20], abs=1.5)
        assert CEILING not in json.dumps([row["text"] for row in rows])
        assert "Diamond" in words_in(spec)
        assert "Diamond" not in words_in(drawn(verdict.forest(summarise(runs_of(LEVELS)))))


class TestLeaderboard:
    def test_a_ceiling_stands_there_without_a_rank_and_takes_nobodys_place(self):
        runs = pd.concat([runs_of(LEVELS), runs_of({CEILING: 0.9}, labels=pd.NA)])
        board = verdict.leaderboard(summarise(runs))
        assert board["strategy"].iloc[0] == CEILING
        assert pd.isna(board["rank"].iloc[0])
        assert board["rank"].iloc[1] == 1

    def test_strategies_whose_intervals_overlap_share_a_rank(self):
        levels = {"gradient_boosting": 0.6, "scratch": 0.4, "fine_tune": 0.8, "dann": 0.801}
        board = verdict.leaderboard(summarise(runs_of(levels)))
        assert list(board["rank"]) == [1, 1, 3, 4]
        assert list(board["strategy"][2:]) == ["gradient_boosting", "scratch"]

    def test_nobody_with_a_better_score_stands_behind_another(self):
        rows = [("a", 0.80, 0.75, 0.85), ("b", 0.79, 0.78, 0.80), ("c", 0.74, 0.60, 0.88), ("d", 0.70, 0.69, 0.71)]
        summary = pd.DataFrame(rows, columns=["strategy", "mean", "ci_low", "ci_high"]).assign(metric="accuracy")
        assert list(verdict.leaderboard(summary.sample(frac=1, random_state=0))["rank"]) == [1, 1, 1, 4]

    def test_lower_is_better_puts_the_smallest_error_first(self):
        board = verdict.leaderboard(summarise(runs_of({"gradient_boosting": 40.0, "fine_tune": 30.0}, metric="mae")))
        assert list(board["strategy"]) == ["fine_tune", "gradient_boosting"]
        assert list(board["rank"]) == [1, 2]

    def test_one_seed_gives_no_rank(self):
        assert verdict.leaderboard(summarise(runs_of(LEVELS, seeds=1)))["rank"].isna().all()

    def test_a_score_that_is_missing_has_no_row(self):
        runs = runs_of(LEVELS)
        runs.loc[runs["strategy"] == "dann", "test_score"] = np.nan
        assert "dann" not in set(verdict.leaderboard(summarise(runs))["strategy"])


class TestGap:
    def test_drift_shows_the_most_shifted_and_counts_the_rest(self):
        features = pd.DataFrame(
            {"feature": [f"f{n}" for n in range(30)], "psi": np.linspace(0, 1, 30), "importance": 0.1}
        )
        spec = drawn(gap.drift(features))
        assert "10 less shifted features" in words_in(spec)
        assert "f29" in spec["description"]

    def test_drift_without_a_comparable_feature_says_so(self):
        frame = pd.DataFrame({"feature": ["a"], "psi": [np.nan], "importance": [np.nan]})
        assert "No feature can be compared." in words_in(drawn(gap.drift(frame)))

    def test_the_embedding_stays_within_the_limit_and_keeps_both_domains(self):
        rng = np.random.default_rng(0)
        points = pd.DataFrame(rng.normal(size=(30_000, 2)), columns=["x", "y"])
        points["domain"] = np.where(np.arange(30_000) < 29_000, "source", "target")
        points["label"] = None
        spec = drawn(gap.embedding(points))
        assert rows_in(spec) <= 2 * gap.DOTS_AT_MOST
        assert {row["domain"] for rows in spec["datasets"].values() for row in rows} == {"Source", "Target"}

    def test_of_many_classes_those_that_differ_most_are_drawn_with_their_intervals(self):
        rows = [(f"c{n}", 0.02, 0.02, 0.02 + n / 1000, 0.01, 0.1) for n in range(30)]
        spec = drawn(gap.classes(pd.DataFrame(rows, columns=COLUMNS)))
        assert "10 classes whose shares differ less" in words_in(spec)
        assert "c29" in spec["description"]
        assert "95 % interval" in words_in(spec)

    def test_shares_known_from_labels_alone_are_drawn_without_an_estimate(self):
        rows = [("a", 0.5, 0.2, np.nan, np.nan, np.nan), ("b", 0.5, 0.8, np.nan, np.nan, np.nan)]
        spec = drawn(gap.classes(pd.DataFrame(rows, columns=COLUMNS)))
        assert "95 % interval" not in words_in(spec)
        assert {row["part"] for rows in spec["datasets"].values() for row in rows if "part" in row} == {
            "Source", "Target, by its labels",
        }  # fmt: skip
        drawn(gap.classes(pd.DataFrame(columns=COLUMNS)))


class TestImbalance:
    def frames(self, shares: tuple[float, ...] = (0.97, 0.03), seeds: int = 3, levels: Mapping[str, float] = LEVELS):
        runs = runs_of(levels, seeds)
        return runs, predictions_of(runs, shares)

    def test_the_rarest_class_stands_on_top_and_an_empty_part_is_said(self):
        spec = drawn(imbalance.counts(PARTS))
        assert "None of yes in: train." in words_in(spec)
        assert "the rarest class is yes" in spec["description"]

    def test_of_many_classes_the_rarest_are_drawn(self):
        many = pd.DataFrame({"part": "test", "class": [f"c{n}" for n in range(60)], "count": range(1, 61)})
        spec = drawn(imbalance.counts(many))
        assert "40 more frequent classes" in words_in(spec)
        assert "c0" in spec["description"]

    @pytest.mark.parametrize(("seeds", "levels"), [(1, LEVELS), (3, LEVELS), (2, {"fine_tune": 0.8}), (2, MANY)])
    def test_precision_and_recall_are_drawn_with_the_chance_level(self, seeds, levels):
        runs, predictions = self.frames(seeds=seeds, levels=levels)
        curve = measured.precision_recall(predictions, runs)
        spec = drawn(imbalance.precision_recall(curve, 0.03, measured.operating_points(predictions, runs)))
        assert "3.0%" in spec["description"]
        assert len(series_in(spec)) <= imbalance.CURVES_AT_MOST
        assert rows_in(spec) <= style.POINTS_AT_MOST
        assert ("One seed gives no band" in words_in(spec)) == (seeds == 1)

    def test_no_predictions_leave_charts_that_say_so(self):
        curve, classes = (
            measured.precision_recall({}, runs_of(LEVELS)),
            measured.per_class({}, runs_of(LEVELS), ["a", "b"]),
        )
        assert "No run has left predictions yet." in words_in(drawn(imbalance.precision_recall(curve, 0.1)))
        assert "No run has left predictions yet." in words_in(drawn(imbalance.recalls(classes)))
        drawn(imbalance.confusion(imbalance.tally([], ["a", "b"]), "scratch"))

    def test_scratch_is_hollow_and_the_rarest_class_is_named_first(self):
        runs, predictions = self.frames()
        classes = measured.per_class(predictions, runs, ["no", "yes"])
        spec = drawn(imbalance.recalls(classes[classes["strategy"].isin(["scratch", "fine_tune"])]))
        fill = spec["layer"][1]["encoding"]["fill"]["scale"]
        assert dict(zip(fill["domain"], fill["range"], strict=True))["From scratch"] == "#00000000"
        rows = next(rows for rows in spec["datasets"].values() if "row" in rows[0])
        assert rows[0]["row"].startswith("yes (n = ")

    def test_the_tally_counts_every_test_example_once(self):
        runs, predictions = self.frames((0.5, 0.3, 0.2))
        table = imbalance.tally([predictions[run] for run in runs["run"]], ["a", "b", "c"])
        assert table["count"].sum() == pytest.approx(600)
        assert table.groupby("truth")["share"].sum().to_numpy() == pytest.approx(1)

    def test_a_confusion_of_very_many_classes_stays_small(self):
        names = [f"class {n}" for n in range(120)]
        grid = pd.MultiIndex.from_product([names, names], names=["truth", "predicted"])
        table = pd.DataFrame({"count": 1.0, "share": 1 / 120}, index=grid).reset_index()
        spec = drawn(imbalance.confusion(table, "fine_tune"))
        assert rows_in(spec) <= imbalance.CLASSES_AT_MOST**2
        assert "100 more frequent classes" in words_in(spec)


class TestCalibration:
    def test_every_curve_stands_beside_the_diagonal_with_its_error_in_the_legend(self):
        runs = runs_of({"fine_tune": 0.8, "scratch": 0.6}, 3)
        predictions = predictions_of(runs, (0.8, 0.2))
        scores = calibrated.scores(predictions, runs)
        spec = drawn(calibration.reliability(calibrated.reliability(predictions, runs), scores))
        told = {f"{style.title(row.strategy)} (error {row.error:.1%})" for row in scores.itertuples()}
        assert series_in(spec) == told
        (even,) = [rows for rows in spec["datasets"].values() if "series" not in rows[0]]
        assert [row["held"] for row in even] == [row["share"] for row in even] == pytest.approx([0, 1], abs=0.02)
        assert "Not drawn" not in words_in(spec)

    def test_of_a_rare_event_the_axes_reach_no_further_than_its_probabilities(self):
        columns = ["strategy", "held", "share", "low", "high", "n", "runs"]
        rows = [("scratch", 0.01, 0.0, 0.0, 0.03, 100, 1), ("scratch", 0.05, 0.04, 0.01, 0.1, 100, 1)]
        scores = pd.DataFrame({"strategy": ["scratch"], "error": [0.01], "brier": [0.02]})
        spec = drawn(calibration.reliability(pd.DataFrame(rows, columns=columns), scores))
        assert [{"held": 0.0, "share": 0.0}, {"held": 0.1, "share": 0.1}] in spec["datasets"].values()

    def test_of_many_strategies_four_are_drawn_and_without_predictions_none(self):
        runs = runs_of(MANY, 1)
        predictions = predictions_of(runs, (0.5, 0.3, 0.2))
        curve, scores = calibrated.reliability(predictions, runs), calibrated.scores(predictions, runs)
        spec = drawn(calibration.reliability(curve, scores))
        assert len(series_in(spec)) == calibration.CURVES_AT_MOST
        assert "Not drawn" in words_in(spec)
        nothing = drawn(calibration.reliability(curve.head(0), scores.head(0)))
        assert "No run has left predictions yet." in words_in(nothing)


def test_every_chart_speaks_chinese():
    with speaking("zh_CN"):
        spec = drawn(verdict.forest(summarise(runs_of(LEVELS))))
        assert "有帮助" in spec["description"]
        assert "灰色带" in words_in(spec)
        assert answers.verdict(summarise(runs_of(LEVELS))).headline.startswith("是的：")

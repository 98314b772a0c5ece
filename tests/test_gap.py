"""The domain gap: definitions by hand, null about nothing, bounds, monotone in the shift, blind spots shown."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.spatial.distance import cdist
from sklearn.covariance import ledoit_wolf

from tlcore.errors import Unusable
from tlcore.measure import distances
from tlcore.measure.drift import drift, embedding, label_shift, stability_index
from tlcore.measure.features import describe, matrix
from tlcore.measure.gap import Gap, measure_gap
from tlcore.situation import Examples, Situation

MEASURES = ["mmd", "coral", "mean_distance", "frechet", "sliced_wasserstein", "a_distance"]


def table(n: int, seed: int, shift: float = 0.0, scale: float = 1.0, columns: int = 3) -> Examples:
    values = np.random.default_rng(seed).normal(shift, scale, (n, columns))
    return Examples(pd.DataFrame(values, columns=[f"c{k}" for k in range(columns)]))


def value(gap: Gap, measure: str) -> float:
    return next(tile.value for tile in gap.measures if tile.measure == measure)


def light(gap: Gap, measure: str) -> str:
    return next(tile.light for tile in gap.measures if tile.measure == measure)


def two_sets(n: int, m: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(0, 1, (n, 4)), rng.normal(0.3, 1.2, (m, 4))


def mmd_of(x: np.ndarray, y: np.ndarray, width: float) -> float:
    first = np.arange(len(x) + len(y))[:, None] < len(x)
    return float(distances.mmd(distances.gaussian(np.concatenate([x, y]), width), first)[0])


# --- definitions


def test_mmd_agrees_with_its_definition_term_by_term():
    x, y = two_sets(7, 5)

    def k(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.exp(-((a - b) ** 2).sum() / (2 * 1.7**2)))

    within_x = np.mean([k(a, b) for i, a in enumerate(x) for j, b in enumerate(x) if i != j])
    within_y = np.mean([k(a, b) for i, a in enumerate(y) for j, b in enumerate(y) if i != j])
    across = np.mean([k(a, b) for a in x for b in y])
    assert mmd_of(x, y, 1.7) == pytest.approx(within_x + within_y - 2 * across)


def test_mmd_of_equal_distributions_is_zero_on_average_and_often_negative():
    rng = np.random.default_rng(0)
    found = [mmd_of(rng.normal(size=(32, 5)), rng.normal(size=(32, 5)), 3.0) for _ in range(300)]
    assert abs(np.mean(found)) < 3 * stats.sem(found)
    assert 0.3 < np.mean(np.array(found) < 0) < 0.8


def test_distances_by_one_matrix_product_agree_with_scipy_and_are_zero_between_equal_rows():
    x = np.random.default_rng(0).normal(1000, 1, (60, 30))
    found = distances.squared_distances(np.concatenate([x, x]))
    assert found[:60, :60] == pytest.approx(cdist(x, x, "sqeuclidean"), rel=1e-9)
    assert (found.diagonal(60) == 0).all()
    assert found == pytest.approx(found.T, abs=1e-9)


def test_the_permutation_test_tells_a_shift_from_none():
    x, y = two_sets(60, 60)
    rows, rng = np.concatenate([x, y + 1]), np.random.default_rng(0)
    value, p_value = distances.mmd_test(rows, 2.0, rng, permutations=99)
    assert value == pytest.approx(mmd_of(x, y + 1, 2.0))
    assert p_value == 1 / 100
    assert distances.mmd_test(rng.permutation(rows), 2.0, rng)[1] > 0.05


def test_the_kernel_width_is_the_median_distance_between_different_rows():
    rows = np.array([[0.0], [1.0], [3.0], [10.0]])
    assert distances.median_distance(rows[:2], rows[2:]) == np.median([1, 3, 10, 2, 9, 7])
    assert distances.median_distance(np.zeros((9, 2)), np.ones((1, 2))) == pytest.approx(np.sqrt(2))
    assert distances.median_distance(np.zeros((9, 2))) == 1.0


def test_coral_by_hand():
    x, y = np.array([[0.0, 0.0], [2.0, 2.0]]), np.array([[0.0, 0.0], [2.0, -2.0]])
    assert distances.coral(x, y) == pytest.approx((0 + 16 + 16 + 0) / (4 * 2**2))
    assert distances.coral(x[:, :1], 3 * y[:, :1]) == pytest.approx((2 - 18) ** 2 / 4)


def test_coral_is_blind_to_a_moved_mean_and_the_mean_distance_is_not():
    x, _ = two_sets(50, 1)
    assert distances.coral(x, x + 1) == pytest.approx(0, abs=1e-12)
    assert distances.mean_distance(x, x + 1) == pytest.approx(1)


def test_mean_distance_is_blind_to_a_changed_spread_and_coral_is_not():
    x, _ = two_sets(50, 1)
    x = x - x.mean(axis=0)
    assert distances.mean_distance(x, 3 * x) == pytest.approx(0, abs=1e-12)
    assert distances.coral(x, 3 * x) > 0.1


def test_frechet_by_hand_and_along_one_column():
    x = np.array([[0.0], [2.0]])
    assert distances.frechet(x, 3 * x + 5) == pytest.approx((1 - 8) ** 2 + (np.sqrt(2) - np.sqrt(18)) ** 2)


@pytest.mark.parametrize(("n", "m"), [(60, 40), (3, 5)])
def test_frechet_agrees_with_the_root_of_the_product_of_the_covariances(n, m):
    x, y = two_sets(n, m)
    one, other = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    moved = ((x.mean(axis=0) - y.mean(axis=0)) ** 2).sum()
    across = np.sqrt(np.linalg.eigvals(one @ other).astype(complex)).real.sum()
    assert distances.frechet(x, y) == pytest.approx(moved + np.trace(one) + np.trace(other) - 2 * across, abs=1e-6)
    assert distances.frechet(x, y) == pytest.approx(distances.frechet(y, x))


def test_frechet_of_a_set_with_itself_is_zero_and_with_it_moved_the_square_of_the_move():
    x, _ = two_sets(50, 1)
    assert distances.frechet(x, x) == pytest.approx(0, abs=1e-9)
    assert distances.frechet(x, x + 2) == pytest.approx(4 * x.shape[1])


def test_frechet_is_blind_to_a_shape_that_has_the_same_mean_and_spread_and_sliced_wasserstein_is_not():
    rng = np.random.default_rng(0)
    bell, halves = rng.normal(size=(2000, 1)), rng.choice([-1.0, 1.0], (2000, 1))
    bell, halves = ((part - part.mean()) / part.std() for part in (bell, halves))
    assert distances.frechet(bell, halves) == pytest.approx(0, abs=1e-9)
    assert distances.sliced_wasserstein(bell, halves) > 0.5


@pytest.mark.parametrize(("n", "m"), [(30, 30), (6, 9), (7, 1)])
def test_sliced_wasserstein_along_one_column_agrees_with_the_quantiles_term_by_term(n, m):
    x, y = (part[:, :1] for part in two_sets(n, m))
    fine = (np.arange(n * m) + 0.5) / (n * m)  # every step of either quantile function lies between two of these
    one, other = (np.quantile(part, fine, method="inverted_cdf") for part in (x, y))
    assert distances.sliced_wasserstein(x, y) == pytest.approx(np.sqrt(((one - other) ** 2).mean()), rel=1e-5)


def test_sliced_wasserstein_of_a_moved_set_is_the_distance_of_its_means():
    x, _ = two_sets(50, 1)
    assert distances.sliced_wasserstein(x, x[::-1]) == pytest.approx(0, abs=1e-6)
    assert distances.sliced_wasserstein(x, x + 1) == pytest.approx(distances.mean_distance(x, x + 1), rel=0.3)
    move = np.random.default_rng(3).normal(size=60)
    wide = np.random.default_rng(4).normal(size=(40, 60))
    assert distances.sliced_wasserstein(wide, wide + move) == pytest.approx(
        distances.mean_distance(wide, wide + move), rel=0.2
    )


@pytest.mark.parametrize(("rows", "columns"), [(200, 4), (20, 50)])
def test_the_shrunk_covariance_agrees_with_scikit_learn(rows, columns):
    x = np.random.default_rng(0).normal(size=(rows, columns)) * np.arange(1, columns + 1)
    assert distances.shrunk_covariance(x) == pytest.approx(ledoit_wolf(x, assume_centered=True)[0])


def test_a_distance_is_two_when_told_apart_without_error_and_about_zero_when_not():
    x, y = two_sets(200, 200)
    assert distances.a_distance(x, x + 100) == 2.0
    assert distances.a_distance(x, np.random.default_rng(9).permutation(x) + 1e-9 * y) < 0.25


def test_a_distance_of_equal_distributions_stays_small_with_more_features_than_rows():
    rng = np.random.default_rng(0)
    found = [distances.a_distance(rng.normal(size=(60, 300)), rng.normal(size=(60, 300)), seed) for seed in range(6)]
    assert np.mean(found) < 0.35


def test_a_distance_counts_both_domains_alike_however_many_rows_each_has():
    x, y = two_sets(1000, 50)
    assert distances.a_distance(x, y - 0.3) < 0.4


def test_the_feature_that_differs_gives_the_domain_away():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(300, 3)), rng.normal(size=(300, 3))
    y[:, 1] += 2
    away = distances.giveaways(x, y, ["quiet", "moved", "quiet too"])
    assert away["moved"] > 0.2
    assert max(away["quiet"], away["quiet too"]) < 0.03


# --- the gap as a whole


@pytest.fixture(scope="module")
def same() -> Gap:
    return measure_gap(table(600, 0), table(400, 1))


@pytest.fixture(scope="module")
def moved() -> Gap:
    return measure_gap(table(600, 0), table(400, 1, shift=1.0, scale=1.5))


def test_every_measure_stands_beside_its_floor_at_the_same_number_of_rows(same):
    tiles = same.tiles()
    assert list(tiles.columns) == ["measure", "value", "floor", "p_value", "n", "light"]
    assert list(tiles["measure"]) == MEASURES
    assert set(tiles["n"]) == {300}
    assert (tiles["floor"] > 0).all()


def test_a_clear_shift_is_called_large_and_none_is_not(same, moved):
    assert "large" not in set(same.tiles()["light"])
    assert set(moved.tiles()["light"]) == {"large"}
    assert moved.measures[0].p_value == pytest.approx(1 / 201)


def test_the_record_is_plain_json(moved):
    record = json.loads(json.dumps(moved.to_dict(), allow_nan=False))
    assert set(record) == {*MEASURES, "width"}
    assert record["coral"]["p_value"] is None
    assert record["mmd"]["value"] == moved.measures[0].value


def test_the_same_seed_gives_the_same_gap(same):
    assert measure_gap(table(600, 0), table(400, 1)).to_dict() == same.to_dict()


def test_every_measure_grows_with_the_shift():
    gaps = [measure_gap(table(400, 0), table(200, 1, shift=s, scale=1 + s)) for s in (0.0, 0.5, 1.0, 2.0)]
    for measure in MEASURES:
        values = [value(gap, measure) for gap in gaps]
        assert values == sorted(values), measure
    assert all(0 <= value(gap, "a_distance") <= 2 for gap in gaps)


def test_a_gap_is_no_larger_from_one_side_than_from_the_other_when_scales_agree():
    forth, back = measure_gap(table(600, 0), table(600, 1, 0.8)), measure_gap(table(600, 1, 0.8), table(600, 0))
    assert value(forth, "mmd") == pytest.approx(value(back, "mmd"), rel=0.3)
    assert value(forth, "mean_distance") == pytest.approx(value(back, "mean_distance"), rel=0.2)


def test_p_values_are_about_uniform_without_a_shift():
    found = [measure_gap(table(60, seed), table(30, 1000 + seed), seed).measures[0].p_value for seed in range(100)]
    assert stats.kstest(found, "uniform").pvalue > 0.01


def test_lights_stay_off_for_most_pairs_without_a_shift():
    lights = [tile.light for s in range(30) for tile in measure_gap(table(80, s), table(40, 500 + s), s).measures]
    assert np.mean([light != "none" for light in lights]) < 0.12
    assert "large" not in lights


def test_few_rows_do_not_hide_a_gap_without_overlap():
    gap = measure_gap(table(40, 0), table(20, 1, shift=50.0))
    assert light(gap, "a_distance") == light(gap, "mmd") == light(gap, "mean_distance") == "large"


def test_too_few_examples_are_refused_with_a_sentence():
    with pytest.raises(Unusable, match="source has 40 examples and the target 3"):
        measure_gap(table(40, 0), table(3, 1))


def test_images_that_grow_brighter_lie_apart_and_those_alike_do_not():
    rng = np.random.default_rng(0)
    dark = rng.integers(0, 120, (300, 40, 40, 3), dtype=np.uint8)
    assert {tile.light for tile in measure_gap(Examples(dark[:200]), Examples(dark[200:])).measures} == {"none"}
    assert light(measure_gap(Examples(dark[:200]), Examples(dark[200:] + 90)), "mmd") == "large"


# --- features


def test_the_first_examples_set_the_scale():
    one, other = matrix(table(500, 0, shift=5, scale=3), table(500, 1, shift=8, scale=3))
    assert one.mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-9)
    assert one.std(axis=0) == pytest.approx(np.ones(3))
    assert other.mean(axis=0) == pytest.approx(np.ones(3), abs=0.2)


def test_gaps_words_and_new_words_each_have_a_column():
    source = pd.DataFrame({"n": [1.0, np.nan, 3.0, np.inf], "w": ["a", "a", "b", None]})
    target = pd.DataFrame({"n": [2.0, 2.0], "w": ["new", "a"]})
    features = describe(Examples(source), Examples(target))
    assert features.owners == ["n", "n", "w", "w", "w", "w"]
    one, other = features.matrices
    assert one.tolist() == [[-1, 0, 1, 0, 0, 0], [0, 1, 1, 0, 0, 0], [1, 0, 0, 1, 0, 0], [0, 1, 0, 0, 0, 1]]
    assert other.tolist() == [[0, 0, 0, 0, 1, 0], [0, 0, 1, 0, 0, 0]]


def test_constant_empty_missing_and_mistyped_columns_do_no_harm():
    source = pd.DataFrame({"same": [2] * 40, "empty": [np.nan] * 40, "gone": range(40), "typed": range(40)})
    target = pd.DataFrame({"same": [2] * 40, "empty": [np.nan] * 40, "typed": ["x"] * 20 + ["7"] * 20})
    assert all(np.isfinite(part).all() for part in matrix(Examples(source), Examples(target)))
    assert np.isfinite(measure_gap(Examples(source), Examples(target)).tiles()["value"]).all()


def test_rows_are_drawn_down_to_the_limit():
    assert [len(part) for part in matrix(table(500, 0), table(90, 1), limit=100)] == [100, 90]


def test_different_makes_and_sizes_are_refused_with_a_sentence():
    small, large = (Examples(np.zeros((20, side, side, 1), dtype=np.uint8)) for side in (8, 16))
    with pytest.raises(Unusable, match="8x8x1 and 16x16x1"):
        matrix(small, large)
    with pytest.raises(Unusable, match="cannot be compared: images with tables"):
        matrix(table(20, 0), small)


# --- drift, classes, picture


def drifting(seed: int, shift: float, odds: list[float], n: int = 3000) -> Examples:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"still": rng.normal(size=n), "moves": rng.normal(shift, 1, n)})
    return Examples(frame.assign(word=rng.choice(["a", "b"], n, p=odds)))


def test_the_stability_index_by_hand():
    one, other = np.array([1000, 1000]), np.array([500, 1500])
    assert stability_index(one, other) == pytest.approx(0.25 * np.log(3), rel=0.01)
    assert stability_index(one, one) == 0


def test_drift_ranks_the_moved_feature_first_and_agrees_with_scipy():
    source, target = drifting(0, 0.0, [0.5, 0.5]), drifting(1, 1.0, [0.8, 0.2])
    found = drift(source, target).set_index("feature")
    assert list(found.index) == ["moves", "word", "still"]
    assert found.loc["still", "psi"] < 0.02
    assert found.loc["moves", "psi"] > 0.5
    moves = stats.ks_2samp(source.inputs["moves"], target.inputs["moves"]).statistic
    assert found.loc["moves", "ks"] == pytest.approx(moves)
    assert found.loc["word", "total_variation"] == pytest.approx(0.3, abs=0.03)
    assert found["importance"].idxmax() == "moves"


def test_drift_grows_with_the_shift():
    psi = [drift(drifting(0, 0, [0.5, 0.5]), drifting(1, s, [0.5, 0.5])).set_index("feature").loc["moves", "psi"]
           for s in (0, 0.3, 1, 3)]  # fmt: skip
    assert psi == sorted(psi)


def test_more_gaps_are_a_drift_of_their_own():
    source, target = drifting(0, 0, [0.5, 0.5]), drifting(1, 0, [0.5, 0.5])
    target.inputs.loc[:899, ["still", "word"]] = np.nan
    found = drift(source, target).set_index("feature")
    assert found.loc["still", "missing_target"] == pytest.approx(0.3)
    assert found.loc["word", "missing_target"] == pytest.approx(0.3)
    assert found.loc[["still", "word"], "psi"].min() > 0.25 > 0.02 > found.loc["moves", "psi"]


def test_a_constant_feature_that_falls_is_seen():
    source, target = (Examples(pd.DataFrame({"c": [float(level)] * 50, "r": range(50)})) for level in (5, 4))
    assert drift(source, target).set_index("feature").loc["c", "psi"] > 1


def test_empty_columns_drift_by_an_unknown_amount_or_not_at_all():
    source = Examples(pd.DataFrame({"empty": [np.nan] * 50, "r": range(50)}))
    found = drift(source, source).set_index("feature")
    assert found.loc["empty", "psi"] == 0
    assert np.isnan(found.loc["empty", "ks"])


def test_images_have_no_columns_to_drift():
    images = Examples(np.zeros((20, 8, 8, 1), dtype=np.uint8))
    assert drift(images, images).empty


def test_label_shift_names_every_class_of_either_domain():
    frame = pd.DataFrame({"x": range(4)})
    source = Examples(frame, np.array(["a", "a", "a", "b"]))
    target = Examples(frame, np.array(["b", "b", "c", "b"]))
    shares = label_shift(Situation(source, target, "y", "table")).set_index("class")
    assert shares.loc["a"].tolist() == [0.75, 0.0]
    assert shares.loc["b"].tolist() == [0.25, 0.75]
    assert shares.loc["c"].tolist() == [0.0, 0.25]


def test_the_picture_shows_both_domains_with_their_labels_in_one_projection():
    source = Examples(table(50, 0).inputs, np.array(["yes", "no"] * 25))
    dots = embedding(source, table(30, 1, shift=9.0))
    assert dots["domain"].value_counts().to_dict() == {"source": 30, "target": 30}
    assert set(dots.loc[dots["domain"] == "source", "label"]) == {"yes", "no"}
    assert dots.loc[dots["domain"] == "target", "label"].isna().all()
    here, there = (dots.loc[dots["domain"] == name, "x"] for name in ("source", "target"))
    assert here.max() < there.min() or there.max() < here.min()


def test_a_single_column_still_makes_a_picture():
    dots = embedding(table(20, 0, columns=1), table(20, 1, columns=1))
    assert (dots["y"] == 0).all()

"""What simulated pictures are drawn with: noise of the right grain, distances and outlines as they are defined."""

from __future__ import annotations

import numpy as np
import pytest

from tlcore import pictures


@pytest.mark.parametrize("side", [24, 25])
@pytest.mark.parametrize(("along", "across", "angle"), [(0.03, None, 0.0), (0.3, 0.02, 0.7), (0.0, None, 0.0)])
def test_a_field_has_mean_0_and_variance_1_whatever_its_grain(side, along, across, angle):
    noise = pictures.field(np.random.default_rng(0), 4_000, side, along, across, angle)
    assert noise.mean() == pytest.approx(0, abs=0.03)
    assert noise.var() == pytest.approx(1, abs=0.05)


def test_a_field_is_correlated_as_its_gaussian_window_makes_it():
    """A window of standard deviation s makes the correlation exp(-d^2 / (4 s^2)) at the distance d."""
    noise = pictures.field(np.random.default_rng(0), 2_000, 40, 0.08, 0.05)
    for axis, size in ((2, 0.08), (1, 0.05)):
        for pixels in (2, 4):
            expected = np.exp(-((pixels / 40) ** 2) / (4 * size**2))
            assert (noise * np.roll(noise, pixels, axis)).mean() == pytest.approx(expected, abs=0.03)


def test_a_turned_field_has_its_grain_turned():
    upright = pictures.field(np.random.default_rng(0), 500, 32, 0.1, 0.02, np.full(500, np.pi / 2))
    neighbours = [(upright * np.roll(upright, 2, axis)).mean() for axis in (1, 2)]
    assert neighbours[0] > neighbours[1] + 0.2


def test_the_distance_from_a_path_is_that_from_its_nearest_stretch():
    corner = np.array([[[0.25, 0.25], [0.75, 0.25], [0.75, 0.75]]])
    away = pictures.path(corner, 4)[0]  # pixels lie at 1/8, 3/8, 5/8, 7/8
    assert away[1, 1] == pytest.approx(1 / 8)
    assert away[0, 0] == pytest.approx(np.hypot(1, 1) / 8)
    assert away[3, 0] == pytest.approx(np.hypot(1, 5) / 8)
    assert away[2, 3] == pytest.approx(1 / 8)


def test_a_blob_without_waves_is_a_disc_and_waves_move_its_outline():
    phases = np.zeros((1, 1))
    disc = pictures.blob(64, 0.5, 0.5, 0.25, np.zeros((1, 1)), phases) > 0
    assert disc.mean() == pytest.approx(np.pi * 0.25**2, abs=0.01)
    oval = (pictures.blob(64, 0.5, 0.5, 0.25, np.full((1, 1), 0.4), phases) > 0)[0]
    assert oval[32].sum() == pytest.approx(2 * 0.25 * 1.4 * 64, abs=2)
    assert oval[:, 32].sum() == pytest.approx(2 * 0.25 * 0.6 * 64, abs=2)


def test_light_leaves_the_middle_as_it_is_and_turns_with_its_angle():
    plain = np.full((2, 9, 9), 0.5)
    one, other = pictures.lit(plain, 0.4, np.array([0.0, np.pi]))
    assert one[4, 4] == pytest.approx(0.5)
    assert one[4, 8] == pytest.approx(0.5 * (1 + 0.4 * 8 / 9))
    np.testing.assert_allclose(one, other[:, ::-1], atol=1e-6)


def test_a_lens_spreads_a_point_by_the_same_share_of_the_width_in_any_number_of_pixels():
    for side in (33, 99):
        point = np.zeros((1, side, side))
        point[0, side // 2, side // 2] = 1.0
        seen = pictures.blurred(point, 0.05)[0]
        x, _ = pictures.grid(side)
        assert seen.sum() == pytest.approx(1)
        assert np.sqrt((seen * (x - 0.5) ** 2).sum()) == pytest.approx(0.05, abs=0.002)

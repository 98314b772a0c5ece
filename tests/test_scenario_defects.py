"""Simulated surfaces: a defect is where it is said to be, changes nothing else, and can be made invisible."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage, stats
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from toys import same

from tlcore.scenarios.defects import KINDS, NEW, OLD, Defects, shot

SMALL = {"source_size": 1_000, "side": 16}


def pixels(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1) / 255


@pytest.fixture(scope="module")
def lines():
    return Defects(**SMALL).lines()


def test_an_image_differs_from_its_sound_self_at_the_defect_and_nowhere_else(lines):
    sound = Defects(**SMALL, visibility=0.0).lines()
    for name, shots in lines.items():
        changed = np.abs(shots.images[..., 0].astype(int) - sound[name].images[..., 0]) > 8
        near = ndimage.binary_dilation(shots.where, np.ones((1, 3, 3)), iterations=2)
        assert not (changed & ~near).any()
        flawed = shots.kinds != ""
        assert shots.where[flawed].any(axis=(1, 2)).all()
        assert changed[flawed].any(axis=(1, 2)).mean() > 0.95
        assert not shots.where[~flawed].any()
        assert not changed[~flawed].any()


def test_an_invisible_defect_leaves_the_image_as_it_would_be_without():
    few, many = (Defects(**SMALL, visibility=0.0, event_rate=rate).draw() for rate in (0.1, 0.5))
    assert np.array_equal(few.source.inputs, many.source.inputs)
    assert np.mean(few.source.labels == many.source.labels) < 0.8


def test_what_the_labels_say_is_what_is_in_the_images(lines):
    situation = Defects(**SMALL).draw()
    for name in ("source", "target", "test"):
        labels = getattr(situation, name).labels
        assert np.array_equal(labels == "defective", lines[name].kinds != "")
        assert np.mean(labels == "defective") == 0.25
        assert set(lines[name].kinds) == {*KINDS, ""}


def test_without_shift_both_lines_follow_one_law_and_with_it_they_do_not():
    def told_apart(shift: float) -> float:
        situation = Defects(source_size=800, side=16, covariate_shift=shift).draw()
        both = np.concatenate([pixels(situation.source.inputs), pixels(situation.target.inputs)])
        features = np.column_stack([both.mean(1), both.std(1), np.sort(both, axis=1)[:, ::64]])
        place = np.repeat([0, 1], 800)
        return cross_val_score(LogisticRegression(max_iter=500), features, place, cv=5, scoring="roc_auc").mean()

    assert told_apart(0.0) == pytest.approx(0.5, abs=0.05)
    assert told_apart(0.3) > 0.6
    assert told_apart(1.0) > 0.9
    assert OLD.keys() == NEW.keys()


def test_without_shift_the_brightness_of_both_lines_has_one_distribution():
    situation = Defects(source_size=1_000, side=16, covariate_shift=0.0).draw()
    means = [part.inputs.mean(axis=(1, 2, 3)) for part in (situation.source, situation.test)]
    assert stats.ks_2samp(*means).pvalue > 0.01


def test_the_new_line_does_not_depend_on_how_much_is_known_of_the_old_one():
    short, long = (Defects(side=16, source_size=size).draw() for size in (200, 2_000))
    assert same(short.target, long.target)
    assert same(short.test, long.test)


def test_label_noise_swaps_labels_and_leaves_images_rates_and_the_test_alone():
    clean, noisy = Defects(**SMALL).draw(), Defects(**SMALL, label_noise=0.4).draw()
    assert np.array_equal(clean.source.inputs, noisy.source.inputs)
    missed = (clean.source.labels == "defective") & (noisy.source.labels == "sound")
    assert missed.sum() == 0.4 * 250
    assert np.mean(noisy.source.labels == "defective") == 0.25
    assert same(clean.test, noisy.test)


def test_another_world_has_other_surfaces():
    here, there = Defects(**SMALL).draw(), Defects(**SMALL, world=1).draw()
    assert not np.array_equal(here.target.inputs, there.target.inputs)


@pytest.mark.parametrize("side", [16, 33, 96])
def test_images_come_in_the_size_asked_for_and_use_the_range_of_grey(side):
    images, where = shot(np.random.default_rng(0), np.resize(KINDS, 100), OLD, 1.0, side)
    assert images.shape == (*where.shape, 1) == (100, side, side, 1)
    assert images.dtype == np.uint8
    assert images.std() > 15
    assert np.isin(images, [0, 255]).mean() < 0.02

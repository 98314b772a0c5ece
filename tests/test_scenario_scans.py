"""Simulated scans: a lesion is where it is said to be, its form decides the reading, and the scanner is the shift."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from toys import same

from tlcore.scenarios.scans import CLASSES, KNOWN, OTHER, Scans, scan

SMALL = {"source_size": 1_000, "side": 16}


@pytest.fixture(scope="module")
def scanned():
    return Scans(**SMALL).scanners()


def test_a_scan_differs_from_that_of_the_healthy_body_at_the_lesion_and_nowhere_else(scanned):
    healthy = Scans(**SMALL, visibility=0.0).scanners()
    for name, shots in scanned.items():
        changed = np.abs(shots.images[..., 0].astype(int) - healthy[name].images[..., 0]) > 8
        near = ndimage.binary_dilation(shots.where, np.ones((1, 3, 3)), iterations=2)
        assert not (changed & ~near).any()
        found = shots.kinds != "no finding"
        assert shots.where[found].any(axis=(1, 2)).all()
        assert changed[found].any(axis=(1, 2)).mean() > 0.95
        assert not shots.where[~found].any()
        assert not changed[~found].any()


def test_an_invisible_lesion_leaves_the_scan_as_it_would_be_without():
    few, many = (Scans(**SMALL, visibility=0.0, event_rate=rate).draw() for rate in (0.1, 0.9))
    assert np.array_equal(few.source.inputs, many.source.inputs)
    assert np.mean(few.source.labels == many.source.labels) < 0.4


def test_an_irregular_lesion_has_a_rougher_outline():
    """A rougher outline is longer for the same area."""

    def roughness(irregularity: float) -> float:
        _, places = scan(np.random.default_rng(0), np.ones(100), np.full(100, irregularity), KNOWN, 64)
        rim = places & ~ndimage.binary_erosion(places, np.ones((1, 3, 3)))
        return float(np.mean(rim.sum(axis=(1, 2)) / np.sqrt(places.sum(axis=(1, 2)))))

    assert roughness(0.1) < 0.95 * roughness(0.6) < 0.9 * roughness(1.0)


def test_a_third_of_each_reading_or_so_and_the_lesions_as_many_as_asked_for(scanned):
    for shots in scanned.values():
        assert np.mean(shots.kinds != "no finding") == pytest.approx(0.6, abs=1e-9)
        assert {np.round(np.mean(shots.kinds == name), 1) for name in CLASSES} == {0.3, 0.4}


def test_the_other_readers_call_more_lesions_suspicious_and_none_less(scanned):
    strict = Scans(**SMALL, concept_shift=1.0).scanners()
    assert same_shots(strict["source"], scanned["source"])
    before, after = scanned["test"].kinds, strict["test"].kinds
    assert np.array_equal(strict["test"].images, scanned["test"].images)
    turned = before != after
    assert 0.05 < turned.mean() < 0.2
    assert set(before[turned]) == {"benign"}
    assert set(after[turned]) == {"suspicious"}
    assert Scans(concept_shift=0.5).differs() == {"inputs", "rule"}


def same_shots(one, other) -> bool:
    return np.array_equal(one.images, other.images) and np.array_equal(one.kinds, other.kinds)


def test_without_shift_both_scanners_follow_one_law_and_with_it_they_do_not():
    def told_apart(shift: float) -> float:
        situation = Scans(source_size=800, side=16, covariate_shift=shift).draw()
        both = np.concatenate([part.inputs.reshape(800, -1) / 255 for part in (situation.source, situation.target)])
        features = np.column_stack([both.mean(1), both.std(1), np.sort(both, axis=1)[:, ::64]])
        place = np.repeat([0, 1], 800)
        return cross_val_score(LogisticRegression(max_iter=500), features, place, cv=5, scoring="roc_auc").mean()

    assert told_apart(0.0) == pytest.approx(0.5, abs=0.05)
    assert told_apart(0.3) > 0.75
    assert told_apart(1.0) > 0.9
    assert KNOWN.keys() == OTHER.keys()


def test_the_other_hospital_does_not_depend_on_how_much_is_known_of_the_first():
    short, long = (Scans(side=16, source_size=size).draw() for size in (200, 2_000))
    assert same(short.target, long.target)
    assert same(short.test, long.test)


def test_label_noise_gives_this_share_of_the_scans_a_wrong_class_and_leaves_the_test_alone():
    clean, noisy = Scans(**SMALL).draw(), Scans(**SMALL, label_noise=0.4).draw()
    assert np.array_equal(clean.source.inputs, noisy.source.inputs)
    assert np.mean(clean.source.labels != noisy.source.labels) == 0.4
    assert same(clean.test, noisy.test)


@pytest.mark.parametrize("side", [16, 33, 96])
def test_scans_come_in_the_size_asked_for_with_the_body_in_the_middle(side):
    images, where = scan(np.random.default_rng(0), np.ones(100), np.zeros(100), KNOWN, side)
    assert images.shape == (*where.shape, 1) == (100, side, side, 1)
    assert images.dtype == np.uint8
    edge, centre = images[:, 0].mean(), images[:, side // 4 : -side // 4, side // 4 : -side // 4].mean()
    assert edge < 20 < 60 < centre

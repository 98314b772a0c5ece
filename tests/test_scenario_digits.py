"""Real digits, clean and on photographs, honestly dealt."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from tlcore.scenarios import digits
from tlcore.situation import Examples


def digit_of(name: str) -> int:
    return int(name.split()[1])


def left_of(name: str) -> tuple[str, int, int]:
    """Photograph, left and top of the crop that an image's name tells of."""
    _, _, _, photograph, _, left, top = name.replace(",", "").split()
    return photograph, int(left), int(top)


@pytest.fixture(scope="module")
def photographed():
    return digits.Digits().draw()


def test_source_pool_and_test_are_made_of_different_digits(photographed):
    parts = [photographed.source, photographed.target, photographed.test]
    groups = [{digit_of(name) for name in part.names} for part in parts]
    assert [len(group) for group in groups] == [797, 500, 500]
    assert len(set.union(*groups)) == 1797
    assert [len(part) for part in parts] == [797, 1000, 1000]


def test_pool_and_test_share_no_pixel_of_background(photographed):
    pool = [left_of(name)[1] + digits.SIDE for name in photographed.target.names]
    test = [left_of(name)[1] for name in photographed.test.names]
    assert max(pool) <= min(test)


def test_an_image_is_the_absolute_difference_of_crop_and_digit():
    from sklearn.datasets import load_digits, load_sample_image

    situation = digits.Digits(blend=0.5).draw()
    assert situation.target.names is not None
    scans = load_digits().images
    for row in (0, 7, 999):
        photograph, left, top = left_of(situation.target.names[row])
        crop = load_sample_image(f"{photograph}.jpg")[top : top + 16, left : left + 16].astype(float)
        scan = digits.enlarged(scans[[digit_of(situation.target.names[row])]])[0].astype(float)
        np.testing.assert_allclose(situation.target.inputs[row], np.abs(0.5 * crop - scan[..., None]), atol=0.5)


def test_without_blending_the_target_is_as_clean_as_the_source():
    situation = digits.Digits(blend=0.0).draw()
    everything = np.concatenate([situation.source.inputs, situation.target.inputs])
    assert (everything == everything[..., :1]).all()  # grey
    model = LogisticRegression(max_iter=200).fit(
        situation.source.inputs[..., 0].reshape(797, -1), situation.source.labels
    )
    assert model.score(situation.test.inputs[..., 0].reshape(1000, -1), situation.test.labels) > 0.93


def test_an_inverted_image_is_the_negative_and_keeps_its_label(photographed):
    negative = digits.Digits(inverted=1.0).draw()
    assert np.array_equal(negative.target.inputs, 255 - photographed.target.inputs)
    assert np.array_equal(negative.target.labels, photographed.target.labels)
    assert np.array_equal(negative.source.inputs, photographed.source.inputs)


def test_the_photographs_make_reading_hard_for_who_has_seen_clean_scans_only(photographed):
    def grey(examples: Examples) -> np.ndarray:
        return examples.inputs.mean(axis=-1).reshape(len(examples), -1)

    model = LogisticRegression(max_iter=200).fit(grey(photographed.source), photographed.source.labels)
    assert 0.2 < model.score(grey(photographed.test), photographed.test.labels) < 0.75

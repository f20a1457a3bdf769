"""Patches laid over a hole: taken from what is known, fitting one another and the guide."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from libs import patch_looks
from libs.patch_levels import double_finds
from libs.patch_looks import find_nearest
from libs.patches import _weights, lay_patches


def draw_waves(shape: tuple[int, int] = (120, 150), seed: int = 0) -> np.ndarray:
    """(h, w, 3) float32: freehand-like hatching, lines that bend and are never the same distance apart."""
    rng = np.random.default_rng(seed)
    rows, columns = np.indices(shape)
    phase = rows * 0.9 + 4 * np.sin(columns / 17 + rng.uniform(0, 6)) + np.sin(rows / 5 + rng.uniform(0, 6))
    return np.repeat((np.sin(phase) > 0).astype(np.float32)[..., None], 3, axis=-1)


def block(shape: tuple[int, int] = (120, 150)) -> np.ndarray:
    hole = np.zeros(shape, bool)
    hole[45:75, 55:95] = True
    return hole


def grey(image: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """What a network of means draws: the mean."""
    return np.where(hole[..., None], image[~hole].mean(), image).astype(np.float32)


@pytest.mark.parametrize("seed", range(5))
def test_nothing_changes_outside_the_area(seed):
    image, hole = draw_waves(seed=seed), block()
    area = hole.copy()
    area[:, 75:] = False
    laid = lay_patches(grey(image, hole), hole, area)
    assert_array_equal(laid[~area], grey(image, hole)[~area])
    assert (laid[area] != grey(image, hole)[area]).any()


@pytest.mark.parametrize("seed", range(5))
def test_what_is_laid_is_mixed_from_known_colours(seed):
    rng = np.random.default_rng(seed)
    image, hole = rng.uniform(0.4, 0.6, (90, 100, 3)).astype(np.float32), block((90, 100))
    guide = np.where(hole[..., None], np.float32(1), image)  # a colour that is nowhere known
    laid = lay_patches(guide, hole, hole)[hole]
    assert laid.min() >= image[~hole].min() - 1e-6
    assert laid.max() <= image[~hole].max() + 1e-6


def test_hatching_that_never_repeats_itself_comes_back_as_black_and_white():
    image, hole = draw_waves(), block()
    laid = lay_patches(grey(image, hole), hole, hole)[hole]
    assert laid.std() > 0.7 * image[hole].std()
    assert abs(laid.mean() - image[hole].mean()) < 0.1


@pytest.mark.parametrize("warm", [True, False])
def test_patches_have_the_colours_of_the_guide(warm):
    tint = np.array([0.2, 0.0, -0.2], np.float32)  # as light with it as without
    image, hole = 0.5 + 0.3 * (draw_waves() - 0.5), block()
    image[:60] += tint
    image[60:] -= tint
    guide = np.where(hole[..., None], 0.5 + (tint if warm else -tint), image).astype(np.float32)
    red, _, blue = lay_patches(guide, hole, hole)[48:72, 58:92].mean(axis=(0, 1))
    assert red - blue > 0.3 if warm else blue - red > 0.3


def test_the_same_is_laid_on_every_run():
    image, hole = draw_waves(), block()
    assert_array_equal(*(lay_patches(grey(image, hole), hole, hole) for _ in range(2)))


@pytest.mark.parametrize("shape", [(1, 1), (1, 90), (5, 5), (20, 20), (7, 300)])
def test_where_too_little_is_known_there_is_nothing_to_lay(shape):
    hole = np.zeros(shape, bool)
    hole[0, 0] = True
    assert lay_patches(np.ones((*shape, 3), np.float32), hole, hole) is None


def test_a_hole_at_the_picture_s_edge_is_covered_to_the_last_pixel():
    image, hole = draw_waves(), np.zeros((120, 150), bool)
    hole[:20, 100:] = True
    fog = grey(image, hole)
    laid = lay_patches(fog, hole, hole)
    assert (laid[0, 100:] != fog[0, 100:]).all()
    assert (laid[:20, -1] != fog[:20, -1]).all()


@pytest.mark.parametrize("seed", range(5))
def test_the_nearest_are_those_of_a_slow_search(seed):
    rng = np.random.default_rng(seed)
    wanted, known = (rng.normal(size=(count, 6)).astype(np.float32) for count in (17, 40))
    numbers, distances = find_nearest(wanted, known)
    for want, number, distance in zip(wanted, numbers, distances, strict=True):
        slow = [sum((want - other) ** 2) for other in known]
        assert number == int(np.argmin(slow))
        assert distance == pytest.approx(min(slow), rel=1e-4)


def test_nearest_does_not_depend_on_how_much_is_compared_at_once(monkeypatch):
    rng = np.random.default_rng(1)
    wanted, known = (rng.normal(size=(count, 6)).astype(np.float32) for count in (50, 40))
    before = find_nearest(wanted, known)
    monkeypatch.setattr(patch_looks, "AT_ONCE", 120)
    assert_array_equal(find_nearest(wanted, known)[0], before[0])


def test_finds_at_half_the_size_are_the_same_places_at_full_size():
    finds = np.full((3, 4), -1)
    finds[1, 2] = 2 * 4 + 0  # the pixel in row 1, column 2 found that in row 2, column 0
    doubled = double_finds(finds, (7, 9))
    assert doubled[2, 4] == 4 * 9 + 0
    assert doubled[3, 5] == 5 * 9 + 1
    assert (doubled >= 0).sum() == 4


def test_a_patch_that_fits_better_counts_more():
    weights = _weights(np.array([0.0, 1.0, 2.0, 50.0], np.float32))
    assert (np.diff(weights) < 0).all()
    assert_allclose(_weights(np.zeros(4, np.float32)), 1, rtol=1e-3)

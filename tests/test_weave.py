"""The network's own pattern is taken out of wide holes; what is drawn stays."""

import numpy as np
import pytest
import scipy
from numpy.testing import assert_allclose, assert_array_equal

from libs.weave import PERIOD, take_out_weave
from tests.test_patches import draw_waves

SHAPE = (160, 160)
INNER = np.s_[48:112, 48:112]


def wide(shape: tuple[int, int] = SHAPE) -> np.ndarray:
    hole = np.zeros(shape, bool)
    hole[32:-32, 32:-32] = True
    return hole


def weave(seed: int, shape: tuple[int, int] = SHAPE) -> np.ndarray:
    """(h, w, 3): a tile of 8 x 8 pixels over and over, about 0."""
    tile = np.random.default_rng(seed).uniform(-0.2, 0.2, (PERIOD, PERIOD, 1)).astype(np.float32)
    times = [-(-length // PERIOD) for length in shape]
    return np.tile(tile - tile.mean(), (*times, 3))[: shape[0], : shape[1]]


def draw_ink(seed: int) -> np.ndarray:
    """(h, w, 3): black shapes and strokes on white, everywhere other ones."""
    noise = scipy.ndimage.gaussian_filter(np.random.default_rng(seed).standard_normal(SHAPE), 2.5)
    return np.repeat((noise > 0.02).astype(np.float32)[..., None], 3, axis=-1)


@pytest.mark.parametrize("seed", range(6))
def test_a_pattern_that_comes_again_every_8_pixels_goes(seed):
    image, hole, pattern = np.full((*SHAPE, 3), 0.5, np.float32), wide(), weave(seed)
    drawn = take_out_weave(image + pattern * hole[..., None], hole)
    left = (drawn - image)[INNER]
    assert left.std() < 0.2 * pattern.std()


@pytest.mark.parametrize("seed", range(6))
def test_what_is_drawn_under_it_stays(seed):
    image, hole, pattern = draw_ink(seed), wide(), weave(seed)
    drawn = take_out_weave(image + pattern * hole[..., None], hole)
    assert np.corrcoef(drawn[INNER].ravel(), image[INNER].ravel())[0, 1] > 0.97
    assert (drawn - image)[INNER].std() < pattern.std()


@pytest.mark.parametrize("seed", range(6))
def test_a_drawing_without_it_stays_nearly_as_it_is(seed):
    image, hole = draw_ink(seed), wide()
    changed = (take_out_weave(image, hole) - image)[hole]
    assert changed.std() < 0.15 * image[hole].std()


@pytest.mark.parametrize("seed", range(6))
def test_freehand_hatching_about_as_dense_stays_hatching(seed):
    image, hole = draw_waves(SHAPE, seed=seed), wide()
    drawn = take_out_weave(image, hole)
    assert np.corrcoef(drawn[hole].ravel(), image[hole].ravel())[0, 1] > 0.95


def test_flat_colours_stay():
    image = np.full((*SHAPE, 3), 0.7, np.float32)
    assert_array_equal(take_out_weave(image, wide()), image)


def test_outside_the_hole_nothing_changes():
    image, hole = draw_waves(SHAPE), wide()
    drawing = np.random.default_rng(3).uniform(0, 1, image.shape).astype(np.float32)
    assert_array_equal(take_out_weave(drawing, hole)[~hole], drawing[~hole])


def test_what_lies_around_the_hole_never_matters():
    hole, drawing = wide(), draw_waves(SHAPE) + weave(1)
    other = np.where(hole[..., None], drawing, 0.3)
    assert_allclose(take_out_weave(other, hole)[hole], take_out_weave(drawing, hole)[hole], atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_a_flipped_drawing_loses_the_same(seed):
    shape = (101 + seed, 90)
    drawing, hole = draw_waves(shape, seed=seed) + weave(seed, shape), wide(shape)
    for axis in (0, 1):
        flipped = np.flip(take_out_weave(np.flip(drawing, axis), np.flip(hole, axis)), axis)
        assert_allclose(flipped, take_out_weave(drawing, hole), atol=1e-6)


def test_one_cell_alone_is_no_pattern():
    image, hole = draw_waves((64, 64)), np.zeros((64, 64), bool)
    hole[24:32, 24:32] = True
    drawing = image + weave(2, (64, 64))
    assert np.abs(take_out_weave(drawing, hole) - drawing).mean() < 0.1 * np.abs(weave(2)).mean()


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (7, 9), (33, 17)])
@pytest.mark.parametrize("whole", [True, False])
def test_pictures_of_any_size_come_back_in_theirs(shape, whole):
    image = np.random.default_rng(0).uniform(0, 1, (*shape, 3)).astype(np.float32)
    drawn = take_out_weave(image, np.full(shape, whole))
    assert drawn.shape == image.shape
    assert drawn.dtype == np.float32
    assert np.isfinite(drawn).all()

"""Several fills of one picture."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from libs.inpaint import fill
from libs.variations import BEST, CHOICES, vary
from libs.windows import FillSettings

SIZES = [(1, 1), (1, 9), (7, 1), (40, 30), (33, 90)]


def make_page(seed: int, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    hole = np.zeros(size, bool)
    hole[: (size[0] + 1) // 2, size[1] // 3 :] = rng.random(((size[0] + 1) // 2, size[1] - size[1] // 3)) < 0.7
    return rng.integers(0, 256, (*size, 3), dtype=np.uint8), hole


def draw_corner(pixels: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """A fill that depends on where the top left corner is."""
    result = pixels.copy()
    rows, columns = np.nonzero(hole)
    result[hole] = np.stack([rows, columns, rows + columns], axis=-1) % 256
    return result


def show_shade(images: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """A network whose drawing runs from dark to light, left to right and down."""
    ramp = np.linspace(0, 1, images.shape[1])[:, None] * np.linspace(0, 1, images.shape[2])
    return np.broadcast_to(ramp[None, ..., None], images.shape).astype(np.float32)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("choice", CHOICES)
def test_pixels_outside_the_hole_never_change(choice, size):
    for seed in range(5):
        pixels, hole = make_page(seed, size)
        results = vary(pixels, hole, draw_corner, choice)
        assert len(results) == {"1": 1, "2": 2, "4": 4, BEST: 1}[choice]
        for result in results:
            assert result.dtype == np.uint8
            assert_array_equal(result[~hole], pixels[~hole])


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_variations_are_fills_of_the_flipped_picture_flipped_back(size):
    pixels, hole = make_page(1, size)
    upright, across, down, both = vary(pixels, hole, draw_corner, "4")
    assert_array_equal(upright, draw_corner(pixels, hole))
    assert_array_equal(across, np.fliplr(draw_corner(np.fliplr(pixels), np.fliplr(hole))))
    assert_array_equal(down, np.flipud(draw_corner(np.flipud(pixels), np.flipud(hole))))
    assert_array_equal(both, np.rot90(draw_corner(np.rot90(pixels, 2), np.rot90(hole, 2)), 2))


def test_fewer_variations_are_the_first_of_more():
    pixels, hole = make_page(2, (40, 30))
    four = vary(pixels, hole, draw_corner, "4")
    for choice in ("1", "2"):
        for one, other in zip(vary(pixels, hole, draw_corner, choice), four, strict=False):
            assert_array_equal(one, other)


@pytest.mark.parametrize("seed", range(5))
def test_the_best_is_the_median_of_the_four(seed):
    pixels, hole = make_page(seed, (33, 90))
    (best,) = vary(pixels, hole, draw_corner, BEST)
    median = np.median(np.stack(vary(pixels, hole, draw_corner, "4")), axis=0)
    assert_array_equal(best[hole], np.floor(median[hole] + 0.5))


def test_what_lies_under_the_hole_never_matters():
    pixels, hole = make_page(3, (60, 80))
    other = pixels.copy()
    other[hole] = 7

    def draw(pixels, hole):
        return fill(pixels, hole, show_shade, settings=FillSettings())

    for choice in CHOICES:
        for one, two in zip(vary(pixels, hole, draw, choice), vary(other, hole, draw, choice), strict=True):
            assert_array_equal(one, two)


def test_the_network_draws_each_variation_anew():
    pixels, hole = make_page(4, (60, 80))
    four = vary(pixels, hole, lambda pixels, hole: fill(pixels, hole, show_shade), "4")
    assert len({result.tobytes() for result in four}) == 4


def test_other_choices_are_refused():
    pixels, hole = make_page(0, (4, 4))
    with pytest.raises(ValueError, match="choice must be one of"):
        vary(pixels, hole, draw_corner, "3")

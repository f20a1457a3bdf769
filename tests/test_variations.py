"""Several fills of one picture."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from libs.inpaint import fill
from libs.settings import BEST, CHOICES
from libs.variations import flip, name_results, vary
from libs.windows import FillSettings

SIZES = [(1, 1), (1, 9), (40, 30), (33, 90)]


def make_page(seed: int, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    hole = np.zeros(size, bool)
    hole[: (size[0] + 1) // 2, size[1] // 3 :] = rng.random(((size[0] + 1) // 2, size[1] - size[1] // 3)) < 0.7
    return rng.integers(0, 256, (*size, 3), dtype=np.uint8), hole


def show_shade(images: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """A network whose drawing runs from dark to light, left to right and down, and shows what it sees."""
    ramp = np.linspace(0, 1, images.shape[1])[:, None] * np.linspace(0, 1, images.shape[2])
    return (0.8 * ramp[None, ..., None] + 0.1 * images + 0.1 * masks).astype(np.float32)


def fill_all(pixels: np.ndarray, hole: np.ndarray, choice: str) -> list[np.ndarray]:
    return vary(lambda turn: fill(pixels, hole, turn(show_shade)), choice)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("choice", CHOICES)
def test_pixels_outside_the_hole_never_change(choice, size):
    for seed in range(3):
        pixels, hole = make_page(seed, size)
        results = fill_all(pixels, hole, choice)
        assert len(results) == {"1": 1, "2": 2, "4": 4, BEST: 1}[choice]
        for result in results:
            assert result.dtype == np.uint8
            assert_array_equal(result[~hole], pixels[~hole])


def test_a_page_of_one_window_is_filled_as_if_it_was_flipped_and_flipped_back(no_patches):
    side = FillSettings().smallest
    pixels, hole = make_page(1, (side, side))
    upright, across, down, both = fill_all(pixels, hole, "4")
    assert_array_equal(upright, fill(pixels, hole, show_shade))
    assert_array_equal(across, np.fliplr(fill(np.fliplr(pixels), np.fliplr(hole), show_shade)))
    assert_array_equal(down, np.flipud(fill(np.flipud(pixels), np.flipud(hole), show_shade)))
    assert_array_equal(both, np.rot90(fill(np.rot90(pixels, 2), np.rot90(hole, 2), show_shade), 2))


def test_fewer_variations_are_the_first_of_more_and_all_differ():
    pixels, hole = make_page(2, (40, 30))
    four = fill_all(pixels, hole, "4")
    assert len({result.tobytes() for result in four}) == 4
    for choice in ("1", "2"):
        for one, other in zip(fill_all(pixels, hole, choice), four, strict=False):
            assert_array_equal(one, other)


@pytest.mark.parametrize("seed", range(5))
def test_the_best_is_the_median_of_the_four(seed):
    pixels, hole = make_page(seed, (33, 90))
    (best,) = fill_all(pixels, hole, BEST)
    median = np.median(np.stack(fill_all(pixels, hole, "4")), axis=0)
    assert best.dtype == np.uint8
    assert_array_equal(best, np.floor(median + 0.5))


def test_what_lies_under_the_hole_never_matters():
    pixels, hole = make_page(3, (60, 80))
    other = pixels.copy()
    other[hole] = 7
    for choice in CHOICES:
        for one, two in zip(fill_all(pixels, hole, choice), fill_all(other, hole, choice), strict=True):
            assert_array_equal(one, two)


def test_a_network_with_windows_of_its_own_keeps_them():
    def predict(images, masks):
        return images

    assert not hasattr(flip(predict, True, False), "settings")
    predict.settings = FillSettings(overlap=32)
    assert flip(predict, True, True).settings is predict.settings


def test_results_are_numbered_only_if_there_are_several():
    result = Path("out") / "page.1.png"
    assert name_results(result, "1") == name_results(result, BEST) == [result]
    assert name_results(result, "2") == [Path("out") / "page.1 0.png", Path("out") / "page.1 1.png"]


def test_other_choices_are_refused():
    pixels, hole = make_page(0, (4, 4))
    with pytest.raises(ValueError, match="choice must be one of"):
        fill_all(pixels, hole, "3")

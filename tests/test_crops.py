"""What is drawn in part is what would be drawn as a whole, and not much more than what is needed is drawn."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from libs.crops import find_unknown, plan_crops


def random_box(rng: np.random.Generator, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Top, left, bottom, right of some box in a picture, often at its border."""
    rows, columns = (np.sort(rng.choice(length + 1, 2, replace=False)) for length in size)
    return int(rows[0]), int(columns[0]), int(rows[1]), int(columns[1])


@pytest.mark.parametrize("seed", range(20))
def test_outside_the_crop_all_is_known_and_on_each_of_its_sides_something_is_not(seed):
    rng = np.random.default_rng(seed)
    masks = (rng.random((2, *rng.integers(1, 30, 2), 1)) < 0.95).astype(np.float32)
    top, left, bottom, right = find_unknown(masks)
    outside = masks.copy()
    outside[:, top:bottom, left:right] = 1
    assert outside.all()
    crop = masks[:, top:bottom, left:right]
    if not masks.all():
        assert not any(side.all() for side in (crop[:, 0], crop[:, -1], crop[:, :, 0], crop[:, :, -1]))


def test_where_nothing_is_unknown_the_crop_is_everything():
    assert find_unknown(np.ones((1, 8, 16, 1), np.float32)) == (0, 0, 8, 16)


def corners(crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(..., 2) top and left, bottom and right of parts (..., 2, 4) of (B, H, W, C), of which B and C are whole."""
    first, size = crops[..., 0, :], crops[..., 1, :]
    assert (first[..., [0, 3]] == 0).all()
    assert (size[..., [0, 3]] == -1).all()
    return first[..., 1:3], first[..., 1:3] + size[..., 1:3]


@pytest.mark.parametrize("seed", range(50))
def test_every_pixel_that_must_be_right_has_its_neighbours(seed):
    rng = np.random.default_rng(seed)
    levels = int(rng.integers(1, 5))
    size = 2**levels * rng.integers(1, 9, 2)
    wanted = random_box(rng, size)
    low, high = np.array(wanted[:2]), np.array(wanted[2:])
    for number, (first, last) in enumerate(zip(*corners(plan_crops(wanted, tuple(size), levels)[:, 1]), strict=True)):
        ends = size // 2**number
        assert (first <= np.maximum(low - 1, 0)).all()
        assert (last >= np.minimum(high + 1, ends)).all()
        assert (first >= 0).all()
        assert (last <= ends).all()
        low, high = first // 2, last // 2


@pytest.mark.parametrize("seed", range(20))
def test_a_deeper_level_is_cut_to_half_of_what_is_drawn_on_it(seed):
    rng = np.random.default_rng(seed)
    first, last = corners(plan_crops(random_box(rng, (64, 96)), (64, 96), 4))
    there = np.concatenate([first[1:, 1], np.zeros((1, 2), int)])  # where what is there of the deeper level begins
    assert_array_equal(2 * (first[:, 0] + there), first[:, 1])
    assert_array_equal(2 * (last[:, 0] + there), last[:, 1])


@pytest.mark.parametrize("seed", range(20))
def test_hardly_more_than_what_is_needed_is_drawn(seed):
    rng = np.random.default_rng(seed)
    wanted = np.array(random_box(rng, (512, 512)))
    first, last = corners(plan_crops(tuple(wanted), (512, 512), 4)[:, 1])
    for number, size in enumerate(last - first):
        assert (size <= (wanted[2:] - wanted[:2]) / 2**number + 12).all()

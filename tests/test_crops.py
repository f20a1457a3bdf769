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


@pytest.mark.parametrize("seed", range(50))
def test_every_pixel_that_must_be_right_has_its_neighbours(seed):
    rng = np.random.default_rng(seed)
    levels = int(rng.integers(1, 5))
    size = 2**levels * rng.integers(1, 9, 2)
    wanted = random_box(rng, size)
    crops = plan_crops(wanted, tuple(size), levels)
    for number, own in enumerate(crops[:, 1]):
        ends = size // 2**number
        assert (own[:2] <= np.maximum(np.array(wanted[:2]) - 1, 0)).all()
        assert (own[2:] >= np.minimum(np.array(wanted[2:]) + 1, ends)).all()
        assert (own[:2] >= 0).all()
        assert (own[2:] <= ends).all()
        wanted = own // 2


@pytest.mark.parametrize("seed", range(20))
def test_a_deeper_level_is_cut_to_half_of_what_is_drawn_on_it(seed):
    rng = np.random.default_rng(seed)
    crops = plan_crops(random_box(rng, (64, 96)), (64, 96), 4)
    corners = [*crops[1:, 1, :2], np.zeros(2, int)]  # of what is there of the deeper level
    for (deeper, own), corner in zip(crops, corners, strict=True):
        assert_array_equal(2 * (deeper + np.tile(corner, 2)), own)


@pytest.mark.parametrize("seed", range(20))
def test_hardly_more_than_what_is_needed_is_drawn(seed):
    rng = np.random.default_rng(seed)
    wanted = np.array(random_box(rng, (512, 512)))
    for number, (_, own) in enumerate(plan_crops(tuple(wanted), (512, 512), 4)):
        needed = (wanted[2:] - wanted[:2]) / 2**number
        assert (own[2:] - own[:2] <= needed + 12).all()

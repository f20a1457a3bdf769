"""Windows: every hole pixel is covered, by few windows, with known surroundings where there are any."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from libs.windows import FillSettings, Window, any_in_cells, blend_weights, cut, find_boxes, plan_tiles

AWKWARD = [(1, 1), (1, 300), (7, 5), (15, 17), (127, 129), (256, 256), (511, 700), (900, 1300)]


def random_hole(shape: tuple[int, int], seed: int) -> np.ndarray:
    """Up to six rectangles and forty specks anywhere, borders and corners included."""
    rng = np.random.default_rng(seed)
    hole = np.zeros(shape, dtype=bool)
    for _ in range(rng.integers(1, 7)):
        top, left = rng.integers(0, shape[0]), rng.integers(0, shape[1])
        hole[top : top + rng.integers(1, shape[0] + 1), left : left + rng.integers(1, shape[1] + 1)] = True
    hole[rng.integers(0, shape[0], 40), rng.integers(0, shape[1], 40)] = True
    return hole


@pytest.mark.parametrize("shape", AWKWARD)
@pytest.mark.parametrize("seed", range(5))
def test_every_hole_pixel_lies_in_a_core_and_every_core_in_its_window_and_picture(shape, seed):
    hole = random_hole(shape, seed)
    settings = FillSettings()
    covered = np.zeros(shape, dtype=bool)
    for tile in plan_tiles(hole, settings):
        covered[tile.core.slices] = True
        assert tile.window.around(tile.core) == tile.window
        assert tile.core.bottom <= shape[0] and tile.core.right <= shape[1]
    assert covered[hole].all()


@pytest.mark.parametrize("shape", AWKWARD)
@pytest.mark.parametrize("seed", range(5))
def test_windows_have_sides_that_the_network_accepts_and_reach_beyond_small_pictures_only(shape, seed):
    settings = FillSettings()
    for tile in plan_tiles(random_hole(shape, seed), settings):
        for start, side, limit in zip(
            (tile.window.top, tile.window.left), (tile.window.height, tile.window.width), shape, strict=True
        ):
            assert side % settings.step == 0 and side <= settings.window
            assert start >= 0
            assert start + side <= limit or (start == 0 and side - limit < settings.step)


def test_a_hole_inside_the_page_gets_its_margin_on_every_side():
    hole = np.zeros((1200, 1700), dtype=bool)
    hole[500:560, 700:1000] = True
    (tile,) = plan_tiles(hole, FillSettings())
    assert tile.core == Window(500, 700, 60, 300)
    assert tile.window.top <= 500 - 96 and tile.window.bottom >= 560 + 96
    assert tile.window.left <= 700 - 96 and tile.window.right >= 1000 + 96
    assert (tile.window.height, tile.window.width) == (256, 512)


def test_near_holes_share_a_window_and_far_ones_do_not():
    hole = np.zeros((1000, 3000), dtype=bool)
    hole[100:120, 100:120] = hole[150:170, 200:220] = True
    assert len(plan_tiles(hole, FillSettings())) == 1
    hole[900:910, 2900:2910] = True
    assert len(plan_tiles(hole, FillSettings())) == 2


def test_a_thousand_specks_need_at_most_twice_the_cores_that_a_page_of_cores_has():
    rng = np.random.default_rng(0)
    hole = np.zeros((1700, 1200), dtype=bool)
    hole[rng.integers(0, 1700, 1000), rng.integers(0, 1200, 1000)] = True
    core = FillSettings().core
    assert len(plan_tiles(hole, FillSettings())) <= 2 * -(-1700 // core) * -(-1200 // core)


def test_a_long_thin_diagonal_takes_no_windows_where_it_is_not():
    hole = np.zeros((3000, 3000), dtype=bool)
    hole[np.arange(3000), np.arange(3000)] = True
    assert len(plan_tiles(hole, FillSettings())) < 36


def test_parts_of_a_large_hole_overlap():
    hole = np.zeros((700, 2000), dtype=bool)
    hole[300:400, 100:1900] = True
    settings = FillSettings()
    cores = sorted((tile.core for tile in plan_tiles(hole, settings)), key=lambda core: core.left)
    assert len(cores) > 4
    for left, right in pairwise(cores):
        assert left.right - right.left >= settings.overlap


@pytest.mark.parametrize("seed", range(10))
def test_boxes_are_tight_and_hold_every_hole_pixel_once(seed):
    hole = random_hole((300, 500), seed) & (np.random.default_rng(seed).random((300, 500)) < 0.01)
    total = 0
    for box in find_boxes(hole):
        inside = hole[box.slices]
        assert inside[0].any() and inside[-1].any() and inside[:, 0].any() and inside[:, -1].any()
        total += inside.sum()
    assert total >= hole.sum()


def test_cells_are_true_where_any_of_their_pixels_is():
    hole = np.zeros((33, 17), dtype=bool)
    hole[32, 16] = hole[0, 15] = True
    assert_array_equal(any_in_cells(hole), [[True, False], [False, False], [False, True]])


@pytest.mark.parametrize("seed", range(5))
def test_cutting_at_the_border_pads_with_nothing(seed):
    rng = np.random.default_rng(seed)
    picture = rng.integers(1, 256, (50, 60, 3), dtype=np.uint8)
    window = Window(int(rng.integers(0, 50)), int(rng.integers(0, 60)), 64, 64)
    part = cut(picture, window)
    height, width = 50 - window.top, 60 - window.left
    assert part.shape == (64, 64, 3)
    assert_array_equal(part[:height, :width], picture[window.top :, window.left :])
    assert not part[height:].any() and not part[:, width:].any()


def test_a_tile_weighs_less_only_towards_edges_that_a_hole_crosses():
    hole = np.zeros((400, 400), dtype=bool)
    hole[50:60, 0:350] = True
    weights = blend_weights(hole, Window(50, 100, 10, 250), 64)
    assert_array_equal(weights[3, :66], [*range(1, 66), 65])
    assert (weights[:, 66:] == 65).all() and (weights == weights[0]).all()


@pytest.mark.parametrize(
    "wrong",
    [{"overlap": 320}, {"overlap": -1}, {"window": 500}, {"smallest": 640}, {"depth": 97}, {"step": 0}],
)
def test_settings_that_cannot_work_are_refused(wrong):
    with pytest.raises(ValueError, match="must be"):
        FillSettings(**wrong)

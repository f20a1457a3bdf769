"""What windows draw comes together: in the hole, all of it, mixed where they overlap."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from libs.canvas import Canvas
from libs.windows import FillSettings, Tile, Window, cut, plan_tiles

SMALL = FillSettings(window=64, smallest=16, step=16, margin=16, overlap=12, depth=16)


@pytest.mark.parametrize("seed", range(10))
def test_a_page_cut_into_windows_and_pasted_is_the_page_in_the_hole(seed):
    rng = np.random.default_rng(seed)
    page = rng.integers(0, 256, (*rng.integers(1, 200, 2), 3), dtype=np.uint8)
    hole = rng.random(page.shape[:2]) < rng.choice([0.01, 0.5, 1.0])
    canvas = Canvas(hole, SMALL.overlap)
    for tile in plan_tiles(hole, SMALL):
        canvas.paste(tile, cut(page, tile.window))
    assert_array_equal(canvas.levels, np.where(hole[..., None], page, 0))


def test_from_one_window_to_the_next_there_is_no_jump():
    hole = np.ones((20, 80), bool)
    canvas = Canvas(hole, 12)
    for left, level in ((0, 0), (34, 240)):
        core = Window(0, left, 20, 46)
        canvas.paste(Tile(core, core), np.full((20, 46, 3), level, np.uint8))
    row = canvas.levels[10, :, 0].astype(int)
    assert row[0] == 0 and row[-1] == 240
    assert (np.diff(row) >= 0).all() and np.diff(row).max() < 60

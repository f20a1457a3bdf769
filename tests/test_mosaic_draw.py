"""A mosaic goes to the network's size and back without being moved, whatever its blocks, edges and surroundings."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import ndimage

from libs import mosaic_draw
from libs.mosaic_draw import MARGIN, draw_mosaic, show_blocks
from libs.mosaic_find import Mosaic
from libs.mosaic_grid import Comb, Grid, measure_blocks
from libs.mosaic_network import CELL
from libs.windows import Window
from tests.mosaics import draw_scene

SHAPE = (190, 230)


def make_mosaic(seed, window=None, smallest=4.2):
    """A page with a pixelated window, sides and phases in fractions of a pixel, and the mosaic as it is found."""
    rng = np.random.default_rng(seed)
    window = window or Window(*map(int, (*rng.integers(0, 60, 2), *rng.integers(70, 130, 2))))
    combs = [Comb(rng.uniform(0, pitch), pitch) for pitch in rng.uniform(smallest, 19, 2)]
    grid, area = Grid(*combs), np.ones((window.height, window.width), bool)
    page = draw_scene(*SHAPE, seed)
    rows, columns = (comb.numbers(length) for comb, length in zip(combs, area.shape, strict=True))
    numbers = (rows - rows[0])[:, None] * (columns[-1] - columns[0] + 1) + columns - columns[0]
    part = page[window.slices]
    for channel in range(3):
        means = np.bincount(numbers.ravel(), part[..., channel].ravel()) / np.bincount(numbers.ravel())
        part[..., channel] = np.round(means[numbers])
    blocks = measure_blocks(part, area, grid)
    return page, Mosaic(window, grid, blocks, np.ones(blocks.values.shape[:2], bool), area)


def hide(mosaic):
    hidden = np.zeros(SHAPE, bool)
    hidden[mosaic.window.slices] = mosaic.area
    return hidden


def as_shown(images, masks):
    """A network that leaves everything as it is shown."""
    return images


@pytest.mark.parametrize("seed", range(8))
def test_in_the_middle_of_every_block_is_its_colour(seed):
    page, mosaic = make_mosaic(seed, smallest=CELL)
    drawn = draw_mosaic(mosaic, page, hide(mosaic), as_shown)
    combs = zip((mosaic.grid.rows, mosaic.grid.columns), mosaic.area.shape, strict=True)
    middle = np.ix_(*(comb.distances(length) > 0.35 * comb.pitch for comb, length in combs))
    inner = ndimage.binary_erosion(mosaic.area, iterations=3)[middle]
    errors = np.abs(drawn[middle].astype(int) - page[mosaic.window.slices][middle])[inner]
    assert errors.max() <= 2


@pytest.mark.parametrize("seed", range(8))
def test_what_is_drawn_comes_back_to_its_place(seed):
    """A network that paints how far down and right each of its pixels is: so must the picture be, in blocks."""
    page, mosaic = make_mosaic(seed)

    def ruler(images, masks):
        down, right = ((np.arange(side) + 0.5) / CELL / 60 for side in images.shape[1:3])
        return np.stack(np.broadcast_arrays(down[:, None], right[None], 0.5), axis=-1)[None].astype(np.float32)

    drawn = draw_mosaic(mosaic, page, hide(mosaic), ruler)
    for axis, comb in enumerate((mosaic.grid.rows, mosaic.grid.columns)):
        pixels = np.arange(mosaic.area.shape[axis]) + 0.5
        blocks = (pixels - comb.first) / comb.pitch - comb.numbers(1)[0] + MARGIN
        expected = np.expand_dims(255 * blocks / 60, 1 - axis)
        inner = ndimage.binary_erosion(mosaic.area, iterations=8)  # at the edge it is mixed with what is around
        errors = np.abs(drawn[..., axis] - expected)[inner]
        assert errors.max() <= 0.6


@pytest.mark.parametrize("seed", range(4))
def test_large_mosaics_are_drawn_in_parts_that_fit(seed, monkeypatch):
    page, mosaic = make_mosaic(seed)

    def soften(images, masks):
        return ndimage.gaussian_filter(images, (0, 6, 6, 0)).astype(np.float32)

    whole = draw_mosaic(mosaic, page, hide(mosaic), soften)
    monkeypatch.setattr(mosaic_draw, "AT_ONCE", 3)
    calls = []
    parts = draw_mosaic(mosaic, page, hide(mosaic), lambda *seen: calls.append(seen) or soften(*seen))
    assert len(calls) == np.prod([-(-side // 3) for side in mosaic.known.shape])
    assert np.abs(parts.astype(int) - whole).max() <= 1


@pytest.mark.parametrize("window", [Window(0, 0, *SHAPE), Window(0, 150, 190, 80), Window(182, 3, 8, 9)], ids=str)
def test_a_mosaic_may_touch_the_edges_or_be_the_page(window):
    page, mosaic = make_mosaic(2, window, smallest=CELL)
    drawn = draw_mosaic(mosaic, page, hide(mosaic), as_shown)
    assert drawn.shape == (window.height, window.width, 3) and drawn.dtype == np.uint8
    assert np.abs(drawn.astype(int) - page[window.slices]).mean() < 20


@pytest.mark.parametrize("seed", range(4))
def test_what_lies_under_the_paint_beside_the_mosaic_is_never_seen(seed):
    page, mosaic = make_mosaic(seed)
    other, hidden = page.copy(), hide(mosaic)
    beside = ndimage.binary_dilation(hidden, iterations=5) & ~hidden
    other[beside] = np.random.default_rng(seed).integers(0, 256, (beside.sum(), 3))
    seen = [[], []]
    for kept, pixels in zip(seen, (page, other), strict=True):
        draw_mosaic(mosaic, pixels, hidden | beside, lambda *given, kept=kept: kept.extend(given) or given[0])
    assert_array_equal(seen[0][1], seen[1][1])
    assert seen[0][1].min() == 0
    # The filter that changes the size reaches two of the smaller pixels.
    inner = ndimage.minimum_filter(seen[0][1], (1, 9, 9, 1)) > 0
    assert_array_equal(np.where(inner, seen[0][0], 0), np.where(inner, seen[1][0], 0))
    valued = np.abs(seen[0][0] - seen[1][0]).max(axis=-1)[seen[0][1][..., 0] == 0]
    assert np.quantile(valued, 0.5) < 1e-3


def test_nothing_is_drawn_where_no_block_is_known():
    page, mosaic = make_mosaic(1)
    unknown = Mosaic(mosaic.window, mosaic.grid, mosaic.blocks, np.zeros_like(mosaic.known), mosaic.area)
    assert_array_equal(draw_mosaic(unknown, page, hide(mosaic), None), page[mosaic.window.slices])


@pytest.mark.parametrize("seed", range(4))
def test_what_no_block_tells_begins_softly(seed):
    rng = np.random.default_rng(seed)
    shown = rng.random((40, 48, 3), dtype=np.float32)
    hole = np.zeros((40, 48), bool)
    hole[10:30, 8:40] = True
    valued = hole & ~(ndimage.distance_transform_edt(hole) < 3)
    image = show_blocks(shown, valued, hole)
    other = show_blocks(np.where((hole & ~valued)[..., None], rng.random(3), shown).astype(np.float32), valued, hole)
    assert_array_equal(image, other)
    seen = ~hole | valued
    assert_array_equal(image[seen], shown[seen])
    assert shown[seen].min() <= image.min() and image.max() <= shown[seen].max() and image[~seen].std() < 0.2
    assert_array_equal(show_blocks(shown, hole, hole), shown)


def test_what_is_hidden_in_part_counts_as_hidden():
    page, mosaic = make_mosaic(0, Window(60, 70, 80, 90), smallest=2 * CELL)
    seen = []
    for hidden in (hide(mosaic), hide(mosaic)):
        hidden[30, 40] = len(seen) > 0  # one pixel, a quarter or less of what the network sees as one
        draw_mosaic(mosaic, page, hidden, lambda images, masks: seen.append(masks) or images)
    assert 1 <= (seen[0] != seen[1]).sum() <= 4

"""Filling: laws that hold for any picture, any hole and any network."""

from itertools import combinations

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import ndimage

from libs.inpaint import NO_HINTS, FillSettings, Hints, fill, find_deep, solid_cells
from libs.windows import CELL, Window, plan_tiles

AWKWARD = [(1, 1), (1, 7), (5, 1), (30, 40), (127, 300), (257, 255), (700, 520)]
GREEN = (0, 255, 0)


def grey(images, masks):
    """A network that draws mid-grey."""
    return np.full_like(images, 0.5)


def show(images, masks):
    """A network that lets what it is shown shine through."""
    return images * masks + (1 - masks) * images.mean(axis=(1, 2), keepdims=True)


def painted(shape, seed):
    """A picture of noise and a hole of up to five rectangles, anywhere."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (*shape, 3), dtype=np.uint8)
    hole = np.zeros(shape, dtype=bool)
    for _ in range(rng.integers(1, 6)):
        top, left = rng.integers(0, shape[0]), rng.integers(0, shape[1])
        hole[top : top + rng.integers(1, shape[0] + 1), left : left + rng.integers(1, shape[1] + 1)] = True
    pixels[hole] = GREEN
    return pixels, hole


def remember(seen):
    """A grey network that keeps what it was shown."""

    def predict(images, masks):
        seen.append((images.copy(), masks.copy()))
        return np.full_like(images, 0.5)

    return predict


@pytest.mark.parametrize("shape", AWKWARD)
@pytest.mark.parametrize("seed", range(5))
def test_pixels_outside_the_hole_never_change_and_all_inside_are_drawn(shape, seed, no_patches):
    pixels, hole = painted(shape, seed)
    before = pixels.copy()
    result = fill(pixels, hole, grey)
    assert_array_equal(pixels, before)
    assert_array_equal(result[~hole], pixels[~hole])
    assert (result[hole] == (255 if hole.all() else 128)).all()


@pytest.mark.parametrize("shape", AWKWARD)
@pytest.mark.parametrize("seed", range(3))
def test_what_lies_under_the_hole_never_matters(shape, seed):
    pixels, hole = painted(shape, seed)
    other = pixels.copy()
    other[hole] = np.random.default_rng(seed).integers(0, 256, (int(hole.sum()), 3))
    assert_array_equal(fill(pixels, hole, show), fill(other, hole, show))


@pytest.mark.parametrize("shape", AWKWARD)
@pytest.mark.parametrize("seed", range(5))
def test_no_window_is_shown_without_anything_known(shape, seed, no_patches):
    pixels, hole = painted(shape, seed)
    seen = []
    fill(pixels, hole, remember(seen))
    assert all(masks.any() for _, masks in seen)
    assert all(set(np.unique(masks)) <= {0, 1} for _, masks in seen)
    assert all(not (images * (1 - masks)).any() for images, masks in seen)


def test_a_picture_that_is_all_hole_comes_back_white():
    pixels = np.full((40, 50, 3), GREEN, dtype=np.uint8)
    assert (fill(pixels, np.ones((40, 50), dtype=bool), grey) == 255).all()


def test_without_a_hole_the_network_is_not_asked():
    pixels, _ = painted((50, 60), 1)
    result = fill(pixels, np.zeros((50, 60), dtype=bool), None)
    assert_array_equal(result, pixels)
    assert result is not pixels


def test_a_deep_hole_is_filled_at_smaller_size_first_and_then_hinted(no_patches):
    pixels = np.full((1400, 1400, 3), 200, dtype=np.uint8)
    hole = np.zeros((1400, 1400), dtype=bool)
    hole[200:1200, 200:1200] = True
    seen = []
    result = fill(pixels, hole, remember(seen))
    assert (result[hole] == 128).all()
    middle = [masks for _, masks in seen if 0 < masks.mean() < 1 / 16]
    assert middle, "windows in the middle of the hole see hints only, one in 64 pixels"
    assert len(seen) > len(middle)


def test_hints_of_a_deep_hole_carry_the_colours_of_the_coarse_fill():
    pixels = np.zeros((800, 1600, 3), dtype=np.uint8)
    pixels[:, :800] = (250, 40, 10)
    pixels[:, 800:] = (10, 60, 240)
    hole = np.zeros((800, 1600), dtype=bool)
    hole[100:700, 300:1300] = True

    def nearest_side(images, masks):
        known = masks[..., 0] > 0
        out = images.copy()
        for one, mask, drawn in zip(images, known, out, strict=True):
            columns = np.flatnonzero(mask.any(axis=0))
            for column in range(one.shape[1]):
                source = columns[np.abs(columns - column).argmin()]
                drawn[:, column] = one[np.flatnonzero(mask[:, source])[0], source]
        return out

    result = fill(pixels, hole, nearest_side)
    assert (result[400, 320] == (250, 40, 10)).all() and (result[400, 1280] == (10, 60, 240)).all()


def test_a_thin_hole_needs_no_hints(no_patches):
    pixels = np.full((600, 2000, 3), 90, dtype=np.uint8)
    hole = np.zeros((600, 2000), dtype=bool)
    hole[272:304, 20:1980] = True  # 16 pixels from what is known, no farther
    seen = []
    fill(pixels, hole, remember(seen))
    assert len(seen) == len(plan_tiles(hole, FillSettings()))
    hole[304:320] = hole[300]
    more = []
    fill(pixels, hole, remember(more))
    assert len(more) > len(plan_tiles(hole, FillSettings()))


def test_patches_are_laid_at_full_size_only(monkeypatch):
    """At half size they would be hints at what is ragged."""
    pixels, hole = np.random.default_rng(0).integers(0, 256, (384, 384, 3), dtype=np.uint8), np.zeros((384, 384), bool)
    hole[140:240, 130:260] = True
    areas, seen = [], []

    def clear(drawing, image, hole):
        areas.append(hole.sum())
        return drawing

    monkeypatch.setattr("libs.inpaint.clear_fog", clear)
    fill(pixels, hole, remember(seen))
    assert len(seen) > 1 and areas == [hole.sum()]


@pytest.mark.parametrize("seed", range(12))
def test_deep_holes_near_one_another_are_filled_at_half_size_together(seed):
    rng = np.random.default_rng(seed)
    shape = tuple(int(side) for side in rng.integers(400, 2500, 2))
    hole = np.zeros(shape, dtype=bool)
    for _ in range(6):
        top, left = (int(rng.integers(side)) for side in shape)
        hole[top : top + rng.integers(10, 160), left : left + rng.integers(10, 160)] = True
    settings = FillSettings()
    solid = solid_cells(hole, NO_HINTS)
    found = find_deep(solid, shape, settings)
    cells = [cell for _, places in found for cell in map(tuple, places)]
    inner = ndimage.binary_erosion(solid, np.ones((3, 3)), border_value=1)
    assert sorted(cells) == sorted(map(tuple, np.argwhere(inner)))
    for crop, places in found:
        assert crop.top % CELL == crop.left % CELL == 0 and crop.bottom <= shape[0] and crop.right <= shape[1]
        for row, column in places:
            middle = Window(row * CELL, column * CELL, CELL, CELL)
            assert hole[middle.grown(CELL, shape).slices].all()
            assert crop.around(middle.grown(2 * settings.margin, shape)) == crop
    for (one, _), (other, _) in combinations(found, 2):
        both = one.around(other)
        assert both.height * both.width > one.height * one.width + other.height * other.width


def test_overlapping_tiles_meet_without_a_step():
    pixels = np.full((400, 1500, 3), 128, dtype=np.uint8)
    hole = np.zeros((400, 1500), dtype=bool)
    hole[180:220, 50:1450] = True
    calls = []

    def lighter_each_time(images, masks):
        calls.append(1)
        return np.full_like(images, 0.3 + 0.1 * len(calls))

    result = fill(pixels, hole, lighter_each_time).astype(int)
    assert len(calls) > 3
    assert np.abs(np.diff(result[200, 50:1450, 0])).max() <= 2


def test_white_paper_stays_white(no_patches):
    pixels = np.full((300, 400, 3), 255, dtype=np.uint8)
    pixels[:, 200:] = (30, 60, 200)
    hole = np.zeros((300, 400), dtype=bool)
    hole[100:140, 50:300] = True

    def almost(images, masks):
        out = np.full_like(images, 0.982)
        out[:, :, 200:] = (0.1, 0.2, 0.8)
        return out

    result = fill(pixels, hole, almost)
    assert (result[120, 50:200] == 255).all()
    pixels[:, :200] = np.random.default_rng(0).integers(225, 255, (300, 200, 1))
    assert (fill(pixels, hole, almost)[120, 90:160] == 250).all()  # beyond, noise and the edge go on


@pytest.mark.parametrize("paper", [0, 255])
def test_near_pure_paper_a_smooth_ramp_stays_one(paper):
    pixels = np.full((128, 128, 3), paper, np.uint8)
    hole = np.zeros((128, 128), bool)
    hole[0] = True  # at the border, so that nothing lies on both sides
    near = np.linspace(0, 32 / 255, 128, dtype=np.float32)
    ramp = np.broadcast_to((near if paper == 0 else 1 - near)[None, None, :, None], (1, 128, 128, 3))
    drawn = np.abs(fill(pixels, hole, lambda images, masks: ramp)[0, :, 0].astype(int) - paper)
    steps = np.diff(drawn)
    assert (drawn[near <= 5 / 255] == 0).all(), "nearly pure is pure"
    assert_array_equal(drawn[near >= 11 / 255], np.round(255 * near[near >= 11 / 255]))
    assert steps.min() >= 0
    assert steps.max() <= 1


def test_black_ink_stays_black():
    pixels = np.zeros((200, 200, 3), dtype=np.uint8)
    hole = np.zeros((200, 200), dtype=bool)
    hole[50:90, 50:90] = True
    assert (fill(pixels, hole, lambda images, masks: np.full_like(images, 0.015))[hole] == 0).all()


def test_nothing_coloured_is_drawn_among_grey(no_patches):
    pixels = np.repeat(np.random.default_rng(0).integers(0, 256, (200, 200, 1), dtype=np.uint8), 3, axis=2)
    hole = np.zeros((200, 200), dtype=bool)
    hole[50:90, 50:90] = True

    def tinted(images, masks):
        return np.full_like(images, 0.5) + np.array([0.1, 0.0, -0.1], np.float32)

    assert (fill(pixels, hole, tinted)[hole] == 128).all()
    pixels[0, 0] = (1, 2, 3)
    assert (fill(pixels, hole, tinted)[hole] == (153, 128, 102)).all()


def test_results_are_rounded_not_cut_off(no_patches):
    pixels = np.random.default_rng(0).integers(80, 100, (200, 200, 3), dtype=np.uint8)  # nothing flat goes on
    hole = np.zeros((200, 200), dtype=bool)
    hole[50:90, 50:90] = True
    assert (fill(pixels, hole, lambda images, masks: np.full_like(images, 99.6 / 255))[hole] == 100).all()
    assert (fill(pixels, hole, lambda images, masks: np.full_like(images, 7.0))[hole] == 255).all()
    assert (fill(pixels, hole, lambda images, masks: np.full_like(images, -7.0))[hole] == 0).all()


def test_hints_are_shown_as_known_pixels():
    pixels = np.full((300, 300, 3), 255, dtype=np.uint8)
    hole = np.zeros((300, 300), dtype=bool)
    hole[100:200, 100:200] = True
    rows, columns = (grid.ravel() for grid in np.mgrid[104:200:8, 104:200:8])
    hints = Hints(rows, columns, np.full((len(rows), 3), 0.25, np.float32))
    seen = []
    fill(pixels, hole, remember(seen), hints)
    ((image, mask),) = seen
    assert ((image == 0.25).all(axis=-1) & (mask[..., 0] == 1)).sum() == len(rows)
    assert not solid_cells(hole, hints).any()


def test_one_hole_of_3000_by_3000_is_finished():
    pixels = np.full((3300, 3200, 3), 70, dtype=np.uint8)
    hole = np.zeros((3300, 3200), dtype=bool)
    hole[150:3150, 0:3000] = True
    seen = []

    def count(images, masks):
        seen.append(images.shape)
        return np.full_like(images, 0.8)

    result = fill(pixels, hole, count)
    assert (result[hole] == 204).all() and (result[~hole] == 70).all()
    assert max(shape[1] for shape in seen) <= FillSettings().window


def test_arrays_of_the_wrong_kind_are_refused():
    pixels, hole = painted((20, 20), 0)
    with pytest.raises(ValueError, match="pixels must be"):
        fill(pixels.astype(np.float32), hole, grey)
    with pytest.raises(ValueError, match="hole must be"):
        fill(pixels, hole[:-1], grey)
    with pytest.raises(ValueError, match="rows"):
        Hints(np.zeros(2, int), np.zeros(3, int), np.zeros((2, 3), np.float32))

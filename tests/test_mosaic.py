"""Mosaics: the grid is found again, the result agrees with the blocks, and what is no mosaic is not taken for one."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image
from scipy import ndimage

from benchmarks.mosaics import Pixelation, compress, pixelate
from libs import mosaic as mosaic_module
from libs.inpaint import fill
from libs.mosaic import collect_hints, describe_findings, fill_mosaic, show_grids
from libs.mosaic_cover import Cover, judge_cover
from libs.mosaic_detail import find_surroundings, lay_detail
from libs.mosaic_find import Findings, find_mosaics
from libs.mosaic_grid import measure_blocks
from libs.mosaic_network import CELL
from tests.mosaics import draw_scene, rectangle

SHAPE = (300, 340)


def nearest(images, masks):
    """A network that gives every pixel the colour of the nearest known one."""
    out = images.copy()
    for image, mask, drawn in zip(images, masks, out, strict=True):
        rows, columns = ndimage.distance_transform_edt(mask[..., 0] == 0, return_distances=False, return_indices=True)
        drawn[:] = image[rows, columns]
    return out


def noisy(images, masks):
    """A network that draws anything but what is there."""
    return np.random.default_rng(1).random(images.shape, dtype=np.float32)


def grey(images, masks):
    """A network that draws one grey."""
    return np.full_like(images, 0.5)


def pixelated(seed, height, width, quality=None, grown=0):
    """A scene with a pixelated rectangle of some 14 blocks a side, and what is painted over."""
    rng = np.random.default_rng(seed)
    scene = draw_scene(*SHAPE, seed)
    pixelation = Pixelation(height, width, rng.uniform(0, height), rng.uniform(0, width))
    sides = [int(min(max(12 * side, 60), 0.75 * length)) for side, length in zip((height, width), SHAPE, strict=True)]
    corner = [int(rng.integers(8, length - side - 8)) for side, length in zip(sides, SHAPE, strict=True)]
    area = rectangle(SHAPE, *corner, *sides)
    pixels = pixelate(scene, area, pixelation)
    pixels = pixels if quality is None else compress(pixels, quality)
    hole = rectangle(SHAPE, corner[0] - grown, corner[1] - grown, sides[0] + 2 * grown, sides[1] + 2 * grown)
    return pixels, hole, pixelation


def assert_found(findings, height, width):
    (mosaic,) = findings.mosaics
    assert mosaic.grid.rows.pitch == pytest.approx(height, abs=0.1)
    assert mosaic.grid.columns.pitch == pytest.approx(width, abs=0.1)
    return mosaic


@pytest.mark.parametrize("side", [4, 5, 6, 8, 11, 16, 24, 32, 40])
@pytest.mark.parametrize("quality", [None, 85, 70])
def test_whole_sides_are_found(side, quality):
    pixels, hole, _ = pixelated(side, side, side, quality)
    assert_found(find_mosaics(pixels, hole), side, side)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("quality", [None, 95, 75])
def test_fractional_sides_are_found_and_need_not_be_square(seed, quality):
    rng = np.random.default_rng(seed)
    height = rng.uniform(4.5, 18)
    width = height if seed % 2 else height * rng.uniform(0.75, 1.3)
    pixels, hole, _ = pixelated(seed, height, width, quality)
    assert_found(find_mosaics(pixels, hole), height, width)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("scale", [0.77, 0.9, 1.25, 1.6])
def test_a_mosaic_is_found_in_a_picture_that_was_resized_after_it(seed, scale):
    pixels, hole, _ = pixelated(seed, 9, 9)
    size = [round(scale * length) for length in SHAPE]
    small = Image.fromarray(pixels).resize(size[::-1], Image.Resampling.BICUBIC)
    painted = Image.fromarray(hole).resize(size[::-1], Image.Resampling.NEAREST)
    sides = [9 * new / old for new, old in zip(size, SHAPE, strict=True)]
    assert_found(find_mosaics(np.asarray(small), np.asarray(painted)), *sides)


@pytest.mark.parametrize("grown", [-7, -3, 3, 9])
def test_the_paint_may_be_larger_or_smaller_than_the_mosaic(grown):
    pixels, hole, _ = pixelated(3, 11.0, 11.0, None, grown)
    mosaic = assert_found(find_mosaics(pixels, hole), 11.0, 11.0)
    assert (mosaic.area & ~hole[mosaic.window.slices]).any() == (grown < 0)


def test_two_grids_in_one_hole_are_both_found():
    scene = draw_scene(260, 400, 5)
    first, second = rectangle((260, 400), 40, 30, 150, 150), rectangle((260, 400), 60, 190, 160, 180)
    pixels = pixelate(scene, first, Pixelation(8.0, 8.0, 3, 5))
    pixels = pixelate(pixels, second, Pixelation(13.5, 13.5, 0, 2))
    hole = first | second | rectangle((260, 400), 60, 178, 100, 14)
    pitches = sorted(mosaic.grid.rows.pitch for mosaic in find_mosaics(pixels, hole).mosaics)
    assert pitches == pytest.approx([8.0, 13.5], abs=0.1)


def test_a_lone_block_is_a_mosaic():
    pixels = draw_scene(120, 120, 2)
    block = rectangle((120, 120), 50, 40, 18, 18)
    pixels[block] = (141, 90, 77)
    findings = find_mosaics(pixels, block)
    mosaic = assert_found(findings, 18, 18)
    assert_array_equal(mosaic.blocks.values[mosaic.known], [[141, 90, 77]])
    result = fill_mosaic(pixels, block, findings, noisy, noisy)
    assert_allclose(result[block].mean(axis=0), (141, 90, 77), atol=1)


@pytest.mark.parametrize("colour", [0, 255, (10, 8, 5)])
def test_a_black_or_white_square_is_a_bar(colour):
    pixels = draw_scene(120, 120, 2)
    bar = rectangle((120, 120), 50, 40, 18, 18)
    pixels[bar] = colour
    findings = find_mosaics(pixels, bar)
    assert not findings.mosaics and findings.covers == [Cover.BAR]


@pytest.mark.parametrize("seed", range(4))
def test_a_blur_is_a_blur_and_gives_soft_hints(seed):
    scene = draw_scene(*SHAPE, seed)
    hole = rectangle(SHAPE, 60, 70, 120, 130)
    soft = ndimage.gaussian_filter(scene.astype(float), (5, 5, 0))
    pixels = np.where(hole[..., None], soft, scene).astype(np.uint8)
    findings = find_mosaics(pixels, hole)
    assert findings.covers == [Cover.BLUR]
    hints = collect_hints(findings, hole)
    assert 0.5 < len(hints.rows) / (hole.sum() / 64) <= 1
    shown = np.abs(hints.values * 255 - soft[hints.rows, hints.columns])
    assert shown.mean() < 6


@pytest.mark.parametrize("seed", range(4))
def test_frosted_glass_is_taken_for_a_blur(seed):
    scene = draw_scene(*SHAPE, seed)
    hole = rectangle(SHAPE, 60, 70, 120, 130)
    rng = np.random.default_rng(seed)
    rows, columns = np.indices(SHAPE) + rng.integers(-6, 7, (2, *SHAPE))
    frosted = scene[rows.clip(0, SHAPE[0] - 1), columns.clip(0, SHAPE[1] - 1)]
    assert judge_cover(np.where(hole[..., None], frosted, scene), hole) is Cover.BLUR


@pytest.mark.parametrize("seed", range(6))
def test_a_drawing_is_no_mosaic_and_gives_no_hints(seed):
    scene = draw_scene(*SHAPE, seed)
    hole = rectangle(SHAPE, 60, 70, 120, 130)
    findings = find_mosaics(scene, hole)
    assert not findings.mosaics and findings.covers == [Cover.DRAWING]
    assert not len(collect_hints(findings, hole).rows)


@pytest.mark.parametrize("draw", [nearest, noisy])
@pytest.mark.parametrize(("height", "width"), [(4.0, 4.0), (8.0, 8.0), (13.7, 11.2), (30.0, 30.0)])
def test_pixelating_the_result_gives_the_mosaic_back(draw, height, width):
    pixels, hole, _ = pixelated(7, height, width, None, 2)
    findings = find_mosaics(pixels, hole)
    result = fill_mosaic(pixels, hole, findings, draw, draw)
    (mosaic,) = findings.mosaics
    here = mosaic.window.slices
    rows, columns = mosaic.blocks.rows, mosaic.blocks.columns
    labels = rows[:, None] * (columns[-1] + 1) + columns
    sums = [np.bincount(labels.ravel(), result[here][..., c].ravel().astype(float)) for c in range(3)]
    means = np.stack(sums, axis=-1).reshape(*mosaic.known.shape, 3) / mosaic.blocks.sizes[..., None]
    errors = np.abs(means - mosaic.blocks.values)[mosaic.known]
    assert errors.mean() < 2 and mosaic.known.sum() > 30


def draw_hatching(seed: int) -> np.ndarray:
    """(H, W, 3) uint8: pen strokes, closer together from left to right."""
    rng = np.random.default_rng(seed)
    rows, columns = np.indices(SHAPE)
    phase = (rows + 0.6 * columns) * 0.8 + 2 * np.sin(columns / 19 + rng.uniform(0, 6))
    ink = np.sin(phase) + 0.4 - columns / SHAPE[1] > 0
    return np.repeat(np.uint8(255) * ink[..., None], 3, axis=-1)


def soft(images, masks):
    """A network that draws soft colours between what is known."""
    known = ndimage.gaussian_filter(masks, (0, 4, 4, 0))
    return np.where(masks > 0, images, ndimage.gaussian_filter(images * masks, (0, 4, 4, 0)) / np.maximum(known, 1e-6))


@pytest.mark.parametrize("seed", range(3))
def test_strokes_come_back_where_the_blocks_show_grey(seed):
    page, area = draw_hatching(seed), rectangle(SHAPE, 90, 110, 120, 120)
    pixels = pixelate(page, area, Pixelation(9.0, 9.0, 3.0, 5.0))
    hole = rectangle(SHAPE, 88, 108, 124, 124)
    result = fill_mosaic(pixels, hole, find_mosaics(pixels, hole), soft, soft)
    inner = ndimage.binary_erosion(area, iterations=16)
    assert pixels[inner].std() < 0.5 * page[inner].std()
    assert result[inner].std() > 0.7 * page[inner].std()


@pytest.mark.parametrize("seed", range(3))
def test_other_holes_get_nothing_laid_over(seed):
    pixels, hole, _ = pixelated(seed, 9.0, 9.0, None, 2)
    (mosaic,) = find_mosaics(pixels, hole).mosaics
    mine = hole.copy()
    mine[mosaic.window.slices] |= mosaic.area
    others = (ndimage.distance_transform_edt(~mine) > 20) & (np.indices(SHAPE).sum(axis=0) % 7 == 0)
    drawn, hidden = pixels.copy(), mine | others
    drawn[hidden] = np.random.default_rng(seed).integers(0, 256, 3)
    before = drawn.copy()
    here = find_surroundings(mosaic, SHAPE)
    drawn[here.slices] = lay_detail(mosaic, here, drawn[here.slices], hidden[here.slices], 56.0)
    assert_array_equal(drawn[~mine], before[~mine])
    assert (drawn[mine] != before[mine]).mean() > 0.5


@pytest.mark.parametrize("seed", range(3))
def test_patches_show_where_a_texture_is_lacking_more_than_where_lines_are_drawn(seed):
    """Half of the hole is drawn as grey, half as the strokes it had, a little softened."""
    page, area = draw_hatching(seed), rectangle(SHAPE, 90, 110, 120, 120)
    pixels = pixelate(page, area, Pixelation(10.0, 10.0, 0.0, 0.0))
    (mosaic,) = find_mosaics(pixels, area).mosaics
    drawn, left = pixels.copy(), area & (np.arange(SHAPE[1]) < 170)
    drawn[left] = 128
    right = area & ~left
    drawn[right] = ndimage.gaussian_filter(page.astype(float), (0.7, 0.7, 0))[right]
    here = find_surroundings(mosaic, SHAPE)
    after = drawn.astype(float)
    after[here.slices] = lay_detail(mosaic, here, drawn[here.slices], area[here.slices], 56.0)
    moved = np.abs(after - drawn).mean(axis=-1)
    deep = ndimage.binary_erosion(left, iterations=12), ndimage.binary_erosion(right, iterations=12)
    assert moved[deep[0]].mean() > 4 * moved[deep[1]].mean()
    assert moved[deep[0]].mean() > 60  # black and white, where there was grey


def test_a_mosaic_with_nothing_beside_it_stays_as_it_is_drawn():
    pixels = pixelate(draw_scene(60, 60, 1), np.ones((60, 60), bool), Pixelation(10.0, 10.0, 0.0, 0.0))
    hole = np.ones((60, 60), bool)
    (mosaic,) = find_mosaics(pixels, hole, 10).mosaics
    assert_array_equal(lay_detail(mosaic, find_surroundings(mosaic, hole.shape), pixels, hole, 56.0), pixels)


def test_no_block_edge_is_drawn():
    """A network that draws one grey is corrected smoothly: steps on the grid's lines are like any other."""
    pixels, hole, _ = pixelated(4, 16.0, 16.0)
    findings = find_mosaics(pixels, hole)
    result = fill_mosaic(pixels, hole, findings, grey, grey)
    (mosaic,) = findings.mosaics
    inner = ndimage.binary_erosion(mosaic.area, iterations=2)
    steps = np.abs(np.diff(result[mosaic.window.slices].astype(int), axis=1)).mean(axis=-1)
    inside = inner[:, 1:] & inner[:, :-1]
    edge = np.diff(mosaic.blocks.columns) > 0
    assert steps[:, edge][inside[:, edge]].mean() < 1.5 * steps[:, ~edge][inside[:, ~edge]].mean()


@pytest.mark.parametrize("seed", range(4))
def test_only_the_hole_changes_and_what_was_given_stays(seed):
    pixels, hole, _ = pixelated(seed, 9.3, 9.3, None, -4)
    before = pixels.copy()
    findings = find_mosaics(pixels, hole)
    result = fill_mosaic(pixels, hole, findings, noisy, noisy)
    assert_array_equal(pixels, before)
    assert_array_equal(result[~hole], pixels[~hole])
    assert "the mosaic goes on beyond the paint and stays there, paint all of it" in describe_findings(findings, hole)


def test_neither_network_sees_the_mosaic_beside_the_paint_as_a_drawing():
    pixels, hole, _ = pixelated(3, 12.0, 12.0, None, -20)
    seen = []

    def remember(images, masks):
        seen.append((masks == 0).sum() / CELL**2)
        return grey(images, masks)

    findings = find_mosaics(pixels, hole)
    fill_mosaic(pixels, hole, findings, forbidden, remember)
    (mosaic,) = findings.mosaics
    assert sum(seen) == pytest.approx(mosaic.area.sum() / 12**2, rel=0.05) and mosaic.area.sum() > 1.5 * hole.sum()


def forbidden(images, masks):
    raise AssertionError("there is nothing left for this network to draw")


def test_blocks_of_which_too_little_is_seen_are_drawn_from_their_surroundings(monkeypatch):
    pixels, hole, _ = pixelated(3, 12.0, 12.0)
    (mosaic,) = find_mosaics(pixels, hole).mosaics
    left = []
    monkeypatch.setattr(mosaic_module, "fill", lambda drawn, hole, *_: left.append(hole.copy()) or drawn)
    findings = Findings([replace(mosaic, known=np.zeros_like(mosaic.known))])
    fill_mosaic(pixels, hole, findings, forbidden, forbidden)
    assert left[0][hole].all()


def test_what_is_painted_beside_the_mosaic_is_drawn_after_it():
    pixels, hole, _ = pixelated(3, 11.0, 11.0)
    (mosaic,) = find_mosaics(pixels, hole).mosaics
    beside = rectangle(SHAPE, 10, 10, 12, 60) & ~ndimage.binary_dilation(hole, iterations=4)
    shown = []

    def remember(images, masks):
        shown.append(images[masks[..., 0] > 0])
        return images

    black = lambda images, masks: np.zeros_like(images)  # noqa: E731
    findings = Findings([replace(mosaic, blocks=replace(mosaic.blocks, values=0 * mosaic.blocks.values))])
    fill_mosaic(pixels, hole | beside, findings, remember, black)
    assert (np.concatenate(shown) == 0).all(axis=-1).sum() >= mosaic.area.sum()


def test_a_block_size_that_the_person_gives_is_taken():
    pixels, hole, _ = pixelated(3, 12.0, 12.0)
    (mosaic,) = find_mosaics(pixels, hole, block=6).mosaics
    assert (mosaic.grid.rows.pitch, mosaic.grid.columns.pitch) == (6.0, 6.0)


def test_the_grid_is_shown_on_a_copy():
    pixels, hole, _ = pixelated(3, 12.0, 12.0)
    findings = find_mosaics(pixels, hole)
    shown = show_grids(pixels, findings)
    changed = (shown != pixels).any(axis=-1)
    assert changed[hole].mean() > 0.1 and not changed[~ndimage.binary_dilation(hole)].any()


def test_nothing_found_is_a_plain_fill():
    scene = draw_scene(*SHAPE, 1)
    hole = rectangle(SHAPE, 60, 70, 60, 60)
    assert_array_equal(fill_mosaic(scene, hole, Findings(), nearest, None), fill(scene, hole, nearest))


def test_blocks_outside_the_area_do_not_count():
    pixels, hole, _ = pixelated(3, 12.0, 12.0)
    (mosaic,) = find_mosaics(pixels, hole).mosaics
    nothing = measure_blocks(pixels[mosaic.window.slices], np.zeros_like(mosaic.area), mosaic.grid)
    assert not nothing.flat.any() and not nothing.counts.any()

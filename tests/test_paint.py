"""What is painted is found: exactly, from lossy files, and as far as a soft brush reaches, but no farther."""

from pathlib import Path

import numpy as np
import pytest
import scipy
from numpy.testing import assert_array_equal
from PIL import Image

from benchmarks.pages import draw_page
from libs.advice import TINTED
from libs.lookalike import Seen
from libs.paint import find_paint, is_near
from libs.settings import PaintSettings
from tests.brushes import FADES, draw_strokes, greener, paint_over, save_and_load, soften

GREEN, MAGENTA = (0, 255, 0), (255, 0, 255)
LIGHT, DARK, RED, GRASS, SKIN = (250, 250, 245), (12, 10, 14), (200, 30, 30), (40, 160, 60), (250, 210, 180)
SIZES = [(1, 1), (1, 40), (40, 1), (2, 3), (17, 33), (64, 64), (300, 70)]
ROOT = Path(__file__).parent.parent
SEEN = 3  # levels of difference that nobody sees


def flat(color, height=320, width=320):
    return np.full((height, width, 3), color, np.uint8)


def largest_change(pixels, painted, hole):
    """By how many levels paint shows outside the hole."""
    change = np.abs(pixels.astype(int) - painted).max(axis=-1)
    return int(np.where(hole, 0, change).max())


@pytest.fixture(scope="module")
def page():
    """A drawn page in colour, with green things in it."""
    return draw_page(6, 480, 640)


# Exact paint


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_exact_paint_always_counts(height, width, seed):
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 255, (height, width, 3), dtype=np.uint8)
    painted = rng.random((height, width)) < rng.uniform(0, 0.6)
    pixels[painted] = GREEN
    found = find_paint(pixels, PaintSettings(tolerance=0))
    assert found.hole.shape == (height, width)
    assert (painted <= found.hole).all()
    assert found.exact == painted.sum()


@pytest.mark.parametrize("background", [LIGHT, DARK, RED, GRASS, SKIN])
def test_a_hard_pencil_on_flat_colour_gives_exactly_what_was_painted(background):
    core = draw_strokes(320, 320, 1)
    found = find_paint(paint_over(flat(background), core))
    assert_array_equal(found.hole, core)
    assert (found.exact, found.close, found.soft, found.seen) == (core.sum(), 0, 0, None)


def test_a_hard_pencil_on_a_drawn_page_gives_exactly_what_was_painted(page):
    for seed in range(6):
        core = draw_strokes(*page.shape[:2], seed)
        assert_array_equal(find_paint(paint_over(page, core)).hole, core)


def test_the_example_page_is_painted_hard():
    pixels = np.asarray(Image.open(ROOT / "decensor_input" / "example.png"))
    assert_array_equal(find_paint(pixels).hole, (pixels == GREEN).all(axis=-1))


def test_a_soft_dot_beside_much_hard_paint_is_followed():
    pixels, hard = flat(LIGHT), np.zeros((320, 320), bool)
    hard[20:120, 20:300] = True
    dot = np.hypot(*(np.mgrid[:320, :320] - 220)) < 20
    painted = paint_over(pixels, np.maximum(hard, soften(dot, "round", 6)))
    found = find_paint(painted)
    assert largest_change(pixels, painted, found.hole) <= SEEN
    assert_array_equal(found.hole[:180], hard[:180])


# Soft paint


@pytest.mark.parametrize("background", [LIGHT, DARK, RED, GRASS, SKIN])
@pytest.mark.parametrize("softness", [1.5, 3, 6, 12, 25, 50])
def test_no_fringe_remains_of_any_brush_on_any_colour_and_little_else_is_taken(background, softness):
    pixels = flat(background)
    for seed, fade in enumerate(FADES):
        share = soften(draw_strokes(320, 320, seed), fade, softness)
        painted = paint_over(pixels, share)
        found = find_paint(painted)
        assert largest_change(pixels, painted, found.hole) <= SEEN
        far = scipy.ndimage.distance_transform_edt(share == 0)[found.hole].max()
        assert far <= 3 + 0.3 * softness


@pytest.mark.parametrize("softness", [2, 5, 12, 30])
def test_no_fringe_remains_on_a_drawn_page(page, softness):
    for seed, fade in enumerate(FADES):
        share = soften(draw_strokes(*page.shape[:2], seed), fade, softness)
        painted = paint_over(page, share)
        found = find_paint(painted)
        left = (np.abs(page.astype(int) - painted).max(axis=-1) > 12) & ~found.hole
        assert left.sum() <= 0.003 * (share > 0).sum()
        assert found.hole.sum() <= 1.4 * (share > 0).sum() + 60  # with the faint ring around a soft brush


@pytest.mark.parametrize("color", [MAGENTA, (255, 0, 0), (0, 0, 255), (255, 255, 0), (128, 255, 0)])
def test_every_colour_of_paint_is_followed(color):
    pixels = flat((90, 100, 120))
    share = soften(draw_strokes(320, 320, 3), "round", 8)
    painted = paint_over(pixels, share, color)
    found = find_paint(painted, PaintSettings(color))
    assert largest_change(pixels, painted, found.hole) <= SEEN
    assert found.hole.sum() <= 1.3 * (share > 0).sum()


def test_anti_aliasing_of_a_resized_picture_is_taken():
    core = np.zeros((400, 400), bool)
    core[101:223, 87:290] = True
    share = core.reshape(200, 2, 200, 2).mean(axis=(1, 3))
    hole = find_paint(paint_over(flat(LIGHT, 200, 200), share)).hole
    assert ((share > 0) <= hole).all()
    assert scipy.ndimage.distance_transform_edt(share == 0)[hole].max() <= 1


@pytest.mark.parametrize("color", [(60, 200, 60), (0, 128, 0), (120, 220, 60), (20, 230, 20)])
@pytest.mark.parametrize("width", [20, 40, 100])
def test_a_green_thing_beside_the_paint_stays(color, width):
    pixels, core = flat(LIGHT), np.zeros((320, 320), bool)
    core[100:140, 60:260] = True
    pixels[140 : 140 + width, 100:220] = color
    hard = find_paint(paint_over(pixels, core)).hole
    assert (hard & ~core).sum() == 0
    share = soften(core, "round", 6)
    soft = find_paint(paint_over(pixels, share)).hole
    assert scipy.ndimage.distance_transform_edt(share == 0)[soft].max() <= 5


def test_green_clothes_elsewhere_are_left_alone():
    pixels, core = flat(LIGHT), np.zeros((320, 320), bool)
    pixels[200:300, 40:280] = (30, 200, 40)
    core[40:80, 40:280] = True
    found = find_paint(paint_over(pixels, soften(core, "linear", 8)))
    assert not found.hole[195:].any()
    assert found.almost_count == 0


def test_where_the_picture_lies_does_not_matter():
    # Twin: the same paint in a page so large that it is looked at in parts.
    share = soften(draw_strokes(320, 320, 2), "round", 10)
    small = find_paint(paint_over(flat(SKIN), share)).hole
    large = find_paint(paint_over(flat(SKIN, 960, 960), np.pad(share, 320))).hole
    assert_array_equal(large[320:640, 320:640], small)
    assert large.sum() == small.sum()


def test_paint_larger_than_a_part_has_no_seams():
    core = np.zeros((1300, 300), bool)
    core[20:1280, 100:140] = True
    share = soften(core, "linear", 6)
    hole = find_paint(paint_over(flat(LIGHT, 1300, 300), share)).hole
    assert (hole[60:1240] == hole[60]).all()


# Lossy files


LOSSY = [("JPEG", {"quality": quality, "subsampling": 0}) for quality in (75, 85, 95, 100)]
LOSSY += [(kind, {"quality": quality}) for kind in ("JPEG", "WEBP") for quality in (75, 90, 100)]


@pytest.mark.parametrize(("kind", "options"), LOSSY)
def test_all_paint_is_found_in_lossy_files_and_next_to_no_tint_remains(page, kind, options):
    tinted = faint = strong = more = 0
    for seed in (4, 5):
        core = draw_strokes(*page.shape[:2], seed)
        painted, clean = (save_and_load(pixels, kind, **options) for pixels in (paint_over(page, core), page))
        found = find_paint(painted)
        assert not (core & ~found.hole).any()
        assert scipy.ndimage.distance_transform_edt(~core)[found.hole].max() <= 24
        seen = (greener(painted, clean) > 12) & (scipy.ndimage.distance_transform_edt(~core) <= 24) & ~core
        grown = find_paint(painted, PaintSettings(grow=TINTED)).hole
        tinted, faint, more = tinted + seen.sum(), faint + (seen & ~found.hole).sum(), more + (seen & ~grown).sum()
        strong += (seen & ~found.hole & (greener(painted, clean) > 25)).sum()
    assert faint <= 0.03 * tinted + 30  # this page is of many colours, among which 12 levels are hard to see
    assert strong <= 0.003 * tinted
    assert more <= 0.01 * tinted  # what the line advises


@pytest.mark.parametrize("background", [LIGHT, DARK, RED, SKIN])
@pytest.mark.parametrize(("kind", "options"), LOSSY)
def test_no_tint_remains_of_lossy_paint_on_flat_colour(kind, options, background):
    core = draw_strokes(320, 320, 1)
    painted = save_and_load(paint_over(flat(background), core), kind, **options)
    hole = find_paint(painted).hole
    assert not (core & ~hole).any()
    assert (greener(painted, flat(background))[~hole] > 12).sum() <= 12


def test_an_unpainted_lossy_page_has_no_hole(page):
    for quality in (75, 90, 100):
        assert not find_paint(save_and_load(page, "JPEG", quality=quality)).hole.any()


# Tolerance, growth, and what only seems painted


def test_the_tolerance_is_the_largest_difference_of_any_channel():
    for levels in (0, 5, 16, 40):
        pixels = flat(LIGHT, 40, 40)
        pixels[10:20, 10:20] = (levels, 255 - levels, levels)
        assert find_paint(pixels, PaintSettings(tolerance=levels)).hole[10:20, 10:20].all()
        if levels:
            assert not find_paint(pixels, PaintSettings(tolerance=levels - 1)).hole.any()


def test_near_is_what_a_slow_loop_finds():
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 256, (30, 30, 3), dtype=np.uint8)
    for color in (GREEN, (100, 5, 250)):
        for levels in (0, 10, 120, 255):
            slow = [[all(abs(int(p) - c) <= levels for p, c in zip(q, color, strict=True)) for q in r] for r in pixels]
            assert_array_equal(is_near(pixels, color, levels), slow)


@pytest.mark.parametrize("grow", [1, 4, 30])
def test_the_hole_grows_by_so_many_pixels_on_every_side(grow):
    pixels = flat(LIGHT, 600, 90)
    pixels[250:262, 40:50] = GREEN
    hole = find_paint(pixels, PaintSettings(grow=grow)).hole
    expected = np.zeros((600, 90), bool)
    expected[250 - grow : 262 + grow, 40 - grow : 50 + grow] = True
    assert_array_equal(hole, expected)


def test_almost_paint_is_counted_named_and_placed():
    pixels = flat(LIGHT, 200, 300)
    pixels[20:30, 20:30] = (3, 228, 3)
    pixels[100:160, 200:260] = (0, 230, 0)
    found = find_paint(pixels)
    assert not found.hole.any()
    assert found.almost_count == 100 + 3600
    assert (found.seen.color, found.seen.count) == ((0, 230, 0), 3600)
    # About the middle, by cells of 16 pixels.
    assert abs(found.seen.x - 230) <= 16
    assert abs(found.seen.y - 130) <= 16


def test_a_wrong_green_is_seen_only_where_nothing_is_painted_and_much_is_of_it():
    pixels = flat(LIGHT, 200, 300)
    pixels[100:160, 200:260] = (34, 177, 76)
    assert find_paint(pixels).seen == Seen((34, 177, 76), 3600, 231, 119)
    assert find_paint(flat((34, 177, 76), 5, 5)).seen is None
    pixels[5:15, 5:15] = GREEN
    assert find_paint(pixels).seen is None


def test_a_page_that_is_nothing_but_paint_is_one_hole():
    for height, width in SIZES:
        assert find_paint(flat(GREEN, height, width)).hole.all()


@pytest.mark.parametrize(
    "wrong", [{"color": (0, 256, 0)}, {"color": (1, 2)}, {"tolerance": -1}, {"grow": -1}, {"grow": 1001}]
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        PaintSettings(**wrong)

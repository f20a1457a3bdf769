"""After paint of any softness is taken nothing greenish is left, on any background, and hard paint takes no more."""

import numpy as np
import pytest
import scipy
from numpy.testing import assert_array_equal

from benchmarks.pages import draw_page
from libs.paint import find_paint
from tests.brushes import (
    GREEN,
    SHAPES,
    draw_dabs,
    draw_fading,
    draw_smooth,
    greener,
    paint_over,
    resize,
    save_and_load,
)

BACKGROUNDS = {
    "white": (255, 255, 255),
    "light": (250, 250, 245),
    "dark": (12, 10, 14),
    "black": (0, 0, 0),
    "red": (200, 30, 30),
    "green": (40, 160, 60),
    "bright green": (60, 220, 60),
    "skin": (250, 210, 180),
}
PAGES = {seed: draw_page(seed, 320, 400) for seed in (6, 7, 8)}
SEEN = 12  # levels of green that nobody sees beside a line or on an edge
SEEN_ON_FLAT = 3  # and on flat colour
# The share of paint at a round corner on bright green can be 1 : 10, and then it is 9 levels.
SEEN_AT_CORNERS = 9


def flat(color, height=180, width=180):
    return np.full((height, width, 3), color, np.uint8)


def draw_clothes():
    """White paper with a green thing on it, beside which nothing is painted."""
    pixels = flat((255, 255, 255), 260, 180)
    pixels[200:250, 20:160] = (30, 190, 50)
    return pixels


def soft_share(kind, seed, sigma):
    """A brush whose edge is a bell curve's, as wide as `sigma` says, in 8 bits."""
    share = scipy.ndimage.gaussian_filter(draw_smooth(180, 180, kind, seed), sigma)
    return np.clip((share - 0.01) / (0.98 * share.max() - 0.01), 0, 1)


def reach(hole, share):
    """By how many pixels at most the hole reaches beyond what has any paint."""
    return scipy.ndimage.distance_transform_edt(share == 0)[hole].max(initial=0)


@pytest.mark.parametrize("name", BACKGROUNDS)
@pytest.mark.parametrize("kind", SHAPES)
def test_nothing_greenish_is_left_of_an_anti_aliased_shape_and_little_else_is_taken(kind, name):
    pixels = flat(BACKGROUNDS[name])
    for seed in range(2):
        share = draw_smooth(180, 180, kind, seed)
        painted = paint_over(pixels, share)
        hole = find_paint(painted).hole
        assert greener(painted, pixels)[~hole].max() <= SEEN_AT_CORNERS
        assert reach(hole, share) <= 2


@pytest.mark.parametrize("seed", PAGES)
@pytest.mark.parametrize("kind", SHAPES)
def test_nothing_greenish_is_left_of_an_anti_aliased_shape_on_a_drawn_page(kind, seed):
    page = PAGES[seed]
    left = tinted = 0
    for number in range(2):
        share = draw_smooth(*page.shape[:2], kind, number)
        painted = paint_over(page, share)
        hole, green = find_paint(painted).hole, greener(painted, page) > SEEN
        left, tinted = left + np.count_nonzero(green & ~hole), tinted + np.count_nonzero(green & (share < 1))
        assert reach(hole, share) <= 3
    assert left <= 1 + 0.01 * tinted


@pytest.mark.parametrize("name", BACKGROUNDS)
@pytest.mark.parametrize("sigma", [0.5, 1, 2, 4])
def test_nothing_greenish_is_left_of_a_soft_brush(sigma, name):
    pixels = flat(BACKGROUNDS[name])
    for kind in SHAPES:
        painted = paint_over(pixels, soft_share(kind, 1, sigma))
        assert greener(painted, pixels)[~find_paint(painted).hole].max() <= SEEN_ON_FLAT


@pytest.mark.parametrize("name", BACKGROUNDS)
@pytest.mark.parametrize("hardness", [0, 0.25, 0.5, 0.75, 1])
def test_nothing_greenish_is_left_of_brushes_that_set_dabs(hardness, name):
    pixels = flat(BACKGROUNDS[name])
    for seed, across in enumerate((6, 10, 16, 30, 60)):
        painted = paint_over(pixels, draw_dabs(180, 180, across, hardness, seed))
        assert greener(painted, pixels)[~find_paint(painted).hole].max() <= SEEN_AT_CORNERS


# A brush whose opacity follows the pen's pressure


@pytest.mark.parametrize("name", BACKGROUNDS)
@pytest.mark.parametrize("part", [0.1, 0.2, 0.35])
def test_a_stroke_that_fades_out_is_taken_to_its_ends_and_little_else_is(part, name):
    pixels = flat(BACKGROUNDS[name])
    for seed, across in enumerate((6, 14, 30)):
        share = draw_fading(180, 180, across, part, seed)
        painted = paint_over(pixels, share)
        hole, green = find_paint(painted).hole, greener(painted, pixels)
        # What fades out within 10 pixels may leave its last few percent.
        assert green[~hole].max() <= (40 if part == 0.1 else SEEN_AT_CORNERS)
        assert np.count_nonzero((green > SEEN) & ~hole) <= 0.015 * np.count_nonzero(share)
        assert reach(hole, share) <= (8 if name == "bright green" else 3)


@pytest.mark.parametrize("seed", PAGES)
@pytest.mark.parametrize("part", [0.1, 0.2, 0.35])
def test_a_stroke_that_fades_out_is_taken_to_its_ends_on_a_drawn_page(part, seed):
    page = PAGES[seed]
    left = tinted = 0
    for across in (6, 14, 30):
        painted = paint_over(page, draw_fading(*page.shape[:2], across, part, seed))
        green = greener(painted, page) > SEEN
        left += np.count_nonzero(green & ~find_paint(painted).hole)
        tinted += np.count_nonzero(green)
    assert left <= 0.03 * tinted


@pytest.mark.parametrize("seed", range(4))
def test_a_stroke_that_fades_out_over_green_clothes_takes_hardly_any_of_them(seed):
    rows, columns = np.mgrid[:320, :320]
    folds = 25 * np.sin(columns / 9) + 15 * np.sin(rows / 14)
    clothes = np.clip((40, 180, 60) + folds[..., None] * (0.3, 1, 0.3), 0, 255).astype(np.uint8)
    share = draw_fading(320, 320, 14, 0.3, seed)
    hole = find_paint(paint_over(clothes, share)).hole
    assert np.count_nonzero(hole & (share == 0)) <= 0.5 * np.count_nonzero(share)


@pytest.mark.parametrize("filter_name", ["BILINEAR", "BICUBIC", "LANCZOS"])
@pytest.mark.parametrize("factor", [0.5, 0.73, 1.5])
def test_next_to_nothing_greenish_is_left_of_paint_that_was_resized(filter_name, factor):
    for clean in (*(flat(color) for color in BACKGROUNDS.values()), PAGES[6][:180, :180]):
        hard = draw_smooth(*clean.shape[:2], "rotated", 2) >= 0.5
        painted = resize(paint_over(clean, hard), factor, filter_name)
        green = greener(painted, resize(clean, factor, filter_name)) > SEEN
        left = green & ~find_paint(painted).hole
        # What Lanczos' second wave adds to a red page is 3 pixels away, and faint.
        assert left.sum() <= (0.06 if filter_name == "LANCZOS" else 0.01) * green.sum()


@pytest.mark.parametrize("seed", PAGES)
@pytest.mark.parametrize("kind", SHAPES)
def test_a_hard_pencil_takes_no_pixel_more_on_any_page(kind, seed):
    page = PAGES[seed]
    for number in range(2):
        hard = draw_smooth(*page.shape[:2], kind, number) >= 0.5
        found = find_paint(paint_over(page, hard))
        assert_array_equal(found.hole, hard)
        assert found.soft == 0


@pytest.mark.parametrize("beyond", [(15, 15, 15), (250, 250, 250), (220, 65, 155)])
@pytest.mark.parametrize("color", [(157, 186, 102), (60, 200, 60), (0, 128, 0), (15, 15, 15), (255, 255, 0)])
def test_a_coloured_thing_that_begins_at_hard_paint_stays(color, beyond):
    pixels, core = flat(beyond), np.zeros((180, 180), bool)
    core[60:120, 40:140] = True
    pixels[90:94, 20:40] = pixels[52:60, 70] = color
    assert_array_equal(find_paint(paint_over(pixels, core)).hole, core)


def test_hard_and_anti_aliased_paint_in_one_page_are_told_apart():
    pixels, share = flat((250, 250, 245), 400, 400), np.zeros((400, 400))
    share[20:60, 20:300] = 1
    share[200:380, 100:280] = draw_smooth(180, 180, "ellipse", 4)
    painted = paint_over(pixels, share)
    found = find_paint(painted)
    assert_array_equal(found.hole[:200], share[:200] > 0)
    assert greener(painted, pixels)[~found.hole].max() <= SEEN


@pytest.mark.parametrize("kind", SHAPES)
def test_green_clothes_elsewhere_are_left_alone_by_every_brush(kind):
    clean = draw_clothes()
    for sigma in (0, 1, 4):
        share = np.zeros(clean.shape[:2])
        share[:180] = soft_share(kind, 3, sigma) if sigma else draw_smooth(180, 180, kind, 3)
        assert not find_paint(paint_over(clean, share)).hole[195:].any()


@pytest.mark.parametrize(
    ("kind", "options"),
    [("JPEG", {"quality": 75}), ("JPEG", {"quality": 85, "subsampling": 0}), ("WEBP", {"quality": 75})],
)
def test_green_clothes_elsewhere_are_left_alone_in_lossy_files(kind, options):
    clean = draw_clothes()
    share = np.pad(draw_smooth(180, 180, "rotated", 3), ((0, 80), (0, 0))) >= 0.5
    hole = find_paint(save_and_load(paint_over(clean, share), kind, **options)).hole
    assert (share <= hole).all()
    assert not hole[195:].any()


@pytest.mark.parametrize("quality", [75, 85, 90])
@pytest.mark.parametrize("seed", PAGES)
def test_neither_a_greenish_nor_a_reddish_fringe_is_left_where_colours_are_coded_in_small_squares(quality, seed):
    page, options = PAGES[seed], {"quality": quality, "subsampling": 0}
    hard = draw_smooth(*page.shape[:2], SHAPES[seed % 6], seed) >= 0.5
    painted, clean = (save_and_load(pixels, "JPEG", **options) for pixels in (paint_over(page, hard), page))
    tint = np.where(hard, 0, np.abs(greener(painted, clean))) > SEEN
    assert np.count_nonzero(tint & ~find_paint(painted).hole) <= 0.06 * np.count_nonzero(tint)


def test_paint_that_is_strewn_is_not_followed_and_takes_no_time():
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 255, (600, 600, 3), dtype=np.uint8)
    strewn = rng.random((600, 600)) < 0.3
    pixels[strewn] = GREEN
    assert_array_equal(find_paint(pixels).hole, strewn)

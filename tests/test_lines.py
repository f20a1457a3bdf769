"""Lines that cross a hole are drawn through it; where no two ends fit nothing is touched."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial import cKDTree

from libs.line_ends import ENDS_REACH, HALF, OUTSIDE, Ends, find_ends
from libs.lines import FARTHEST, carry_lines, match_ends, near_pairs

PAPER, INK = 0.9, 0.1


def draw_line(angle: float, side: int = 120, width: float = 4.0) -> np.ndarray:
    """(side, side, 3): a straight anti-aliased line through the middle, `angle` in degrees from the horizontal."""
    rows, columns = np.indices((side, side)) - (side - 1) / 2
    across = np.abs(rows * np.cos(np.radians(angle)) - columns * np.sin(np.radians(angle)))
    share = np.clip(width / 2 + 0.5 - across, 0, 1)[..., None]
    return np.repeat(PAPER + (INK - PAPER) * share, 3, axis=-1).astype(np.float32)


def draw_arc(radius: float, side: int = 120, width: float = 4.0) -> np.ndarray:
    """(side, side, 3): part of a circle whose lowest point is the middle."""
    rows, columns = np.indices((side, side)) - (side - 1) / 2
    across = np.abs(np.hypot(rows + radius, columns) - radius)
    share = np.clip(width / 2 + 0.5 - across, 0, 1)[..., None]
    return np.repeat(PAPER + (INK - PAPER) * share, 3, axis=-1).astype(np.float32)


def bar(side: int = 120, width: int = 20) -> np.ndarray:
    """(side, side) bool: an upright bar in the middle."""
    hole = np.zeros((side, side), bool)
    hole[10:-10, (side - width) // 2 : (side + width) // 2] = True
    return hole


def carried(image: np.ndarray, hole: np.ndarray, drawing: float = PAPER) -> np.ndarray:
    """What becomes of a drawing of one colour."""
    drawn = np.where(hole[..., None], np.float32(drawing), image)
    return carry_lines(drawn, image * ~hole[..., None], hole)


@pytest.mark.parametrize("angle", range(-50, 51, 10))
@pytest.mark.parametrize(("width", "rest"), [(2.0, 0.35), (4.0, 0.15), (9.0, 0.15)])
def test_a_straight_line_goes_on_through_a_bar(angle, width, rest):
    """A thin slanted line is a little softer than it was, as it is read between pixels."""
    image, hole = draw_line(angle, width=width), bar()
    before = np.abs(np.where(hole[..., None], PAPER, image) - image).mean()
    assert np.abs(carried(image, hole) - image).mean() < rest * before


@pytest.mark.parametrize("radius", [60, 100, 300])
def test_a_curved_line_goes_on_as_a_curve(radius):
    image, hole = draw_arc(radius), bar()
    before = np.abs(np.where(hole[..., None], PAPER, image) - image).mean()
    assert np.abs(carried(image, hole) - image).mean() < 0.2 * before


@pytest.mark.parametrize("turn", range(4))
def test_a_turned_picture_gives_a_turned_result(turn):
    image, hole = draw_line(17), bar()
    assert_allclose(
        carried(np.rot90(image, turn), np.rot90(hole, turn)), np.rot90(carried(image, hole), turn), atol=2e-3
    )


def test_an_edge_between_two_colours_goes_on():
    image = np.full((120, 120, 3), (0.8, 0.6, 0.4), np.float32)
    image[:60] = (0.2, 0.3, 0.7)
    drawn = carried(image, bar(), 0.5)
    assert_allclose(drawn[57:63], image[57:63], atol=0.01)


def test_white_beside_a_line_stays_exactly_white():
    image = np.ones((120, 120, 3), np.float32)
    image[58:61] = 0
    drawn = carried(image, bar(), 0.7)
    assert_array_equal(np.round(255 * drawn[55:64]), 255 * image[55:64])


@pytest.mark.parametrize("seed", range(8))
def test_only_the_hole_changes_and_arguments_stay(seed):
    rng = np.random.default_rng(seed)
    image = draw_line(rng.uniform(-40, 40)) * rng.uniform(0.7, 1, 3).astype(np.float32)
    hole = bar(width=int(rng.integers(4, 40)))
    drawing = rng.random(image.shape, dtype=np.float32)
    copies = drawing.copy(), image.copy()
    result = carry_lines(drawing, image, hole)
    assert_array_equal(result[~hole], drawing[~hole])
    assert_array_equal(drawing, copies[0])
    assert_array_equal(image, copies[1])
    assert 0 <= result.min() <= result.max() <= 1


def test_what_lies_under_the_hole_never_matters():
    image, hole = draw_line(20), bar()
    other = np.where(hole[..., None], np.float32(0.5), image)
    drawing = np.full_like(image, 0.3)
    assert_array_equal(carry_lines(drawing, image, hole), carry_lines(drawing, other, hole))


@pytest.mark.parametrize("change", ["no hole", "all hole", "flat", "one side only", "other colours", "too far"])
def test_where_no_two_ends_fit_nothing_is_drawn(change):
    image, hole = draw_line(0), bar()
    if change in ("no hole", "all hole"):
        hole[:] = change == "all hole"
    if change == "flat":
        image[:] = PAPER
    if change == "one side only":
        image[:, 60:] = PAPER
    if change == "other colours":
        image[:, 60:] = np.float32(0.5) + image[:, 60:] / 4
    if change == "too far":
        image, hole = draw_line(0, 180), bar(180, FARTHEST + 4)
    drawing = np.full_like(image, 0.4)
    assert_array_equal(carry_lines(drawing, image, hole), drawing)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (3, 3), (6, 200)])
def test_pictures_of_any_size_pass(shape):
    image, hole = np.random.default_rng(0).random((*shape, 3), dtype=np.float32), np.zeros(shape, bool)
    hole[:, shape[1] // 3 : shape[1] // 2 + 1] = True
    assert carry_lines(image, image, hole).shape == image.shape


@pytest.mark.parametrize("angle", [-40, -15, 0, 25])
def test_ends_lie_beside_the_hole_and_look_along_the_line(angle):
    image, hole = draw_line(angle), bar()
    ends = find_ends(image * ~hole[..., None], hole)
    assert len(ends) >= 6
    columns = {48, 51, 68, 71}
    assert set(ends.places[:, 1]) <= set(range(50 - OUTSIDE, 70 + OUTSIDE)) and columns & set(ends.places[:, 1])
    along = np.array([np.sin(np.radians(angle)), np.cos(np.radians(angle))])
    inwards = np.where(ends.places[:, 1] < 60, 1, -1)
    assert (ends.ways @ along * inwards > np.cos(np.radians(8))).all()
    values = image[tuple(ends.places.astype(int).T)]
    assert np.abs(ends.profiles[:, HALF] - values).mean() < 0.05


@pytest.mark.parametrize("seed", range(6))
def test_no_end_needs_what_is_farther_off_than_it_is_looked_at(seed):
    rng = np.random.default_rng(seed)
    image = sum(draw_line(rng.uniform(-90, 90), width=rng.uniform(1, 9)) for _ in range(3)) / 3
    hole = np.zeros((120, 120), bool)
    hole[50:70, 50:60] = hole[52:58, 45:70] = True
    near = np.s_[50 - ENDS_REACH : 70 + ENDS_REACH, 45 - ENDS_REACH : 70 + ENDS_REACH]
    whole, part = find_ends(image, hole), find_ends(image[near], hole[near])
    assert len(whole) > 3
    assert_array_equal(part.places + (50 - ENDS_REACH, 45 - ENDS_REACH), whole.places)
    assert_array_equal(part.ways, whole.ways)
    assert_array_equal(part.profiles, whole.profiles)


def test_ends_are_matched_with_their_like():
    """Four lines with profiles of their own, on both sides in the same order."""
    places = np.array([[10 * row, column] for row in range(1, 5) for column in (20, 40)], np.float32)
    ways = np.array([[0, 1], [0, -1]] * 4, np.float32)
    profiles = np.zeros((8, 2 * HALF + 1, 3), np.float32)
    for line in range(4):
        profiles[2 * line, line : line + 3] = profiles[2 * line + 1, ::-1][line : line + 3] = 0.2 + line / 5
    pairs, costs = match_ends(Ends(places, ways, profiles))
    assert_array_equal(np.sort(pairs, axis=1), [[0, 1], [2, 3], [4, 5], [6, 7]])
    assert_allclose(costs, 0, atol=1e-3)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("count", [0, 1, 2, 300])
def test_near_places_are_those_that_a_tree_finds(seed, count):
    rng = np.random.default_rng(seed)
    places = rng.integers(0, 60, (count, 2)) * 0.5  # many in one row, many exactly as far as is allowed, some the same
    found = set(zip(*(part.tolist() for part in near_pairs(places, 5.0)), strict=True))
    assert found == (cKDTree(places).query_pairs(5.0) if count else set())

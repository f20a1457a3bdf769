"""White paper and black ink are carried through holes, lines that cross are not rubbed out."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from libs.paper import BLACK, HOLE, OTHER, REACH, RUN, WHITE, _between, _between_all_ways, carry_paper


def slow_between(kinds, reach, step):
    """The same by walking from every hole pixel both ways."""
    found = np.zeros(kinds.shape, np.uint8)
    height, width = kinds.shape
    for row, column in np.argwhere(kinds == HOLE):
        ends = []
        for sign in (1, -1):
            place, steps = np.array([row, column]), 0
            while 0 <= place[0] < height and 0 <= place[1] < width and kinds[tuple(place)] == HOLE:
                place, steps = place + sign * np.array(step), steps + 1
            run = [place + sign * number * np.array(step) for number in range(RUN)]
            inside = [0 <= y < height and 0 <= x < width for y, x in run]
            seen = {int(kinds[tuple(spot)]) for spot in run} if all(inside) else {OTHER}
            ends.append((seen.pop() if len(seen) == 1 else OTHER, steps))
        (one, first), (other, second) = ends
        if one == other != OTHER and first + second <= reach:
            found[row, column] = one
    return found


def draw_kinds(seed, height=40, width=33):
    """Lumps of all four kinds."""
    rng = np.random.default_rng(seed)
    lumps = rng.choice([HOLE, WHITE, BLACK, OTHER], (-(-height // 6), -(-width // 6)), p=[0.4, 0.35, 0.15, 0.1])
    return lumps.repeat(6, 0).repeat(6, 1)[:height, :width].astype(np.uint8)


@pytest.mark.parametrize("seed", range(4))
def test_what_lies_between_is_what_a_slow_walk_finds(seed):
    kinds = draw_kinds(seed)
    assert_array_equal(_between(kinds, 9), slow_between(kinds, 9, (1, 0)))
    ways = {(1, 0): REACH, (0, 1): REACH, (1, 1): int(REACH / 2**0.5), (1, -1): int(REACH / 2**0.5)}
    found = [slow_between(kinds, reach, step) for step, reach in ways.items()]
    for kind, between in _between_all_ways(kinds).items():
        assert_array_equal(between, np.logical_or.reduce([way == kind for way in found]))


def draw_gutter():
    """A white gutter between two dark panels with a bar across, and a drawing that smears it."""
    image = np.full((120, 160, 3), 0.3, np.float32)
    image[50:70] = 1
    hole = np.zeros((120, 160), bool)
    hole[20:100, 60:84] = True
    drawing = image.copy()
    drawing[50:70, 60:84] = 0.9
    return image, hole, drawing


def test_a_gutter_goes_on_through_a_bar():
    image, hole, drawing = draw_gutter()
    carried = carry_paper(drawing, np.where(hole[..., None], 0, image), hole)
    assert (carried[50:70, 60:84] == 1).all()
    assert_array_equal(carried[20:50], drawing[20:50])


def test_a_line_that_crosses_the_gutter_stays():
    image, hole, drawing = draw_gutter()
    drawing[50:70, 70:73] = 0.2
    carried = carry_paper(drawing, np.where(hole[..., None], 0, image), hole)
    assert_array_equal(carried[50:70, 70:73], drawing[50:70, 70:73])


def test_a_hole_in_nothing_pure_is_left_as_it_is_drawn():
    image, hole, drawing = draw_gutter()
    image = np.minimum(image, 0.99) + 0.005
    assert_array_equal(carry_paper(drawing, image, hole), drawing)


def test_nothing_jumps_where_a_drawing_grows_darker():
    image, hole = np.ones((1, 60, 3), np.float32), np.zeros((1, 60), bool)
    hole[0, 20:40] = True
    levels = np.linspace(1, 0.5, 200, dtype=np.float32)
    carried = [carry_paper(np.full_like(image, level), image * ~hole[..., None], hole)[0, 30, 0] for level in levels]
    assert carried[0] == 1
    assert carried[-1] == levels[-1]
    assert (np.diff(carried) <= 0).all()
    assert np.abs(np.diff(carried)).max() < 0.02

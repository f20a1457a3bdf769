"""What is flat on both sides of a hole is carried through it, lines that cross are not rubbed out."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from libs.flat import ALIKE, REACH, RUN, SAME, carry_flat, flat_between

STEPS = ((1, 0), (0, 1), (1, 1), (1, -1))


def slow_between(image, hole, step):
    """The same by walking from every hole pixel both ways."""
    step, found, colours = np.array(step), [], []
    inside = lambda place: (place >= 0).all() and (place < hole.shape).all()  # noqa: E731
    for start in np.argwhere(hole):
        ends = []
        for sign in (-1, 1):
            place = start.copy()
            while inside(place) and hole[tuple(place)]:
                place = place + sign * step
            run = [place + sign * number * step for number in range(RUN)]
            if not all(inside(spot) and not hole[tuple(spot)] for spot in run):
                break
            levels = np.array([image[tuple(spot)] for spot in run])
            if np.abs(np.diff(levels, axis=0)).max() > SAME:
                break
            ends.append((levels[0], place))
        fits = len(ends) == 2 and np.abs(ends[0][0] - ends[1][0]).max() <= ALIKE
        if fits:
            length = np.hypot(*(ends[1][1] - ends[0][1])) - np.hypot(*step)
            fits = length <= REACH
        found.append(fits)
        if fits:
            share = np.abs(start - ends[0][1]).max() / np.abs(ends[1][1] - ends[0][1]).max()
            colours.append(ends[0][0] + (ends[1][0] - ends[0][0]) * share)
    return np.array(found), np.array(colours).reshape(-1, 3)


def draw_lumps(seed, height=46, width=37):
    """Lumps of four colours, two of them nearly alike, and lumps of hole."""
    rng = np.random.default_rng(seed)
    colours = np.array([[1, 1, 1], [0.99, 1, 1], [0.2, 0.4, 0.6], [0, 0, 0]], np.float32)
    shape = -(-height // 8), -(-width // 8)
    spread = lambda lumps: lumps.repeat(8, 0).repeat(8, 1)[:height, :width]  # noqa: E731
    image = colours[spread(rng.choice(4, shape, p=[0.4, 0.3, 0.2, 0.1]))]
    return image, spread(rng.random(shape) < 0.35)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("step", STEPS)
def test_what_lies_between_is_what_a_slow_walk_finds(seed, step):
    image, hole = draw_lumps(seed)
    found, colours = flat_between(image, hole, step)
    expected, expected_colours = slow_between(image, hole, step)
    assert_array_equal(found, expected)
    assert_allclose(colours[found], expected_colours, atol=1e-6)


@pytest.mark.parametrize("shape", [(1, 1), (1, 30), (30, 1), (7, 7)])
def test_pictures_of_any_size_are_looked_at(shape):
    image, hole = np.ones((*shape, 3), np.float32), np.zeros(shape, bool)
    hole[shape[0] // 2, shape[1] // 2] = True
    for step in STEPS:
        found, _ = flat_between(image, hole, step)
        assert_array_equal(found, slow_between(image, hole, step)[0])


def draw_gutter(colour=1.0):
    """A gutter between two dark panels with a bar across, and a drawing that smears it."""
    image = np.full((120, 160, 3), 0.3, np.float32)
    image[50:70] = colour
    image[20:50, ::3] = 0.5
    image[70:100, ::3] = 0.5
    hole = np.zeros((120, 160), bool)
    hole[20:100, 60:84] = True
    drawing = image.copy()
    drawing[50:70, 60:84] = np.float32(colour) - 0.1
    return image, hole, drawing


@pytest.mark.parametrize("colour", [1.0, 0.75, (0.9, 0.4, 0.2)])
def test_a_gutter_goes_on_through_a_bar(colour):
    image, hole, drawing = draw_gutter(colour)
    carried = carry_flat(drawing, np.where(hole[..., None], 0, image), hole)
    assert_array_equal(carried[50:70, 60:84], image[50:70, 60:84])
    assert_array_equal(carried[20:50], drawing[20:50])


def test_a_line_that_crosses_the_gutter_stays():
    image, hole, drawing = draw_gutter()
    drawing[50:70, 70:73] = 0.2
    carried = carry_flat(drawing, np.where(hole[..., None], 0, image), hole)
    assert_array_equal(carried[50:70, 70:73], drawing[50:70, 70:73])


def test_nothing_flat_leaves_everything_as_it_is_drawn():
    image, hole, drawing = draw_gutter()
    image = image * np.random.default_rng(0).uniform(0.9, 1, image.shape).astype(np.float32)
    assert_array_equal(carry_flat(drawing, image, hole), drawing)


def test_no_hole_changes_nothing():
    image, hole, drawing = draw_gutter()
    assert carry_flat(drawing, image, np.zeros_like(hole)) is drawing


def test_nothing_jumps_where_a_drawing_grows_darker():
    image, hole = np.ones((1, 60, 3), np.float32), np.zeros((1, 60), bool)
    hole[0, 20:40] = True
    levels = np.linspace(1, 0.5, 200, dtype=np.float32)
    carried = [carry_flat(np.full_like(image, level), image * ~hole[..., None], hole)[0, 30, 0] for level in levels]
    assert carried[0] == 1
    assert carried[-1] == levels[-1]
    assert (np.diff(carried) <= 0).all()
    assert np.abs(np.diff(carried)).max() < 0.02

"""Fog in a wide hole is covered with what is beside; a clear drawing stays."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from libs.fog import clear_fog
from tests.test_patches import block, draw_waves, grey


@pytest.mark.parametrize("seed", range(5))
def test_fog_in_hatching_becomes_ink_and_paper(seed):
    image, hole = draw_waves(seed=seed), block()
    drawn = clear_fog(grey(image, hole), image, hole)[hole]
    assert ((drawn > 0.2) & (drawn < 0.8)).mean() < 0.6  # all of the fog was
    assert drawn.std() > 0.5 * image[hole].std()


def test_fog_far_from_all_that_is_known_is_covered_too():
    image, hole = draw_waves((300, 300)), np.zeros((300, 300), bool)
    hole[60:240, 60:240] = True
    drawn = clear_fog(grey(image, hole), image, hole)
    assert drawn[140:160, 140:160].std() > 0.5 * image[hole].std()


@pytest.mark.parametrize("seed", range(5))
def test_a_drawing_as_clear_as_what_is_beside_stays(seed):
    image, hole = draw_waves(seed=seed), block()
    other = np.where(hole[..., None], draw_waves(seed=seed + 100), image)
    changed = np.abs(clear_fog(other, image, hole) - other)[hole]
    assert changed.mean() < 0.1


def test_outside_the_hole_nothing_changes():
    image, hole = draw_waves(), block()
    drawing = np.random.default_rng(3).uniform(0, 1, image.shape).astype(np.float32)
    drawing[hole] = 0.5
    assert_array_equal(clear_fog(drawing, image, hole)[~hole], drawing[~hole])


def test_what_lies_under_the_hole_never_matters():
    image, hole = draw_waves(), block()
    other = image.copy()
    other[hole] = 0.3
    drawing = grey(image, hole)
    assert_array_equal(clear_fog(drawing, other, hole), clear_fog(drawing, image, hole))


def test_flat_colours_are_no_fog():
    image, hole = np.full((120, 150, 3), 0.7, np.float32), block()
    assert_array_equal(clear_fog(image, image, hole), image)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (6, 9), (30, 31)])
def test_small_pictures_are_left_as_they_are(shape):
    image = np.random.default_rng(0).uniform(0, 1, (*shape, 3)).astype(np.float32)
    hole = np.zeros(shape, bool)
    hole[0, 0] = True
    assert_array_equal(clear_fog(image, image, hole), image)


@pytest.mark.parametrize("whole", [True, False])
def test_all_or_nothing_of_a_picture_may_be_hole(whole):
    image = draw_waves((60, 70))
    drawing = np.full_like(image, 0.5)
    assert_array_equal(clear_fog(drawing, image, np.full((60, 70), whole)), drawing)

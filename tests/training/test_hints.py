"""Hints: blocks' means, one pixel a block, and nothing else of what is hidden."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from libs.training.hints import DEPTH, PITCH, WRONGEST, BlockRow, add_guesses, add_hints


def draw_edges(rng: np.random.Generator) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(rng.integers(1, 33, rng.integers(1, 12)))])


@pytest.mark.parametrize("seed", range(40))
def test_hints_are_one_pixel_a_block_and_near_its_mean(seed):
    target = np.broadcast_to(np.float32([0.3, 0.5, 0.7]), (96, 96, 3)).copy()
    hole = np.zeros((96, 96), dtype=bool)
    hole[20:80, 10:90] = True
    image, known = add_hints(np.random.default_rng(seed), target, hole)
    hints = known & hole
    assert hole.sum() / 33**2 - 3 < hints.sum() < hole.sum() / 3.5**2
    assert_array_equal(known[~hole], True)
    assert_array_equal(image[~hints], target[~hints])
    assert np.abs(image - target).max() < 0.15
    # No two hints are neighbours: a block is at least 4 pixels wide.
    assert (np.diff(np.flatnonzero(hints.any(axis=1))) >= 3).all()


def test_a_hint_is_the_mean_of_its_block():
    """With one block as large as the picture can be, its mean is known by hand."""
    target = np.zeros((8, 8, 3), np.float32)
    target[::2] = 1
    for seed in range(80):
        image, known = add_hints(np.random.default_rng(seed), target, np.ones((8, 8), dtype=bool))
        if known.sum() == 1:
            assert np.abs(image[known] - 0.5).max() < 0.15
            return
    pytest.fail("no seed gave a single block")


@pytest.mark.parametrize("seed", range(20))
def test_averaging_is_the_mean_of_each_block(seed):
    rng = np.random.default_rng(seed)
    row = BlockRow(draw_edges(rng))
    line = rng.random(row.edges[-1])
    means = [line[start:end].mean() for start, end in zip(row.edges, row.edges[1:], strict=False)]
    assert_allclose(row.averaging @ line, means, atol=1e-5)
    assert all(start <= middle < end for start, middle, end in zip(row.edges, row.middles, row.edges[1:], strict=False))


@pytest.mark.parametrize("seed", range(40))
def test_guesses_are_an_even_grid_deep_in_the_hole(seed):
    rng = np.random.default_rng(seed)
    target = rng.random((96, 104, 3), dtype=np.float32)
    hole = np.zeros((96, 104), dtype=bool)
    hole[10:81, 5:90] = True
    image, known = add_guesses(rng, target, hole)
    guesses = known & hole
    assert_array_equal(known[~hole], True)
    assert_array_equal(image[~guesses], target[~guesses])
    rows, columns = (np.flatnonzero(guesses.any(axis=axis)) for axis in (1, 0))
    assert_array_equal(np.diff(rows), PITCH)
    assert_array_equal(np.diff(columns), PITCH)
    assert guesses.sum() == len(rows) * len(columns)
    # All of the even grid's pixels that are deeper in than `DEPTH`, the first within a pitch of there.
    assert 10 + DEPTH <= rows[0] < 10 + DEPTH + PITCH and 81 - DEPTH - PITCH <= rows[-1] < 81 - DEPTH
    assert 5 + DEPTH <= columns[0] < 5 + DEPTH + PITCH and 90 - DEPTH - PITCH <= columns[-1] < 90 - DEPTH


def test_a_guess_is_the_mean_of_its_block_and_of_another_place():
    target = np.full((96, 96, 3), 0.25, np.float32)
    target[:, :48] = 1
    hole = np.zeros((96, 96), dtype=bool)
    hole[16:80, 4:44] = True
    wrong = []
    for seed in range(60):
        image, known = add_guesses(np.random.default_rng(seed), target, hole)
        values = image[known & hole]
        assert np.ptp(values) < 1e-5
        wrong.append((1 - values.mean()) / 0.75)
    assert 0 <= min(wrong) < 0.1 and 0.3 < max(wrong) <= WRONGEST


def test_a_narrow_hole_has_no_guesses():
    hole = np.zeros((64, 64), dtype=bool)
    hole[8 : 8 + 2 * DEPTH] = True
    _, known = add_guesses(np.random.default_rng(0), np.zeros((64, 64, 3), np.float32), hole)
    assert_array_equal(known, ~hole)


def test_adding_hints_leaves_its_arguments_alone():
    target, hole = np.full((32, 32, 3), 0.5, np.float32), np.ones((32, 32), dtype=bool)
    for add in (add_hints, add_guesses):
        add(np.random.default_rng(0), target, hole)
    assert_array_equal(target, 0.5)
    assert hole.all()

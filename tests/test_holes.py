"""Holes: found exactly, counted rightly, and drawn at random as promised."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from libs.holes import (
    count_regions,
    label_regions,
    painted_hole,
    random_bars,
    random_blobs,
    random_letters,
    random_outlines,
    random_strokes,
)

SIZES = [(1, 1), (1, 40), (40, 1), (2, 3), (17, 33), (64, 64), (128, 96)]
AREAS = ((0.01, 0.1), (0.1, 0.2), (0.2, 0.3), (0.3, 0.4), (0.4, 0.5), (0.5, 0.6))


def draw_strokes(rng, height, width, touching):
    return random_strokes(rng, height, width, (0.1, 0.3), touching)


DRAW = pytest.mark.parametrize("draw", [random_bars, random_blobs, random_letters, random_outlines, draw_strokes])


def test_only_the_exact_colour_is_painted():
    pixels = np.zeros((2, 4, 3), np.uint8)
    pixels[0] = [(0, 255, 0), (0, 254, 0), (1, 255, 0), (0, 255, 1)]
    assert_array_equal(painted_hole(pixels), [[True, False, False, False], [False] * 4])
    assert_array_equal(painted_hole(pixels, (0, 0, 0)), [[False] * 4, [True] * 4])


def test_the_painted_hole_is_found_in_every_size():
    for height, width in SIZES:
        rng = np.random.default_rng(height)
        pixels = rng.integers(0, 255, (height, width, 3), dtype=np.uint8)
        hole = rng.random((height, width)) < 0.5
        pixels[hole] = (0, 255, 0)
        assert_array_equal(painted_hole(pixels), hole)


def flood(hole: np.ndarray) -> tuple[np.ndarray, int]:
    """Slow labels: from every unlabelled hole pixel, everything that is reached by steps to the 8 neighbours."""
    labels, count = np.zeros(hole.shape, np.int32), 0
    for start in zip(*np.nonzero(hole), strict=True):
        if labels[start]:
            continue
        count += 1
        waiting = [start]
        while waiting:
            row, column = waiting.pop()
            inside = 0 <= row < hole.shape[0] and 0 <= column < hole.shape[1]
            if inside and hole[row, column] and not labels[row, column]:
                labels[row, column] = count
                waiting += [(row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    return labels, count


def random_specks(seed: int) -> np.ndarray:
    """(H, W) bool of at most 30 x 30: from single specks to one large lump with leaks."""
    rng = np.random.default_rng(seed)
    return rng.random(rng.integers(1, 31, 2)) < rng.uniform(0.02, 0.8)


@pytest.mark.parametrize("seed", range(30))
def test_labels_are_those_of_a_flood_fill(seed):
    hole = random_specks(seed)
    labels, count = label_regions(hole)
    expected, expected_count = flood(hole)
    assert (labels.dtype, count) == (np.int32, expected_count)
    assert_array_equal(labels > 0, hole)
    # The numbering is free: each label of one corresponds to exactly one of the other.
    assert len(set(zip(labels[hole].tolist(), expected[hole].tolist(), strict=True))) == count


@pytest.mark.parametrize("strip", [1, 2, 3, 7, 1000])
def test_regions_are_counted_strip_by_strip_as_they_are_labelled(strip):
    for seed in range(100):
        hole = random_specks(seed)
        assert count_regions(hole, strip) == label_regions(hole)[1]


@pytest.mark.parametrize(
    ("picture", "count"),
    [
        ("#.#.#\n#.#.#\n##.##\n#.#.#", 1),
        ("#####\n#...#\n#.#.#\n#...#\n#####", 2),
        ("#....\n.#...\n..#..\n...#.\n....#", 1),
        ("#.#\n...\n#.#", 4),
        ("...\n...", 0),
        ("#.#.#.#\n#.#.#.#\n#.###.#\n#.....#\n#######", 1 + 1),
    ],
)
def test_forks_rings_and_stairs_are_counted_by_eye(picture, count):
    hole = np.array([[letter == "#" for letter in line] for line in picture.split("\n")])
    for strip in (1, 2, 512):
        assert count_regions(hole, strip) == count


def test_a_winding_line_through_many_strips_is_one_region():
    hole = np.zeros((60, 61), dtype=bool)
    hole[:, ::4] = True
    for place, column in enumerate(range(0, 60, 4)):
        hole[-place % 2 * 59, column : column + 4] = True
    for strip in (1, 3, 20, 60):
        assert count_regions(hole, strip) == 1


@DRAW
@pytest.mark.parametrize("touching", [True, False])
def test_random_holes_have_the_size_asked_for_and_are_never_empty(draw, touching):
    for height, width in SIZES:
        for seed in range(3):
            hole = draw(np.random.default_rng(seed), height, width, touching)
            assert hole.shape == (height, width)
            assert hole.dtype == bool
            assert hole.any()


@DRAW
def test_random_holes_are_the_same_for_the_same_seed(draw):
    holes = [draw(np.random.default_rng(5), 50, 60, True) for _ in range(2)]
    assert_array_equal(*holes)
    assert (holes[0] != draw(np.random.default_rng(6), 50, 60, True)).any()


@DRAW
@pytest.mark.parametrize("size", [(5, 5), (20, 40), (128, 96)])
def test_holes_that_may_not_touch_the_border_keep_off_it(draw, size):
    for seed in range(15):
        hole = draw(np.random.default_rng(seed), *size, False)
        assert hole[1:-1, 1:-1].sum() == hole.sum()


@DRAW
def test_holes_that_may_touch_the_border_sometimes_do(draw):
    holes = [draw(np.random.default_rng(seed), 64, 64, True) for seed in range(60)]
    assert any(hole[1:-1, 1:-1].sum() < hole.sum() for hole in holes)


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("touching", [True, False])
def test_strokes_cover_the_share_asked_for_and_never_more(area, touching):
    shares = [random_strokes(np.random.default_rng(seed), 96, 128, area, touching).mean() for seed in range(20)]
    assert max(shares) <= area[1]
    assert np.mean([share >= area[0] for share in shares]) >= 0.9


def test_outlines_are_thinner_than_the_blobs_they_are_of():
    for seed in range(20):
        outline = random_outlines(np.random.default_rng(seed), 96, 96, True)
        blob = random_blobs(np.random.default_rng(seed), 96, 96, True)
        assert (outline <= blob).all()
        assert outline.sum() < 0.9 * blob.sum() or blob.sum() < 100

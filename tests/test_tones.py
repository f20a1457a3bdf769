"""Texture that repeats itself goes on through a hole; where nothing repeats itself nothing is touched."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from libs.tones import SIDES, _Squares, _table, carry_tones, find_offsets


def draw_screen(pitch: float, angle: float, shape: tuple[int, int] = (160, 200), share: float = 0.4) -> np.ndarray:
    """(h, w, 3) float32: dots of ink on paper, `pitch` pixels apart, turned by `angle` degrees."""
    rows, columns = np.indices(shape)
    turn = np.radians(angle)
    down = (rows * np.cos(turn) - columns * np.sin(turn)) * 2 * np.pi / pitch
    across = (rows * np.sin(turn) + columns * np.cos(turn)) * 2 * np.pi / pitch
    ink = np.cos(down) + np.cos(across) > 2 - 4 * share
    return np.repeat(np.where(ink, 0.0, 1.0)[..., None], 3, axis=-1).astype(np.float32)


def bar(shape: tuple[int, int] = (160, 200), width: int = 24) -> np.ndarray:
    hole = np.zeros(shape, bool)
    hole[20:-20, (shape[1] - width) // 2 : (shape[1] + width) // 2] = True
    return hole


def fog(image: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """What a network of means draws: the mean."""
    return np.where(hole[..., None], image.mean(axis=(0, 1)), image).astype(np.float32)


@pytest.mark.parametrize("pitch", [4.0, 5.0, 6.3, 7.0])
@pytest.mark.parametrize("angle", [0, 15, 45])
def test_a_screen_goes_on_through_a_bar(pitch, angle):
    image, hole = draw_screen(pitch, angle), bar()
    before = fog(image, hole)
    drawn = carry_tones(before, image, hole)
    assert np.abs(drawn - image).mean() < 0.4 * np.abs(before - image).mean()


def test_a_screen_of_whole_pixels_comes_back_exactly():
    image, hole = np.tile(draw_screen(6.0, 0, (6, 6)), (30, 30, 1)), bar((180, 180), 20)
    assert_array_equal(carry_tones(fog(image, hole), image, hole), image)


def test_hatching_goes_on_through_a_bar():
    rows, columns = np.indices((160, 200))
    image = np.repeat((((rows + 2 * columns) % 9) > 2).astype(np.float32)[..., None], 3, axis=-1)
    hole = bar()
    drawn = carry_tones(fog(image, hole), image, hole)
    assert np.abs(drawn - image)[hole].mean() < 0.05


def test_two_screens_go_on_each_on_its_side():
    image, hole = draw_screen(5.0, 45), np.zeros((160, 200), bool)
    image[80:] = draw_screen(7.0, 0)[80:]
    hole[20:70, 90:110] = hole[90:140, 90:110] = True
    drawn = carry_tones(fog(image, hole), image, hole)
    for part in (np.s_[20:70, 90:110], np.s_[90:140, 90:110]):
        assert np.abs(drawn - image)[part].mean() < 0.4 * np.abs(fog(image, hole) - image)[part].mean()


@pytest.mark.parametrize("seed", range(6))
def test_where_nothing_repeats_itself_nothing_is_touched(seed):
    image = np.random.default_rng(seed).random((120, 140, 3), dtype=np.float32)
    hole = bar((120, 140))
    drawing = fog(image, hole)
    assert_array_equal(carry_tones(drawing, image, hole), drawing)


def test_a_drawing_that_is_quite_another_keeps_its_place():
    """A white balloon on a screen: the network has drawn white, so no dots are copied into it."""
    image, hole = draw_screen(5.0, 0), bar()
    white = np.where(hole[..., None], np.float32(1), image)
    dark = draw_screen(5.0, 0, share=0.6)
    assert_array_equal(carry_tones(white, dark, hole)[hole], 1)


@pytest.mark.parametrize("seed", range(4))
def test_only_the_hole_changes_and_what_lies_under_it_never_matters(seed):
    rng = np.random.default_rng(seed)
    image, hole = draw_screen(rng.uniform(4, 8), rng.uniform(0, 90)), bar(width=int(rng.integers(3, 40)))
    drawing = np.clip(fog(image, hole) + rng.normal(0, 0.05, image.shape), 0, 1).astype(np.float32)
    before = drawing.copy(), image.copy()
    drawn = carry_tones(drawing, image, hole)
    assert_array_equal(drawn[~hole], drawing[~hole])
    assert_array_equal(drawn, carry_tones(drawing, np.where(hole[..., None], np.float32(0.3), image), hole))
    assert_array_equal(drawing, before[0])
    assert_array_equal(image, before[1])


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (5, 5), (70, 3)])
def test_pictures_of_any_size_pass(shape):
    image, hole = draw_screen(4.0, 0, shape), np.zeros(shape, bool)
    assert carry_tones(image, image, hole) is image
    hole[shape[0] // 2, shape[1] // 2] = True
    assert carry_tones(image, image, hole).shape == image.shape
    assert carry_tones(image, image, ~np.zeros(shape, bool)).shape == image.shape


def test_the_offsets_of_a_screen_are_multiples_of_its_pitch():
    image, hole = np.tile(draw_screen(6.0, 0, (6, 6)), (20, 20, 1)), bar((120, 120))
    fine = np.where(hole, 0, image.mean(axis=-1) - image.mean())
    offsets = find_offsets(fine, (~hole).astype(np.float32))
    assert len(offsets) > 20
    assert (offsets % 6 == 0).all()


@pytest.mark.parametrize("side", SIDES)
def test_sums_over_squares_are_slow_sums(side):
    rng = np.random.default_rng(side)
    values = rng.random((40, 32))
    places = rng.integers(0, (40, 32), (60, 2))
    half = side // 2
    slow = [values[max(y - half, 0) : y + half + 1, max(x - half, 0) : x + half + 1].sum() for y, x in places]
    squares = _Squares(places, side, values.shape)
    np.testing.assert_allclose(squares.sums(_table(values)), slow)
    np.testing.assert_allclose(squares.sums(_table(values), np.array([7, 3])), [slow[7], slow[3]])

"""Networks that ask for windows of their own: one size always, mirrored at the picture's end, dense hints."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from libs import inpaint
from libs.inpaint import fill
from libs.windows import FillSettings, Window

SIDE = 64
ASKED = FillSettings(window=SIDE, smallest=SIDE, step=SIDE, margin=16, overlap=8, depth=16, pitch=1, mirrored=True)
SIZES = [(1, 1), (3, 200), (40, 30), (64, 64), (65, 130), (150, 150)]


class Network:
    """Draws the mean of what it is shown, refuses a window of another size or without anything known, remembers all."""

    def __init__(self, settings: FillSettings = ASKED):
        self.settings = settings
        self.images, self.masks = [], []

    def __call__(self, images: np.ndarray, masks: np.ndarray) -> np.ndarray:
        assert images.shape == (1, SIDE, SIDE, 3)
        assert masks.any()
        self.images.append(images[0])
        self.masks.append(masks[0, ..., 0])
        return np.broadcast_to((images * masks).sum(axis=(1, 2)) / masks.sum(), images.shape)


def make_page(seed: int, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Noise, and a hole of rectangles that may touch the borders, small or large, but never all of it."""
    rng = np.random.default_rng(seed)
    hole = np.zeros(size, bool)
    for _ in range(rng.integers(1, 4)):
        top, left = (rng.integers(length) for length in size)
        height, width = (rng.integers(1, length + 1) for length in size)
        hole[top : top + height, left : left + width] = True
    hole[tuple(rng.integers(length) for length in size)] = False
    return rng.integers(0, 256, (*size, 3), dtype=np.uint8), hole


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("seed", range(6))
def test_every_window_shows_something_and_only_the_hole_is_drawn(seed, size):
    pixels, hole = make_page(seed, size)
    other = pixels.copy()
    other[hole] = 7
    result = fill(pixels, hole, Network())
    assert_array_equal(result[~hole], pixels[~hole])
    assert_array_equal(result, fill(other, hole, Network()))


@pytest.mark.parametrize("size", [(1, 2), (20, 64), (40, 30), (63, 65)], ids=str)
def test_beyond_the_picture_a_window_shows_it_mirrored(size):
    pixels, hole = make_page(3, size)
    hole[:] = False
    hole[0, 0] = True
    network = Network()
    fill(pixels, hole, network)
    height, width = min(size[0], SIDE), min(size[1], SIDE)
    for row, column in np.ndindex(SIDE, SIDE):
        # Back and forth: 0 1 2 2 1 0 0 1 2 ...
        there = tuple(
            min(place % (2 * length), 2 * length - 1 - place % (2 * length))
            for place, length in ((row, height), (column, width))
        )
        assert network.masks[0][row, column] == (not hole[there])
        if not hole[there]:
            assert_array_equal(network.images[0][row, column], pixels[there].astype(np.float32) / 255)


def test_a_usual_network_sees_nothing_beyond_the_picture():
    pixels, hole = make_page(3, (40, 30))
    network = Network(FillSettings(SIDE, SIDE, SIDE, margin=16, overlap=8, depth=16))
    fill(pixels, hole, network)
    assert not network.masks[0][40:].any()
    assert not network.masks[0][:, 30:].any()


@pytest.mark.parametrize(("pitch", "known"), [(1, 1), (2, 1 / 4), (4, 1 / 16), (8, 1 / 64), (16, 1 / 256)])
def test_inside_a_large_hole_one_pixel_in_every_so_many_is_a_hint(pitch, known):
    pixels = np.full((192, 192, 3), 80, np.uint8)
    hole = np.zeros((192, 192), bool)
    hole[32:160, 32:160] = True
    settings = FillSettings(SIDE, SIDE, SIDE, margin=16, overlap=8, depth=16, pitch=pitch, mirrored=True)
    network = Network(settings)
    result = fill(pixels, hole, network)
    assert_array_equal(result, pixels)
    densities = [mask[24:40, 24:40].mean() for mask in network.masks]
    assert known in densities


@pytest.mark.parametrize("pitch", [1, 2, 4, 8, 16])
def test_a_hint_lies_in_the_middle_of_what_it_is_the_mean_of(pitch):
    coarse = np.random.default_rng(pitch).integers(0, 256, (24, 24, 3), dtype=np.uint8)
    crop, cell = Window(32, 64, 48, 48), (3, 5)
    hints = inpaint._sample(coarse, crop, np.array([cell]), pitch)
    assert len(hints.rows) == (16 // pitch) ** 2
    side = max(pitch // 2, 1)
    for row, column, value in zip(hints.rows, hints.columns, hints.values, strict=True):
        top, left = row - pitch // 2, column - pitch // 2
        assert top % pitch == left % pitch == 0
        assert (top // 16, left // 16) == cell
        there = coarse[(top - 32) // 2 :, (left - 64) // 2 :][:side, :side]
        assert_allclose(value, there.mean(axis=(0, 1)) / 255, atol=1e-6)


def test_settings_that_are_given_count_more_than_the_networks():
    pixels, hole = make_page(4, (40, 30))
    seen = []

    def show(images, masks):
        seen.append(images.shape[1:3])
        return images

    show.settings = ASKED
    fill(pixels, hole, show, settings=FillSettings(128, 128, 32, margin=32, overlap=8, depth=32))
    fill(pixels, hole, show)
    assert seen[0] == (64, 32)
    assert seen[-1] == (SIDE, SIDE)


@pytest.mark.parametrize("pitch", [0, 3, 32])
def test_a_pitch_must_divide_a_cell(pitch):
    with pytest.raises(ValueError, match="pitch must divide 16"):
        FillSettings(pitch=pitch)

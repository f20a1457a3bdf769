"""Hints to train with: what of a pixelated or a coarsely filled hole is known."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from libs.windows import FillSettings

SMALLEST, LARGEST = 4, 32
SQUARE = 0.8
# Guesses, where the program makes them: every so many pixels one, farther than this from what is known.
PITCH, DEPTH = FillSettings.pitch, FillSettings.depth
# They are mixed with up to so much of another place.
WRONGEST = 0.4


def add_hints(rng: np.random.Generator, target: np.ndarray, hole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The picture (H, W, 3) and what of it is known (H, W) bool when the hole (H, W) is pixelated.

    In the middle of every block one pixel is known, the block's mean. Blocks of 4 to 32 pixels, mostly square,
    fractional sides, any phase; the values are sometimes a little wrong (JPEG noise, the blur of a coarse fill), so
    that the network learns to weigh them.
    """
    rows, columns = _draw_blocks(rng, hole.shape)
    source = ndimage.gaussian_filter(target, (2, 2, 0)) if rng.random() < 0.25 else target
    means = _average(source, rows, columns)
    means += rng.normal(0, rng.choice([0, 0.01, 0.03], p=[0.6, 0.3, 0.1]), means.shape)
    return _show_means(target, hole, means.clip(0, 1), np.ix_(rows.middles, columns.middles), hole)


def add_guesses(rng: np.random.Generator, target: np.ndarray, hole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """As `add_hints`, but when the hole (H, W) has been drawn at half size first (`libs.inpaint`).

    Deep in it every 8 x 8 pixels show a mean, mixed with the mean of another place: of what was drawn wrongly.
    """
    rows, columns = (_block_row(rng, length, PITCH) for length in hole.shape)
    elsewhere = np.roll(target, [length // 2 for length in hole.shape], (0, 1))
    wrong = rng.uniform(0, WRONGEST)
    means = (1 - wrong) * _average(target, rows, columns) + wrong * _average(elsewhere, rows, columns)
    deep = ndimage.distance_transform_cdt(hole, "chessboard") > DEPTH
    return _show_means(target, hole, means, np.ix_(rows.middles, columns.middles), deep)


def _average(source: np.ndarray, rows: "BlockRow", columns: "BlockRow") -> np.ndarray:
    """(H, W, 3) -> (N, M, 3): the mean of every block."""
    return np.einsum("rh,hwc,sw->rsc", rows.averaging, source, columns.averaging, optimize=True)


def _show_means(
    target: np.ndarray, hole: np.ndarray, means: np.ndarray, middles: tuple[np.ndarray, ...], where: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The picture and what of it is known, with blocks' means (N, M, 3) in their middles, if those lie in an area."""
    image, known = target.copy(), ~hole
    image[middles] = np.where(where[middles][..., None], means, image[middles])
    known[middles] |= where[middles]
    return image, known


@dataclass(frozen=True, eq=False)
class BlockRow:
    """The blocks along one side of a picture; edges: the first pixel of each, and at the end the side's length."""

    edges: np.ndarray

    @property
    def middles(self) -> np.ndarray:
        """(N,) int: the pixel in the middle of each block."""
        return (self.edges[:-1] + self.edges[1:]) // 2

    @property
    def averaging(self) -> np.ndarray:
        """(N, L) float32: the blocks' means from the pixels."""
        inside = np.arange(self.edges[-1])[None] >= self.edges[:-1, None]
        inside &= np.arange(self.edges[-1])[None] < self.edges[1:, None]
        return (inside / np.diff(self.edges)[:, None]).astype(np.float32)


def _draw_blocks(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[BlockRow, BlockRow]:
    sides = np.exp(rng.uniform(np.log(SMALLEST), np.log(LARGEST), 2))
    if rng.random() < SQUARE:
        sides[1] = sides[0]
    return _block_row(rng, shape[0], sides[0]), _block_row(rng, shape[1], sides[1])


def _block_row(rng: np.random.Generator, length: int, side: float) -> BlockRow:
    """Blocks of one side, in fractions of a pixel, from any phase on; the first and the last may be cut."""
    numbers = np.floor((np.arange(length) + 0.5 + rng.uniform(0, side)) / side)
    return BlockRow(np.concatenate([[0], np.flatnonzero(np.diff(numbers)) + 1, [length]]))

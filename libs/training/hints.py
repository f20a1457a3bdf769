"""Hints to train with: what of a pixelated or a coarsely filled hole is known."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

SMALLEST, LARGEST = 4, 32
SQUARE = 0.8
# Guesses: every so many pixels one, farther than this from what is known, mixed with up to so much of another place.
PITCH, DEPTH = 8, 16
WRONGEST = 0.4


def add_hints(rng: np.random.Generator, target: np.ndarray, hole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The picture (H, W, 3) and what of it is known (H, W) bool when the hole (H, W) is pixelated.

    In the middle of every block one pixel is known, the block's mean. Blocks of 4 to 32 pixels, mostly square,
    fractional sides, any phase; the values are sometimes a little wrong (JPEG noise, the blur of a coarse fill), so
    that the network learns to weigh them.
    """
    rows, columns = _draw_blocks(rng, hole.shape)
    source = ndimage.gaussian_filter(target, (2, 2, 0)) if rng.random() < 0.25 else target
    means = np.einsum("rh,hwc,sw->rsc", rows.averaging, source, columns.averaging, optimize=True)
    means += rng.normal(0, rng.choice([0, 0.01, 0.03], p=[0.6, 0.3, 0.1]), means.shape)
    here = np.ix_(rows.middles, columns.middles)
    image, known = target.copy(), ~hole
    image[here] = np.where(hole[here][..., None], means.clip(0, 1).astype(np.float32), image[here])
    known[here] = True
    return image, known


def add_guesses(rng: np.random.Generator, target: np.ndarray, hole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """As `add_hints`, but when the hole (H, W) has been drawn at half size first (`libs.inpaint`).

    Deep in it every 8 x 8 pixels show a mean, mixed with the mean of another place: of what was drawn wrongly.
    """
    rows, columns = (_even_row(int(rng.integers(PITCH)), length) for length in hole.shape)
    means, other = (
        np.einsum("rh,hwc,sw->rsc", rows.averaging, source, columns.averaging, optimize=True)
        for source in (target, np.roll(target, [length // 2 for length in hole.shape], (0, 1)))
    )
    wrong = rng.uniform(0, WRONGEST)
    here = np.ix_(rows.middles, columns.middles)
    deep = ndimage.distance_transform_cdt(hole, "chessboard")[here] > DEPTH
    image, known = target.copy(), ~hole
    image[here] = np.where(deep[..., None], (1 - wrong) * means + wrong * other, image[here])
    known[here] |= deep
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


def _even_row(phase: int, length: int) -> BlockRow:
    """Blocks of `PITCH` pixels, the first and the last cut."""
    return BlockRow(np.unique([0, *range(phase, length, PITCH), length]))


def _block_row(rng: np.random.Generator, length: int, side: float) -> BlockRow:
    """Blocks of one side, in fractions of a pixel, from any phase on; the first and the last may be cut."""
    numbers = np.floor((np.arange(length) + 0.5 + rng.uniform(0, side)) / side)
    return BlockRow(np.concatenate([[0], np.flatnonzero(np.diff(numbers)) + 1, [length]]))

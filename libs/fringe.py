"""How far paint bleeds into the pixels beside it: soft brushes, anti-aliasing, lossy files, resized pictures.

A pixel at a soft brush's edge is a mixture, share * paint + (1 - share) * drawing. Along the way outwards the share
only falls, so the pixels' mean leaning towards the paint's colour, taken at each distance from the paint along a
stretch of its edge, falls with it, while the drawing alone makes it rise as often as fall. The paint bleeds as far as
that mean goes on falling from the edge itself; a green thing that lies beside the paint keeps it level and ends it.
"""

from dataclasses import dataclass

import numpy as np
import scipy

Color = tuple[int, int, int]


@dataclass(frozen=True)
class Reach:
    """How far bleeding is followed from the paint's edge. All lengths in pixels.

    follow: at most so far; beyond: so much drawing behind that is looked at; arc: side of the squares in which the
    edge is cut into stretches (three by three of them are looked at together); ahead: over how many pixels outwards
    a fall may show.
    """

    follow: int
    beyond: int
    arc: int
    ahead: tuple[int, ...]

    @property
    def total(self) -> int:
        return self.follow + self.beyond


NEAR = Reach(follow=8, beyond=10, arc=16, ahead=(2, 4, 10))
FAR = Reach(follow=72, beyond=32, arc=32, ahead=(2, 4, 12, 32))
# A fall of the mean by fewer levels is rounding, and cannot be seen.
LEAST_FALL = 1.5
# How many times the drawing's own ups a fall must be.
CERTAIN = 3.0
# The last few levels of a soft brush fade too slowly to be told from the drawing: so much farther, of the way found.
TAIL = 0.2


def leaning(pixels: np.ndarray, color: Color) -> np.ndarray:
    """(H, W, 3) uint8 -> (H, W) float32: how much each pixel leans to the colour, in levels; 0 = grey.

    Of a colour that is itself nearly grey: how near in lightness.
    """
    red, green, blue = direction(color)
    lean = pixels[..., 0] * red
    lean += pixels[..., 1] * green
    lean += pixels[..., 2] * blue
    return lean


def direction(color: Color) -> np.ndarray:
    """(3,) float32, what each channel counts for `leaning`; sums to zero, largest entry 1 or -1."""
    levels = np.array(color, np.float32)
    if levels.max() - levels.min() < 32:
        return np.full(3, np.copysign(1 / 3, levels.mean() - 127.5), np.float32)
    away = levels - levels.mean()
    return away / np.abs(away).max()


def bleeding(lean: np.ndarray, paint: np.ndarray, reach: Reach) -> tuple[np.ndarray, bool]:
    """((H, W) bool: pixels beside the (H, W) bool paint that are mixed with it, whether it may go on farther)."""
    distance, (rows, columns) = scipy.ndimage.distance_transform_edt(~paint, return_indices=True)
    near = (distance > 0) & (distance <= reach.total)
    steps = np.ceil(distance[near]).astype(np.int64)
    cells = (-(-paint.shape[0] // reach.arc), -(-paint.shape[1] // reach.arc))
    arcs = (rows[near] // reach.arc) * cells[1] + columns[near] // reach.arc
    count, total = _profiles(arcs * (reach.total + 1) + steps, lean[near], (*cells, reach.total + 1))
    ends = _ends(count, total, reach).reshape(-1)
    ways = ends + np.round(ends * TAIL)
    mixed = np.zeros_like(paint)
    mixed[near] = steps <= ways[arcs]
    return mixed, bool((ends >= reach.follow).any())


def _profiles(keys: np.ndarray, lean: np.ndarray, shape: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Number of pixels and sum of their leaning for each (row, column, distance), with the eight arcs around."""
    size = shape[0] * shape[1] * shape[2]
    count = np.bincount(keys, minlength=size).reshape(shape).astype(np.float64)
    total = np.bincount(keys, lean, minlength=size).reshape(shape)
    around = np.ones((3, 3, 1))
    return tuple(scipy.ndimage.convolve(array, around, mode="constant") for array in (count, total))


def _ends(count: np.ndarray, total: np.ndarray, reach: Reach) -> np.ndarray:
    """(rows, columns) int: for each arc the distance up to which its mean leaning falls on and on."""
    falling = np.zeros(count.shape, bool)
    for ahead in reach.ahead:
        falls = _falls(count, total, ahead)
        ups = np.minimum(falls, 0)
        noise = np.sqrt(2 * (ups**2).mean(axis=2, keepdims=True))
        falling |= falls > np.maximum(LEAST_FALL, CERTAIN * noise)
    falling |= count == 0
    return np.cumprod(falling[..., 1 : reach.follow + 1], axis=2).sum(axis=2)


def _falls(count: np.ndarray, total: np.ndarray, ahead: int) -> np.ndarray:
    """By how much the mean at each distance exceeds that of the next `ahead` ones; 0 where there are none."""
    counts, totals = (np.cumsum(array, axis=2) for array in (count, total))
    last = np.minimum(np.arange(count.shape[2]) + ahead, count.shape[2] - 1)
    count_ahead, total_ahead = counts[..., last] - counts, totals[..., last] - totals
    known = (count > 0) & (count_ahead > 0)
    falls = total / np.maximum(count, 1) - total_ahead / np.maximum(count_ahead, 1)
    return np.where(known, falls, 0)

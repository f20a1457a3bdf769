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
# A fall of the mean by fewer levels cannot be seen.
LEAST_FALL = 3.0
# How many times the drawing's own ups a fall must be.
CERTAIN = 3.0
# The last few levels of a soft brush fade too slowly to be told from the drawing: so much farther, of the way found.
TAIL = 0.2
# Below this share of paint at the first pixel the paint ends soon: after one pixel and this many more times the share.
SLOW, FASTEST = 0.65, 16
# An arc's end may lie at most so many times the usual one out, and a few pixels more.
OUTLIER = 1.25, 2
# Single pixels a little farther out belong to it if they lean more than the drawing beyond them does, by what is seen.
STRAY, VISIBLE = 2, 5.0
EIGHT = np.ones((3, 3), bool)


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


@dataclass(frozen=True, eq=False)
class Bleeding:
    """mixed: (H, W) bool, pixels beside the paint that are mixed with it, if its edge is soft at all.

    goes_on: perhaps farther than was followed.
    """

    mixed: np.ndarray
    goes_on: bool


def find_bleeding(lean: np.ndarray, paint: np.ndarray, full: float, reach: Reach) -> Bleeding:
    """What seems to be mixed with paint.

    lean: (H, W) float32 of `leaning`; paint: (H, W) bool; full: the leaning of the paint itself.
    """
    distance, (rows, columns) = scipy.ndimage.distance_transform_edt(~paint, return_indices=True)
    near = (distance > 0) & (distance <= reach.total)
    steps = np.ceil(distance[near]).astype(np.int64)
    cells = (-(-paint.shape[0] // reach.arc), -(-paint.shape[1] // reach.arc))
    arcs = (rows[near] // reach.arc) * cells[1] + columns[near] // reach.arc
    profiles = _profiles(arcs * (reach.total + 1) + steps, lean[near], (*cells, reach.total + 1))
    edges = np.bincount(arcs, minlength=cells[0] * cells[1]).reshape(cells) > 0
    ends = _without_outliers(_ends(profiles, full, reach), edges)
    ways = ends + np.round(ends * TAIL).astype(np.int64)
    mixed = np.zeros_like(paint)
    mixed[near] = steps <= ways.reshape(-1)[arcs]
    limits = _drawn_limits(profiles, ways).reshape(-1)
    stray = np.zeros_like(paint)
    stray[near] = (steps <= ways.reshape(-1)[arcs] + STRAY) & (lean[near] > limits[arcs])
    for _ in range(STRAY):
        mixed |= stray & scipy.ndimage.binary_dilation(mixed | paint, EIGHT)
    return Bleeding(mixed, bool((ends >= reach.follow).any()))


@dataclass(frozen=True, eq=False)
class Profiles:
    """For each arc and distance, (rows, columns, distances) float64: pixels, sum of their leaning and of its square."""

    count: np.ndarray
    total: np.ndarray
    squares: np.ndarray

    def ahead(self, pixels: int) -> "Profiles":
        """At each distance, the next so many distances together."""
        last = np.minimum(np.arange(self.count.shape[2]) + pixels, self.count.shape[2] - 1)
        sums = (np.cumsum(array, axis=2) for array in (self.count, self.total, self.squares))
        return Profiles(*(array[..., last] - array for array in sums))

    @property
    def mean(self) -> np.ndarray:
        """0 where there are no pixels."""
        return self.total / np.maximum(self.count, 1)

    @property
    def deviation(self) -> np.ndarray:
        return np.sqrt(np.maximum(self.squares / np.maximum(self.count, 1) - self.mean**2, 0))


def _profiles(keys: np.ndarray, lean: np.ndarray, shape: tuple[int, int, int]) -> Profiles:
    """Each arc's, together with the eight arcs around; keys: (N,) places in an array of `shape`."""
    arrays = [
        np.bincount(keys, weights, minlength=shape[0] * shape[1] * shape[2]).reshape(shape).astype(np.float64)
        for weights in (None, lean, lean * lean)
    ]
    around = np.ones(3)
    for axis in (0, 1):
        arrays = [scipy.ndimage.convolve1d(array, around, axis, mode="constant") for array in arrays]
    return Profiles(*arrays)


def _ends(profiles: Profiles, full: float, reach: Reach) -> np.ndarray:
    """(rows, columns) int64: for each arc the distance up to which its mean leaning falls on and on."""
    falling = profiles.count == 0
    for ahead in reach.ahead:
        falls = _falls(profiles, ahead)
        noise = np.sqrt(2 * (np.minimum(falls, 0) ** 2).mean(axis=2, keepdims=True))
        falling |= falls > np.maximum(LEAST_FALL, CERTAIN * noise)
    ends = np.cumprod(falling[..., 1 : reach.follow + 1], axis=2).sum(axis=2)
    return np.minimum(ends, _longest(profiles, ends, full, reach))


def _falls(profiles: Profiles, pixels: int) -> np.ndarray:
    """By how much the mean at each distance exceeds that of the next so many ones; 0 where there are none."""
    ahead = profiles.ahead(pixels)
    return np.where((profiles.count > 0) & (ahead.count > 0), profiles.mean - ahead.mean, 0)


def _longest(profiles: Profiles, ends: np.ndarray, full: float, reach: Reach) -> np.ndarray:
    """(rows, columns) int64: how far each arc may bleed, by the share of paint at its first pixels.

    Paint that fades slowly is nearly full there; where it is not, a long fall is a shade of the drawing.
    """
    drawn = _pick(profiles.ahead(reach.ahead[-1]).mean, ends)
    share = (profiles.mean[..., 1] - drawn) / np.where(np.abs(full - drawn) < 1, 1, full - drawn)
    return np.where(share > SLOW, reach.follow, np.maximum(1 + share * FASTEST, 0)).astype(np.int64)


def _without_outliers(ends: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """(rows, columns) int64: no end much beyond the middle one of the arcs with paint around, as a brush is one.

    edges: (rows, columns) bool, where there is any arc.
    """
    shown = np.pad(np.where(edges, ends, np.nan), 2, constant_values=np.nan)
    around = np.lib.stride_tricks.sliding_window_view(shown, (5, 5)).reshape(-1, 25)[edges.ravel()]
    usual = np.zeros(ends.shape)
    usual[edges] = np.nanmedian(around, axis=1)
    return np.minimum(ends, np.ceil(usual * OUTLIER[0]) + OUTLIER[1]).astype(np.int64)


def _drawn_limits(profiles: Profiles, ways: np.ndarray) -> np.ndarray:
    """(rows, columns): the leaning that the drawing just beyond does not pass."""
    ahead = profiles.ahead(8)
    places = np.minimum(ways + STRAY, profiles.count.shape[2] - 2)
    limits = _pick(ahead.mean, places) + np.maximum(VISIBLE, CERTAIN * _pick(ahead.deviation, places))
    return np.where(_pick(ahead.count, places) > 0, limits, np.inf)


def _pick(array: np.ndarray, places: np.ndarray) -> np.ndarray:
    """(rows, columns): of each arc the entry at its place."""
    return np.take_along_axis(array, places[..., None], axis=2)[..., 0]

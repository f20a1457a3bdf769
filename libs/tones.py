"""Screentone, hatching and other texture that repeats itself goes on through a hole, as it is beside it.

Where the drawing around a place looks the same some way off (a few dots or lines of a screen further), and that lies
outside the hole, what is there is copied: the offsets at which a picture is like itself fill it well (He & Sun,
"Statistics of Patch Offsets for Image Completion", 2012). A network of means draws such places grey.
"""

import numpy as np
import scipy
from numpy import fft

from libs.channels import mean
from libs.ramps import ramp

# What is copied comes from at most so far away, and from at least so far; in pixels, along rows and columns.
FARTHEST, NEAREST = 64, 3
# What varies within so many pixels (a Gaussian) is texture, and it counts if it does by so many levels of 255.
FINE, VISIBLE = 4.0, 12 / 255
# So many offsets of each length are tried, those at which the texture is most like itself, if its correlation is at
# least so large. The short ones reach what is near the rim, the long ones the middle.
MOST, LIKE = 14, 0.25
RINGS = ((NEAREST, 20), (20, 40), (40, 2 * FARTHEST))
# Likeness is judged in squares of these sides around a place, the smallest that does; so much of it must be seen.
SIDES = (17, 33, 65)
SEEN = 0.05
FEWEST = 300
# How unlike it may be, as a part of what unrelated texture is: from the first on not taken, from the second fully.
UNLIKE = (0.5, 0.3)
# How far its mean may be from the drawing's, which knows where a texture ends; the same, over so many pixels.
APART, AROUND = (100 / 255, 60 / 255), 15


def carry_tones(drawing: np.ndarray, image: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """(h, w, 3) float32 in [0, 1]: the drawing with texture of the image carried into the hole (h, w) bool."""
    if not hole.any() or hole.all():
        return drawing
    image = image * ~hole[..., None]
    grey, known = mean(image), (~hole).astype(np.float32)
    fine = _fine_part(grey, known)
    places = np.argwhere(hole)
    squares = [_Squares(places, side, hole.shape) for side in SIDES]
    energy, seen = _table(fine**2), _table(known)
    varies = [square.sums(energy) / np.maximum(square.sums(seen), 1) for square in squares]
    if max(each.max() for each in varies) < VISIBLE**2:
        return drawing
    offsets = find_offsets(fine, known)
    if not len(offsets):
        return drawing
    chosen, share = _choose(grey, known, squares, varies, offsets)
    rows, columns = (places + offsets[chosen]).T
    copied, shares = drawing.copy(), np.zeros(hole.shape, np.float32)
    taken = share > 0
    copied[hole] = np.where(taken[:, None], image[rows * taken, columns * taken], drawing[hole])
    shares[hole] = share
    shares *= ramp(_difference(copied, drawing, shares > 0), *APART)
    return drawing + (copied - drawing) * shares[..., None]


def _fine_part(grey: np.ndarray, known: np.ndarray) -> np.ndarray:
    """(h, w) float32: what is known, less its Gaussian mean."""
    share = scipy.ndimage.gaussian_filter(known, FINE)
    return (grey - scipy.ndimage.gaussian_filter(grey, FINE) / np.maximum(share, 1e-3)) * known


def find_offsets(fine: np.ndarray, known: np.ndarray) -> np.ndarray:
    """(K, 2) int: the offsets (rows, columns) at which a texture (h, w), 0 where it is not known, is like itself.

    Those with the highest correlation of all that is known at both ends, each higher than those beside it, some of
    each length.
    """
    size = [_quick_size(length + FARTHEST) for length in fine.shape]
    seen, energy, texture = (fft.rfft2(part, size) for part in (known, fine**2, fine))
    both = fft.irfft2(np.abs(seen) ** 2, size)
    here, there = (fft.irfft2(product, size) for product in (energy.conj() * seen, seen.conj() * energy))
    likeness = fft.irfft2(np.abs(texture) ** 2, size) / np.sqrt(np.maximum(here * there, 1e-6))
    likeness[both < FEWEST] = -1
    steps = np.arange(1 - FARTHEST, FARTHEST)
    likeness = likeness[np.ix_(steps % size[0], steps % size[1])]
    likeness[np.hypot(steps[:, None], steps) < NEAREST] = -1
    peaks = np.argwhere((likeness == scipy.ndimage.maximum_filter(likeness, 3)) & (likeness > LIKE))
    offsets = steps[peaks]
    length = np.hypot(*offsets.T)
    order = np.lexsort((length, -np.round(likeness[tuple(peaks.T)], 3)))
    rings = [order[(length[order] >= inner) & (length[order] < outer)][:MOST] for inner, outer in RINGS]
    return offsets[np.concatenate(rings)]


def _quick_size(length: int) -> int:
    """The next number from `length` on that has no prime factor but 2, 3 and 5: a Fourier transform of it is quick."""
    quick = [2**two * 3**three * 5**five for two in range(15) for three in range(9) for five in range(6)]
    return min(number for number in quick if number >= length)


def _choose(
    grey: np.ndarray, known: np.ndarray, squares: list["_Squares"], varies: list[np.ndarray], offsets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """((N,) number of the offset for each place, (N,) how much of what is there is to be taken, in [0, 1])."""
    places = squares[0].places
    unlike = np.full((len(squares), len(places)), np.inf)
    best = np.zeros(unlike.shape, int)
    # Where hardly anything varies, nothing is taken.
    matters = [each > VISIBLE**2 for each in varies]
    for number, offset in enumerate(offsets):
        both, difference = (_table(part) for part in _differences(grey, known, offset))
        rows, columns = places[:, 0] + offset[0], places[:, 1] + offset[1]
        there = (rows >= 0) & (rows < grey.shape[0]) & (columns >= 0) & (columns < grey.shape[1])
        there &= known[rows * there, columns * there] > 0
        for level, square in enumerate(squares):
            some = np.flatnonzero(there & matters[level])
            seen = square.sums(both, some)
            ratio = square.sums(difference, some) / np.maximum(2 * seen * varies[level][some], 1e-9)
            better = (seen > SEEN * square.side**2) & (ratio < unlike[level, some])
            unlike[level, some[better]], best[level, some[better]] = ratio[better], number
    shares = ramp(unlike, *UNLIKE) * ramp(np.array(varies), VISIBLE**2, 2 * VISIBLE**2)
    first = (shares > 0).argmax(axis=0)
    numbers = np.arange(len(places))
    return best[first, numbers], shares[first, numbers]


def _differences(grey: np.ndarray, known: np.ndarray, offset: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(h, w) float32 each: where a pixel and the one at the offset are known, and their squared difference there."""
    here, there = (
        tuple(_overlap(length, sign * step) for length, step in zip(grey.shape, offset, strict=True))
        for sign in (1, -1)
    )
    both, difference = np.zeros_like(grey), np.zeros_like(grey)
    both[here] = known[here] * known[there]
    difference[here] = (grey[here] - grey[there]) ** 2 * both[here]
    return both, difference


def _overlap(length: int, step: int) -> slice:
    """Those of `length` places from which `step` further there is one, too."""
    return slice(max(-step, 0), length - max(step, 0))


def _table(values: np.ndarray) -> np.ndarray:
    """(h + 1, w + 1): sums of all values (h, w) above and to the left (Crow, "Summed-Area Tables", 1984)."""
    total = np.zeros([length + 1 for length in values.shape])
    inner = total[1:, 1:]
    values.cumsum(axis=0, dtype=np.float64, out=inner).cumsum(axis=1, out=inner)
    return total


class _Squares:
    """The squares of an odd side around places (N, 2), as far as they lie in a picture of (height, width) `shape`."""

    def __init__(self, places: np.ndarray, side: int, shape: tuple[int, int]) -> None:
        self.places, self.side = places, side
        top, left = np.maximum(places - side // 2, 0).T
        bottom, right = np.minimum(places + side // 2 + 1, shape).T
        width = shape[1] + 1
        # As numbers of places in a table: one index is looked up in half the time of two.
        self._corners = [rows * width + columns for rows in (bottom, top) for columns in (right, left)]

    def sums(self, table: np.ndarray, which: np.ndarray | slice = slice(None)) -> np.ndarray:
        """(M,): the sums over some of the squares, by a `_table`."""
        last, below, beside, first = (table.ravel()[corner[which]] for corner in self._corners)
        return np.maximum(last - beside - below + first, 0)


def _difference(copied: np.ndarray, drawing: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """(h, w): the largest of the channels' differences, each averaged around a pixel over what is taken."""
    count = np.maximum(scipy.ndimage.uniform_filter(taken.astype(np.float32), AROUND, mode="constant"), 1e-3)
    off = [
        scipy.ndimage.uniform_filter(channel * taken, AROUND, mode="constant") / count
        for channel in np.moveaxis(copied - drawing, -1, 0)
    ]
    return np.abs(off).max(axis=0)

"""Patches of the known drawing laid over a hole, level by level from coarse to fine, so that they fit it and a guide.

The search for like patches goes on from its neighbours' finds as in PatchMatch (Barnes et al. 2009), but tries nothing
at random; the patches laid over one another are averaged (Wexler et al., "Space-Time Completion of Video", 2007). Like
is what has nearly the same first principal components, and nearly the guide's colour, which is soft.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy

from libs.channels import total

# Patches have (2 RADIUS + 1) squared pixels and are compared by so many principal components, of so many patches.
RADIUS, COMPONENTS, LEARNT_FROM = 3, 20, 4000
# Of a patch so much of its middle is laid; nearer to the middle it counts more (a Gaussian), and if it fits well.
LAID, NEAR, FITTING = 2, 2.0, 75
# How much the guide's colour counts beside one pixel of a patch, halved for each of so many finer levels: a guide that
# is fog knows the colours of an area, not which pixel is which. Over so many pixels it is softened, and at least.
GUIDED, HALVED, SOFT, SOFTEST = 28.0, 3, 2.0, 0.6
# A hole of at most so many pixels from its rim needs no coarser level; a level needs so many pixels and patches.
SHALLOW, SMALLEST, FEWEST, LEVELS = 2, 40, 400, 5
# How often each level is searched and laid again, and up to how many pairs all are compared.
ROUNDS, FINEST_ROUNDS, ALL_PAIRS = 3, 2, 10_000_000
# So far away are the neighbours whose finds are tried; and so many numbers are handled at once.
JUMPS, AT_ONCE = (8, 4, 2, 1, 1), 8_000_000


@dataclass(frozen=True, eq=False)
class _Level:
    """One size of what is filled.

    guide: (h, w, 3) float32 in [0, 1]; hole, open: (h, w) bool, what is not known, and what of it to lay patches over;
    number: how often halved.
    """

    guide: np.ndarray
    hole: np.ndarray
    open: np.ndarray
    number: int = 0

    def is_large(self) -> bool:
        """Whether what is to be laid over is deep, or too large to compare everything with everything."""
        pairs = np.count_nonzero(self.open) * np.count_nonzero(~self.hole)
        return pairs > ALL_PAIRS or scipy.ndimage.distance_transform_cdt(self.open, "chessboard").max() > SHALLOW

    def halved(self) -> "_Level":
        """Half as large; a pixel is known where all four are."""
        hole, area = (_sum_fours(array.astype(np.uint8)) > 0 for array in (self.hole, self.open))
        return _Level(_sum_fours(self.guide) / 4, hole, area, self.number + 1)


def lay_patches(guide: np.ndarray, hole: np.ndarray, area: np.ndarray) -> np.ndarray | None:
    """(h, w, 3) float32: the guide, with patches from outside the hole (h, w) bool laid over an area (h, w) bool of it.

    guide: (h, w, 3) float32 in [0, 1], outside the hole the image, inside what the patches are to agree with. None if
    too little is known to take patches from.
    """
    inner = np.s_[RADIUS:-RADIUS, RADIUS:-RADIUS]
    guide = np.pad(guide, ((RADIUS, RADIUS), (RADIUS, RADIUS), (0, 0)), mode="edge")
    hole, area = np.pad(hole, RADIUS, constant_values=True), np.pad(area, RADIUS)
    levels = [_Level(guide, hole, area)]
    while levels[-1].is_large() and min(levels[-1].hole.shape) >= SMALLEST and len(levels) < LEVELS:
        coarser = levels[-1].halved()
        if np.count_nonzero(~coarser.hole) < FEWEST:
            break
        levels.append(coarser)
    laid, finds = None, None
    for level in reversed(levels):
        field = _Field.of(level)
        if field is None:
            laid, finds = None, None
            continue
        laid, finds = field.fill(None if finds is None else _doubled(finds, level.hole.shape))
    return None if laid is None else laid[inner]


def _sum_fours(array: np.ndarray) -> np.ndarray:
    """(h, w, ...) -> (h // 2, w // 2, ...)."""
    height, width = array.shape[0] // 2 * 2, array.shape[1] // 2 * 2
    even = array[:height, :width]
    return even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]


def _doubled(finds: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """(h, w) numbers of the pixels found for each pixel at half the size -> the same at full size; -1 = none."""
    rows, columns = np.indices(shape)
    above, beside = np.minimum(rows // 2, finds.shape[0] - 1), np.minimum(columns // 2, finds.shape[1] - 1)
    coarse = finds[above, beside]
    row, column = coarse // finds.shape[1] * 2 + rows - 2 * above, coarse % finds.shape[1] * 2 + columns - 2 * beside
    fits = (coarse >= 0) & (row < shape[0]) & (column < shape[1])
    return np.where(fits, row * shape[1] + column, -1)


@dataclass(frozen=True, eq=False)
class _Field:
    """A level with its patches by the numbers of their middle pixels: places, over the hole; sources, wholly known.

    known: (S, D) what the sources look like; axes: (patch numbers, COMPONENTS), mean: a patch, as `_looks` wants them;
    guided: (T, 3) what the guide wants at the places.
    """

    level: _Level
    places: np.ndarray
    sources: np.ndarray
    mean: np.ndarray
    axes: np.ndarray
    known: np.ndarray
    guided: np.ndarray

    @classmethod
    def of(cls, level: _Level) -> "_Field | None":
        """None where there are too few known patches."""
        within = np.zeros(level.hole.shape, dtype=bool)
        within[RADIUS:-RADIUS, RADIUS:-RADIUS] = True
        sources = np.flatnonzero(within & ~_widened(level.hole, RADIUS))
        places = np.flatnonzero(within & _widened(level.open, LAID))
        if len(sources) < FEWEST or not len(places):
            return None
        some = _patches(_grey(level.guide), sources[:: max(1, len(sources) // LEARNT_FROM)])
        mean = some.mean(axis=0)
        axes = np.linalg.eigh((some - mean).T @ (some - mean))[1][:, : -COMPONENTS - 1 : -1]
        given, wanted = _soft_colours(level)
        known = np.hstack([_looks(level.guide, sources, mean, axes), given[sources]])
        return cls(level, places, sources, mean, axes, known, wanted[places])

    def fill(self, finds: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """(the level's guide with patches, (h, w) numbers of pixels found), going on from finds if there are some."""
        shape = self.level.hole.shape
        numbers = np.full(self.level.hole.size, -1)
        numbers[self.sources] = np.arange(len(self.sources))
        found = drawn = None
        if finds is not None:
            before = finds.ravel()[self.places]
            found = np.where(before < 0, -1, numbers[before])
            drawn = self._lay(np.maximum(found, 0), np.where(found < 0, 0, 1).astype(np.float32))
        for _ in range(ROUNDS if self.level.number else FINEST_ROUNDS):
            drawn = self.level.guide if drawn is None else drawn
            wanted = np.hstack([_looks(drawn, self.places, self.mean, self.axes), self.guided])
            if found is None:
                found, distance = _nearest(wanted, self.known)
            else:
                found, distance = self._near(wanted, found, numbers)
            drawn = self._lay(found, _weights(distance))
        finds = np.full(self.level.hole.size, -1)
        finds[self.places] = self.sources[found]
        return drawn, finds.reshape(shape)

    def _near(self, wanted: np.ndarray, found: np.ndarray, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """((T,) numbers of sources, (T,) squared distances): the best of what was found here and beside."""
        width, count = self.level.hole.shape[1], self.level.hole.size
        found = np.maximum(found, 0)
        distance = _squared(wanted, self.known.take(found, axis=0))
        at = np.full(count, -1)
        at[self.places] = np.arange(len(self.places))
        for step in _steps(width):
            beside = self.places + step
            there = at[np.clip(beside, 0, count - 1)]
            source = self.sources[found[there]] - step
            tried = np.where(
                (there >= 0) & (source >= 0) & (source < count), numbers[np.clip(source, 0, count - 1)], -1
            )
            self._take_better(wanted, tried, found, distance)
        return found, distance

    def _take_better(self, wanted: np.ndarray, tried: np.ndarray, found: np.ndarray, distance: np.ndarray) -> None:
        """Put what is tried (T,), -1 = nothing, into `found` and `distance` where it is nearer; both are changed."""
        places = np.flatnonzero(tried >= 0)
        new = _squared(wanted.take(places, axis=0), self.known.take(tried[places], axis=0))
        better = new < distance[places]
        found[places[better]], distance[places[better]] = tried[places[better]], new[better]

    def _lay(self, found: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """The guide with the middles of the found sources (T,) laid over the places, each by its weight (T,)."""
        level, width = self.level, self.level.hole.shape[1]
        area, colours = level.open.ravel(), level.guide.reshape(-1, 3)
        laid, weight = np.zeros_like(colours), np.zeros(len(colours), np.float32)
        chosen = self.sources[found]
        for row, column in _middle():
            step = row * width + column
            into = np.flatnonzero(area[self.places + step])
            share = weights[into] * np.float32(np.exp(-(row**2 + column**2) / (2 * NEAR**2)))
            here = self.places[into] + step
            laid[here] += share[:, None] * colours.take(chosen[into] + step, axis=0)
            weight[here] += share
        drawn, covered = colours.copy(), weight > 0
        drawn[covered] = laid[covered] / weight[covered, None]
        return drawn.reshape(level.guide.shape)


def _middle() -> Iterator[tuple[int, int]]:
    """(row, column) from the middle of a patch to each pixel that is laid."""
    return ((row - LAID, column - LAID) for row, column in np.ndindex(2 * LAID + 1, 2 * LAID + 1))


def _steps(width: int) -> Iterator[int]:
    """Steps, in numbers of pixels, to the neighbours whose finds are tried."""
    return (sign * jump * along for jump in JUMPS for along in (width, 1) for sign in (-1, 1))


def _widened(hole: np.ndarray, by: int) -> np.ndarray:
    return scipy.ndimage.maximum_filter(hole, 2 * by + 1, mode="constant")


def _grey(image: np.ndarray) -> np.ndarray:
    """(h, w): as far apart for two greys as (h, w, 3) colours are for the same."""
    return total(image) / np.sqrt(np.float32(3))


def _patches(grey: np.ndarray, middles: np.ndarray) -> np.ndarray:
    """(N, side * side): the patches of (h, w) around pixels, by their numbers."""
    along = np.arange(-RADIUS, RADIUS + 1)
    around = (along[:, None] * grey.shape[1] + along).ravel()
    return grey.ravel()[middles[:, None] + around]


def _looks(image: np.ndarray, middles: np.ndarray, mean: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """(N, COMPONENTS): the principal components of patches."""
    grey, at_once = _grey(image), AT_ONCE // len(mean)
    parts = [middles[start : start + at_once] for start in range(0, len(middles), at_once)]
    return np.concatenate([(_patches(grey, part) - mean) @ axes for part in parts])


def _soft_colours(level: _Level) -> tuple[np.ndarray, np.ndarray]:
    """((h * w, 3) softened colours of what is known, (h * w, 3) of the guide), both scaled to how much they count."""
    sigma = max(SOFT / 2**level.number, SOFTEST)
    share = scipy.ndimage.gaussian_filter((~level.hole).astype(np.float32), sigma)
    known = np.where(level.hole[..., None], 0, level.guide)
    given, wanted = (scipy.ndimage.gaussian_filter(array, (sigma, sigma, 0)) for array in (known, level.guide))
    given = given / np.maximum(share, 1e-3)[..., None]
    counts = np.float32(GUIDED * 0.5 ** max(HALVED - level.number, 0))
    return counts * given.reshape(-1, 3), counts * wanted.reshape(-1, 3)


def _nearest(wanted: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((T,) numbers of the nearest of known (S, D), (T,) squared distances to them) for each of wanted (T, D)."""
    half = np.square(known).sum(axis=1) / 2
    at_once = max(1, AT_ONCE // len(known))
    found = [
        (wanted[start : start + at_once] @ known.T - half).argmax(axis=1) for start in range(0, len(wanted), at_once)
    ]
    numbers = np.concatenate(found)
    return numbers, _squared(wanted, known.take(numbers, axis=0))


def _squared(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(N,): the squared distances between points (N, D)."""
    apart = one - other
    return np.einsum("nd,nd->n", apart, apart)


def _weights(distance: np.ndarray) -> np.ndarray:
    """(T,) float32: how much each patch counts by how well it fits, as a part of what is usual here."""
    usual = max(float(np.percentile(distance, FITTING)), 1e-4)
    return (np.exp(-distance / (2 * usual)) + 1e-4).astype(np.float32)

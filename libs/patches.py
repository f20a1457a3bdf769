"""Patches of the known drawing laid over a hole, level by level from coarse to fine, so that they fit it and a guide.

The search for like patches goes on from its neighbours' finds as in PatchMatch (Barnes et al. 2009), but tries nothing
at random; the patches laid over one another are averaged (Wexler et al., "Space-Time Completion of Video", 2007). Like
is what has nearly the same first principal components, and nearly the guide's colour, which is soft.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy

from libs.patch_looks import RADIUS, Looks, find_nearest, square_apart

# Of a patch so much of its middle is laid; nearer to the middle it counts more (a Gaussian), and if it fits well.
LAID, NEAR, FITTING = 2, 2.0, 75
# A hole of at most so many pixels from its rim needs no coarser level; a level needs so many pixels and patches.
SHALLOW, SMALLEST, FEWEST, LEVELS = 2, 40, 400, 5
# How often each level is searched and laid again, and up to how many pairs all are compared.
ROUNDS, FINEST_ROUNDS, ALL_PAIRS = 3, 2, 10_000_000
# So far away are the neighbours whose finds are tried; and so many pixels are laid over at once.
JUMPS, AT_ONCE = (8, 4, 2, 1, 1), 20_000


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
    """A level with its patches by the numbers of their middle pixels: places, over the hole; sources, wholly known."""

    level: _Level
    places: np.ndarray
    sources: np.ndarray
    looks: Looks

    @classmethod
    def of(cls, level: _Level) -> "_Field | None":
        """None where there are too few known patches."""
        within = np.zeros(level.hole.shape, dtype=bool)
        within[RADIUS:-RADIUS, RADIUS:-RADIUS] = True
        sources = np.flatnonzero(within & ~_widened(level.hole, RADIUS))
        places = np.flatnonzero(within & _widened(level.open, LAID))
        if len(sources) < FEWEST or not len(places):
            return None
        return cls(level, places, sources, Looks(level.guide, level.hole, level.number, sources, places))

    def fill(self, finds: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """(the level's guide with patches, (h, w) numbers of pixels found), going on from finds if there are some."""
        found, drawn = None, self.level.guide
        if finds is not None:
            before = finds.ravel()[self.places]
            found = np.where(before < 0, -1, self._source_at[before])
            found, unsure = np.maximum(found, 0), found < 0
            drawn = self._lay(found, np.where(unsure, 0, 1).astype(np.float32))
        for _ in range(ROUNDS if self.level.number else FINEST_ROUNDS):
            wanted = self.looks.wanted_in(drawn)
            if found is None:
                found, distance = find_nearest(wanted, self.looks.known)
            else:
                found, distance = self._search(wanted, found)
            drawn = self._lay(found, _weights(distance))
        finds = np.full(self.level.hole.size, -1)
        finds[self.places] = self.sources[found]
        return drawn, finds.reshape(self.level.hole.shape)

    @cached_property
    def _place_at(self) -> np.ndarray:
        """(h * w,): the number of the place in each pixel, -1 = none; there is none beside the edge."""
        return _number(self.places, self.level.hole.size)

    @cached_property
    def _source_at(self) -> np.ndarray:
        """(h * w,): the number of the source in each pixel, -1 = none; there is none beside the edge."""
        return _number(self.sources, self.level.hole.size)

    @cached_property
    def _beside(self) -> list[tuple[int, np.ndarray, np.ndarray]]:
        """For each step, in numbers of pixels, to a neighbour: the places that have a neighbour there, and these."""
        width, beside = self.level.hole.shape[1], []
        for step in (sign * jump * along for jump in JUMPS for along in (width, 1) for sign in (-1, 1)):
            there = self._place_at.take(self.places + step, mode="clip")
            have = np.flatnonzero(there >= 0)
            beside.append((step, have, there[have]))
        return beside

    def _search(self, wanted: np.ndarray, found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """((T,) numbers of sources, (T,) squared distances): the best of what was found here and beside."""
        found, distance = found.copy(), square_apart(wanted, self.looks.known.take(found, axis=0))
        for step, places, neighbours in self._beside:
            tried = self._source_at.take(self.sources[found[neighbours]] - step, mode="clip")
            new = np.flatnonzero((tried >= 0) & (tried != found[places]))
            new_places, new_found = places[new], tried[new]
            apart = square_apart(wanted.take(new_places, axis=0), self.looks.known.take(new_found, axis=0))
            better = np.flatnonzero(apart < distance[new_places])
            found[new_places[better]], distance[new_places[better]] = new_found[better], apart[better]
        return found, distance

    def _lay(self, found: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """The guide with the middles of the found sources (T,) laid over the places, each by its weight (T,)."""
        level, area = self.level, np.flatnonzero(self.level.open)
        colours = level.guide.reshape(-1, 3)
        drawn = colours.copy()
        for start in range(0, len(area), AT_ONCE):
            self._lay_over(area[start : start + AT_ONCE], found, weights, colours, drawn)
        return drawn.reshape(level.guide.shape)

    def _lay_over(self, area: np.ndarray, found: np.ndarray, weights: np.ndarray, colours: np.ndarray, drawn) -> None:
        """The same for pixels (P,) of the area; `drawn` is changed, (h * w, 3) as are the level's colours."""
        rows, columns = (axis.ravel() - LAID for axis in np.indices((2 * LAID + 1, 2 * LAID + 1)))
        nearness = np.exp(-(rows**2 + columns**2) / (2 * NEAR**2)).astype(np.float32)
        steps = rows * self.level.hole.shape[1] + columns
        over = self._place_at.take(area[:, None] - steps, mode="clip")
        # What lies over a pixel is -1 where there is no place: the last, which weighs nothing.
        shares = np.append(weights, np.float32(0))[over] * nearness
        laid = colours.take(np.append(self.sources[found], 0)[over] + steps, axis=0, mode="clip")
        weight = shares.sum(axis=1)
        covered = weight > 0
        mixed = np.einsum("pn,pnc->pc", shares[covered], laid[covered])
        drawn[area[covered]] = mixed / weight[covered, None]


def _widened(hole: np.ndarray, by: int) -> np.ndarray:
    return scipy.ndimage.maximum_filter(hole, 2 * by + 1, mode="constant")


def _number(pixels: np.ndarray, count: int) -> np.ndarray:
    """(count,): the place in a list of each pixel that is in it, -1 for all others."""
    numbers = np.full(count, -1)
    numbers[pixels] = np.arange(len(pixels))
    return numbers


def _weights(distance: np.ndarray) -> np.ndarray:
    """(T,) float32: how much each patch counts by how well it fits, as a part of what is usual here."""
    usual = max(float(np.percentile(distance, FITTING)), 1e-4)
    return (np.exp(-distance / (2 * usual)) + 1e-4).astype(np.float32)

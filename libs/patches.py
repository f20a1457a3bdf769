"""Patches of the known drawing laid over a hole, level by level from coarse to fine, so that they fit it and a guide.

The search for like patches goes on from its neighbours' finds as in PatchMatch (Barnes et al. 2009), but tries nothing
at random; the patches laid over one another are averaged (Wexler et al., "Space-Time Completion of Video", 2007). Like
is what has nearly the same first principal components, and nearly the guide's colour, which is soft.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy

from libs.patch_levels import FEWEST, Level, double_finds, plan_levels
from libs.patch_looks import Looks, PatchSettings, find_nearest, square_apart

# A patch counts by how well it fits, as a part of what so many per cent of them are off at most.
FITTING = 75
# How often each level but the finest is searched and laid again.
ROUNDS = 3
# So far away are the neighbours whose finds are tried; and so many pixels are laid over at once.
JUMPS, AT_ONCE = (8, 4, 2, 1, 1), 8_000


def lay_patches(
    guide: np.ndarray, hole: np.ndarray, area: np.ndarray, settings: PatchSettings | None = None
) -> np.ndarray | None:
    """(h, w, 3) float32: the guide, with patches from outside the hole (h, w) bool laid over an area (h, w) bool of it.

    guide: (h, w, 3) float32 in [0, 1], outside the hole the image, inside what the patches are to agree with. None if
    too little is known to take patches from.
    """
    settings = settings or PatchSettings()
    edge = settings.radius
    guide = np.pad(guide, ((edge, edge), (edge, edge), (0, 0)), mode="edge")
    laid, finds = None, None
    for level in reversed(plan_levels(Level(guide, np.pad(hole, edge, constant_values=True), np.pad(area, edge)))):
        field = _Field.of(level, settings)
        if field is None:
            laid, finds = None, None
            continue
        laid, finds = field.fill(None if finds is None else double_finds(finds, level.hole.shape))
    return None if laid is None else laid[edge:-edge, edge:-edge]


@dataclass(frozen=True, eq=False)
class _Field:
    """A level with its patches by the numbers of their middle pixels: places, over the hole; sources, wholly known."""

    level: Level
    settings: PatchSettings
    places: np.ndarray
    sources: np.ndarray
    looks: Looks

    @classmethod
    def of(cls, level: Level, settings: PatchSettings) -> "_Field | None":
        """None where there are too few known patches."""
        edge, within = settings.radius, np.zeros(level.hole.shape, dtype=bool)
        within[edge:-edge, edge:-edge] = True
        sources = np.flatnonzero(within & ~_widened(level.hole, edge))
        places = np.flatnonzero(within & _widened(level.open, settings.laid))
        if len(sources) < FEWEST or not len(places):
            return None
        return cls(level, settings, places, sources, Looks(level, settings, sources, places))

    def fill(self, finds: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """(the level's guide with patches, (h, w) numbers of pixels found), going on from finds if there are some."""
        found, drawn = None, self.level.guide
        if finds is not None:
            # -1, nothing found, is the last pixel, which is no source either.
            before = self._source_at[finds.ravel()[self.places]]
            found = np.maximum(before, 0)
            drawn = self._lay(found, (before >= 0).astype(np.float32))
        for _ in range(ROUNDS if self.level.number else self.settings.rounds):
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
        area, drawn = np.flatnonzero(self.level.open), self.level.guide.copy()
        # Where there is no place, of number -1, the last lies over a pixel, and weighs nothing.
        middles, weights = np.append(self.sources[found], 0), np.append(weights, np.float32(0))
        for start in range(0, len(area), AT_ONCE):
            part = area[start : start + AT_ONCE]
            drawn.reshape(-1, 3)[part] = self._mix(part, middles, weights)
        return drawn

    def _mix(self, area: np.ndarray, middles: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """(P, 3): what lies over pixels (P,) of the area, given the patches' middles and weights (T + 1,), mixed."""
        far = self.settings.laid
        rows, columns = (axis.ravel() - far for axis in np.indices((2 * far + 1, 2 * far + 1)))
        nearness = np.exp(-(rows**2 + columns**2) / (2 * far**2)).astype(np.float32)
        steps = rows * self.level.hole.shape[1] + columns
        over = self._place_at.take(area[:, None] - steps, mode="clip")
        colours, shares = self.level.guide.reshape(-1, 3), weights[over] * nearness
        laid = colours.take(middles[over] + steps, axis=0, mode="clip")
        weight = shares.sum(axis=1)
        covered, mixed = weight > 0, colours[area]
        mixed[covered] = np.einsum("pn,pnc->pc", shares[covered], laid[covered]) / weight[covered, None]
        return mixed


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

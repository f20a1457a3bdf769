"""What is of one colour on both sides of a hole goes on through it: paper, gutters, balloons, black, flat colours.

A network that has drawn a gutter light grey has meant white: it is helped, where a straight way through the hole ends
in the same flat colour on both sides and its drawing comes near that. What it has drawn otherwise, a line that
crosses, stays.
"""

from dataclasses import dataclass

import numpy as np

from libs.ramps import ramp

# At least so many pixels of one colour in a row at both ends of the way, which is at most so long. In pixels.
RUN = 6
REACH = 64
# What counts as one colour along a run, and at both ends; the largest difference of a channel.
SAME, ALIKE = 2.5 / 255, 5.5 / 255
# A drawing is pulled fully to what lies on both sides up to the first distance from it, not at all from the second.
FULL, NONE = 40 / 255, 70 / 255


def carry_flat(drawing: np.ndarray, image: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """(h, w, 3) float32 in [0, 1]: the drawing with what is flat in the image carried through the hole (h, w) bool."""
    if not hole.any():
        return drawing
    carried = drawing.copy()
    carried[hole] = _carry(drawing[hole], image, hole)
    return carried


def _carry(drawing: np.ndarray, image: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """(N, 3): the drawing of the hole's pixels, each as near to the flat colours around it as it nearly is."""
    pulled, total, most = np.zeros_like(drawing), np.zeros(len(drawing)), np.zeros(len(drawing))
    for step in ((1, 0), (0, 1), (1, 1), (1, -1)):
        between, colours = flat_between(image, hole, step)
        distance = np.abs(drawing - colours).max(axis=-1)
        share = between * ramp(distance, NONE, FULL)
        pulled += share[:, None] * colours
        total, most = total + share, np.maximum(most, share)
    target = pulled / np.maximum(total, 1e-6)[:, None]
    return (drawing + (target - drawing) * most[:, None]).astype(np.float32)


def flat_between(image: np.ndarray, hole: np.ndarray, step: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """((N,) bool, whether each hole pixel lies between two runs of one colour, (N, 3) that colour there).

    Looked at along `step`, (rows, columns) from one pixel to the next; between unlike ends it is no colour.
    """
    way = _Way(hole.shape, step)
    flat = way.lay(_like_the_last(image, hole, step), False)
    laid = way.lay(hole, False)
    outside = way.lay(np.zeros_like(hole), True)
    above = _last_run(laid, flat, outside)
    below = _last_run(laid[::-1], np.roll(flat, -1, axis=0)[::-1], outside[::-1])
    down, across = way.places(*np.nonzero(hole))
    upper, lower = above[down, across], below[::-1][down, across]
    found = (upper >= 0) & (lower >= 0)
    upper, lower = np.where(found, upper, down), np.where(found, len(laid) - 1 - lower, down)
    length = (lower - upper) * np.hypot(*step)
    one, other = (image[way.back(ends, across)] for ends in (upper, lower))
    found &= (length - np.hypot(*step) <= REACH) & (np.abs(one - other).max(axis=-1) <= ALIKE)
    share = ((down - upper) / np.maximum(lower - upper, 1)).astype(np.float32)
    return found, one + (other - one) * share[:, None]


@dataclass(frozen=True)
class _Way:
    """Lays a picture's rows, columns or diagonals as columns of an array, and finds places there and back."""

    shape: tuple[int, int]
    step: tuple[int, int]

    def places(self, rows: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where pixels of the picture are laid."""
        if self.step[0] == 0:
            return columns, rows
        return rows, columns + self._shift(rows)

    def back(self, down: np.ndarray, across: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The pixel of the picture that is laid at a place."""
        if self.step[0] == 0:
            return across, down
        return down, across - self._shift(down)

    def lay(self, values: np.ndarray, beyond: bool) -> np.ndarray:
        """The values laid out, `beyond` where no pixel of the picture is."""
        if 0 in self.step:
            return values if self.step[0] else values.T
        height, width = self.shape
        laid = np.full((height, width + height - 1), beyond)
        laid[self.places(*np.indices(self.shape))] = values
        return laid

    def _shift(self, rows: np.ndarray) -> np.ndarray:
        """How far to the right a row is laid."""
        if self.step[1] == 0:
            return np.zeros_like(rows)
        return self.shape[0] - 1 - rows if self.step[1] == 1 else rows


def _like_the_last(image: np.ndarray, hole: np.ndarray, step: tuple[int, int]) -> np.ndarray:
    """(h, w) bool: known pixels whose colour is that of the pixel one step before, known too."""
    here, before = _shifted(step)
    like = np.zeros(hole.shape, dtype=bool)
    like[here] = np.abs(image[here] - image[before]).max(axis=-1) <= SAME
    like[here] &= ~(hole[here] | hole[before])
    return like


def _shifted(step: tuple[int, int]) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Slices of an array so that each pixel of the first stands one step after its place in the second."""
    later = {1: slice(1, None), 0: slice(None), -1: slice(None, -1)}
    earlier = {1: slice(None, -1), 0: slice(None), -1: slice(1, None)}
    return tuple(later[one] for one in step), tuple(earlier[one] for one in step)


def _last_run(hole: np.ndarray, like: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """(h, w) int: the row of the nearest known pixel above, if it ends a run of one colour there, else -1."""
    rows = np.arange(len(hole))[:, None]
    known = np.maximum.accumulate(np.where(hole, -1, rows), axis=0)
    begun = np.maximum.accumulate(np.where(like, 0, rows), axis=0)
    run = (rows - begun + 1 >= RUN) & ~outside
    ends = np.take_along_axis(run, np.maximum(known, 0), axis=0) & (known >= 0)
    return np.where(ends, known, -1)

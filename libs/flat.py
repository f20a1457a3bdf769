"""What is of one colour on both sides of a hole goes on through it: paper, gutters, balloons, black, flat colours.

A network that has drawn a gutter light grey has meant white: it is helped, where a straight way through the hole ends
in the same flat colour on both sides and its drawing comes near that. What it has drawn otherwise, a line that
crosses, stays.
"""

from dataclasses import dataclass

import numpy as np

from libs.channels import largest
from libs.ramps import ramp
from libs.windows import Window, tight_box

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
    # Farther from the hole nothing is looked at.
    near = tight_box(hole, Window(0, 0, *hole.shape)).grown(RUN, hole.shape).slices
    carried = drawing.copy()
    carried[near][hole[near]] = _carry(drawing[hole], image[near], hole[near])
    return carried


def _carry(drawing: np.ndarray, image: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """(N, 3): the drawing of the hole's pixels, each as near to the flat colours around it as it nearly is."""
    pulled, total, most = np.zeros_like(drawing), np.zeros(len(drawing)), np.zeros(len(drawing))
    for step in ((1, 0), (0, 1), (1, 1), (1, -1)):
        between, colours = flat_between(image, hole, step)
        distance = largest(np.abs(drawing - colours))
        share = between * ramp(distance, NONE, FULL)
        pulled += share[:, None] * colours
        total, most = total + share, np.maximum(most, share)
    target = pulled / np.maximum(total, 1e-6)[:, None]
    return (drawing + (target - drawing) * most[:, None]).astype(np.float32)


def flat_between(image: np.ndarray, hole: np.ndarray, step: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """((N,) bool, whether each hole pixel lies between two runs of one colour, (N, 3) float32 that colour there).

    Looked at along `step`, (rows, columns) from one pixel to the next; between unlike ends it is no colour.
    """
    way, runs = _Way(hole.shape, step), _runs(image, hole, step)
    laid = way.lay(hole, False)
    down, across = way.places(*np.nonzero(hole))
    upper = _last_known(laid)[down, across]
    lower = len(laid) - 1 - _last_known(laid[::-1])[::-1][down, across]
    # Above the hole a run must end, below it must begin, so end RUN pixels later.
    before, after = way.back(upper, across), np.add(way.back(lower, across), (RUN - 1) * np.array(step)[:, None])
    found = (upper >= 0) & (lower < len(laid)) & _look_up(runs, *before) & _look_up(runs, *after)
    found &= (lower - upper - 1) * np.hypot(*step) <= REACH
    some = np.flatnonzero(found)
    down, across, upper, lower = down[some], across[some], upper[some], lower[some]
    one, other = (image[way.back(ends, across)] for ends in (upper, lower))
    found[some] = largest(np.abs(one - other)) <= ALIKE
    share = ((down - upper) / (lower - upper)).astype(np.float32)
    colours = np.zeros((len(found), 3), np.float32)
    colours[some] = one + (other - one) * share[:, None]
    return found, colours


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


def _runs(image: np.ndarray, hole: np.ndarray, step: tuple[int, int]) -> np.ndarray:
    """(h, w) bool: pixels at which a run of known pixels of one colour ends that is at least RUN long."""
    here, before = _shifted(step)
    like = np.zeros(hole.shape, dtype=bool)  # that colour is the one of the pixel one step before
    like[here] = (largest(np.abs(image[here] - image[before])) <= SAME) & ~(hole[here] | hole[before])
    runs = like
    for _ in range(RUN - 2):
        longer = np.zeros_like(like)
        longer[here] = like[here] & runs[before]
        runs = longer
    return runs


def _shifted(step: tuple[int, int]) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Slices of an array so that each pixel of the first stands one step after its place in the second."""
    later = {1: slice(1, None), 0: slice(None), -1: slice(None, -1)}
    earlier = {1: slice(None, -1), 0: slice(None), -1: slice(1, None)}
    return tuple(later[one] for one in step), tuple(earlier[one] for one in step)


def _last_known(hole: np.ndarray) -> np.ndarray:
    """(h, w) int: the row of the nearest known pixel above, or -1."""
    rows = np.arange(len(hole), dtype=np.int32)[:, None]
    return np.maximum.accumulate(np.where(hole, np.int32(-1), rows), axis=0)


def _look_up(values: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """(N,) bool: the values (h, w) at places, False beyond."""
    inside = (rows >= 0) & (rows < values.shape[0]) & (columns >= 0) & (columns < values.shape[1])
    return inside & values[rows * inside, columns * inside]

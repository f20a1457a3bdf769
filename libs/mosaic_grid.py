"""A grid of blocks with sides in fractions of a pixel, and what a picture shows in its blocks."""

from dataclasses import dataclass

import numpy as np
import scipy

# A block is flat if it varies by less than so many levels plus this share of its steps to its neighbours.
FLAT_LEVELS, FLAT_SHARE = 1.2, 0.1
VISIBLE_STEP = 3.0
AMONG_FLAT = 0.6
NEIGHBOURS = np.ones((3, 3), dtype=bool)


@dataclass(frozen=True)
class Comb:
    """Lines at first, first + pitch, first + 2 pitch ... pixels; one at 3.0 lies between pixels 2 and 3."""

    first: float
    pitch: float

    def numbers(self, length: int) -> np.ndarray:
        """(length,) int: in which gap the middle of each pixel lies; gap 0 begins at `first`."""
        return np.floor((np.arange(length) + 0.5 - self.first) / self.pitch).astype(int)

    def distances(self, length: int) -> np.ndarray:
        """(length,) float: from the middle of each pixel to its nearest line."""
        phase = (np.arange(length) + 0.5 - self.first) % self.pitch
        return np.minimum(phase, self.pitch - phase)

    @property
    def rim(self) -> float:
        """How near to a line a pixel may be mixed with the next block's, where a picture was resized."""
        return min(1.3, self.pitch / 4)

    def moved(self, pixels: int) -> "Comb":
        """The same lines counted from `pixels` further down or right."""
        return Comb((self.first - pixels) % self.pitch, self.pitch)


@dataclass(frozen=True)
class Grid:
    """Blocks of rows.pitch x columns.pitch pixels (height x width)."""

    rows: Comb
    columns: Comb

    def numbers(self, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """Of each pixel row and column of a picture the row and column of its block, counted from 0."""
        rows, columns = self.rows.numbers(shape[0]), self.columns.numbers(shape[1])
        return rows - rows[0], columns - columns[0]

    def moved(self, down: int, right: int) -> "Grid":
        """The same grid in a crop that begins so many pixels further down and right."""
        return Grid(self.rows.moved(down), self.columns.moved(right))


@dataclass(frozen=True, eq=False)
class Blocks:
    """What a picture shows in the R x C blocks of a grid, as far as they lie in an area.

    rows, columns: the block row and column of each pixel row and column; values: (R, C, 3) levels; counts: (R, C)
    pixels in the area; flat: (R, C) bool, of one colour but for the pixels at the edges; steps: (R, C) levels,
    the largest to one of the four neighbours.
    """

    rows: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    counts: np.ndarray
    flat: np.ndarray
    steps: np.ndarray

    def spread(self, chosen: np.ndarray) -> np.ndarray:
        """(R, C) -> (H, W): every pixel gets its block's entry."""
        return chosen[np.ix_(self.rows, self.columns)]

    @property
    def sizes(self) -> np.ndarray:
        """(R, C) int: pixels of every block, in the area or not."""
        return np.outer(np.bincount(self.rows), np.bincount(self.columns))

    @property
    def telling(self) -> np.ndarray:
        """(R, C) bool: flat and visibly other than a neighbour."""
        return self.flat & (self.steps >= VISIBLE_STEP)

    @property
    def solid(self) -> np.ndarray:
        """(R, C) bool: telling and among flat ones; blocks inside those of another, coarser grid are not."""
        seen = scipy.ndimage.uniform_filter((self.counts > 0).astype(float), 3, mode="constant")
        among = scipy.ndimage.uniform_filter(self.flat.astype(float), 3, mode="constant") >= AMONG_FLAT * seen
        return self.telling & scipy.ndimage.binary_dilation(self.flat & among, NEIGHBOURS)

    @property
    def flat_share(self) -> float:
        """Of the pixels in blocks where anything happens, how many lie in flat ones."""
        told = int(self.counts[self.telling].sum())
        return told / max(told + int(self.counts[~self.flat].sum()), 1)


def measure_blocks(pixels: np.ndarray, area: np.ndarray, grid: Grid) -> Blocks:
    """What the blocks of a grid show inside an area (H, W) bool of a picture (H, W, 3) uint8."""
    rows, columns = grid.numbers(area.shape)
    shape = (int(rows[-1]) + 1, int(columns[-1]) + 1)
    labels = rows[:, None] * shape[1] + columns
    inner = area & (grid.rows.distances(area.shape[0]) >= grid.rows.rim)[:, None]
    inner &= grid.columns.distances(area.shape[1]) >= grid.columns.rim
    means, deviations, seen = _statistics(labels[inner], pixels[inner].astype(np.float64), shape)
    steps = _largest_steps(means, seen)
    flat = seen & (deviations <= FLAT_LEVELS + FLAT_SHARE * steps)
    counts = np.bincount(labels[area], minlength=shape[0] * shape[1]).reshape(shape)
    return Blocks(rows, columns, means, counts, flat, steps)


def _statistics(
    labels: np.ndarray, levels: np.ndarray, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means (R, C, 3), deviations (R, C) over all channels, and whether any pixel was seen (R, C)."""
    size = shape[0] * shape[1]
    counts = np.bincount(labels, minlength=size)
    channels = np.moveaxis(levels, -1, 0)
    sums = np.stack([np.bincount(labels, channel, size) for channel in channels], axis=-1)
    means = sums / np.maximum(counts, 1)[:, None]
    spread = np.bincount(labels, ((levels - means[labels]) ** 2).mean(axis=-1), size) / np.maximum(counts, 1)
    return means.reshape(*shape, 3), np.sqrt(spread).reshape(shape), (counts > 0).reshape(shape)


def _largest_steps(means: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """(R, C): the largest step to a seen one of the four neighbours."""
    steps = np.zeros(seen.shape)
    down = np.abs(np.diff(means, axis=0)).mean(axis=-1) * (seen[1:] & seen[:-1])
    across = np.abs(np.diff(means, axis=1)).mean(axis=-1) * (seen[:, 1:] & seen[:, :-1])
    steps[1:], steps[:-1] = down, np.maximum(steps[:-1], down)
    steps[1:-1] = np.maximum(down[1:], down[:-1]) if len(down) > 1 else steps[1:-1]
    steps[:, 1:] = np.maximum(steps[:, 1:], across)
    steps[:, :-1] = np.maximum(steps[:, :-1], across)
    return steps


def clarity(pixels: np.ndarray, grid: Grid, inside: np.ndarray) -> tuple[float, float]:
    """How much larger steps on the grid's lines are than inside blocks, among the pixels `inside` (H, W) bool.

    The ratios down and across: 1 for anything without a grid, above 2 for a mosaic even after
    JPEG compression.
    """
    ratios = []
    for axis, comb in enumerate((grid.rows, grid.columns)):
        along = np.moveaxis(inside, axis, 0)
        both = along[1:] & along[:-1]
        steps = np.abs(np.diff(np.moveaxis(pixels, axis, 0).astype(np.int16), axis=0)).mean(axis=-1) * both
        places = np.arange(1, len(along))
        distance = np.abs((places - comb.first + comb.pitch / 2) % comb.pitch - comb.pitch / 2)
        far = distance >= min(1.5, comb.pitch / 2 - 0.6)
        ratios.append(_mean(steps, both, distance < 1) / _mean(steps, both, far))
    return ratios[0], ratios[1]


def _mean(steps: np.ndarray, counted: np.ndarray, lines: np.ndarray) -> float:
    """Mean step, a little more than 0, over the counted ones in some rows."""
    return float(steps[lines].sum() / max(counted[lines].sum(), 1)) + 0.3


def close_gaps(chosen: np.ndarray) -> np.ndarray:
    """(R, C) bool: morphological closing by 3 x 3 that loses nothing at the border."""
    return chosen | scipy.ndimage.binary_closing(np.pad(chosen, 2), NEIGHBOURS)[2:-2, 2:-2]


def main_part(blocks: Blocks) -> np.ndarray:
    """(R, C) bool: the largest connected group of solid blocks, gaps in it filled."""
    labels, count = scipy.ndimage.label(close_gaps(blocks.solid), NEIGHBOURS)
    if not count:
        return np.zeros_like(blocks.flat)
    weights = np.bincount(labels[blocks.solid], minlength=count + 1)
    weights[0] = 0
    return scipy.ndimage.binary_fill_holes(labels == weights.argmax())

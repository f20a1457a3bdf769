"""Finds the grid of a pixelated area by itself: block sides to a tenth of a pixel, and where it begins."""

from dataclasses import dataclass

import numpy as np
import scipy

from libs.mosaic_grid import Blocks, Comb, Grid, measure_blocks

SMALLEST, LARGEST = 4.0, 40.0
# The search itself looks at so much of a side; what it finds is refined on the whole.
STRETCH = 320
PEAKS = 5
# Pitches this near to each other, in parts of the logarithmic scale of all, are one.
APART = 0.013
# Steps count alike from here on, or one black line would outweigh all blocks.
STRONG_STEP = 24.0
# How near to a line a step must be to belong to it, in the end and at first, in pixels.
REACH, FIRST_REACH = 1.5, 4.0
# How different the sides of blocks taken for square are.
NEARLY_SQUARE = 0.06
# A square grid may miss its lines by this much more than a free one, in pixels.
SQUARE_COST, EDGE_ERROR = 0.05, 0.3

Steps = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False)
class Lines:
    """The lines of a comb that show: their numbers, their places in pixels, and how much each is to be trusted."""

    numbers: np.ndarray
    places: np.ndarray
    trust: np.ndarray

    @property
    def weight(self) -> float:
        """How sure these lines make a pitch: the weighted sum of squares of their numbers about the mean."""
        middle = np.average(self.numbers, weights=self.trust)
        return float((self.trust * (self.numbers - middle) ** 2).sum() / self.trust.max())

    def with_pitch(self, pitch: float) -> Comb:
        """The comb of this pitch that fits best."""
        first = float(np.average(self.places - self.numbers * pitch, weights=self.trust))
        return Comb(first % pitch, pitch)

    def error(self, comb: Comb) -> float:
        """Root of the mean squared distance to the comb's lines, in pixels."""
        rest = (self.places - comb.first) / comb.pitch
        return float(np.sqrt(np.average(((rest - np.round(rest)) * comb.pitch) ** 2, weights=self.trust)))


def find_grid(pixels: np.ndarray, area: np.ndarray, block: float | None = None) -> Grid | None:
    """The most likely grid in `area` (H, W) bool of a picture (H, W, 3) uint8; None where no straight edge shows.

    Sides of 4 to 40 pixels, or exactly `block`. There is always a most likely one: whether it is a mosaic is
    to be asked of its blocks.
    """
    near = scipy.ndimage.binary_dilation(area, iterations=2)
    steps = step_maps(pixels, near)
    window = _busiest(steps, near)
    crop_steps = steps[0][window], steps[1][window]
    top, left = window[0].start, window[1].start
    best, grid = 0.0, None
    for score, candidate in _candidates(crop_steps, near[window], block):
        if block is None:
            candidate = refine_grid(candidate, crop_steps)
        blocks = measure_blocks(pixels[window], area[window], candidate)
        worth = score**1.5 * int(blocks.counts[blocks.telling].sum()) * blocks.flat_share
        if worth > best:
            best, grid = worth, candidate.moved(-top, -left)
    if grid is None or block is not None:
        return grid
    return _refine_on_flat(pixels, near, steps, grid)


def _refine_on_flat(pixels: np.ndarray, near: np.ndarray, steps: Steps, grid: Grid) -> Grid:
    """The grid through the steps around flat blocks only, so that what is drawn nearby does not count."""
    for _ in range(2):
        blocks: Blocks = measure_blocks(pixels, near, grid)
        told = scipy.ndimage.binary_dilation(blocks.spread(blocks.flat), iterations=2)
        grid = refine_grid(grid, (steps[0] * told, steps[1] * told))
    return grid


def step_maps(pixels: np.ndarray, area: np.ndarray) -> Steps:
    """(H, W) float32 each: sizes of the steps from the pixel above, and from the left, 0 where they do not last."""
    levels = pixels.astype(np.float32)
    down = _lasting(np.diff(levels, axis=0, prepend=levels[:1]), 1)
    across = _lasting(np.diff(levels, axis=1, prepend=levels[:, :1]), 0)
    down[1:] *= area[1:] & area[:-1]
    across[:, 1:] *= area[:, 1:] & area[:, :-1]
    return down, across


def _lasting(steps: np.ndarray, axis: int) -> np.ndarray:
    """The smaller of each step and the next one's along `axis` if both have one sign: block edges are straight."""
    after = np.roll(steps, -1, axis)
    both = np.minimum(np.abs(steps), np.abs(after)) * (np.sign(steps) == np.sign(after))
    return np.minimum(both.mean(axis=-1), STRONG_STEP)


def _busiest(steps: Steps, area: np.ndarray) -> tuple[slice, slice]:
    """The window of at most STRETCH x STRETCH around the middle of all steps."""
    energy = steps[0] + steps[1]
    if not energy.any():
        energy = area.astype(np.float32)
    slices = []
    for axis, length in enumerate(area.shape):
        total = energy.sum(axis=1 - axis).cumsum()
        middle = int(np.searchsorted(total, total[-1] / 2))
        start = max(0, min(middle - STRETCH // 2, length - STRETCH))
        slices.append(slice(start, min(start + STRETCH, length)))
    return slices[0], slices[1]


def _candidates(steps: Steps, near: np.ndarray, block: float | None) -> list[tuple[float, Grid]]:
    """Grids worth a closer look, each with the product of its combs' scores; among them square ones."""
    pitches = _pitches(max(near.shape)) if block is None else np.array([float(block)])
    rows = score_combs(steps[0].sum(axis=1), near.sum(axis=1), pitches)
    columns = score_combs(steps[1].sum(axis=0), near.sum(axis=0), pitches)
    if not rows or not columns:
        return []
    row_scores, column_scores = (np.array([score for score, _ in axis]) for axis in (rows, columns))
    pairs = {(n, n) for n in _peaks(row_scores + column_scores)}
    pairs |= {(n, m) for n in _peaks(row_scores) for m in _peaks(column_scores)}
    return [(rows[n][0] * columns[m][0], Grid(rows[n][1], columns[m][1])) for n, m in sorted(pairs)]


def _pitches(length: int) -> np.ndarray:
    """From 4 to 40 pixels, so near to each other that a comb right in the middle is right at both ends."""
    return np.geomspace(SMALLEST, LARGEST, max(int(length * np.log(LARGEST / SMALLEST)), 60))


def score_combs(energy: np.ndarray, counts: np.ndarray, pitches: np.ndarray) -> list[tuple[float, Comb]]:
    """The best comb of each pitch with its score; nothing where there is no energy.

    energy: (N,) summed steps from one pixel row to the next; counts: (N,) how many pixels were summed. The score
    is how far the share of energy on the comb's lines is above chance, in deviations: a comb of half or double
    pitch scores 0.7 of the true one.
    """
    # The root keeps one long line of the drawing from outweighing all blocks.
    energy = np.sqrt(np.maximum(energy - np.percentile(energy, 25), 0))
    if not energy.any():
        return []
    return [_best_phase(energy, counts, float(pitch)) for pitch in pitches]


def _best_phase(energy: np.ndarray, counts: np.ndarray, pitch: float) -> tuple[float, Comb]:
    phases = np.arange(0, pitch, 0.5)
    places = phases[:, None] + pitch * np.arange(int(np.ceil(len(energy) / pitch)))
    share = _between(energy, places).sum(axis=1) / energy.sum()
    chance = np.clip(_between(counts, places).sum(axis=1) / counts.sum(), 1e-3, 0.999)
    scores = np.maximum(share - chance, 0) / np.sqrt(chance * (1 - chance))
    best = int(scores.argmax())
    return float(scores[best]), Comb(float(phases[best]), pitch)


def _between(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """`values` read at fractional places, 0 beyond the end."""
    padded = np.concatenate([values, [0, 0]])
    floor = np.minimum(places.astype(int), len(values))
    rest = np.where(floor < len(values), places - floor, 0)
    return padded[floor] * (1 - rest) + padded[floor + 1] * rest


def _peaks(scores: np.ndarray) -> list[int]:
    """Places of the highest few scores, the highest first, none near a higher one."""
    chosen: list[int] = []
    for place in np.argsort(-scores, kind="stable"):
        if all(abs(place - other) > APART * len(scores) for other in chosen):
            chosen.append(int(place))
        if len(chosen) == PEAKS:
            break
    return chosen


def refine_grid(grid: Grid, steps: Steps) -> Grid:
    """The grid laid through the steps by least squares; with square blocks if they fit as well."""
    energies = steps[0].sum(axis=1), steps[1].sum(axis=0)
    combs = [refine_comb(*pair) for pair in zip((grid.rows, grid.columns), energies, strict=True)]
    if abs(combs[0].pitch - combs[1].pitch) > NEARLY_SQUARE * combs[0].pitch:
        return Grid(*combs)
    lines = [find_lines(comb, energy, REACH) for comb, energy in zip(combs, energies, strict=True)]
    if min(len(line.numbers) for line in lines) < 2:
        return Grid(*combs)
    pitch = float(np.average([comb.pitch for comb in combs], weights=[line.weight for line in lines]))
    square = [line.with_pitch(pitch) for line in lines]
    costs = [
        line.error(equal) - max(line.error(own), EDGE_ERROR)
        for line, equal, own in zip(lines, square, combs, strict=True)
    ]
    return Grid(*(square if max(costs) < SQUARE_COST else combs))


def refine_comb(comb: Comb, energy: np.ndarray) -> Comb:
    """The comb laid through the centres of gravity of the energy (N,) around its lines."""
    for reach in (min(0.3 * comb.pitch, FIRST_REACH), 2.0, REACH, REACH):
        comb = _fit(comb, find_lines(comb, energy, max(reach, REACH)))
    return comb


def find_lines(comb: Comb, energy: np.ndarray, reach: float) -> Lines:
    """Where the lines of a comb really are, if there is any energy within `reach` pixels of them."""
    reach = min(reach, comb.pitch / 2)
    places = np.arange(len(energy))
    number = np.round((places - comb.first) / comb.pitch).astype(int)
    near = np.abs(places - comb.first - number * comb.pitch) <= reach
    order = number[near] - number.min()
    weight = np.bincount(order, energy[near])
    seen = np.flatnonzero(weight)
    centre = np.bincount(order, energy[near] * places[near])[seen] / weight[seen]
    # A line is hardly placed better by twice the steps.
    trust = np.minimum(weight[seen], np.median(weight[seen])) if len(seen) else weight[seen]
    return Lines(seen + number.min(), centre, trust)


def _fit(comb: Comb, lines: Lines) -> Comb:
    """The least squares comb through at least two lines; the old one where it would leave what is looked for."""
    if len(lines.numbers) < 2:
        return comb
    pitch, first = np.polyfit(lines.numbers, lines.places, 1, w=np.sqrt(lines.trust))
    if not SMALLEST - 0.5 <= pitch <= LARGEST + 1:
        return comb
    return Comb(float(first % pitch), float(pitch))

"""What lies under the paint of an unpainted picture: mosaics with their grids, and what hides the other holes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from libs.inpaint import Hints
from libs.mosaic_cover import Cover, judge_cover
from libs.mosaic_grid import NEIGHBOURS, Blocks, Comb, Grid, clarity, main_part, measure_blocks
from libs.mosaic_search import find_grid
from libs.windows import Window, find_boxes

# How far around green a mosaic is looked at if it goes on there, and how far around a part while searching.
AROUND, AROUND_PART = 48, 4
# A grid counts where so many blocks differ from their neighbours, so much of what varies is flat, and its lines are
# so clear; see `clarity`.
FEWEST, FLAT_ENOUGH, CLEAR = 4, 0.55, 1.5
# What is flat beside the paint goes on the mosaic if its lines are this clear; drawings reach 1.0, strips of it 1.6.
CLEAR_BESIDE = 1.3
SEARCHES = 8
# Shorter halves, and narrower pieces left beside a mosaic, are not searched by themselves; in pixels.
SMALLEST_HALF, SMALLEST_PIECE = 80, 12
# One lone block is a rectangle of one colour that is neither black nor white, as bars are.
LONE_SIDES, LONE_LEVELS, LONE_SPREAD = (4, 40), (12, 243), 6
SOFT_PITCH = 8


@dataclass(frozen=True, eq=False)
class Mosaic:
    """One pixelated area.

    window: the part of the picture it was found in; grid: counted from its corner; blocks: what they show there;
    known: (R, C) bool, blocks of which all is seen; area: (height, width) bool, the pixels of this mosaic.
    """

    window: Window
    grid: Grid
    blocks: Blocks
    known: np.ndarray
    area: np.ndarray


@dataclass(frozen=True, eq=False)
class Findings:
    """What lies under the paint: mosaics, how many holes show no grid and what instead, and hints from blurs."""

    mosaics: Sequence[Mosaic] = ()
    covers: Sequence[Cover] = ()
    soft: Sequence[Hints] = ()


def find_mosaics(pixels: np.ndarray, hole: np.ndarray, block: float | None = None) -> Findings:
    """What the picture (H, W, 3) uint8 shows where the paint is, `hole` (H, W) bool.

    block: side of all blocks in pixels where the person knows it; then there is a mosaic in every hole.
    """
    mosaics: list[Mosaic] = []
    covers, soft = [], []
    for box in find_boxes(hole):
        window = box.grown(AROUND, hole.shape)
        inside = _only(hole, box, window)
        found = _find_all(pixels[window.slices], inside, window, block)
        mosaics += found
        if not found:
            covers.append(judge_cover(pixels[window.slices], inside))
        if not found and covers[-1] is Cover.BLUR:
            soft.append(_soft_hints(pixels[window.slices], inside, window))
    return Findings(mosaics, covers, soft)


def _only(hole: np.ndarray, box: Window, window: Window) -> np.ndarray:
    """The hole inside the window, without what other boxes have of it."""
    inside = np.zeros((window.height, window.width), dtype=bool)
    down, right = box.top - window.top, box.left - window.left
    inside[down : down + box.height, right : right + box.width] = hole[box.slices]
    return inside


def _find_all(pixels: np.ndarray, hole: np.ndarray, window: Window, block: float | None) -> list[Mosaic]:
    """All mosaics of one hole: the clearest first, then what is left beside it; halves where nothing is found."""
    if block is not None:
        return _find_given(pixels, hole, window, block)
    found: list[Mosaic] = []
    parts, free = [hole], np.ones_like(hole)
    for _ in range(SEARCHES):
        if not parts:
            break
        part = parts.pop(0)
        mosaic = _find_one(pixels, part, free, window)
        if mosaic is None:
            parts += _halves(part)
            continue
        found.append(mosaic)
        free &= ~mosaic.area
        rest = part & ~scipy.ndimage.binary_dilation(mosaic.area, iterations=2)
        rest[_bounds(mosaic.area, 0)] = False  # blocks of the same mosaic that are too noisy
        parts += _pieces(rest, int(max(mosaic.grid.rows.pitch, mosaic.grid.columns.pitch, SMALLEST_PIECE)))
    return found or _find_lone(pixels, hole, window)


def _find_one(pixels: np.ndarray, part: np.ndarray, free: np.ndarray, window: Window) -> Mosaic | None:
    """The clearest mosaic in a part of a hole, together with what of it lies outside; None if there is none.

    All arrays are of the window; free: (h, w) bool, pixels that no other mosaic has.
    """
    rows, columns = _bounds(part, AROUND_PART)
    grid = find_grid(pixels[rows, columns], part[rows, columns])
    if grid is None:
        return None
    grid = grid.moved(-rows.start, -columns.start)
    blocks = measure_blocks(pixels, part, grid)
    main = main_part(blocks)
    flat, varied = (int(blocks.counts[main & chosen].sum()) for chosen in (blocks.flat, ~blocks.flat))
    if (main & blocks.telling).sum() < FEWEST or flat < FLAT_ENOUGH * (flat + varied):
        return None
    if min(clarity(pixels, grid, blocks.spread(main & blocks.flat))) < CLEAR:
        return None
    everywhere = measure_blocks(pixels, free, grid)
    body, painted = _body(everywhere, main), blocks.counts == blocks.sizes
    if min(clarity(pixels, grid, everywhere.spread(body & ~painted & (blocks.counts > 0)) & ~part)) < CLEAR_BESIDE:
        body &= painted  # what is flat beside the paint is drawn so
    plain = everywhere.flat & painted & ~everywhere.telling
    known = scipy.ndimage.binary_propagation(body, NEIGHBOURS, body | plain) & _complete(everywhere, grid)
    known &= everywhere.counts == everywhere.sizes
    if (known & everywhere.telling).sum() < FEWEST:
        return None
    return Mosaic(window, grid, everywhere, known, everywhere.spread(known))


def _body(blocks: Blocks, main: np.ndarray) -> np.ndarray:
    """(R, C) bool: the flat blocks of the mosaic of which `main` is a part."""
    whole = scipy.ndimage.binary_propagation(main & blocks.flat, NEIGHBOURS, blocks.solid | main)
    return scipy.ndimage.binary_fill_holes(whole) & blocks.flat


def _complete(blocks: Blocks, grid: Grid) -> np.ndarray:
    """(R, C) bool: blocks that the edge of what is looked at does not cut."""
    rows = np.bincount(blocks.rows) >= int(grid.rows.pitch)
    return np.outer(rows, np.bincount(blocks.columns) >= int(grid.columns.pitch))


def _find_given(pixels: np.ndarray, hole: np.ndarray, window: Window, block: float) -> list[Mosaic]:
    """The mosaic with square blocks of a known side, all that lie in the hole; none if no straight edge shows."""
    grid = find_grid(pixels, hole, block)
    if grid is None:
        return []
    blocks = measure_blocks(pixels, hole, grid)
    known = (blocks.counts == blocks.sizes) & _complete(blocks, grid)
    return [Mosaic(window, grid, blocks, known, blocks.spread(known))] if known.any() else []


def _find_lone(pixels: np.ndarray, hole: np.ndarray, window: Window) -> list[Mosaic]:
    """A mosaic of one block: a small rectangle of one colour, neither black nor white, around the hole's middle."""
    colour = np.median(pixels[hole], axis=0)
    if colour.max() < LONE_LEVELS[0] or colour.min() > LONE_LEVELS[1]:
        return []
    like = np.abs(pixels - colour).max(axis=-1) <= LONE_SPREAD
    labels, _ = scipy.ndimage.label(like)
    if not (hole & like).any():
        return []
    piece = labels == np.bincount(labels[hole & like]).argmax()
    rows, columns = _bounds(piece, 0)
    height, width = rows.stop - rows.start, columns.stop - columns.start
    if not all(LONE_SIDES[0] <= side <= LONE_SIDES[1] for side in (height, width)) or not piece[rows, columns].all():
        return []
    grid = Grid(Comb(rows.start % height, height), Comb(columns.start % width, width))
    blocks = measure_blocks(pixels, piece, grid)
    known = blocks.counts == height * width
    return [Mosaic(window, grid, blocks, known, blocks.spread(known))] if known.any() else []


def _bounds(area: np.ndarray, margin: int) -> tuple[slice, slice]:
    """The rows and columns that an area, not empty, spans, with a margin."""
    slices = []
    for axis, length in enumerate(area.shape):
        places = np.flatnonzero(area.any(axis=1 - axis))
        slices.append(slice(max(0, int(places[0]) - margin), min(length, int(places[-1]) + 1 + margin)))
    return slices[0], slices[1]


def _halves(part: np.ndarray) -> list[np.ndarray]:
    """The part cut across its longer side, or nothing if it is small."""
    rows, columns = _bounds(part, 0)
    height, width = rows.stop - rows.start, columns.stop - columns.start
    if max(height, width) < 2 * SMALLEST_HALF:
        return []
    first = np.zeros_like(part)
    if height > width:
        first[: rows.start + height // 2] = True
    else:
        first[:, : columns.start + width // 2] = True
    return [half for half in (part & first, part & ~first) if half.any()]


def _pieces(rest: np.ndarray, narrowest: int) -> list[np.ndarray]:
    """Connected pieces of what is left of a hole, without what is narrower: blocks that a mosaic's edge cuts."""
    rest = scipy.ndimage.binary_opening(rest, iterations=narrowest // 2 + 1)
    labels, count = scipy.ndimage.label(rest, NEIGHBOURS)
    return [labels == number for number in range(1, count + 1)]


def _soft_hints(pixels: np.ndarray, area: np.ndarray, window: Window) -> Hints:
    """What a blur still tells: the mean of every cell of 8 x 8 pixels, shown at its middle."""
    grid = Grid(Comb(0, SOFT_PITCH), Comb(0, SOFT_PITCH))
    rows, columns = grid.numbers(area.shape)
    labels = rows[:, None] * (columns[-1] + 1) + columns
    counts = np.bincount(labels[area], minlength=labels[-1, -1] + 1)
    sums = [np.bincount(labels[area], pixels[area][:, channel], len(counts)) for channel in range(3)]
    whole = np.flatnonzero(counts == SOFT_PITCH**2)
    down, right = np.divmod(whole, columns[-1] + 1)
    values = np.stack(sums, axis=-1)[whole] / (255 * SOFT_PITCH**2)
    middle = SOFT_PITCH // 2
    return Hints(
        down * SOFT_PITCH + middle + window.top, right * SOFT_PITCH + middle + window.left, values.astype(np.float32)
    )

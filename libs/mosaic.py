"""Redraw pixelated areas by what their blocks tell: drawn by a network that is shown them, and held to them."""

from dataclasses import dataclass

import numpy as np
import scipy

from libs.inpaint import Hints, Predict, fill
from libs.mosaic_cover import Cover
from libs.mosaic_detail import find_surroundings, lay_detail
from libs.mosaic_draw import draw_mosaic
from libs.mosaic_find import Findings, Mosaic
from libs.mosaic_grid import Comb

# Corrections end when no block is farther off than this, in levels; it takes fewer rounds than these.
CLOSE_ENOUGH, ROUNDS = 0.4, 24
# Detail is laid so many times, each time so much nearer to what was drawn before; see `PatchSettings`.
GUIDED = (56.0, 112.0, 112.0)
LINE_COLOUR, DOT_COLOUR = (255, 0, 0), (0, 128, 255)


@dataclass(frozen=True)
class MosaicSettings:
    """block: side of all blocks in pixels, None to find it out; show_grid: also draw what was found."""

    block: float | None = None
    show_grid: bool = False


def fill_mosaic(
    pixels: np.ndarray,
    hole: np.ndarray,
    findings: Findings,
    predict: Predict,
    depixelate: Predict,
) -> np.ndarray:
    """(H, W, 3) uint8: a copy of `pixels` with `hole` (H, W) bool redrawn so that it agrees with the findings.

    Blocks are drawn first, by `depixelate` (see `libs.mosaic_network.bind_depixelator`), then what else the hole has,
    by `predict`. A mosaic that reaches beyond the hole is hidden from both there too, as it is no drawing to go on
    from, but stays in the result: only the hole is changed.
    """
    hidden = hole.copy()
    for mosaic in findings.mosaics:
        hidden[mosaic.window.slices] |= mosaic.area
    drawn, left = pixels.copy(), hidden.copy()
    for mosaic in findings.mosaics:
        here = mosaic.window.slices
        area = mosaic.area & left[here] & mosaic.known[np.ix_(mosaic.blocks.rows, mosaic.blocks.columns)]
        drawn[here][area] = draw_mosaic(mosaic, drawn, left, depixelate)[area]
        left[here] &= ~area
    drawn = fill(drawn, left, predict, collect_hints(findings, left))
    for mosaic in findings.mosaics:
        here, beside = mosaic.window.slices, find_surroundings(mosaic, hole.shape)
        drawn[here] = hold_to(mosaic, drawn[here], hidden[here])
        for guided in GUIDED:
            page = drawn[beside.slices]
            drawn[beside.slices] = lay_detail(mosaic, beside, page, hidden[beside.slices], guided)
            drawn[here] = hold_to(mosaic, drawn[here], hidden[here])
    result = pixels.copy()
    result[hole] = drawn[hole]
    return result


def collect_hints(findings: Findings, hidden: np.ndarray) -> Hints:
    """What blurs tell, as far as hidden."""
    rows = np.concatenate([np.zeros(0, int), *(each.rows for each in findings.soft)])
    columns = np.concatenate([np.zeros(0, int), *(each.columns for each in findings.soft)])
    values = np.concatenate([np.zeros((0, 3), np.float32), *(each.values for each in findings.soft)])
    inside = hidden[rows, columns]
    return Hints(rows[inside], columns[inside], values[inside])


def hold_to(mosaic: Mosaic, drawn: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """(h, w, 3) uint8: the drawing of the mosaic's window, changed where `hidden` so that its blocks' means fit.

    What a block's mean is off is added smoothly, weighed from block middle to block middle, so that no block
    edge shows; again and again, as neighbours share what is added and levels end at 0 and 255.
    """
    rows, columns = mosaic.blocks.rows, mosaic.blocks.columns
    averaging = _averaging(rows), _averaging(columns)
    spreading = _interpolating(mosaic.grid.rows, rows), _interpolating(mosaic.grid.columns, columns)
    result = drawn.copy()
    for channel in range(3):
        levels = drawn[..., channel].astype(np.float32)
        target = mosaic.blocks.values[..., channel]
        held = levels
        added = np.zeros(target.shape, np.float32)
        for _ in range(ROUNDS):
            error = np.where(mosaic.known, target - averaging[0] @ held @ averaging[1].T, 0)
            if np.abs(error).max() <= CLOSE_ENOUGH:
                break
            added += error
            held = np.clip(levels + (spreading[0] @ added @ spreading[1].T) * hidden, 0, 255)
        result[..., channel] = np.round(held)
    return result


def _averaging(numbers: np.ndarray) -> "scipy.sparse.csr_array":
    """(R, H): block means from pixel rows, given each row's block."""
    share = 1 / np.bincount(numbers)
    return scipy.sparse.csr_array((share[numbers], (numbers, np.arange(len(numbers)))), dtype=np.float32)


def _interpolating(comb: Comb, numbers: np.ndarray) -> "scipy.sparse.csr_array":
    """(H, R): values at pixel rows from values at block middles, linearly; beyond the outer middles constant."""
    length, count = len(numbers), int(numbers[-1]) + 1
    first = comb.numbers(1)[0]
    place = np.clip((np.arange(length) + 0.5 - comb.first) / comb.pitch - first - 0.5, 0, count - 1)
    lower = np.minimum(place.astype(int), max(count - 2, 0))
    upper = np.minimum(lower + 1, count - 1)
    rest = place - lower
    rows = np.arange(length)
    entries = np.concatenate([1 - rest, rest]), (np.tile(rows, 2), np.concatenate([lower, upper]))
    return scipy.sparse.csr_array(entries, shape=(length, count), dtype=np.float32)


def describe_findings(findings: Findings, hole: np.ndarray) -> list[str]:
    """What to tell the person of what was found under the paint, each a piece of the picture's line."""
    told = []
    if findings.mosaics:
        grids = [mosaic.grid for mosaic in findings.mosaics]
        sizes = dict.fromkeys(f"{grid.columns.pitch:.1f} x {grid.rows.pitch:.1f}" for grid in grids)
        told.append(f"mosaic of blocks {' and '.join(sizes)} pixels used")
    if any((mosaic.area & ~hole[mosaic.window.slices]).any() for mosaic in findings.mosaics):
        told.append("the mosaic goes on beyond the paint and stays there, paint all of it")
    blurs = sum(cover is Cover.BLUR for cover in findings.covers)
    if blurs:
        told.append(f"{_holes(blurs)} blurred or frosted, not pixelated, only the soft colours there are used")
    others = len(findings.covers) - blurs
    if others:
        told.append(f"{_holes(others)} without a mosaic, drawn from the surroundings")
    return told


def _holes(count: int) -> str:
    return "1 hole is" if count == 1 else f"{count} holes are"


def show_grids(pixels: np.ndarray, findings: Findings) -> np.ndarray:
    """(H, W, 3) uint8: a copy with the lines of every grid found, and a dot in each block whose colour is used."""
    shown = pixels.copy()
    for mosaic in findings.mosaics:
        part = shown[mosaic.window.slices]
        lines = np.zeros(mosaic.area.shape, dtype=bool)
        lines[1:] |= (np.diff(mosaic.blocks.rows) > 0)[:, None]
        lines[:, 1:] |= np.diff(mosaic.blocks.columns) > 0
        part[lines & mosaic.area] = LINE_COLOUR
        down, right = np.nonzero(mosaic.known)
        part[_middles(mosaic.blocks.rows)[down], _middles(mosaic.blocks.columns)[right]] = DOT_COLOUR
    return shown


def _middles(numbers: np.ndarray) -> np.ndarray:
    """The middle pixel of each block, given each pixel's block."""
    starts = np.searchsorted(numbers, np.arange(numbers[-1] + 1))
    return (starts + np.append(starts[1:], len(numbers))) // 2

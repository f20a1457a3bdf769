"""Colours that are not the paint's but may be meant as paint: which is commonest, and where."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import scipy

from libs.fringe import direction, leaning
from libs.windows import CELL, any_in_cells

Color = tuple[int, int, int]

STRIP = 256
# How strongly another colour must lean the same way, as a share of the paint itself, and what it must cover at least.
LEANS = 0.45
SIDE, SHARE = 12, 0.0002


@dataclass(frozen=True)
class Seen:
    """A colour (RGB), how many pixels have it, and (x, y) of one in the largest place of what was looked at."""

    color: Color
    count: int
    x: int
    y: int


def look_at(pixels: np.ndarray, flags: np.ndarray) -> Seen | None:
    """The commonest colour where (H, W) bool `flags` are True, None where they nowhere are."""
    counts: Counter[int] = Counter()
    for top in range(0, len(flags), STRIP):
        codes, found = np.unique(_codes(pixels[top : top + STRIP], flags[top : top + STRIP]), return_counts=True)
        counts.update(dict(zip(codes.tolist(), found.tolist(), strict=True)))
    if not counts:
        return None
    # Of equally common ones the same one every time.
    code = min(counts, key=lambda code: (-counts[code], code))
    return Seen((code >> 16, code >> 8 & 255, code & 255), counts[code], *_middle_of_largest(flags))


def find_lookalike(pixels: np.ndarray, color: Color) -> Seen | None:
    """The commonest flat colour that leans strongly to the paint's, as a wrong green does; None if there is none."""
    full = float(leaning(np.array([[color]], np.uint8), color)[0, 0])
    if abs(direction(color).sum()) > 0.5:
        return None  # a grey paint: every shade of a drawing leans to it
    flags = np.empty(pixels.shape[:2], bool)
    for top in range(0, len(flags), STRIP):
        flags[top : top + STRIP] = leaning(pixels[top : top + STRIP], color) >= LEANS * full
    seen = look_at(pixels, flags)
    if seen is None or seen.count < SHARE * flags.size:
        return None
    for channel, level in enumerate(seen.color):
        flags &= pixels[..., channel] == level
    if not square_corners(flags, SIDE).any():
        return None
    return Seen(seen.color, seen.count, *_middle_of_largest(flags))


def square_corners(flags: np.ndarray, side: int) -> np.ndarray:
    """(H - side + 1, W - side + 1) bool, or empty: whether the square with its top left corner here is all True."""
    if min(flags.shape) < side:
        return np.zeros((0, 0), bool)
    for _ in range(side - 1):
        flags = flags[1:] & flags[:-1]
        flags = flags[:, 1:] & flags[:, :-1]
    return flags


def _codes(pixels: np.ndarray, flags: np.ndarray) -> np.ndarray:
    """(N,) uint32: the colours of the flagged pixels, one number each."""
    red, green, blue = np.moveaxis(pixels[flags].astype(np.uint32), -1, 0)
    return red << 16 | green << 8 | blue


def _middle_of_largest(flags: np.ndarray) -> tuple[int, int]:
    """(x, y) of a True pixel about in the middle of the largest place, places that share a cell counted as one."""
    labels, _ = scipy.ndimage.label(any_in_cells(flags), np.ones((3, 3), bool))
    sizes = np.bincount(labels.ravel(), _count_in_cells(flags).ravel())
    sizes[0] = 0
    here = labels == sizes.argmax()
    cells = np.argwhere(here)
    row, column = cells[np.abs(cells - cells.mean(axis=0)).sum(axis=1).argmin()] * CELL
    places = np.argwhere(flags[row : row + CELL, column : column + CELL])
    down, right = places[np.abs(places - places.mean(axis=0)).sum(axis=1).argmin()]
    return int(column + right), int(row + down)


def _count_in_cells(flags: np.ndarray) -> np.ndarray:
    """(ceil(H / 16), ceil(W / 16)) int: the number of True pixels in each cell."""
    columns = np.add.reduceat(flags, np.arange(0, flags.shape[1], CELL), axis=1, dtype=np.uint8)
    return np.add.reduceat(columns, np.arange(0, flags.shape[0], CELL), axis=0, dtype=np.int64)

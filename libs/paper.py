"""White paper and black ink go on through a hole where a straight way through it ends in the same of both sides.

A network that has drawn a gutter, a margin or a balloon light grey has meant white: it is helped, where white lies on
both sides of a pixel and its drawing comes near it. What it has drawn darker, a line that crosses, stays.
"""

import numpy as np

# What a pixel is, for `_between`: hole, white, black, or anything else.
HOLE, WHITE, BLACK, OTHER = 0, 1, 2, 3
# At least so many pixels of paper or ink in a row at both ends of the way, which is at most so long. In pixels.
RUN = 4
REACH = 64
# A drawing is pulled fully to what lies on both sides up to the first distance from it, not at all from the second.
FULL, NONE = 40 / 255, 70 / 255


def carry_paper(drawing: np.ndarray, image: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """(h, w, 3) float32 in [0, 1]: the drawing with paper and ink of the image carried through the hole (h, w) bool."""
    if not hole.any():
        return drawing
    rows, columns = np.flatnonzero(hole.any(axis=1)), np.flatnonzero(hole.any(axis=0))
    box = np.s_[max(rows[0] - RUN, 0) : rows[-1] + 1 + RUN, max(columns[0] - RUN, 0) : columns[-1] + 1 + RUN]
    carried = drawing.copy()
    carried[box] = _carry(drawing[box], _kinds(image[box], hole[box]))
    return carried


def _kinds(image: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """(h, w) uint8: what each pixel is."""
    white, black = (image == 1).all(axis=-1), (image == 0).all(axis=-1)
    return np.select([hole, white, black], [HOLE, WHITE, BLACK], OTHER).astype(np.uint8)


def _carry(drawing: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """The drawing, where pixels lie between white or black, as near to that as it nearly is."""
    for kind, between in _between_all_ways(kinds).items():
        pure = np.float32(kind == WHITE)
        distance = np.abs(drawing - pure).max(axis=-1)
        share = np.where(between, np.clip((NONE - distance) / (NONE - FULL), 0, 1), 0).astype(np.float32)
        drawing = drawing + (pure - drawing) * share[..., None]
    return drawing


def _between_all_ways(kinds: np.ndarray) -> dict[int, np.ndarray]:
    """For WHITE and BLACK (h, w) bool: hole pixels that lie between two runs of it on some way through them."""
    slanted = int(REACH / np.sqrt(2))
    found = [_between(kinds, REACH), _between(kinds.T, REACH).T]
    for step in (1, -1):
        rows, columns, shape = _slants(kinds.shape, step)
        leant = np.full(shape, OTHER, np.uint8)
        leant[rows, columns] = kinds
        found.append(_between(leant, slanted)[rows, columns])
    return {kind: np.logical_or.reduce([way == kind for way in found]) for kind in (WHITE, BLACK)}


def _slants(shape: tuple[int, int], step: int) -> tuple[np.ndarray, np.ndarray, tuple[int, int]]:
    """Places in a wider array in which the diagonals of an array of `shape` are columns, and its shape."""
    rows, columns = np.indices(shape)
    return rows, columns + (shape[0] - 1 - rows if step == 1 else rows), (shape[0], shape[1] + shape[0] - 1)


def _between(kinds: np.ndarray, reach: int) -> np.ndarray:
    """(h, w) uint8: of each hole pixel WHITE or BLACK if its column has a run of it above and below, else HOLE."""
    above, up = _next_run(kinds)
    below, down = (array[::-1] for array in _next_run(kinds[::-1]))
    agreed = (kinds == HOLE) & (above == below) & (above != OTHER) & (up + down <= reach)
    return np.where(agreed, above, HOLE).astype(np.uint8)


def _next_run(kinds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of what kind the next known pixel above each pixel is, OTHER if it begins no run upwards, and how far it is."""
    height = len(kinds)
    rows = np.arange(height)[:, None]
    known = np.maximum.accumulate(np.where(kinds != HOLE, rows, -1), axis=0)
    last = np.maximum.accumulate(np.where(kinds != np.roll(kinds, 1, axis=0), rows, 0), axis=0)
    runs = np.where(rows - last + 1 >= RUN, kinds, OTHER)
    nearest = np.take_along_axis(runs, np.maximum(known, 0), axis=0)
    return np.where(known >= 0, nearest, OTHER), rows - known

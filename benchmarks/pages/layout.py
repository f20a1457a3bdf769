"""How a page is divided: rows of panels on white paper, some with slanting gutters."""

from dataclasses import dataclass

import numpy as np

LARGEST = 1500  # pixels along a panel's side; larger pages get more panels instead
SMALLEST = 130


@dataclass(frozen=True)
class Panel:
    """One panel: its (4, 2) corners in page pixels, clockwise from the top left, and its row and column."""

    corners: np.ndarray
    row: int
    column: int


def panels(rng: np.random.Generator, width: int, height: int) -> list[Panel]:
    """The panels of one page in reading order, from left to right."""
    if min(width, height) < SMALLEST:
        return [Panel(_corners((1, 1, width - 1, height - 1), 0, 0), 0, 0)]
    margin, gutter = 0.042 * width, 0.016 * width
    rows = _shares(rng, _row_count(rng, width, height))
    space = height - 2 * margin - gutter * (len(rows) - 1)
    found, top = [], margin
    for index, share in enumerate(rows):
        bottom = top + share * space
        found += _row(rng, (margin, top, width - margin, bottom), gutter, index)
        top = bottom + gutter
    return found


def _row_count(rng: np.random.Generator, width: int, height: int) -> int:
    """How many rows: three or four on an ordinary page, as many as needed on a strip."""
    usual = round(height / width * rng.uniform(1.95, 2.75))
    return max(1, usual, int(np.ceil(height / LARGEST)))


def _shares(rng: np.random.Generator, count: int) -> np.ndarray:
    """(count,) shares that add up to 1, none much smaller than the others."""
    shares = rng.uniform(0.8, 1.35, count)
    return shares / shares.sum()


def _row(rng: np.random.Generator, area: tuple, gutter: float, index: int) -> list[Panel]:
    """The panels of one row; area is left, top, right, bottom."""
    left, top, right, bottom = area
    ratio = (right - left) / max(bottom - top, 1.0)
    most = max(1, int(ratio / 0.62))
    count = int(np.clip(rng.integers(1, 4), 1, most))
    count = max(count, int(np.ceil((right - left) / LARGEST)), int(np.ceil(ratio / 3.4)))
    edges = left + np.cumsum(np.concatenate([[0.0], _shares(rng, count)])) * (right - left)
    slants = rng.uniform(-0.09, 0.09, count + 1) * (bottom - top) * (rng.uniform(0, 1, count + 1) < 0.45)
    slants[[0, -1]] = 0
    row = []
    for column in range(count):
        start = edges[column] + gutter / 2 * (column > 0)
        end = edges[column + 1] - gutter / 2 * (column < count - 1)
        inner = (start, top, end, bottom)
        row.append(Panel(_corners(inner, slants[column], slants[column + 1]), index, column))
    return row


def _corners(area: tuple, left_slant: float, right_slant: float) -> np.ndarray:
    """(4, 2) corners of an area whose sides lean by so many pixels."""
    left, top, right, bottom = area
    above = [(left + left_slant, top), (right + right_slant, top)]
    below = [(right - right_slant, bottom), (left - left_slant, bottom)]
    return np.round(np.array(above + below, dtype=np.float64))

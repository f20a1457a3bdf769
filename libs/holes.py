"""Every way a hole arises: painted by a person, or drawn at random for training and measuring.

A hole is an (H, W) bool array, True = to be drawn.
"""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import scipy

from libs.settings import GREEN

EIGHT_CONNECTED = np.ones((3, 3), dtype=bool)
# Rows that are labelled at once where regions are only counted.
STRIP = 512


def painted_hole(pixels: np.ndarray, color: tuple[int, int, int] = GREEN) -> np.ndarray:
    """(H, W, 3) uint8 -> (H, W) bool: True where a pixel is exactly `color`."""
    hole = pixels[..., 0] == color[0]
    hole &= pixels[..., 1] == color[1]
    hole &= pixels[..., 2] == color[2]
    return hole


def label_regions(hole: np.ndarray) -> tuple[np.ndarray, int]:
    """(H, W) bool -> ((H, W) int32 labels, count); 8-connected, 0 = no hole."""
    return scipy.ndimage.label(hole, EIGHT_CONNECTED)


def count_regions(hole: np.ndarray, strip: int = STRIP) -> int:
    """The count of `label_regions` without its labels, which take 4 bytes a pixel: `strip` rows at a time."""
    count = 0
    pairs: set[tuple[int, int]] = set()
    above = np.zeros(hole.shape[1], dtype=np.int64)
    for top in range(0, hole.shape[0], strip):
        labels, found = label_regions(hole[top : top + strip])
        ends = labels[[0, -1]].astype(np.int64)
        first, last = np.where(ends, ends + count, 0)
        pairs |= _touching_pairs(above, first)
        above = last
        count += found
    return count - _count_joins(pairs)


def _touching_pairs(above: np.ndarray, below: np.ndarray) -> set[tuple[int, int]]:
    """The labels, none 0, that meet where one row (W,) lies on another, also diagonally."""
    padded = np.pad(below, 1)
    shifted = [padded[step : step + len(above)] for step in range(3)]
    met = np.concatenate([np.stack([above, row], axis=1) for row in shifted])
    return {(int(upper), int(lower)) for upper, lower in np.unique(met[met.all(axis=1)], axis=0)}


def _count_joins(pairs: Iterable[tuple[int, int]]) -> int:
    """How many groups fewer there are once the two of every pair are in one (union-find)."""
    parents: dict[int, int] = {}

    def root(label: int) -> int:
        while label in parents:
            # Every step skips a generation, which keeps the paths short.
            parents[label] = parents.get(parents[label], parents[label])
            label = parents[label]
        return label

    joins = 0
    for pair in pairs:
        one, other = map(root, pair)
        if one != other:
            parents[other] = one
            joins += 1
    return joins


def random_bars(rng: np.random.Generator, height: int, width: int, touching: bool) -> np.ndarray:
    """(height, width) bool: 1 to 5 straight strips, 2-16 % of the short side thick, any angle.

    `touching`: whether the hole may reach the picture's border.
    """
    rows, columns = np.ogrid[:height, :width]
    short = min(height, width)
    hole = np.zeros((height, width), dtype=bool)
    for _ in range(rng.integers(1, 6)):
        angle = rng.choice([0.0, np.pi / 2, rng.uniform(0, np.pi)], p=[0.4, 0.2, 0.4])
        down, right = rng.uniform(0.1, 0.9) * height, rng.uniform(0.1, 0.9) * width
        along = (rows - down) * np.sin(angle) + (columns - right) * np.cos(angle)
        across = (rows - down) * np.cos(angle) - (columns - right) * np.sin(angle)
        half_length, half_width = rng.uniform(0.08, 0.45) * short, rng.uniform(0.01, 0.08) * short
        hole |= (np.abs(along) < half_length) & (np.abs(across) < max(half_width, 1))
    return _finish(hole, touching)


def random_blobs(rng: np.random.Generator, height: int, width: int, touching: bool) -> np.ndarray:
    """(height, width) bool: 1 to 3 wobbly ellipses with radii of 4-18 % of the short side."""
    rows, columns = np.ogrid[:height, :width]
    short = min(height, width)
    hole = np.zeros((height, width), dtype=bool)
    for _ in range(rng.integers(1, 4)):
        down, right = rows - rng.uniform(0.1, 0.9) * height, columns - rng.uniform(0.1, 0.9) * width
        angle = np.arctan2(down, right)
        wobble = sum(
            rng.uniform(0, 0.25) / turns * np.sin(turns * angle + rng.uniform(0, 2 * np.pi)) for turns in (2, 3, 5)
        )
        radius = rng.uniform(0.04, 0.18) * short * rng.uniform(0.7, 1.4)
        hole |= np.hypot(down * rng.uniform(0.7, 1.4), right) < radius * (1 + wobble)
    return _finish(hole, touching)


def random_strokes(
    rng: np.random.Generator, height: int, width: int, area: tuple[float, float], touching: bool
) -> np.ndarray:
    """(height, width) bool: free-form brush strokes (paper, section 4.1) that cover `area` (low, high) of the picture.

    Strokes are added until the share is above `low`; one that would pass `high` is drawn thinner. Only in a
    picture so small that one pixel is more than `high` the hole is that one pixel.
    """
    hole = np.zeros((height, width), dtype=bool)
    target = rng.uniform(*area)
    thickness = rng.uniform(0.02, 0.09) * min(height, width) * (1 + 2 * target)
    for _ in range(400):
        stroke = _finish(_stroke(rng, height, width, thickness), touching)
        if (hole | stroke).mean() > area[1]:
            thickness *= 0.8
            continue
        hole |= stroke
        if hole.mean() >= target:
            break
    return _finish(hole, touching)


def random_outlines(rng: np.random.Generator, height: int, width: int, touching: bool) -> np.ndarray:
    """(height, width) bool: the thin outline of blobs, as a scribble or lettering leaves it."""
    inside = random_blobs(rng, height, width, touching)
    thickness = int(rng.integers(1, max(2, min(height, width) // 40) + 1))
    return inside & ~scipy.ndimage.binary_erosion(inside, EIGHT_CONNECTED, iterations=thickness)


def random_letters(rng: np.random.Generator, height: int, width: int, touching: bool) -> np.ndarray:
    """(height, width) bool: a line of text-shaped marks, three short strokes a letter."""
    hole = np.zeros((height, width), dtype=bool)
    side = rng.uniform(0.06, 0.16) * min(height, width)
    top, left = rng.uniform(0.1, 0.8) * height, rng.uniform(0.05, 0.3) * width
    for letter in range(int(rng.integers(2, 9))):
        corners = np.array([top, left + 1.2 * side * letter]) + rng.uniform(0, side, (4, 2))
        for start, end in pairwise(corners):
            where, inside = _segment(hole.shape, start, end, max(side * 0.09, 1))
            hole[where] |= inside
    return _finish(hole, touching)


def _stroke(rng: np.random.Generator, height: int, width: int, thickness: float) -> np.ndarray:
    """One brush stroke of 3 to 12 joined straight pieces with slowly turning direction."""
    hole = np.zeros((height, width), dtype=bool)
    point = rng.uniform(0, 1, 2) * (height, width)
    angle = rng.uniform(0, 2 * np.pi)
    radius = max(thickness * rng.uniform(0.4, 1.0) / 2, 1.0)
    for _ in range(rng.integers(3, 13)):
        angle += rng.normal(0, 0.8)
        length = rng.uniform(0.04, 0.16) * min(height, width)
        ahead = point + length * np.array([np.sin(angle), np.cos(angle)])
        where, inside = _segment(hole.shape, point, ahead, radius)
        hole[where] |= inside
        point = ahead
    return hole


def _segment(
    shape: tuple[int, int], start: np.ndarray, end: np.ndarray, radius: float
) -> tuple[tuple[slice, slice], np.ndarray]:
    """A round-ended straight piece between two (row, column) points: where in the picture, and (h, w) bool there."""
    low = np.maximum(np.floor(np.minimum(start, end) - radius - 1), 0).astype(int)
    high = np.minimum(np.ceil(np.maximum(start, end) + radius + 2), shape).astype(int)
    where = slice(low[0], max(high[0], low[0])), slice(low[1], max(high[1], low[1]))
    rows, columns = np.ogrid[where]
    step = end - start
    share = ((rows - start[0]) * step[0] + (columns - start[1]) * step[1]) / max(step @ step, 1e-9)
    share = np.clip(share, 0, 1)
    distance = np.hypot(rows - start[0] - share * step[0], columns - start[1] - share * step[1])
    return where, distance <= radius


def _finish(hole: np.ndarray, touching: bool) -> np.ndarray:
    """The hole kept off the border unless it may touch it; never empty, if need be the pixel in the middle."""
    height, width = hole.shape
    if not touching:
        margin = max(1, min(height, width) // 32)
        inner = np.zeros_like(hole)
        inner[margin : height - margin, margin : width - margin] = True
        hole = hole & inner
    if not hole.any():
        hole = hole.copy()
        hole[height // 2, width // 2] = True
    return hole

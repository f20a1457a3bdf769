"""Seeded mosaics to measure on, and the plain interpolations of their blocks as peers."""

import io
import zlib
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage

from libs.holes import random_blobs
from libs.mosaic_find import Findings

JPEG_QUALITY = 85
KINDS = {"mosaic": None, "mosaic_jpeg": JPEG_QUALITY}
# Blocks are 1 to 3 % of the short side, but what is smaller than 4 pixels is no mosaic any more.
SHARES, SMALLEST, FEWEST_BLOCKS = (0.01, 0.03), 4.0, 6
# Places tried for an area, and how much its blocks differ at least, as a standard deviation in levels.
PLACES, VISIBLE = 20, 8.0
# How far off the sides of the blocks and, in the middle of the hole, their lines may be found, in pixels.
SIDE_ERROR, LINE_ERROR = 0.1, 0.75
FILTERS = {"bicubic": Image.Resampling.BICUBIC, "lanczos": Image.Resampling.LANCZOS}


@dataclass(frozen=True)
class Pixelation:
    """Blocks of height x width pixels; one begins at (top, left). Edges are rounded to whole pixels."""

    height: float
    width: float
    top: float
    left: float

    def numbers(self, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """The block row of every pixel row and the block column of every pixel column, from 0."""
        return _numbers(shape[0], self.top, self.height), _numbers(shape[1], self.left, self.width)


@dataclass(frozen=True, eq=False)
class MosaicCase:
    """truth: (H, W, 3) uint8; original: the same, pixelated in `area`; hole: what is painted over; all (H, W)."""

    truth: np.ndarray
    original: np.ndarray
    area: np.ndarray
    hole: np.ndarray
    pixelation: Pixelation


def draw_mosaic(truth: np.ndarray, kind: str, name: str, seed: int) -> MosaicCase:
    """A pixelated area of a picture, painted over; the same for the same arguments.

    A third each: whole sides, fractional sides by rounding, whole sides in a picture that is resized afterwards;
    half the areas end with whole blocks, half are a rectangle's or a blob's; paint goes 0 to 4 pixels further.
    """
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    way = int(rng.integers(3))
    size = truth.shape[:2]
    scale = float(rng.uniform(0.75, 1.4)) if way == 2 else 1.0
    before = _resize(truth, tuple(round(side / scale) for side in size)) if way == 2 else truth
    pixelation = _draw_pixelation(rng, min(before.shape[:2]), scale, whole=way != 1)
    area = _choose_area(rng, before, pixelation)
    original = pixelate(before, area, pixelation)
    if way == 2:
        original, area = _resize(original, size), _resize(area.astype(np.uint8) * 255, size) > 0
        pixelation = _scaled(pixelation, size[0] / before.shape[0], size[1] / before.shape[1])
        original = np.where(area[..., None], original, truth)
    paint = int(rng.integers(0, 5))
    hole = ndimage.binary_dilation(area, np.ones((3, 3), bool), iterations=paint) if paint else area
    if KINDS[kind] is not None:
        original = compress(original, KINDS[kind])
    return MosaicCase(truth, original, area, hole, pixelation)


def _draw_pixelation(rng: np.random.Generator, short: int, scale: float, whole: bool) -> Pixelation:
    height = max(short * np.exp(rng.uniform(*np.log(SHARES))), SMALLEST / scale + 0.5)
    width = height if rng.random() < 0.8 else max(height * rng.uniform(0.75, 1.3), SMALLEST / scale + 0.5)
    numbers = height, width, rng.uniform(0, height), rng.uniform(0, width)
    return Pixelation(*(float(round(number)) if whole else float(number) for number in numbers))


def _choose_area(rng: np.random.Generator, pixels: np.ndarray, pixelation: Pixelation) -> np.ndarray:
    """(H, W) bool: the first of many random areas in which blocks differ; on blank paper there is no mosaic to see."""
    means = block_means(pixels, pixelation)
    labels = _labels(pixels.shape[:2], pixelation)
    for _ in range(PLACES):
        area = _draw_area(rng, pixels.shape[:2], pixelation)
        if means[np.unique(labels[area])].std(axis=0).mean() >= VISIBLE:
            break
    return area


def _draw_area(rng: np.random.Generator, shape: tuple[int, int], pixelation: Pixelation) -> np.ndarray:
    """(H, W) bool: a rectangle or a blob of at least some blocks a side, rarely made of whole blocks."""
    short = min(shape)
    sides = [
        int(min(max(rng.uniform(0.15, 0.45) * short, FEWEST_BLOCKS * block), 0.9 * length))
        for block, length in zip((pixelation.height, pixelation.width), shape, strict=True)
    ]
    top, left = (int(rng.integers(0, length - side + 1)) for length, side in zip(shape, sides, strict=True))
    area = np.zeros(shape, dtype=bool)
    area[top : top + sides[0], left : left + sides[1]] = True
    if rng.random() < 0.4:
        blob = random_blobs(rng, 2 * sides[0], 2 * sides[1], False)
        rows, columns = np.ogrid[: sides[0], : sides[1]]
        round_one = (2 * rows / sides[0] - 1) ** 2 + (2 * columns / sides[1] - 1) ** 2 <= 1
        area[top : top + sides[0], left : left + sides[1]] = round_one | blob[::2, ::2]
    if rng.random() < 0.5:
        area = _whole_blocks(area, pixelation)
    return area


def _whole_blocks(area: np.ndarray, pixelation: Pixelation) -> np.ndarray:
    """All pixels of all blocks that lie in the area at least by half."""
    labels = _labels(area.shape, pixelation)
    share = np.bincount(labels.ravel(), area.ravel()) / np.maximum(np.bincount(labels.ravel()), 1)
    return (share >= 0.5)[labels]


def pixelate(pixels: np.ndarray, area: np.ndarray, pixelation: Pixelation) -> np.ndarray:
    """A copy of (H, W, 3) uint8 in which every pixel of `area` shows the mean of its block."""
    result = pixels.copy()
    result[area] = np.rint(block_means(pixels, pixelation)[_labels(area.shape, pixelation)[area]])
    return result


def block_means(pixels: np.ndarray, pixelation: Pixelation) -> np.ndarray:
    """(number of blocks, 3) means of all blocks, row by row."""
    labels = _labels(pixels.shape[:2], pixelation).ravel()
    counts = np.maximum(np.bincount(labels), 1)
    return np.stack([np.bincount(labels, pixels[..., c].ravel()) / counts for c in range(3)], axis=-1)


def is_found(case: MosaicCase, findings: Findings) -> bool:
    """Whether one of the mosaics found is the one that was drawn: sides of its blocks and places of its lines."""
    places = [np.flatnonzero(case.hole.any(axis=axis)).mean() for axis in (1, 0)]
    drawn = (case.pixelation.top, case.pixelation.height), (case.pixelation.left, case.pixelation.width)
    for mosaic in findings.mosaics:
        corners = mosaic.window.top, mosaic.window.left
        combs = mosaic.grid.rows, mosaic.grid.columns
        found = [(corner + comb.first, comb.pitch) for corner, comb in zip(corners, combs, strict=True)]
        if all(_agree(*three) for three in zip(found, drawn, places, strict=True)):
            return True
    return False


def _agree(found: tuple[float, float], drawn: tuple[float, float], place: float) -> bool:
    """Whether lines (one's place, the distance to the next) are the same to the eye around a place."""
    nearest = [first + round((place - first) / side) * side for first, side in (found, drawn)]
    away = abs(nearest[0] - nearest[1])
    return abs(found[1] - drawn[1]) <= SIDE_ERROR and min(away, abs(drawn[1] - away)) <= LINE_ERROR


def interpolate(case: MosaicCase, name: str) -> np.ndarray:
    """The original with the hole filled by interpolating the true grid's block means; 'bicubic' or 'lanczos'.

    A peer that is told the grid and the mean of every block, also of those that the mosaic's edge cuts.
    """
    means = block_means(case.truth, case.pixelation)
    rows, columns = case.pixelation.numbers(case.hole.shape)
    means = means.reshape(int(rows[-1]) + 1, int(columns[-1]) + 1, 3).astype(np.float32)
    down = _span(case.pixelation.top, case.pixelation.height, len(rows))
    across = _span(case.pixelation.left, case.pixelation.width, len(columns))
    grown = np.pad(means, ((1, 2), (1, 2), (0, 0)), mode="edge")
    box = (across[0], down[0], across[1], down[1])
    channels = [
        Image.fromarray(np.ascontiguousarray(grown[..., c])).resize(case.hole.shape[::-1], FILTERS[name], box)
        for c in range(3)
    ]
    smooth = np.rint(np.clip(np.stack([np.asarray(channel) for channel in channels], axis=-1), 0, 255))
    result = case.original.copy()
    result[case.hole] = smooth[case.hole]
    return result


def _span(first: float, side: float, length: int) -> tuple[float, float]:
    """Where pixel 0 begins and the last one ends, in blocks of an array with one more in front."""
    start = 2 - (first % side) / side if round(first % side) > 0 else 1 - (first % side) / side
    return start, start + length / side


def _numbers(length: int, first: float, side: float) -> np.ndarray:
    lines = np.round(first % side + side * np.arange(-1, int(length / side) + 3))
    numbers = np.searchsorted(lines, np.arange(length), side="right")
    return numbers - numbers[0]


def _labels(shape: tuple[int, int], pixelation: Pixelation) -> np.ndarray:
    rows, columns = pixelation.numbers(shape)
    return rows[:, None] * (columns[-1] + 1) + columns


def _scaled(pixelation: Pixelation, down: float, across: float) -> Pixelation:
    return Pixelation(
        pixelation.height * down, pixelation.width * across, pixelation.top * down, pixelation.left * across
    )


def _resize(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """To (height, width), by Pillow's bicubic filter."""
    return np.asarray(Image.fromarray(pixels).resize((size[1], size[0]), Image.Resampling.BICUBIC))


def compress(pixels: np.ndarray, quality: int) -> np.ndarray:
    """What JPEG makes of a picture."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file).convert("RGB"))

"""Samples to train the network for mosaics on: pictures at the size at which their blocks are 8 x 8 pixels."""

import numpy as np
import scipy

from libs.mosaic_draw import show_blocks
from libs.mosaic_network import CELL, enlarge, to_cells
from libs.pictures import resample
from libs.training.art import Art
from libs.training.augment import augment
from libs.training.samples import Sample, to_bytes

# Sides of the blocks in pictures: shares of their short side, and within these numbers of pixels.
SHARES, SIDES = (0.009, 0.034), (4.5, 36.0)
# Mosaics are at least so many cells a side, and leave so many of the sample at least.
FEWEST, FREE = 6, 4
SMALLEST_SIDE = (FEWEST + FREE) * CELL
# Paint goes so many pixels beyond a mosaic, seldom farther.
MOST_PAINT, FAR_PAINT = 3, 10
EMPTY = 0.04


def make_mosaic_sample(rng: np.random.Generator, art: Art, side: int) -> Sample:
    """A picture with a mosaic in its hole, shown as `show_blocks` does.

    ValueError if the side is no multiple of `CELL` or too small for a mosaic.
    """
    if side % CELL or side < SMALLEST_SIDE:
        raise ValueError(f"side must be a multiple of {CELL}, and at least {SMALLEST_SIDE}, got {side}")
    target = _shrink(rng, augment(rng, _random_crop(rng, art, side)), side)
    area = _random_area(rng, side)
    paint = int(rng.integers(0, FAR_PAINT if rng.random() < 0.1 else MOST_PAINT + 1))
    hole = scipy.ndimage.binary_dilation(area, np.ones((3, 3), bool), iterations=paint) if paint else area
    means = to_cells(target).mean(axis=2)
    # Sometimes a little wrong, as after JPEG.
    means += rng.normal(0, rng.choice([0, 2, 5], p=[0.6, 0.3, 0.1]) / 255, means.shape)
    blocks = enlarge(np.round(means.clip(0, 1) * 255)) / np.float32(255)
    image = show_blocks(np.where(area[..., None], blocks, target).astype(np.float32), area, hole)
    return to_bytes(image), to_bytes(~hole[..., None]), to_bytes(target), to_bytes(hole[..., None])


def _random_crop(rng: np.random.Generator, art: Art, side: int) -> np.ndarray:
    """(s, s, 3) uint8: as much of a picture as has side / CELL blocks a side; rarely a nearly empty one."""
    for _ in range(8):
        pixels = art.draw(rng)
        short = min(pixels.shape[:2])
        block = np.clip(short * np.exp(rng.uniform(*np.log(SHARES))), *SIDES)
        taken = min(round(side * block / CELL), short)
        top, left = (int(rng.integers(length - taken + 1)) for length in pixels.shape[:2])
        crop = pixels[top : top + taken, left : left + taken]
        if crop[::4, ::4].std() > 255 * EMPTY or rng.random() < 0.1:
            break
    return crop


def _shrink(rng: np.random.Generator, image: np.ndarray, side: int) -> np.ndarray:
    """(side, side, 3) float32 with 256 levels, by one of two filters."""
    how = "box" if image.shape[0] > side and rng.random() < 0.3 else "bicubic"
    return to_bytes(resample(image, (side, side), (0, 0, *image.shape[:2]), how).clip(0, 1)) / np.float32(255)


def _random_area(rng: np.random.Generator, side: int) -> np.ndarray:
    """(side, side) bool: a rectangle or an ellipse, mostly made of whole cells."""
    height, width = (int(number) for number in rng.integers(FEWEST * CELL, side - FREE * CELL + 1, 2))
    top, left = int(rng.integers(side - height + 1)), int(rng.integers(side - width + 1))
    area = np.zeros((side, side), dtype=bool)
    rows, columns = np.ogrid[:height, :width]
    ellipse = (2 * rows / height - 1) ** 2 + (2 * columns / width - 1) ** 2 <= 1
    area[top : top + height, left : left + width] = ellipse if rng.random() < 0.4 else True
    if rng.random() < 0.6:
        area = enlarge(to_cells(area).mean(axis=(2, 3)) >= 0.5)
    return area

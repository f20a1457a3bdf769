"""What hides an area in which there is no grid: a bar, a blur, or nothing that can be used."""

from enum import Enum

import numpy as np
import scipy

# A bar is of one colour: so many of its pixels lie this near to the commonest.
BAR_LEVELS, BAR_SHARE = 10, 0.9
# What a blur holds that is finer than FINE pixels (standard deviation): so many levels, and this part of all it holds.
FINE = 1.5
BLUR_LEVELS, BLUR_SHARE = 3.0, 0.15
# Frosted glass shuffles pixels: what is fine in it goes on in no direction.
FROSTED_LIKENESS = 0.2
INWARDS = 3


class Cover(Enum):
    """What an area shows."""

    BAR = "bar"
    BLUR = "blur"
    DRAWING = "drawing"


def judge_cover(pixels: np.ndarray, area: np.ndarray) -> Cover:
    """What hides `area` (H, W) bool, not empty, in a picture (H, W, 3) uint8; frosted glass counts as a blur.

    The area's rim is left out where that leaves anything, as people paint a little more than what is hidden.
    """
    inner = scipy.ndimage.binary_erosion(area, iterations=INWARDS)
    inner = inner if inner.any() else area
    levels = pixels[inner].astype(np.float32)
    near = np.abs(levels - np.median(levels, axis=0)).max(axis=1) <= BAR_LEVELS
    if near.mean() >= BAR_SHARE:
        return Cover.BAR
    fine = _fine_part(pixels, inner)
    if np.sqrt((fine[inner] ** 2).mean()) <= BLUR_LEVELS + BLUR_SHARE * levels.std(axis=0).mean():
        return Cover.BLUR
    return Cover.BLUR if _likeness(fine, inner) < FROSTED_LIKENESS else Cover.DRAWING


def _fine_part(pixels: np.ndarray, area: np.ndarray) -> np.ndarray:
    """(H, W, 3) float32: the area's pixels less their Gaussian mean inside the area."""
    share = scipy.ndimage.gaussian_filter(area.astype(np.float32), FINE)[..., None]
    soft = scipy.ndimage.gaussian_filter(pixels * area[..., None].astype(np.float32), (FINE, FINE, 0))
    return (pixels - soft / np.maximum(share, 1e-6)) * area[..., None]


def _likeness(fine: np.ndarray, area: np.ndarray) -> float:
    """The larger of the correlations of what is fine with itself one pixel below and one to the right."""
    likeness = []
    for axis in (0, 1):
        here, inside = np.moveaxis(fine, axis, 0), np.moveaxis(area, axis, 0)
        both = inside[1:] & inside[:-1]
        one, other = here[1:][both], here[:-1][both]
        likeness.append(float((one * other).sum() / max(np.sqrt((one**2).sum() * (other**2).sum()), 1e-6)))
    return max(likeness)

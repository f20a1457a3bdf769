"""Crops of drawings made various: scale, flips, colours, inversion, and printed tones (screens and ink).

Everything takes and gives (S, S, 3) float32 RGB in [0, 1].
"""

import numpy as np
from scipy import ndimage

from libs.pictures import resize

LUMINANCE = np.array([0.299, 0.587, 0.114], dtype=np.float32)
SCALES = (0.5, 1.6)
EMPTY = 0.01


def random_crop(rng: np.random.Generator, pixels: np.ndarray, side: int) -> np.ndarray:
    """(H, W, 3) uint8 -> (side, side, 3) uint8 at a random place and scale; rarely a nearly empty one."""
    short = min(pixels.shape[:2])
    for _ in range(4):
        scale = np.exp(rng.uniform(*np.log(SCALES)))
        taken = int(np.clip(round(side / scale), 16, short))
        top = rng.integers(pixels.shape[0] - taken + 1)
        left = rng.integers(pixels.shape[1] - taken + 1)
        crop = pixels[top : top + taken, left : left + taken]
        if crop[::4, ::4].std() > 255 * EMPTY or rng.random() < 0.1:
            break
    return crop if taken == side else resize(crop, side, side)


def augment(rng: np.random.Generator, crop: np.ndarray) -> np.ndarray:
    """(S, S, 3) uint8 -> (S, S, 3) float32 in [0, 1]: the crop turned, recoloured, or printed in tones."""
    crop = crop[:, ::-1] if rng.random() < 0.5 else crop
    crop = np.rot90(crop, rng.integers(1, 4)) if rng.random() < 0.1 else crop
    image = crop.astype(np.float32) / 255
    kind = rng.random()
    if kind < 0.22:
        return print_tones(rng, image)
    if kind < 0.27:
        return _three_channels((image @ LUMINANCE > rng.uniform(0.35, 0.65)).astype(np.float32))
    if kind < 0.37:
        image = _three_channels(image @ LUMINANCE)
    elif kind < 0.55:
        image = image[..., rng.permutation(3)]
    return _relight(rng, image)


def _relight(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Sometimes another contrast and brightness, rarely the negative; white stays white mostly."""
    if rng.random() < 0.25:
        contrast, brightness = rng.uniform(0.7, 1.2), rng.uniform(-0.1, 0.1)
        image = np.clip((image - 0.5) * contrast + 0.5 + brightness, 0, 1)
    return 1 - image if rng.random() < 0.03 else np.ascontiguousarray(image)


def print_tones(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """The picture as a manga page prints it: 3 to 6 grey levels, each a screen, ink lines on top.

    Ink: extended difference of Gaussians (Winnemoeller et al. 2012). White and black stay pure.
    """
    grey = ndimage.gaussian_filter(image @ LUMINANCE, 0.5)
    low, high = np.quantile(grey, [0.02, 0.98])
    grey = np.clip((grey - low) / max(high - low, 0.2), 0, 1)
    levels = int(rng.integers(3, 7))
    step = np.round(ndimage.gaussian_filter(grey, rng.uniform(0.5, 2)) * (levels - 1)) / (levels - 1)
    threshold = _screen(rng, grey.shape)
    softness = rng.uniform(0.05, 0.3)
    toned = np.clip((step - threshold) / softness + 0.5, 0, 1)
    toned[step >= 1] = 1
    toned[step <= 0] = 0
    return _three_channels(toned * _ink(rng, grey))


def _screen(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """(H, W) thresholds in about [0, 1]: a grid of dots, parallel lines or grain; pitch 3 to 7 pixels."""
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    pitch, angle = rng.uniform(3, 7), rng.uniform(0, np.pi)
    along = (rows * np.sin(angle) + columns * np.cos(angle)) * 2 * np.pi / pitch
    across = (rows * np.cos(angle) - columns * np.sin(angle)) * 2 * np.pi / pitch
    kind = rng.random()
    if kind < 0.65:
        return 0.5 + 0.25 * (np.cos(along) + np.cos(across))
    if kind < 0.85:
        return 0.5 + 0.5 * np.cos(along)
    grain = ndimage.gaussian_filter(rng.standard_normal(shape).astype(np.float32), rng.uniform(0.4, 0.9))
    return np.clip(0.5 + 0.25 * grain / grain.std(), 0, 1)


def _ink(rng: np.random.Generator, grey: np.ndarray) -> np.ndarray:
    """(H, W) in [0, 1], 0 = ink: dark lines where the picture has edges."""
    sigma, sharpness = rng.uniform(0.6, 1.4), rng.uniform(10, 25)
    fine, broad = ndimage.gaussian_filter(grey, sigma), ndimage.gaussian_filter(grey, 1.6 * sigma)
    edges = (1 + sharpness) * fine - sharpness * broad
    return np.clip(1 + np.tanh(rng.uniform(3, 10) * (edges - rng.uniform(0.3, 0.55))), 0, 1)


def _three_channels(grey: np.ndarray) -> np.ndarray:
    return np.repeat(grey[..., None], 3, axis=2).astype(np.float32)

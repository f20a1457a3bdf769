"""Pixels -> small WebP files in memory, for looking at."""

import io

import numpy as np
from PIL import Image

LONGEST = 16383  # what the WebP format allows
QUALITY = 82
# Of 0 to 6: the slower ones save a tenth of the size and take twice the time.
EFFORT = 2
# Rows reduced at once, times the factor: a page need not lie in memory twice.
STRIP = 64


def encode_reduced(pixels: np.ndarray, alpha: np.ndarray | None, most_pixels: int) -> bytes:
    """A lossy WebP file of (H, W, 3) uint8 pixels and (H, W) uint8 alpha, with at most about `most_pixels`."""
    height, width = pixels.shape[:2]
    scale = min(1.0, (most_pixels / (height * width)) ** 0.5, LONGEST / max(height, width))
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    factor = max(int(0.5 / scale), 1)
    image = _reduce(pixels, factor).resize(size, Image.Resampling.LANCZOS)
    if alpha is not None:
        image.putalpha(_reduce(alpha, factor).resize(size))
    return _encode(image, {"quality": QUALITY, "method": EFFORT})


def encode_exactly(pixels: np.ndarray, alpha: np.ndarray | None) -> bytes:
    """A lossless WebP file of (H, W, 3) uint8 pixels and (H, W) uint8 alpha, at most 16383 a side."""
    image = Image.fromarray(np.ascontiguousarray(pixels))
    if alpha is not None:
        image.putalpha(Image.fromarray(np.ascontiguousarray(alpha)))
    return _encode(image, {"lossless": True, "exact": True, "quality": 40, "method": EFFORT})


def _encode(image: Image.Image, options: dict[str, int | bool]) -> bytes:
    file = io.BytesIO()
    image.save(file, "WEBP", **options)
    return file.getvalue()


def _reduce(array: np.ndarray, factor: int) -> Image.Image:
    """An (H, W) or (H, W, 3) uint8 array by means of factor x factor pixels, strip by strip."""
    if factor == 1:
        return Image.fromarray(np.ascontiguousarray(array))
    rows = STRIP * factor
    strips = (np.ascontiguousarray(array[top : top + rows]) for top in range(0, len(array), rows))
    return Image.fromarray(np.concatenate([np.asarray(Image.fromarray(strip).reduce(factor)) for strip in strips]))

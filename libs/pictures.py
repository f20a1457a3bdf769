"""Picture files <-> arrays: the one door to the modules `libs/pictures_*`, the only users of Pillow."""

import numpy as np
from PIL import Image

from libs.pictures_content import Metadata, Picture
from libs.pictures_find import ENDINGS, find_pictures
from libs.pictures_read import read_picture
from libs.pictures_write import describe_losses, kind_of, part_of, write_picture

__all__ = [
    "ENDINGS",
    "Metadata",
    "Picture",
    "describe_losses",
    "find_pictures",
    "kind_of",
    "part_of",
    "read_picture",
    "resample",
    "resize",
    "write_picture",
]


def resize(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """(H, W, 3) uint8 -> (height, width, 3) uint8, by Lanczos' filter."""
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS))


def resample(pixels: np.ndarray, size: tuple[int, int], box: tuple[float, ...], how: str) -> np.ndarray:
    """(H, W, C) -> float32 of size (height, width): what lies in the box (top, left, bottom, right), in pixels.

    The box's sides may be fractions. how: "box" or "bicubic", Pillow's filters, as wide as it is made smaller.
    """
    top, left, bottom, right = box
    way = Image.Resampling[how.upper()]
    channels = (np.ascontiguousarray(channel, np.float32) for channel in np.moveaxis(pixels, -1, 0))
    resized = [Image.fromarray(channel).resize(size[::-1], way, (left, top, right, bottom)) for channel in channels]
    return np.stack([np.asarray(channel) for channel in resized], axis=-1)

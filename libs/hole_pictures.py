"""White-on-black pictures that say where the holes are, instead of paint or besides it."""

from pathlib import Path

import numpy as np

from libs.companions import read_companion

HALF = 128
CHANNELS = 3


def read_hole(path: Path, shape: tuple[int, int], name: str, most_megapixels: float) -> np.ndarray:
    """(H, W) bool: True where the picture is nearer to white than to black, and not see-through.

    shape: (height, width) of the picture `name` that it is for; PictureError if it has another, or more million
    pixels than `most_megapixels`, or cannot be read.
    """
    picture = read_companion(path, "hole picture", name, shape, most_megapixels)
    hole = picture.pixels.sum(axis=2, dtype=np.uint16) >= CHANNELS * HALF
    return hole if picture.alpha is None else hole & (picture.alpha >= HALF)

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
    "resize",
    "write_picture",
]


def resize(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """(H, W, 3) uint8 -> (height, width, 3) uint8, by Lanczos' filter."""
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS))

"""White-on-black pictures that say where the holes are, instead of paint or besides it."""

from pathlib import Path

import numpy as np

from libs.companions import read_companion
from libs.errors import PictureError
from libs.pictures_find import stem_key

HALF = 128
CHANNELS = 3


def find_hole_picture(painted: Path, found: dict[str, list[Path]], folder: Path) -> Path | None:
    """The hole picture, of those found in `folder` and grouped by stem, of a picture; None if it has none.

    PictureError if there are several.
    """
    fitting = found.get(stem_key(painted), [])
    if len(fitting) > 1:
        names = " and ".join(path.name for path in fitting)
        raise PictureError(
            f"{len(fitting)} hole pictures: {folder} has {names}; leave only the one that fits {painted.name}"
        )
    return fitting[0] if fitting else None


def read_hole(path: Path, shape: tuple[int, int], name: str, most_megapixels: float) -> np.ndarray:
    """(H, W) bool: True where the picture is nearer to white than to black, and not see-through.

    shape: (height, width) of the picture `name` that it is for; PictureError if it has another, or more million
    pixels than `most_megapixels`, or cannot be read.
    """
    picture = read_companion(path, "hole picture", name, shape, most_megapixels)
    hole = picture.pixels.sum(axis=2, dtype=np.uint16) >= CHANNELS * HALF
    return hole if picture.alpha is None else hole & (picture.alpha >= HALF)

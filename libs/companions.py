"""A picture that goes with a painted one: its unpainted original, or one that shows its hole."""

from pathlib import Path

from libs.errors import PictureError
from libs.pictures import Picture, read_picture


def read_companion(path: Path, kind: str, name: str, shape: tuple[int, int], most_megapixels: float) -> Picture:
    """The picture; kind: what it is to the picture `name` of (height, width) `shape`, in a word or two.

    PictureError if it has another size, or more million pixels than `most_megapixels`, or cannot be read.
    """
    try:
        picture = read_picture(path, most_megapixels)
    except PictureError as error:
        raise PictureError(f"its {kind} {path}: {error}") from error
    height, width = picture.pixels.shape[:2]
    if (height, width) != shape:
        raise PictureError(
            f"{name} is {shape[1]} x {shape[0]} pixels but its {kind} {path} is {width} x {height}; "
            "make both the same size"
        )
    return picture

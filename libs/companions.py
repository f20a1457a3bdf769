"""A picture that goes with a painted one: its unpainted original, or one that shows its hole."""

from pathlib import Path

from libs.errors import PictureError
from libs.pictures import Picture, read_picture
from libs.pictures_find import stem_key
from libs.pictures_read import describe_size


def find_companion(painted: Path, kind: str, found: dict[str, list[Path]], folder: Path) -> Path | None:
    """The one of those found in `folder`, grouped by `stem_key`, that belongs to a painted picture; None if none does.

    kind: as `read_companion` takes it. PictureError if there are several.
    """
    fitting = found.get(stem_key(painted), [])
    if len(fitting) > 1:
        names = " and ".join(f"{path.name} ({describe_size(path)})" for path in fitting)
        raise PictureError(
            f"{len(fitting)} {kind}s: {folder} has {names}; leave only the one that fits "
            f"{painted.name} ({describe_size(painted)})"
        )
    return fitting[0] if fitting else None


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

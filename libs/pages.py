"""Jobs -> pages: the picture that a result starts from, and what is painted in it."""

from dataclasses import dataclass

import numpy as np

from libs.advice import refuse, tell
from libs.errors import PictureError
from libs.jobs import Job
from libs.paint import PaintSettings, find_paint
from libs.pictures import Picture, read_picture

MOSAIC_NOTE = "drawn from the original's surroundings, the mosaic itself is not used yet"


@dataclass(frozen=True, eq=False)
class Page:
    """The picture that a result starts from, its (H, W) bool hole, and what else its line has to tell."""

    picture: Picture
    hole: np.ndarray
    notes: tuple[str, ...] = ()


def read_page(job: Job, paint: PaintSettings) -> Page:
    """The picture to start from and what is painted in it, perhaps nothing; PictureError as a sentence."""
    if job.refusal:
        raise PictureError(job.refusal)
    painted = read_picture(job.painted, job.most_megapixels)
    found = find_paint(painted.pixels, paint)
    refusal, notes = refuse(found, paint), tell(found, paint)
    if refusal:
        raise PictureError(refusal)
    if job.original is None:
        return Page(painted, found.hole, tuple(notes))
    return Page(_read_original(job, found.hole.shape), found.hole, (MOSAIC_NOTE, *notes))


def _read_original(job: Job, shape: tuple[int, int]) -> Picture:
    """The unpainted picture; PictureError if it is broken or not of the painted one's (height, width)."""
    try:
        picture = read_picture(job.original, job.most_megapixels)
    except PictureError as error:
        raise PictureError(f"its original {job.original}: {error}") from error
    height, width = picture.pixels.shape[:2]
    if (height, width) != shape:
        raise PictureError(
            f"{job.painted.name} is {shape[1]} x {shape[0]} pixels but its original {job.original} "
            f"is {width} x {height}; make both the same size"
        )
    return picture

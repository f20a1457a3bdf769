"""Jobs -> pages: the picture that a result starts from, and what is painted in it."""

from dataclasses import dataclass

import numpy as np

from libs.advice import refuse, tell
from libs.companions import read_companion
from libs.errors import PictureError
from libs.hole_pictures import read_hole
from libs.holes import painted_hole
from libs.jobs import Job
from libs.paint import Painted, add_hole, find_paint
from libs.pictures import Picture, read_picture
from libs.settings import PaintSettings

# Of what is painted so much may be of the paint's colour in the original too, by chance.
GREEN_TWICE = 0.5


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
    found = find_hole(job, painted.pixels, paint)
    refusal, notes = refuse(found, paint), tell(found, paint)
    if refusal:
        raise PictureError(refusal)
    notes += () if found.hole.any() else job.notes
    if job.original is None:
        return Page(painted, found.hole, tuple(notes))
    original = read_companion(job.original, "original", job.painted.name, found.hole.shape, job.most_megapixels)
    _check_unpainted(original, found.hole, paint, job)
    return Page(original, found.hole, tuple(notes))


def _check_unpainted(original: Picture, hole: np.ndarray, paint: PaintSettings, job: Job) -> None:
    """PictureError if the original is painted just where the painted picture is."""
    if hole.any() and painted_hole(original.pixels[hole][None], paint.color).mean() > GREEN_TWICE:
        raise PictureError(
            f"its original {job.original} is painted {paint.color} at the same place; "
            "put the picture there as it was before it was painted"
        )


def find_hole(job: Job, pixels: np.ndarray, paint: PaintSettings) -> Painted:
    """What is painted in the job's picture, with what its hole picture shows; PictureError if that does not fit."""
    found = find_paint(pixels, paint)
    if job.hole_picture is None:
        return found
    given = read_hole(job.hole_picture, found.hole.shape, job.painted.name, job.most_megapixels)
    return add_hole(found, given, paint)

"""Jobs -> results: pictures are filled one after the other while their neighbours are read and written."""

import functools
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from libs.errors import PictureError
from libs.holes import count_regions, painted_hole
from libs.inpaint import Predict, fill
from libs.jobs import Job, make_folder_of
from libs.pictures import Picture, describe_losses, kind_of, read_picture, write_picture
from libs.report import Report

# JPEG and soft brushes keep each channel this near to the paint; drawn greens seldom come so near.
ALMOST = 32
# A brush leaves at least one square of this many pixels a side; greens strewn over a drawing do not.
BRUSH = 3
MOSAIC_NOTE = "drawn from the original's surroundings, the mosaic itself is not used yet"
OUT_OF_MEMORY = "not enough memory for it; close other programs or cut it into parts"

Color = tuple[int, int, int]
logger = logging.getLogger("decensor")


@dataclass(frozen=True, eq=False)
class Page:
    """The picture that a result starts from, its (H, W) bool hole, and what else its line has to tell."""

    picture: Picture
    hole: np.ndarray
    notes: tuple[str, ...] = ()


def fill_all(jobs: list[Job], color: Color, start_network: Callable[[], Predict], report: Report) -> None:
    """Fill every painted picture and tell of each, in the order of the jobs.

    `start_network` is called once, when the first painted picture has been read, and never if there is none;
    what it raises ends the batch. A PictureError or a lack of memory ends that picture only.
    """
    get_predict = functools.cache(start_network)
    with ThreadPoolExecutor(1, "writer") as writer:
        written: Future[None] | None = None
        for job, reading in _read_ahead(jobs, color):
            report.show_bar()
            finish = _fill_page(job, reading, get_predict, report)
            if written is not None:
                written.result()
            written = writer.submit(finish)
            del finish, reading  # a large page must not outlive its turn
        if written is not None:
            written.result()


def _read_ahead(jobs: list[Job], color: Color) -> Iterator[tuple[Job, "Future[Page]"]]:
    """Each job with its page, in order; while one is worked on, the next is being read."""
    with ThreadPoolExecutor(1, "reader") as reader:
        pages: list[tuple[Job, Future[Page]]] = []
        for job in jobs:
            pages.append((job, reader.submit(_read_page, job, color)))
            if len(pages) > 1:
                yield pages.pop(0)
        while pages:
            yield pages.pop(0)


def _read_page(job: Job, color: Color) -> Page:
    """The picture to start from and what is painted in it, perhaps nothing; PictureError as a sentence."""
    if job.refusal:
        raise PictureError(job.refusal)
    painted = read_picture(job.painted, job.most_megapixels)
    hole = painted_hole(painted.pixels, color)
    almost = _count_almost(painted.pixels, hole, color)
    advice = "paint with a hard pencil and save as PNG"
    if almost and not hole.any():
        raise PictureError(f"{almost} pixels are almost {color} but none exactly; {advice}")
    notes = [f"{almost} more pixels are almost {color} and stay, {advice}"] if almost else []
    if job.original is None:
        return Page(painted, hole, tuple(notes))
    return Page(_read_original(job, hole.shape), hole, (MOSAIC_NOTE, *notes))


def _count_almost(pixels: np.ndarray, hole: np.ndarray, color: Color) -> int:
    """How many pixels a soft brush or lossy file has kept from being exactly `color`; 0 if none seems so."""
    almost = ~hole
    for channel, level in enumerate(color):
        almost &= pixels[..., channel] >= max(level - ALMOST, 0)
        almost &= pixels[..., channel] <= min(level + ALMOST, 255)
    return int(almost.sum()) if _holds_square(almost, BRUSH) else 0


def _holds_square(flags: np.ndarray, side: int) -> bool:
    """Whether some side x side pixels of (H, W) bool are all True."""
    if min(flags.shape) < side:
        return False
    for _ in range(side - 1):
        flags = flags[1:] & flags[:-1]
        flags = flags[:, 1:] & flags[:, :-1]
    return bool(flags.any())


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


def _fill_page(
    job: Job, reading: "Future[Page]", get_predict: Callable[[], Predict], report: Report
) -> Callable[[], None]:
    """Fill one picture; returned is what is left to do: write it and tell, or only tell."""
    name = job.name
    try:
        page = reading.result()
        if not page.hole.any():
            return functools.partial(report.tell_unpainted, name)
        losses = describe_losses(page.picture, kind_of(job.result))
        predict = get_predict()
        started = time.perf_counter()
        result = replace(page.picture, pixels=fill(page.picture.pixels, page.hole, predict))
        holes, notes = count_regions(page.hole), (*page.notes, *page.picture.notes, *losses)
    except (PictureError, MemoryError) as error:
        return functools.partial(_tell_failed, name, error, report)

    def finish() -> None:
        # The page is not used here: while its result is written, its pixels and hole need no memory.
        try:
            make_folder_of(job)
            write_picture(job.result, result)
        except (PictureError, MemoryError) as error:
            _tell_failed(name, error, report)
        else:
            report.tell_filled(name, holes, time.perf_counter() - started, notes)

    return finish


def _tell_failed(name: str, error: PictureError | MemoryError, report: Report) -> None:
    logger.info("%s failed", name, exc_info=error)
    report.tell_failed(name, str(error) if isinstance(error, PictureError) else OUT_OF_MEMORY)

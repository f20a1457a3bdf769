"""Look, do not fill: for each picture a line of the table and an overlay of what would be redrawn."""

from collections.abc import Callable
from pathlib import Path

from libs.advice import refuse, tell
from libs.errors import PictureError, describe_failure
from libs.holes import count_regions
from libs.jobs import Job
from libs.overlay import draw_overlay
from libs.pages import find_hole
from libs.paint import Painted
from libs.pictures import Picture, read_picture, write_picture
from libs.results import make_folder_of
from libs.settings import PaintSettings
from libs.windows import FillSettings, plan_tiles

COLUMNS = ("exact", "close", "soft", "almost", "holes", "windows")


def check_all(jobs: list[Job], settings: PaintSettings, tell_line: Callable[[str], None]) -> int:
    """Write NAME.check.png for every picture and tell the table line by line; how many pictures failed.

    The folder for results must exist. A PictureError or a lack of memory ends that picture only.
    """
    tell_line(_row(COLUMNS, "picture"))
    failed = 0
    for job in jobs:
        try:
            tell_line(_check(job, settings))
        except (PictureError, MemoryError) as error:
            failed += 1
            tell_line(_row([""] * len(COLUMNS), f"{job.name}: FAILED, {describe_failure(error)}"))
    return failed


def overlay_path(job: Job) -> Path:
    """The file that a picture's overlay goes to, beside its result."""
    return job.result.with_name(f"{job.painted.stem}.check.png")


def _check(job: Job, settings: PaintSettings) -> str:
    """The picture's line, once its overlay is written."""
    if job.refusal:
        raise PictureError(job.refusal)
    picture = read_picture(job.painted, job.most_megapixels)
    found = find_hole(job, picture.pixels, settings)
    tiles = plan_tiles(found.hole, FillSettings())
    make_folder_of(job.result, job.inside)
    write_picture(overlay_path(job), Picture(draw_overlay(picture.pixels, found, settings, tiles)))
    numbers = (found.exact, found.close, found.soft, found.almost_count, count_regions(found.hole), len(tiles))
    return _row(numbers, "; ".join([job.name, *_remarks(found, settings)]))


def _remarks(found: Painted, settings: PaintSettings) -> list[str]:
    """What the fill would say about almost painted places; the other counts are in the table."""
    refusal = refuse(found, settings)
    if refusal:
        return [refusal]
    return [] if found.seen is None else tell(found, settings)[-1:]


def _row(cells: tuple | list, last: str) -> str:
    return "  ".join([*(f"{cell!s:>8}" for cell in cells), last])

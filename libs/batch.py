"""Jobs -> results: pictures are filled one after the other while their neighbours are read and written."""

import functools
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace

import numpy as np

from libs.errors import PictureError
from libs.gallery import Entry, Gallery
from libs.holes import count_regions
from libs.inpaint import Predict, fill
from libs.jobs import Job, make_folder_of
from libs.ledger import Ledger, Made
from libs.mosaic import MosaicSettings, describe_findings, fill_mosaic, show_grids
from libs.mosaic_find import find_mosaics
from libs.pages import Page, read_page
from libs.paint import PaintSettings
from libs.pictures import Picture, describe_losses, kind_of, read_picture, write_picture
from libs.pipeline import work_through
from libs.report import Report
from libs.tidy import move_to_done
from libs.views import Views, make_views

FOUND_BY_ITSELF = MosaicSettings()
OUT_OF_MEMORY = "not enough memory for it; close other programs or cut it into parts"

logger = logging.getLogger("decensor")


@dataclass(frozen=True, eq=False)
class Manners:
    """How a batch is done: what remembers finished pictures, and what shows them (None: nothing does).

    overwrite: redo finished ones too; clean_inputs: move them aside; ahead: how many pictures are read before, and
    how many written after, the one that is being filled; mosaic: how originals are looked at.
    """

    ledger: Ledger
    gallery: Gallery | None = None
    overwrite: bool = False
    clean_inputs: bool = False
    ahead: int = 2
    mosaic: MosaicSettings = FOUND_BY_ITSELF


@dataclass(frozen=True, eq=False)
class Taken:
    """What a result is made from (None: unknown), and the page, which is None where nobody needs it.

    finished: the result is there from an earlier run.
    """

    sources: Made | None
    page: Page | None
    finished: bool


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of one picture; kind: as in `Entry`; tell: prints its line and returns its sentence."""

    job: Job
    kind: str
    tell: Callable[[], str]
    views: Views | None = None


def fill_all(
    jobs: list[Job], paint: PaintSettings, start_network: Callable[[], Predict], report: Report, manners: Manners
) -> None:
    """Fill every painted picture and tell of each, in the order of the jobs.

    `start_network` is called once, when the first painted picture has been read, and never if there is none;
    what it raises ends the batch. A PictureError or a lack of memory ends that picture only.
    """
    batch = _Batch(paint, functools.cache(start_network), report, manners)
    work_through(jobs, batch.take, batch.fill, batch.tell, manners.ahead)


class _Batch:
    """The steps of one picture: `take` and what `fill` returns run in other threads, `tell` in the jobs' order."""

    def __init__(
        self, paint: PaintSettings, get_predict: Callable[[], Predict], report: Report, manners: Manners
    ) -> None:
        self._paint = paint
        self._get_predict = get_predict
        self._report = report
        self._manners = manners

    def take(self, job: Job) -> Taken:
        """Read what the job needs: nothing but digests if it is finished; PictureError as a sentence."""
        ledger, sources = self._manners.ledger, None
        if not job.refusal:
            sources = ledger.look_at(job.painted, job.original)
        finished = not self._manners.overwrite and sources is not None and ledger.is_finished(job.result, sources)
        if finished and self._manners.gallery is None:
            return Taken(sources, None, finished)
        return Taken(sources, read_page(job, self._paint), finished)

    def fill(self, job: Job, reading: "Future[Taken]") -> Callable[[], Outcome]:
        """Fill one picture if there is something to fill; returned is what is left to do."""
        self._report.show_bar()
        try:
            taken = reading.result()
            if taken.finished:
                return functools.partial(self._leave, job, taken)
            page = taken.page
            if not page.hole.any():
                return functools.partial(self._pass_over, job, page)
            losses = describe_losses(page.picture, kind_of(job.result))
            predict = self._get_predict()
            started = time.perf_counter()
            pixels, found = self._draw(job, page, predict)
            result = replace(page.picture, pixels=pixels)
            holes = count_regions(page.hole)
        except (PictureError, MemoryError) as error:
            return functools.partial(self._fail, job, error)
        tell = functools.partial(self._report.tell_filled, job.name, holes)
        # While the result is written the page needs memory only if it will be shown.
        shown = page if self._manners.gallery else None
        notes, sources = (*found, *page.notes, *page.picture.notes, *losses), taken.sources

        def finish() -> Outcome:
            try:
                make_folder_of(job)
                write_picture(job.result, result)
            except (PictureError, MemoryError) as error:
                return self._fail(job, error)
            if sources is not None:
                self._manners.ledger.remember(job.result, sources)
            seconds = time.perf_counter() - started
            said = functools.partial(tell, seconds, (*notes, *self._clean(job)))
            return Outcome(job, "filled", said, _show(shown, result))

        return finish

    def _draw(self, job: Job, page: Page, predict: Predict) -> tuple[np.ndarray, list[str]]:
        """The page's pixels with the hole redrawn; of an original by what lies there, and what to tell of that."""
        pixels = page.picture.pixels
        if job.original is None:
            return fill(pixels, page.hole, predict), []
        settings = self._manners.mosaic
        findings = find_mosaics(pixels, page.hole, settings.block)
        if settings.show_grid and findings.mosaics:
            make_folder_of(job)
            write_picture(job.result.with_name(f"{job.result.stem}.grid.png"), Picture(show_grids(pixels, findings)))
        return fill_mosaic(pixels, page.hole, findings, predict), describe_findings(findings, page.hole)

    def tell(self, outcome: Outcome) -> None:
        """Print the picture's line, and show it in the gallery."""
        sentence, gallery = outcome.tell(), self._manners.gallery
        if gallery is not None:
            has_result = outcome.kind in ("filled", "done")
            result = outcome.job.result.relative_to(gallery.path.parent) if has_result else None
            gallery.add(Entry(outcome.job.name, outcome.kind, sentence, result, outcome.views))

    def _leave(self, job: Job, taken: Taken) -> Outcome:
        """What is left to do for a picture that is finished already."""
        said = functools.partial(self._report.tell_done_before, job.name, self._clean(job))
        try:
            views = _show(taken.page, read_picture(job.result)) if taken.page else None
        except (PictureError, MemoryError):  # it is no failure that a finished picture cannot be shown
            views = None
        return Outcome(job, "done", said, views)

    def _pass_over(self, job: Job, page: Page) -> Outcome:
        """What is left to do where nothing is painted: an original becomes the result as it is."""
        notes = page.notes
        if job.original is not None:
            try:
                make_folder_of(job)
                write_picture(job.result, page.picture)
            except (PictureError, MemoryError) as error:
                return self._fail(job, error)
            notes = ("the original is copied as it is", *notes)
        return Outcome(job, "unpainted", functools.partial(self._report.tell_unpainted, job.name, notes))

    def _fail(self, job: Job, error: PictureError | MemoryError) -> Outcome:
        logger.info("%s failed", job.name, exc_info=error)
        reason = str(error) if isinstance(error, PictureError) else OUT_OF_MEMORY
        return Outcome(job, "failed", functools.partial(self._report.tell_failed, job.name, reason))

    def _clean(self, job: Job) -> tuple[str, ...]:
        """Move a finished picture aside if asked to; a note if that cannot be."""
        try:
            if self._manners.clean_inputs:
                move_to_done(job.painted, job.result)
        except PictureError as error:
            logger.info("%s stays", job.name, exc_info=error)
            return (str(error),)
        return ()


def _show(page: Page | None, result: Picture) -> Views | None:
    """Views of a page and what was made of it; None if it is not to be shown, or memory does not suffice for that."""
    if page is None:
        return None
    try:
        return make_views(page.picture.pixels, result.pixels, page.hole, page.picture.alpha)
    except MemoryError:
        return None

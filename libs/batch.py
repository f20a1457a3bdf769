"""Jobs -> results: pictures are filled one after the other while their neighbours are read and written."""

import functools
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path

from libs.drawing import Draw, paste
from libs.errors import PictureError, describe_failure
from libs.gallery import Entry, Gallery
from libs.holes import count_regions
from libs.jobs import Job
from libs.ledger import Ledger, Made
from libs.mosaic import MosaicSettings
from libs.pages import Page, read_page
from libs.pictures import Picture, describe_losses, kind_of, read_picture, write_picture
from libs.pipeline import work_through
from libs.report import Report
from libs.results import make_folder_of
from libs.settings import PaintSettings
from libs.tidy import move_to_done
from libs.variations import name_results
from libs.views import Views, make_views

FOUND_BY_ITSELF = MosaicSettings()

logger = logging.getLogger("decensor")


@dataclass(frozen=True, eq=False)
class Manners:
    """How a batch is done: what remembers finished pictures, and what shows them (None: nothing does).

    overwrite: redo finished ones too; clean_inputs: move them aside; ahead: how many pictures are read before, and
    how many written after, the one that is being filled; mosaic: how originals are looked at; variations: as in
    `name_results`. elsewhere: drawing is not this process's work, and up to `ahead` pictures are drawn at once.
    """

    ledger: Ledger
    gallery: Gallery | None = None
    overwrite: bool = False
    clean_inputs: bool = False
    ahead: int = 2
    mosaic: MosaicSettings = FOUND_BY_ITSELF
    variations: str = "1"
    elsewhere: bool = False


@dataclass(frozen=True, eq=False)
class Drawn:
    """The results of one page, what is to be told of them, as clauses, and when drawing began, in seconds."""

    results: list[Picture]
    notes: tuple[str, ...]
    started: float


@dataclass(frozen=True, eq=False)
class Taken:
    """What a result is made from (None: unknown), and the page, which is None where nobody needs it.

    finished: the result is there from an earlier run; drawn: None if that is not done yet, or not needed.
    """

    sources: Made | None
    page: Page | None
    finished: bool
    drawn: Drawn | None = None


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of one picture; kind: as in `Entry`; tell: prints its line and returns its sentence."""

    job: Job
    kind: str
    tell: Callable[[], str]
    views: Views | None = None


def fill_all(
    jobs: list[Job], paint: PaintSettings, start_network: Callable[[], Draw], report: Report, manners: Manners
) -> None:
    """Fill every painted picture and tell of each, in the order of the jobs.

    `start_network` is called when the first painted picture has been read, and never if there is none; once, unless
    drawing is done elsewhere. What it raises ends the batch. A PictureError or a lack of memory ends that picture only.
    """
    batch = _Batch(paint, functools.cache(start_network), report, manners)
    work_through(jobs, batch.take, batch.fill, batch.tell, manners.ahead)


class _Batch:
    """The steps of one picture: `take` and what `fill` returns run in other threads, `tell` in the jobs' order."""

    def __init__(self, paint: PaintSettings, get_draw: Callable[[], Draw], report: Report, manners: Manners) -> None:
        self._paint = paint
        self._get_draw = get_draw
        self._report = report
        self._manners = manners

    def take(self, job: Job) -> Taken:
        """Read what the job needs: nothing but digests if it is finished; PictureError as a sentence."""
        ledger, sources = self._manners.ledger, None
        if not job.refusal:
            sources = ledger.look_at(job.painted, job.original, job.hole_picture)
        finished = (
            not self._manners.overwrite
            and sources is not None
            and all(ledger.is_finished(result, sources) for result in self._results(job))
        )
        if finished and self._manners.gallery is None:
            return Taken(sources, None, finished)
        page = read_page(job, self._paint)
        at_once = self._manners.elsewhere and not finished and page.hole.any()
        return Taken(sources, page, finished, self._draw(job, page) if at_once else None)

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
            drawn = taken.drawn or self._draw(job, page)
            holes = count_regions(page.hole)
        except (PictureError, MemoryError) as error:
            return functools.partial(self._fail, job, error)
        tell = functools.partial(self._report.tell_filled, job.name, holes)
        # While the result is written the page needs memory only if it will be shown.
        shown = page if self._manners.gallery else None
        sources = taken.sources

        def finish() -> Outcome:
            try:
                self._write(job, drawn.results, sources)
            except (PictureError, MemoryError) as error:
                return self._fail(job, error)
            seconds = time.perf_counter() - drawn.started
            said = functools.partial(tell, seconds, (*drawn.notes, *self._clean(job)))
            return Outcome(job, "filled", said, _show(shown, drawn.results[0]))

        return finish

    def _draw(self, job: Job, page: Page) -> Drawn:
        """Fill the page's hole; PictureError if the result's kind of file could not hold it."""
        picture, manners = page.picture, self._manners
        losses = describe_losses(picture, kind_of(job.result))
        draw = self._get_draw()
        started = time.perf_counter()
        mosaic = None if job.original is None else manners.mosaic
        drawing = draw(picture.pixels, page.hole, manners.variations, mosaic)
        if drawing.grids is not None:
            make_folder_of(job.result, job.inside)
            write_picture(job.result.with_name(f"{job.result.stem}.grid.png"), Picture(drawing.grids))
        results = [replace(picture, pixels=paste(picture.pixels, page.hole, drawn)) for drawn in drawing.fills]
        return Drawn(results, (*drawing.notes, *page.notes, *picture.notes, *losses), started)

    def _write(self, job: Job, results: list[Picture], sources: Made | None) -> None:
        """Write all results, and only then remember them."""
        make_folder_of(job.result, job.inside)
        for path, result in zip(self._results(job), results, strict=True):
            write_picture(path, result)
        if sources is not None:
            for path in self._results(job):
                self._manners.ledger.remember(path, sources)

    def _results(self, job: Job) -> list[Path]:
        """The files of a job's results; the first one is shown."""
        return name_results(job.result, self._manners.variations)

    def tell(self, outcome: Outcome) -> None:
        """Print the picture's line, and show it in the gallery."""
        sentence, gallery = outcome.tell(), self._manners.gallery
        if gallery is not None:
            has_result = outcome.kind in ("filled", "done")
            result = self._results(outcome.job)[0].relative_to(gallery.path.parent) if has_result else None
            gallery.add(Entry(outcome.job.name, outcome.kind, sentence, result, outcome.views))

    def _leave(self, job: Job, taken: Taken) -> Outcome:
        """What is left to do for a picture that is finished already."""
        said = functools.partial(self._report.tell_done_before, job.name, self._clean(job))
        try:
            views = _show(taken.page, read_picture(self._results(job)[0])) if taken.page else None
        except (PictureError, MemoryError):  # it is no failure that a finished picture cannot be shown
            views = None
        return Outcome(job, "done", said, views)

    def _pass_over(self, job: Job, page: Page) -> Outcome:
        """What is left to do where nothing is painted: an original becomes the result as it is."""
        notes = page.notes
        if job.original is not None:
            try:
                make_folder_of(job.result, job.inside)
                write_picture(job.result, page.picture)
            except (PictureError, MemoryError) as error:
                return self._fail(job, error)
            notes = ("the original is copied as it is", *notes)
        return Outcome(job, "unpainted", functools.partial(self._report.tell_unpainted, job.name, notes))

    def _fail(self, job: Job, error: PictureError | MemoryError) -> Outcome:
        logger.info("%s failed", job.name, exc_info=error)
        return Outcome(job, "failed", functools.partial(self._report.tell_failed, job.name, describe_failure(error)))

    def _clean(self, job: Job) -> tuple[str, ...]:
        """Move a finished picture aside if asked to; a note if that cannot be."""
        try:
            if self._manners.clean_inputs:
                move_to_done(job.painted, *self._results(job))
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

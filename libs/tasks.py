"""Options -> what is asked for, done: folders filled or checked, one picture of a stream, a weights file described."""

import logging
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from libs import details, gallery
from libs.batch import Manners, fill_all
from libs.check import check_all
from libs.details import describe_versions, write_details
from libs.engine import choose_engine
from libs.errors import DecensorError
from libs.gallery import Gallery
from libs.heaps import limit_heaps
from libs.jobs import Job, describe_no_pictures, plan_jobs
from libs.ledger import Ledger, digest_settings
from libs.mosaic import MosaicSettings
from libs.network import weights_of
from libs.options import Options, __version__
from libs.report import Report, tell
from libs.results import make_results_folder
from libs.service import check_output, receive, send
from libs.tidy import remove_parts
from libs.variations import name_results
from libs.weights_kinds import describe_choice, describe_weights

logger = logging.getLogger("decensor")


def do_logged(options: Options, home: Path) -> int:
    """Do what is asked for, with all details in a log file in the program's folder; the exit code."""
    limit_heaps()
    with write_details(home / details.NAME, options.verbose):
        logger.debug("%s; %s", describe_versions(__version__), options)
        try:
            return _do(options)
        except DecensorError as error:
            logger.debug("ended", exc_info=error)
            raise
        except ImportError:  # told and logged by whoever tells the same of this module
            raise
        except Exception as error:
            logger.debug("a fault of the program", exc_info=error)
            fault = f"a fault of the program ({type(error).__name__}); {details.NAME} beside it has the details"
            tell([f"decensor: {fault}"], sys.stderr)
            raise


def _do(options: Options) -> int:
    if options.model_info:
        tell(describe_weights(options.model_info, options.model_family), sys.stdout)
        return 0
    return _fill_stream(options) if options.stream else _fill_folders(options)


def _fill_stream(options: Options) -> int:
    """Fill the picture on the standard input and write it, or what came if nothing is painted, to the standard output.

    All messages go to the standard error output; nothing is written if the picture cannot be filled.
    """
    check_output(sys.stdout)
    folders = options.folders
    settings = {"most_megapixels": folders.most_megapixels, "hole_picture": folders.hole_pictures}
    with receive(sys.stdin, **settings) as job:
        options = replace(options, folders=replace(folders, results=job.result.parent))
        tell(describe_choice(options.model, options.model_family), sys.stderr)
        manners = Manners(Ledger(job.result.parent, ""), variations=options.variations)
        report = _fill([job], options, manners, sys.stderr)
        if not report.failed:
            send(job, sys.stdout.buffer)
    return report.exit_code


def _fill_folders(options: Options) -> int:
    """Fill what is painted and tell what became of it; the exit code."""
    folders = options.folders
    jobs = plan_jobs(folders)
    if not jobs:
        tell([describe_no_pictures(folders)], sys.stdout)
        return 0
    if options.check:
        return _check(options, jobs)
    tell(describe_choice(options.model, options.model_family), sys.stdout)
    book = Gallery(folders.results / gallery.NAME) if options.report else None
    remove_parts([*_name_all_results(jobs, options.variations), folders.results / gallery.NAME])
    ledger = Ledger(folders.results, digest_settings(options.describe_results(), *weights_of(options)))
    manners = Manners(
        ledger,
        book,
        options.overwrite,
        options.clean_inputs,
        options.jobs,
        MosaicSettings(options.mosaic_block, options.verbose),
        options.variations,
    )
    report = _fill(jobs, options, manners, sys.stdout)
    summary = report.summarize(f"{folders.results}, see {gallery.NAME} there" if book else str(folders.results))
    if book:
        book.close(f"{summary}, {time.strftime('%Y-%m-%d %H:%M')}")
    return report.exit_code


def _name_all_results(jobs: list[Job], variations: str) -> Iterator[Path]:
    for job in jobs:
        yield from {job.result, *name_results(job.result, variations)}


def _fill(jobs: list[Job], options: Options, manners: Manners, stream: TextIO) -> Report:
    """Fill what is painted, here or on a cluster, and tell of each picture on a stream; the counts."""
    report = Report(len(jobs), options.paint.color, stream)
    with choose_engine(options) as engine:
        manners = replace(manners, elsewhere=engine.elsewhere, ahead=max(engine.at_once, manners.ahead))
        try:
            fill_all(jobs, options.paint, engine.start, report, manners)
        finally:
            report.hide_bar()
    return report


def _check(options: Options, jobs: list[Job]) -> int:
    """Show what would be redrawn, without the network; the exit code."""
    make_results_folder(options.folders.results)
    failed = check_all(jobs, options.paint, lambda line: tell([line], sys.stdout))
    told = f"nothing was filled; the overlays NAME.check.png are in {options.folders.results}"
    tell([told], sys.stdout)
    return 1 if failed else 0

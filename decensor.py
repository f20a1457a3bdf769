"""Command line: redraw the painted parts of every picture in a folder."""

import functools
import gc
import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from libs import details, gallery
from libs.batch import Manners, fill_all
from libs.check import check_all
from libs.console import wait_for_enter
from libs.details import describe_versions, write_details
from libs.errors import DecensorError
from libs.gallery import Gallery
from libs.inpaint import Predict
from libs.jobs import Job, describe_no_pictures, make_results_folder, plan_jobs
from libs.ledger import Ledger, digest_settings
from libs.mosaic import MosaicSettings
from libs.options import Options, __version__, parse_options
from libs.report import Report, printable
from libs.tidy import remove_parts
from libs.weights import read_weights

STOPPED = 130
STANDARD_ERROR = 2  # the file descriptor

logger = logging.getLogger("decensor")


def main(argv: list[str] | None = None) -> int:
    """Fill every painted picture; the exit code."""
    wait = "--autoclose" not in (sys.argv[1:] if argv is None else argv)
    try:
        return _run(parse_options(argv, _program_folder()))
    except SystemExit as stop:  # argparse has told what there is to tell: help, version, or a wrong option
        return int(stop.code or 0)
    except DecensorError as error:
        return _stop(str(error), error.exit_code)
    except KeyboardInterrupt:
        wait = False
        return _stop("stopped; results that were finished stay, start again for the others", STOPPED)
    finally:
        if wait:
            wait_for_enter()


def _stop(sentence: str, exit_code: int) -> int:
    print(printable(f"decensor: {sentence}", sys.stderr.encoding), file=sys.stderr)
    return exit_code


def _program_folder() -> Path:
    """Where a double click finds the folders: beside decensor.py, or beside the standalone program."""
    return Path(sys.executable if getattr(sys, "frozen", False) else __file__).resolve().parent


def _run(options: Options) -> int:
    """Fill what is painted and tell what became of it, with all details in the log file; the exit code."""
    with write_details(_program_folder() / details.NAME, options.verbose):
        logger.debug("%s; %s", describe_versions(__version__), options)
        try:
            return _fill_folders(options)
        except DecensorError as error:
            logger.debug("ended", exc_info=error)
            raise
        except Exception as error:
            logger.debug("a fault of the program", exc_info=error)
            _stop(f"a fault of the program ({type(error).__name__}); {details.NAME} beside it has the details", 1)
            raise


def _fill_folders(options: Options) -> int:
    """Fill what is painted and tell what became of it; the exit code."""
    folders = options.folders
    jobs = plan_jobs(folders)
    if not jobs:
        print(printable(describe_no_pictures(folders), sys.stdout.encoding))
        return 0
    if options.check:
        return _check(options, jobs)
    book = Gallery(folders.results / gallery.NAME) if options.report else None
    remove_parts([*(job.result for job in jobs), folders.results / gallery.NAME])
    ledger = Ledger(folders.results, digest_settings(options.describe_results(), options.model))
    mosaic = MosaicSettings(options.mosaic_block, options.verbose)
    manners = Manners(ledger, book, options.overwrite, options.clean_inputs, options.jobs, mosaic)
    report = Report(len(jobs), options.paint.color, sys.stdout)
    try:
        fill_all(jobs, options.paint, functools.partial(_start_network, options), report, manners)
    except BaseException:
        report.hide_bar()
        raise
    summary = report.summarize(f"{folders.results}, see {gallery.NAME} there" if book else str(folders.results))
    if book:
        book.close(f"{summary}, {time.strftime('%Y-%m-%d %H:%M')}")
    return report.exit_code


def _check(options: Options, jobs: list[Job]) -> int:
    """Show what would be redrawn, without the network; the exit code."""
    make_results_folder(options.folders.results)

    def tell_line(line: str) -> None:
        print(printable(line, sys.stdout.encoding), flush=True)

    failed = check_all(jobs, options.paint, tell_line)
    tell_line(f"nothing was filled; the overlays NAME.check.png are in {options.folders.results}")
    return 1 if failed else 0


def _start_network(options: Options) -> Predict:
    """The network as a function; WeightsError or UsageError before anything is written."""
    read_weights(options.model)  # quick, so that a wrong file is told before TensorFlow's seconds
    make_results_folder(options.folders.results)
    started = time.perf_counter()
    with nullcontext() if options.verbose else _without_chatter():
        predict = load_network(options.model, options.precision)
    logger.info("%s loaded in %.1f s, %s", options.model, time.perf_counter() - started, options.precision)
    return predict


def load_network(path: Path, precision: str) -> Predict:
    """`model.load_predictor`, imported when it is sure to be needed: TensorFlow costs seconds.

    Meanwhile no garbage is collected: looking through the hundreds of thousands of new objects, which are all there
    to stay, is a fifth of those seconds.
    """
    gc.disable()
    try:
        from model import load_predictor

        return load_predictor(path, precision)
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Meanwhile nothing reaches the standard error output, not even from C libraries.

    TensorFlow's start-up lines bypass `sys.stderr` and its own log level.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        saved = os.dup(STANDARD_ERROR)
    except OSError:  # a windowed program has none
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, STANDARD_ERROR)
        yield
    finally:
        os.dup2(saved, STANDARD_ERROR)
        os.close(saved)
        os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())

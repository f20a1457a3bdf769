"""Command line: redraw the painted parts of every picture in a folder."""

import functools
import logging
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from libs import details, gallery
from libs.batch import Manners, fill_all
from libs.check import check_all
from libs.console import wait_for_enter
from libs.details import describe_versions, write_details
from libs.drawing import Draw, draw_page
from libs.errors import DecensorError, UsageError
from libs.gallery import Gallery
from libs.jobs import Job, describe_no_pictures, make_results_folder, plan_jobs
from libs.ledger import Ledger, digest_file, digest_settings
from libs.mosaic import MosaicSettings
from libs.network import load_network, load_same
from libs.options import Options, __version__, parse_options
from libs.report import Report, printable
from libs.service import check_output, receive, send
from libs.tidy import remove_parts
from libs.variations import name_results
from libs.weights_kinds import check_weights, describe_choice, describe_weights

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
            return _do(options)
        except DecensorError as error:
            logger.debug("ended", exc_info=error)
            raise
        except Exception as error:
            logger.debug("a fault of the program", exc_info=error)
            _stop(f"a fault of the program ({type(error).__name__}); {details.NAME} beside it has the details", 1)
            raise


def _do(options: Options) -> int:
    """What is asked for: describe a weights file, fill one picture of a stream, or fill folders; the exit code."""
    if options.model_info:
        _tell(describe_weights(options.model_info, options.model_family), sys.stdout)
        return 0
    return _fill_stream(options) if options.stream else _fill_folders(options)


def _tell(lines: Iterable[str], stream: TextIO) -> None:
    for line in lines:
        print(printable(line, stream.encoding), file=stream, flush=True)


def _fill_stream(options: Options) -> int:
    """Fill the picture on the standard input and write it, or what came if nothing is painted, to the standard output.

    All messages go to the standard error output; nothing is written if the picture cannot be filled.
    """
    check_output(sys.stdout)
    folders = options.folders
    settings = {"most_megapixels": folders.most_megapixels, "hole_picture": folders.hole_pictures}
    with receive(sys.stdin, **settings) as job:
        options = replace(options, folders=replace(folders, results=job.result.parent))
        _tell(describe_choice(options.model, options.model_family), sys.stderr)
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
        _tell([describe_no_pictures(folders)], sys.stdout)
        return 0
    if options.check:
        return _check(options, jobs)
    _tell(describe_choice(options.model, options.model_family), sys.stdout)
    book = Gallery(folders.results / gallery.NAME) if options.report else None
    remove_parts([*_name_all_results(jobs, options.variations), folders.results / gallery.NAME])
    ledger = Ledger(folders.results, digest_settings(options.describe_results(), options.model))
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
    with _connect(options) if options.dask else nullcontext() as cluster:
        if cluster is not None:
            manners = replace(manners, elsewhere=True, ahead=max(cluster.at_once, manners.ahead))
            start = functools.partial(_start_cluster, options, cluster.compute)
        else:
            start = functools.partial(_start_network, options)
        try:
            fill_all(jobs, options.paint, start, report, manners)
        finally:
            report.hide_bar()
    return report


def _check(options: Options, jobs: list[Job]) -> int:
    """Show what would be redrawn, without the network; the exit code."""
    make_results_folder(options.folders.results)

    def tell_line(line: str) -> None:
        _tell([line], sys.stdout)

    failed = check_all(jobs, options.paint, tell_line)
    tell_line(f"nothing was filled; the overlays NAME.check.png are in {options.folders.results}")
    return 1 if failed else 0


def _connect(options: Options) -> AbstractContextManager:
    """The cluster, as `libs.cluster.connect` gives it; WeightsError or UsageError if it cannot be used."""
    try:
        from libs import cluster
    except ImportError as error:
        raise UsageError("--dask needs the package distributed; pip install -r requirements-dask.txt") from error
    check_weights(options.model, options.model_family)
    model = options.model.absolute()
    arguments = (load_network, __version__, digest_file(model), str(model), options.precision, options.model_family)
    return cluster.connect(options.dask, cluster.Network(load_same, arguments))


def _start_cluster(options: Options, compute: Callable) -> Draw:
    """Drawing by the cluster's workers; UsageError before anything is written."""
    make_results_folder(options.folders.results)
    return functools.partial(compute, draw_page)


def _start_network(options: Options) -> Draw:
    """Drawing by the network in this process; WeightsError or UsageError before anything is written."""
    # Quick, so that a wrong file is told before TensorFlow's seconds.
    check_weights(options.model, options.model_family)
    make_results_folder(options.folders.results)
    started = time.perf_counter()
    with nullcontext() if options.verbose else _without_chatter():
        predict = load_network(options.model, options.precision, options.model_family)
    logger.info("%s loaded in %.1f s, %s", options.model, time.perf_counter() - started, options.precision)
    return functools.partial(draw_page, predict)


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

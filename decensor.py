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

from libs.batch import fill_all
from libs.errors import DecensorError
from libs.inpaint import Predict
from libs.jobs import describe_no_pictures, make_results_folder, plan_jobs
from libs.options import Options, parse_options
from libs.report import Report, printable
from libs.weights import read_weights

STOPPED = 130
STANDARD_ERROR = 2  # the file descriptor

logger = logging.getLogger("decensor")


def main(argv: list[str] | None = None) -> int:
    """Fill every painted picture; the exit code."""
    try:
        return _run(parse_options(argv, _program_folder()))
    except SystemExit as stop:  # argparse has told what there is to tell: help, version, or a wrong option
        return int(stop.code or 0)
    except DecensorError as error:
        return _stop(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _stop("stopped; results that were finished stay, start again for the others", STOPPED)


def _stop(sentence: str, exit_code: int) -> int:
    print(printable(f"decensor: {sentence}", sys.stderr.encoding), file=sys.stderr)
    return exit_code


def _program_folder() -> Path:
    """Where a double click finds the folders: beside decensor.py, or beside the standalone program."""
    return Path(sys.executable if getattr(sys, "frozen", False) else __file__).resolve().parent


def _run(options: Options) -> int:
    """Fill what is painted and tell what became of it; the exit code."""
    _set_up_logging(options.verbose)
    jobs = plan_jobs(options.folders)
    if not jobs:
        print(printable(describe_no_pictures(options.folders), sys.stdout.encoding))
        return 0
    report = Report(len(jobs), options.color, sys.stdout)
    try:
        fill_all(jobs, options.color, functools.partial(_start_network, options), report)
    finally:
        report.hide_bar()
    report.summarize(str(options.folders.results))
    return report.exit_code


def _set_up_logging(verbose: bool) -> None:
    logging.basicConfig(level=logging.INFO if verbose else logging.CRITICAL, format="%(name)s: %(message)s")
    logging.captureWarnings(True)


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

"""Command line: redraw the painted parts of every picture in a folder."""

import argparse
import functools
import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from libs.batch import fill_all
from libs.errors import DecensorError, UsageError
from libs.holes import GREEN
from libs.inpaint import Predict
from libs.jobs import Folders, describe_no_pictures, make_results_folder, plan_jobs
from libs.report import Report, printable
from libs.weights import read_weights

__version__ = "0.1.0"
STOPPED = 130
STANDARD_ERROR = 2  # the file descriptor
WORDS = {
    **dict.fromkeys(("true", "yes", "t", "y", "1"), True),
    **dict.fromkeys(("false", "no", "f", "n", "0"), False),
}
EPILOG = """\
Each picture gets one line and, if something is painted in it, one PNG of the same name among the results.
Nothing painted is told, nothing is written then, and it is no failure; paint that is almost the colour but
nowhere exactly is one. The pictures that you put in are never changed.

exit code: 0 all well (or nothing to do), 1 some picture failed, 2 command line or folders, 3 weights file,
130 stopped with Ctrl-C (finished results stay)"""

logger = logging.getLogger("decensor")


@dataclass(frozen=True)
class Options:
    """The command line. color: RGB of the paint; model: weights file."""

    folders: Folders
    color: tuple[int, int, int]
    model: Path
    verbose: bool


def main(argv: list[str] | None = None) -> int:
    """Fill every painted picture; the exit code."""
    try:
        return _run(parse_options(argv))
    except SystemExit as stop:  # argparse has told what there is to tell: help, version, or a wrong option
        return int(stop.code or 0)
    except DecensorError as error:
        return _stop(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _stop("stopped; results that were finished stay, start again for the others", STOPPED)


def _stop(sentence: str, exit_code: int) -> int:
    print(printable(f"decensor: {sentence}", sys.stderr.encoding), file=sys.stderr)
    return exit_code


def parse_options(argv: list[str] | None) -> Options:
    """The command line as settings; SystemExit from argparse, or UsageError."""
    arguments = _build_parser().parse_args(argv)
    home = _program_folder()
    originals = arguments.decensor_input_original_path or home / "decensor_input_original"
    folders = Folders(
        painted=arguments.decensor_input_path or home / "decensor_input",
        results=arguments.decensor_output_path or home / "decensor_output",
        originals=originals if arguments.is_mosaic else None,
    )
    model = arguments.model or home / "models" / "model.h5"
    return Options(folders, _choose_color(arguments), model, arguments.verbose)


def _program_folder() -> Path:
    """Where a double click finds the folders: beside decensor.py, or beside the standalone program."""
    return Path(sys.executable if getattr(sys, "frozen", False) else __file__).resolve().parent


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="decensor",
        description="Redraw what is painted pure green (0, 255, 0) in drawn pictures.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_folders(parser)
    _add_choices(parser)
    parser.add_argument("-v", "--verbose", action="store_true", help="show details on the standard error output")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    return parser


def _add_folders(parser: argparse.ArgumentParser) -> None:
    for option, usual, contents in (
        ("--decensor_input_path", "decensor_input", "painted pictures"),
        ("--decensor_input_original_path", "decensor_input_original", "unpainted pictures for --is_mosaic"),
        ("--decensor_output_path", "decensor_output", "results"),
    ):
        described = f"{contents} (default: {usual} beside the program)"
        parser.add_argument(option, type=Path, metavar="FOLDER", help=described)


def _add_choices(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--mask_color", type=_parse_color, metavar="R,G,B", help="colour of the paint (default: 0,255,0)")
    for name in ("red", "green", "blue"):
        add(f"--mask_color_{name}", type=_parse_level, metavar="0-255", help=f"the same, its {name} alone")
    add(
        "--is_mosaic",
        nargs="?",
        const=True,
        default=False,
        type=_parse_yes_or_no,
        metavar="yes|no",
        help="start from the unpainted pictures of the same names (bare: yes; default: no)",
    )
    described = "weights file (default: models/model.h5 beside the program)"
    add("--model", type=Path, metavar="FILE", help=described)


def _parse_level(text: str) -> int:
    if not (text.strip().isdecimal() and int(text) <= 255):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to 255")
    return int(text)


def _parse_color(text: str) -> tuple[int, int, int]:
    levels = text.split(",")
    if len(levels) != 3:
        raise argparse.ArgumentTypeError(f"{text!r} is not three numbers with commas between, like 0,255,0")
    red, green, blue = map(_parse_level, levels)
    return red, green, blue


def _parse_yes_or_no(text: str) -> bool:
    if text.lower() not in WORDS:
        raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(WORDS)}")
    return WORDS[text.lower()]


def _choose_color(arguments: argparse.Namespace) -> tuple[int, int, int]:
    levels = (arguments.mask_color_red, arguments.mask_color_green, arguments.mask_color_blue)
    if arguments.mask_color is None:
        red, green, blue = (usual if level is None else level for level, usual in zip(levels, GREEN, strict=True))
        return red, green, blue
    if any(level is not None for level in levels):
        raise UsageError("the colour is given twice; use either --mask_color or --mask_color_red, _green and _blue")
    return arguments.mask_color


def _run(options: Options) -> int:
    """Fill what is painted and tell what became of it; the exit code."""
    _set_up_logging(options.verbose)
    jobs = plan_jobs(options.folders)
    if not jobs:
        print(printable(describe_no_pictures(options.folders.painted), sys.stdout.encoding))
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
        predict = load_network(options.model)
    logger.info("%s loaded in %.1f s", options.model, time.perf_counter() - started)
    return predict


def load_network(path: Path) -> Predict:
    """`model.load_predictor`, imported when it is sure to be needed: TensorFlow costs seconds."""
    from model import load_predictor

    return load_predictor(path)


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

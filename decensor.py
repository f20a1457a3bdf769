"""Command line: redraw the painted parts of every picture in a folder."""

import os
import sys
from pathlib import Path

from libs.console import wait_for_enter
from libs.errors import DecensorError
from libs.options import parse_options
from libs.report import tell
from libs.settings import ENVIRONMENT

UNLOADABLE = 1
STOPPED = 130


def main(argv: list[str] | None = None) -> int:
    """Fill every painted picture; the exit code."""
    wait = "--autoclose" not in (sys.argv[1:] if argv is None else argv)
    try:
        return _run(argv)
    except SystemExit as stop:  # argparse has told what there is to tell: help, version, or a wrong option
        return int(stop.code or 0)
    except DecensorError as error:
        return _stop(str(error), error.exit_code)
    except ImportError as error:
        # Nearly all of it is imported late, the engine last.
        from libs.loading import explain_unloadable

        return _stop(explain_unloadable(error, _program_folder()), UNLOADABLE)
    except KeyboardInterrupt:
        wait = False
        return _stop("stopped; results that were finished stay, start again for the others", STOPPED)
    finally:
        if wait:
            wait_for_enter()


def _run(argv: list[str] | None) -> int:
    home = _program_folder()
    options = parse_options(argv, home)
    if not options.verbose:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    # A quarter of a second that --help must not pay.
    from libs.tasks import do_logged

    return do_logged(options, home)


def _stop(sentence: str, exit_code: int) -> int:
    tell([f"decensor: {sentence}"], sys.stderr)
    return exit_code


def _program_folder() -> Path:
    """Where a double click finds the folders: beside decensor.py, or beside the standalone program."""
    return Path(sys.executable if getattr(sys, "frozen", False) else __file__).resolve().parent


if __name__ == "__main__":
    sys.exit(main())

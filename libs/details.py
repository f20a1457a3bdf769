"""The log: what happened in every detail, for a file beside the program and, if asked for, for the terminal."""

import logging
import logging.handlers
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import metadata
from pathlib import Path

NAME = "decensor.log"
MOST_BYTES = 1_000_000
PACKAGES = ("tensorflow", "tensorflow-cpu", "keras", "numpy", "scipy", "h5py", "pillow")

logger = logging.getLogger("decensor")


class QuietFile(logging.handlers.RotatingFileHandler):
    """A log file, and its predecessor, that stop growing rather than complain when the disk is full."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (the library's name)
        """Say nothing: a log is no reason to disturb a batch."""


@contextmanager
def write_details(path: Path, verbose: bool) -> Iterator[None]:
    """Meanwhile details go to a log file, where that can be written, and if `verbose` to the standard error output."""
    handlers = [*_open_file(path), *_open_terminal(verbose)]
    root, level = logging.getLogger(), logger.level
    for handler in handlers:
        root.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logging.captureWarnings(True)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        logger.setLevel(level)
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()


def _open_file(path: Path) -> list[logging.Handler]:
    try:
        handler = QuietFile(path, maxBytes=MOST_BYTES, backupCount=1, encoding="utf-8", errors="backslashreplace")
    except OSError:
        return []
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    return [handler]


def _open_terminal(verbose: bool) -> list[logging.Handler]:
    """With nothing asked for a handler that drops all, for otherwise `logging` shows warnings by itself."""
    if not verbose:
        return [logging.NullHandler()]
    handler = logging.StreamHandler()
    handler.setLevel(logging.INFO)
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    return [handler]


def describe_versions(version: str) -> str:
    """The versions of this program and of all that there is of what it stands on, in one line."""
    found = [f"decensor {version}", f"Python {platform.python_version()}", platform.platform()]
    for package in PACKAGES:
        with suppress(metadata.PackageNotFoundError):
            found.append(f"{package} {metadata.version(package)}")
    return ", ".join([*found, "standalone" if getattr(sys, "frozen", False) else "from source"])

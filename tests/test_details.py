"""The log file."""

import logging
import warnings
from importlib import metadata

import pytest

from libs.details import NAME, QuietFile, describe_versions, write_details

logger = logging.getLogger("decensor")


def say_things() -> None:
    logger.debug("small")
    logger.info("middle %s", "broken\udc80 表")
    try:
        raise ValueError("inner")
    except ValueError as error:
        logger.info("outer", exc_info=error)
    logging.getLogger("other").debug("chatter")
    warnings.warn("careful", stacklevel=1)


def test_all_details_and_tracebacks_are_in_the_file_and_nothing_on_the_terminal(tmp_path, capfd):
    with write_details(tmp_path / NAME, verbose=False):
        say_things()
    text = (tmp_path / NAME).read_text("utf-8")
    for words in ("small", "middle broken\\udc80 表", "Traceback", "ValueError: inner", "careful"):
        assert words in text
    assert "chatter" not in text
    assert capfd.readouterr() == ("", "")


def test_asked_for_they_are_on_the_terminal_too(tmp_path, capfd):
    with write_details(tmp_path / NAME, verbose=True):
        logger.debug("small")
        logger.info("middle")
    assert capfd.readouterr() == ("", "decensor: middle\n")


def test_logging_is_afterwards_as_it_was(tmp_path):
    before = list(logging.getLogger().handlers), logger.level
    with pytest.raises(KeyboardInterrupt), write_details(tmp_path / NAME, verbose=True):
        raise KeyboardInterrupt
    assert (list(logging.getLogger().handlers), logger.level) == before


@pytest.mark.parametrize("place", ["gone/decensor.log", "folder"])
def test_a_file_that_cannot_be_written_is_no_error(tmp_path, capfd, place):
    (tmp_path / "folder").mkdir()
    with write_details(tmp_path / place, verbose=False):
        say_things()
    assert capfd.readouterr() == ("", "")


def test_a_disk_that_fills_up_is_no_error(tmp_path, capfd, monkeypatch):
    def refuse(handler):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(QuietFile, "flush", refuse)
    logger.setLevel(logging.DEBUG)
    handler = QuietFile(tmp_path / NAME)
    logger.addHandler(handler)
    try:
        logger.info("anything")
    finally:
        logger.removeHandler(handler)
        monkeypatch.undo()
        handler.close()
        logger.setLevel(logging.NOTSET)
    assert capfd.readouterr() == ("", "")


def test_the_file_never_grows_beyond_two_megabytes(tmp_path):
    with write_details(tmp_path / NAME, verbose=False):
        for _ in range(300):
            logger.info("x" * 10_000)
    assert sorted(path.name for path in tmp_path.iterdir()) == [NAME, f"{NAME}.1"]
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 2_000_000


def test_versions_name_program_python_and_packages():
    line = describe_versions("9.9")
    assert line.startswith("decensor 9.9, Python 3.")
    assert "numpy 2." in line
    assert "\n" not in line


def test_whatever_tensorflow_is_called_its_version_is_told(monkeypatch):
    def find(package):
        if package == "tensorflow":
            raise metadata.PackageNotFoundError(package)
        return "2.21.0"

    monkeypatch.setattr(metadata, "version", find)
    assert "tensorflow-cpu 2.21.0, keras 2.21.0" in describe_versions("9.9")

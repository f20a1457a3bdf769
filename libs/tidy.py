"""Finished pictures are moved out of the way, and what a killed run left half written is removed."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from libs.errors import PictureError
from libs.pictures_write import part_of
from libs.results import make_folder

FOLDER = "done"


def move_to_done(painted: Path, *results: Path) -> None:
    """Move a picture into the folder `done` beside it, under a free name, once its results are sure to stay.

    PictureError if that cannot be; the picture is then still where it was.
    """
    if painted.is_symlink():
        raise PictureError("it is a link and stays where it is")
    try:
        for result in results:
            _wait_until_on_disk(result)
        folder = painted.parent / FOLDER
        make_folder(folder, parents=False)
        os.rename(painted, _free_name(folder, painted))
    except OSError as error:
        raise PictureError(f"it could not be moved into {FOLDER} ({error.strerror}) and stays where it is") from error


def _wait_until_on_disk(result: Path) -> None:
    """Return when neither the file nor its name can be lost any more by a power failure."""
    for path in (result, result.parent):
        if os.name == "nt" and path.is_dir():  # folders cannot be opened there, and names are safe with the file
            continue
        descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _free_name(folder: Path, painted: Path) -> Path:
    """The picture's own name in a folder or, so that nothing there is replaced, one with a number."""
    free, number = folder / painted.name, 1
    while os.path.lexists(free):
        number += 1
        free = folder / f"{painted.stem} ({number}){painted.suffix}"
    return free


def remove_parts(files: Iterable[Path]) -> None:
    """Remove what a killed run left of files that were being written (`part_of`); nothing else is looked at."""
    for file in files:
        with suppress(OSError):
            part_of(file).unlink()

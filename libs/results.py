"""Where results are written: the checks of a place, and the making of its folders, again where one has gone."""

import os
from pathlib import Path

from libs.errors import PictureError, UsageError
from libs.pictures_write import LONGEST_NAME


def check_place(result: Path, inside: Path) -> None:
    """PictureError if the result's name is too long or its folder is a link to somewhere else.

    inside: the result's folder, relative to the one of all results.
    """
    if len(os.fsencode(result.name)) > LONGEST_NAME:
        raise PictureError("its result's name would be too long; give it a shorter one")
    top = _top_of(result, inside)
    for above in reversed(result.parents[: len(inside.parts)]):
        if above.exists() and above.resolve() != top.resolve() / above.relative_to(top):
            raise PictureError(f"{above} is a link to another place, where no result is written; remove the link")


def make_results_folder(folder: Path) -> None:
    """Make the folder of all results if it is missing; UsageError if the system refuses."""
    try:
        make_folder(folder, parents=True)
    except OSError as error:
        raise UsageError(f"cannot make the folder {folder} ({error.strerror}); name another one") from error


def make_folder_of(result: Path, inside: Path) -> None:
    """Make the folder for one result, if it is missing (again); PictureError if the system refuses or it is a link."""
    check_place(result, inside)
    try:
        make_folder(_top_of(result, inside), parents=False)
        make_folder(result.parent, parents=True)
    except OSError as error:
        words = f"cannot make the folder {result.parent} ({error.strerror})"
        raise PictureError(f"{words}; make room or allow writing there") from error


def make_folder(folder: Path, parents: bool) -> None:
    """Path.mkdir(exist_ok=True), which asks what is there after it was refused: what it was may be gone by then."""
    try:
        folder.mkdir(parents=parents, exist_ok=True)
    except FileExistsError:
        folder.mkdir(parents=parents, exist_ok=True)


def _top_of(result: Path, inside: Path) -> Path:
    """The folder of all results."""
    return result.parents[len(inside.parts)]

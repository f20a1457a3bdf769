"""Folders -> jobs: which picture is filled, from which original, into which file."""

from dataclasses import dataclass
from pathlib import Path

from libs.errors import PictureError, UsageError
from libs.pictures import ENDINGS, find_original, find_pictures, group_by_stem, stem_key


@dataclass(frozen=True)
class Folders:
    """Where painted pictures are, where results go, and where unpainted originals are (None: nowhere)."""

    painted: Path
    results: Path
    originals: Path | None = None


@dataclass(frozen=True)
class Job:
    """One painted picture, the file its result goes to, the original it starts from (None: the painted one).

    refusal: why it is not to be filled at all, as a sentence; empty if it is.
    """

    painted: Path
    result: Path
    original: Path | None = None
    refusal: str = ""


def plan_jobs(folders: Folders) -> list[Job]:
    """One job a picture, in reading order; UsageError if a folder cannot be used. Nothing is written."""
    _check_apart(folders)
    painted = _list_folder(folders.painted)
    originals = group_by_stem(_list_folder(folders.originals)) if folders.originals else {}
    firsts = {key: paths[0] for key, paths in group_by_stem(painted).items()}
    return [_plan_job(path, folders, originals, firsts[stem_key(path)]) for path in painted]


def _plan_job(painted: Path, folders: Folders, originals: dict[str, list[Path]], first: Path) -> Job:
    """The job of one picture; `first` is the one that gets the result's name."""
    result = folders.results / f"{painted.stem}.png"
    if painted != first:
        return Job(painted, result, refusal=f"its result would replace that of {first.name}; rename one of the two")
    if folders.originals is None:
        return Job(painted, result)
    try:
        return Job(painted, result, find_original(painted, originals, folders.originals))
    except PictureError as error:
        return Job(painted, result, refusal=str(error))


def _list_folder(folder: Path) -> list[Path]:
    try:
        return find_pictures(folder)
    except FileNotFoundError as error:
        raise UsageError(f"there is no folder {folder}; make it and put your pictures there") from error
    except OSError as error:
        raise UsageError(f"cannot list {folder} ({error.strerror}); name a folder that may be read") from error


def _check_apart(folders: Folders) -> None:
    """UsageError if results would be written over pictures that the person gave."""
    for given in (folders.painted, folders.originals):
        if given is not None and _are_one(given, folders.results):
            raise UsageError(
                f"{folders.results} is both read and written, results would replace your own pictures; "
                "name another folder with --decensor_output_path"
            )


def _are_one(folder: Path, other: Path) -> bool:
    """Whether two paths lead to one folder, by links or in other letter case too."""
    return folder.exists() and other.exists() and folder.samefile(other)


def describe_no_pictures(folder: Path) -> str:
    """What to tell the person whose folder holds no picture."""
    return f"no pictures in {folder}; put painted pictures there ({', '.join(ENDINGS)}) and start again"


def make_results_folder(folder: Path) -> None:
    """Make the folder for the results if it is missing; UsageError if the system refuses."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make the folder {folder} ({error.strerror}); name another one") from error

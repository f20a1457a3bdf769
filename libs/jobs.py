"""Folders -> jobs: which picture is filled, from which original, into which file."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from libs.companions import find_companion
from libs.errors import PictureError, UsageError
from libs.pictures_find import (
    ENDINGS,
    find_pictures,
    find_subfolders,
    folder_key,
    group_by_stem,
    name_key,
    stem_key,
)
from libs.pictures_write import KINDS
from libs.results import check_place
from libs.settings import MOST_MEGAPIXELS, SAME, Folders
from libs.tidy import FOLDER


@dataclass(frozen=True)
class Job:
    """One painted picture, the file its result goes to, the original it starts from (None: the painted one).

    refusal: why it is not to be filled at all, as a sentence; empty if it is.
    inside: the folder of the picture, relative to the one that was named, and of its result among the results.
    hole_picture: shows its hole in white, besides the paint; notes: to be told if there is no hole.
    """

    painted: Path
    result: Path
    original: Path | None = None
    refusal: str = ""
    inside: Path = field(default=Path())
    most_megapixels: float = MOST_MEGAPIXELS
    hole_picture: Path | None = None
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the picture is called in its line."""
        return str(self.inside / self.painted.name)


@dataclass(frozen=True)
class _Found:
    """A painted picture, or a folder that cannot be listed (then with a refusal), and its place in the results."""

    path: Path
    inside: Path = field(default=Path())
    refusal: str = ""


def plan_jobs(folders: Folders) -> list[Job]:
    """One job a picture, in reading order; UsageError if a folder cannot be used. Nothing is written."""
    found = list(dict.fromkeys(_find_painted(folders)))
    _check_apart(found, folders)
    originals, hole_pictures = (
        {inside: _group_partners(inside, folder) for inside in {item.inside for item in found}}
        for folder in (folders.originals, folders.hole_pictures)
    )
    jobs = [_plan_job(item, folders, originals[item.inside]) for item in found]
    jobs = [_with_hole_picture(job, folders.hole_pictures, hole_pictures[job.inside]) for job in jobs]
    return _refuse_collisions(jobs, folders)


def _find_painted(folders: Folders) -> Iterator[_Found]:
    """The pictures of all folders that are to be filled, and those named one by one."""
    for named in (*folders.named, folders.hole_pictures):
        if named is not None and not named.exists():
            raise UsageError(f"there is no file or folder {named}; look for a slip in its name")
    for named in folders.named or (folders.painted,):
        if folders.named and not named.is_dir():
            yield _Found(named)
            continue
        pictures = _list_folder(named)
        yield from (_Found(path) for path in pictures if not (folders.recursive and path.is_dir()))
        if folders.recursive:
            yield from _find_below(named, folders)


def _find_below(top: Path, folders: Folders) -> Iterator[_Found]:
    """The pictures of all folders in a folder; a folder that cannot be listed is only that one's failure.

    Folders of finished pictures that were moved out of the way are passed over.
    """
    beside = (folders.results, folders.originals, folders.hole_pictures)
    left_out = [folder for folder in beside if folder is not None]
    for inside in find_subfolders(top, left_out):
        if inside == Path() or FOLDER in inside.parts:
            continue
        try:
            yield from (_Found(path, inside) for path in find_pictures(top / inside) if not path.is_dir())
        except OSError as error:
            refusal = f"cannot list this folder ({error.strerror}); allow reading it"
            yield _Found(top / inside, inside.parent, refusal)


def _list_folder(folder: Path) -> list[Path]:
    try:
        return find_pictures(folder)
    except FileNotFoundError as error:
        raise UsageError(f"there is no folder {folder}; make it and put your pictures there") from error
    except OSError as error:
        raise UsageError(f"cannot list {folder} ({error.strerror}); name a folder that may be read") from error


def _group_partners(inside: Path, top: Path | None) -> dict[str, list[Path]]:
    """What a folder (a file has nothing) has for the pictures of one folder, by stem."""
    if top is None or top.is_file():
        return {}
    if inside != Path() and not (top / inside).is_dir():
        return {}
    return group_by_stem(_list_folder(top / inside))


def _plan_job(found: _Found, folders: Folders, originals: dict[str, list[Path]]) -> Job:
    """The job of one picture, as if it were the only one."""
    result = folders.results / found.inside / found.path.name
    job = Job(found.path, result, None, found.refusal, found.inside, folders.most_megapixels)
    if job.refusal:
        return job
    try:
        if folders.originals is not None:
            job = replace(job, original=_find_original(job.painted, originals, folders.originals / job.inside))
        ending = _choose_ending(job.original or job.painted, folders.output_format)
        job = replace(job, result=job.result.with_name(f"{job.painted.stem}{ending}"))
        check_place(job.result, job.inside)
    except PictureError as error:
        return replace(job, refusal=str(error))
    return job


def _find_original(painted: Path, originals: dict[str, list[Path]], folder: Path) -> Path:
    """The one original of a painted picture; PictureError if there is none, or several."""
    original = find_companion(painted, "original", originals, folder)
    if original is None:
        raise PictureError(
            f"no original: {folder} has no picture named {painted.stem}.*; "
            f"put the unpainted picture there under the same name as {painted.name}"
        )
    return original


def _with_hole_picture(job: Job, top: Path | None, found: dict[str, list[Path]]) -> Job:
    """The job with the hole picture that the folder `top` has for it, or with the one for all."""
    if top is None:
        return job
    if top.is_file():
        return replace(job, hole_picture=top, notes=(_tell_black(top),))
    try:
        hole_picture = find_companion(job.painted, "hole picture", found, top / job.inside)
    except PictureError as error:
        return replace(job, refusal=job.refusal or str(error))
    missing = f"no hole picture named {job.painted.stem}.* in {top / job.inside}"
    return replace(job, hole_picture=hole_picture, notes=(_tell_black(hole_picture) if hole_picture else missing,))


def _tell_black(hole_picture: Path) -> str:
    return f"nothing white in its hole picture {hole_picture}"


def _choose_ending(start: Path, output_format: str) -> str:
    """How the result's name ends, from the picture that it starts from: with the dot."""
    if output_format != SAME:
        return f".{output_format}"
    return start.suffix if start.suffix[1:].lower() in KINDS else ".png"


def _refuse_collisions(jobs: list[Job], folders: Folders) -> list[Job]:
    """Of jobs whose results some file system would take for one, only the first is not refused.

    Pictures that were moved aside as finished come before all others.
    """
    firsts: dict[tuple[str, ...], Job] = {}
    jobs = [_refuse_second(job, firsts.setdefault(_result_key(job, folders), job)) for job in jobs]
    moved = {folder: _list_moved(folder) for folder in {job.painted.parent for job in jobs if job.result.exists()}}
    return [_refuse_after_moved(job, moved.get(job.painted.parent, {}), folders) for job in jobs]


def _list_moved(folder: Path) -> dict[str, list[Path]]:
    """The pictures of a folder that were moved aside as finished, by stem."""
    try:
        return group_by_stem(find_pictures(folder / FOLDER))
    except OSError:
        return {}


def _refuse_after_moved(job: Job, moved: dict[str, list[Path]], folders: Folders) -> Job:
    """The job, refused if it would replace the result of a picture of another kind that was moved aside."""
    for other in moved.get(stem_key(job.painted), []) if not job.refusal else []:
        ending = _choose_ending(job.original or other, folders.output_format)
        if other.suffix.lower() != job.painted.suffix.lower() and ending == job.result.suffix and job.result.exists():
            return replace(job, refusal=f"its result would replace that of {other}; rename one of the two")
    return job


def _result_key(job: Job, folders: Folders) -> tuple[str, ...]:
    return name_key(job.result.relative_to(folders.results))


def _refuse_second(job: Job, first: Job) -> Job:
    if job is first or job.refusal:
        return job
    other = first.painted if first.name == job.name else first.name
    return replace(job, refusal=f"its result would replace that of {other}; rename one of the two")


def _check_apart(found: list[_Found], folders: Folders) -> None:
    """UsageError if results would be written over pictures that the person gave."""
    read = {folder for folder in (folders.painted, folders.originals) if folder} if not folders.named else set()
    read |= {item.path.parent for item in found}
    for partners in (folders.originals, folders.hole_pictures):
        if partners is not None:
            read |= {partners.parent} if partners.is_file() else {partners / item.inside for item in found}
    keys = {folder_key(folder) for folder in read if folder.is_dir()}
    for written in {folders.results, *(folders.results / item.inside for item in found)}:
        if written.is_dir() and folder_key(written) in keys:
            raise UsageError(
                f"{written} is both read and written, results would replace your own pictures; "
                "name another folder with --decensor_output_path"
            )


def describe_no_pictures(folders: Folders) -> str:
    """What to tell the person whose folder holds no picture."""
    searched = ", ".join(map(str, folders.named)) or str(folders.painted)
    advice = f"put painted pictures there ({', '.join(ENDINGS)}) and start again"
    below = any(len(find_subfolders(folder, ())) > 1 for folder in folders.named or (folders.painted,))
    if below and not folders.recursive:
        advice += ", or add --recursive to fill those in the folders inside it too"
    return f"no pictures in {searched}; {advice}"

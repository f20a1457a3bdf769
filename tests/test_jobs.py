"""Folders -> jobs."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from libs.errors import PictureError, UsageError
from libs.jobs import Job, describe_no_pictures, plan_jobs
from libs.results import make_folder_of
from libs.settings import Folders


@pytest.fixture
def folders(tmp_path):
    for name in ("in", "originals"):
        (tmp_path / name).mkdir()
    return Folders(tmp_path / "in", tmp_path / "out", tmp_path / "originals")


posix = pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege there")


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def plan(folders: Folders, **changes) -> list[Job]:
    """The jobs without originals."""
    return plan_jobs(replace(folders, originals=None, **changes))


def results(jobs: list[Job], folders: Folders) -> dict[str, str]:
    """What goes where, of those that are not refused."""
    return {job.name: job.result.relative_to(folders.results).as_posix() for job in jobs if not job.refusal}


def refusals(jobs: list[Job]) -> dict[str, str]:
    return {job.name: job.refusal for job in jobs if job.refusal}


def test_without_originals_each_picture_is_its_own_start(folders):
    touch(folders.painted, "b.webp", "a.png")
    jobs = plan_jobs(Folders(folders.painted, folders.results))
    assert jobs == [
        Job(folders.painted / "a.png", folders.results / "a.png"),
        Job(folders.painted / "b.webp", folders.results / "b.png"),
    ]


def test_with_originals_each_picture_gets_the_one_of_its_name(folders):
    touch(folders.painted, "a.png", "b.png")
    touch(folders.originals, "A.JPG")
    found, missing = plan_jobs(folders)
    assert found.original == folders.originals / "A.JPG"
    assert missing.refusal.startswith("no original: ")


def test_of_two_pictures_with_one_result_the_second_is_refused(folders):
    touch(folders.painted, "a.jpg", "a.png", "b.png")
    jobs = plan_jobs(Folders(folders.painted, folders.results))
    assert [(job.painted.name, job.refusal) for job in jobs] == [
        ("a.png", ""),
        ("a.jpg", "its result would replace that of a.png; rename one of the two"),
        ("b.png", ""),
    ]


def test_planning_writes_nothing(folders):
    touch(folders.painted, "a.png")
    plan_jobs(folders)
    assert not folders.results.exists()


@pytest.mark.parametrize("given", ["painted", "originals"])
def test_results_never_go_where_pictures_were_given(folders, given):
    results = folders.painted / ".." / getattr(folders, given).name
    with pytest.raises(UsageError, match="results would replace your own pictures; name another folder with"):
        plan_jobs(Folders(folders.painted, results, folders.originals))


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege there")
def test_results_never_go_there_through_a_link_either(folders):
    folders.results.symlink_to(folders.painted)
    with pytest.raises(UsageError, match="results would replace your own pictures"):
        plan_jobs(folders)


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"there is no folder .*gone; make it and put your pictures there"):
        plan_jobs(Folders(tmp_path / "gone", tmp_path / "out"))


def test_a_file_in_place_of_a_folder_is_told(tmp_path):
    touch(tmp_path, "a.png")
    with pytest.raises(UsageError, match=r"cannot list .*a\.png \(Not a directory\); name a folder that may be"):
        plan_jobs(Folders(tmp_path / "a.png", tmp_path / "out"))


# Kinds of results


@pytest.mark.parametrize(
    ("output_format", "expected"),
    [
        ("png", ["a.png", "b.png", "c.png", "d.png", "e.png", "f.png"]),
        ("webp", ["a.webp", "b.webp", "c.webp", "d.webp", "e.webp", "f.webp"]),
        ("same", ["a.PNG", "b.bmp", "c.tiff", "d.webp", "e.png", "f.JPG"]),
    ],
)
def test_results_end_as_was_asked_for(folders, output_format, expected):
    touch(folders.painted, "a.PNG", "b.bmp", "c.tiff", "d.webp", "e.gif", "f.JPG")
    assert list(results(plan(folders, output_format=output_format), folders).values()) == expected


def test_a_result_of_the_same_kind_is_of_the_kind_of_its_original(folders):
    touch(folders.painted, "a.png")
    touch(folders.originals, "a.jpg")
    (job,) = plan_jobs(replace(folders, output_format="same"))
    assert job.result.name == "a.jpg"


def test_pictures_whose_results_differ_do_not_collide(folders):
    touch(folders.painted, "a.jpg", "a.png")
    assert refusals(plan(folders, output_format="same")) == {}


def test_gif_and_png_of_one_name_collide_in_the_same_kind_too(folders):
    touch(folders.painted, "a.gif", "a.png")
    assert refusals(plan(folders, output_format="same")) == {
        "a.gif": "its result would replace that of a.png; rename one of the two"
    }


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs a file system that tells letter cases apart")
def test_results_that_differ_only_in_letter_case_or_unicode_form_collide(folders):
    touch(folders.painted, "A.png", "a.png", "Caf\u00e9.png", "cafe\u0301.png")
    assert list(refusals(plan(folders)).values()) == [
        "its result would replace that of A.png; rename one of the two",
        "its result would replace that of Caf\u00e9.png; rename one of the two",
    ]


def test_a_name_that_would_become_too_long_is_refused(folders):
    name = f"{'x' * 251}.png"
    touch(folders.painted, name)
    assert refusals(plan(folders)) == {}
    assert refusals(plan(folders, output_format="webp")) == {
        name: "its result's name would be too long; give it a shorter one"
    }


# Folders in folders


def test_with_recursive_the_folders_inside_are_mirrored(folders):
    touch(folders.painted, "b.jpg", "2/a.png", "10/a.png", "2/deep/er/a.webp", ".hidden/a.png", "empty/notes.txt")
    assert results(plan(folders), folders) == {"b.jpg": "b.png"}
    expected = {
        "b.jpg": "b.png",
        "2/a.png": "2/a.png",
        "2/deep/er/a.webp": "2/deep/er/a.png",
        "10/a.png": "10/a.png",
    }
    found = results(plan(folders, recursive=True), folders)
    assert {Path(name).as_posix(): result for name, result in found.items()} == expected
    assert list(found.values()) == list(expected.values())


def test_a_folder_named_like_a_picture_is_a_folder(folders):
    touch(folders.painted, "a.png/b.png")
    assert list(results(plan(folders, recursive=True), folders).values()) == ["a.png/b.png"]


def test_collisions_are_within_one_folder(folders):
    touch(folders.painted, "a.png", "x/a.png", "x/a.jpg", "y/a.jpg")
    (refused,) = refusals(plan(folders, recursive=True)).values()
    assert refused == f"its result would replace that of {Path('x') / 'a.png'}; rename one of the two"


def test_originals_are_looked_for_in_the_folder_of_the_same_name(folders):
    touch(folders.painted, "a.png", "x/a.png", "y/a.png")
    touch(folders.originals, "a.jpg", "x/a.bmp")
    first, second, third = plan_jobs(replace(folders, recursive=True))
    assert first.original == folders.originals / "a.jpg"
    assert second.original == folders.originals / "x" / "a.bmp"
    assert third.refusal.startswith(f"no original: {folders.originals / 'y'} has no picture named a.*; ")


def test_results_and_originals_inside_the_folder_are_not_taken_for_pictures_to_fill(folders):
    inner = replace(folders, results=folders.painted / "out", originals=folders.painted / "plain", recursive=True)
    touch(folders.painted, "a.png", "out/a.png", "out/x/b.png", "plain/a.png")
    assert [job.name for job in plan_jobs(inner)] == ["a.png"]


def test_results_never_go_into_a_folder_that_is_read(folders):
    touch(folders.painted, "in/a.png")
    with pytest.raises(UsageError, match=r"is both read and written, results would replace your own pictures"):
        plan(replace(folders, painted=folders.painted, results=folders.painted.parent), recursive=True, named=())


@posix
def test_folders_linked_in_a_circle_are_walked_once(folders):
    touch(folders.painted, "x/a.png", "y/b.png")
    for name in ("x", "y"):
        (folders.painted / name / "up").symlink_to(folders.painted)
        (folders.painted / name / "across").symlink_to(folders.painted / ("y" if name == "x" else "x"))
    (folders.painted / "x" / "self").symlink_to("self")
    found = results(plan(folders, recursive=True), folders)
    assert list(found.values()) == ["x/a.png", "y/b.png"]


@posix
def test_a_linked_folder_from_elsewhere_is_filled(folders, tmp_path):
    touch(tmp_path / "elsewhere", "a.png", "b/c.png")
    (folders.painted / "link").symlink_to(tmp_path / "elsewhere")
    found = results(plan(folders, recursive=True), folders)
    assert list(found.values()) == ["link/a.png", "link/b/c.png"]


@posix
def test_no_result_goes_through_a_link_among_the_results(folders, tmp_path):
    touch(folders.painted, "a.png", "x/y/a.png")
    (tmp_path / "elsewhere").mkdir()
    (folders.results / "x").parent.mkdir()
    (folders.results / "x").symlink_to(tmp_path / "elsewhere")
    jobs = plan(folders, recursive=True)
    refusal = f"{folders.results / 'x'} is a link to another place, where no result is written; remove the link"
    assert refusals(jobs) == {"x/y/a.png": refusal}
    with pytest.raises(PictureError, match="is a link to another place"):
        make_folder_of(jobs[1].result, jobs[1].inside)
    assert not any((tmp_path / "elsewhere").iterdir())


def test_a_folder_that_vanished_is_made_again(folders):
    touch(folders.painted, "x/a.png")
    (job,) = plan(folders, recursive=True)
    make_folder_of(job.result, job.inside)
    assert job.result.parent.is_dir()
    (folders.results / "x").rmdir()
    folders.results.rmdir()
    make_folder_of(job.result, job.inside)
    assert job.result.parent.is_dir()


@pytest.mark.parametrize("vanishing", ["out", "x"])
def test_a_folder_that_vanishes_while_it_is_asked_for_is_made_again(folders, monkeypatch, vanishing):
    touch(folders.painted, "x/a.png")
    (job,) = plan(folders, recursive=True)
    make_folder_of(job.result, job.inside)
    is_folder, gone = Path.is_dir, []

    def remove_first(path):
        if path.name == vanishing and not gone:
            gone.append(path)
            shutil.rmtree(path)
        return is_folder(path)

    monkeypatch.setattr(Path, "is_dir", remove_first)
    make_folder_of(job.result, job.inside)
    assert gone
    assert job.result.parent.is_dir()


def test_a_folder_that_cannot_be_made_is_told(folders):
    touch(folders.painted, "x/a.png")
    touch(folders.results, "x")
    (job,) = plan(folders, recursive=True)
    with pytest.raises(PictureError, match=r"cannot make the folder .*x \(.*\); make room or allow writing there"):
        make_folder_of(job.result, job.inside)


def test_a_folder_that_cannot_be_listed_is_only_its_own_failure(folders, monkeypatch):
    touch(folders.painted, "a.png", "locked/b.png")
    list_folder = Path.iterdir

    def refuse(folder):
        if folder.name == "locked":
            raise PermissionError(13, "Permission denied")
        return list_folder(folder)

    monkeypatch.setattr(Path, "iterdir", refuse)
    jobs = plan(folders, recursive=True)
    assert list(results(jobs, folders).values()) == ["a.png"]
    assert refusals(jobs) == {"locked": "cannot list this folder (Permission denied); allow reading it"}


# Files by name


def test_named_files_and_folders_are_filled_instead(folders, tmp_path):
    touch(tmp_path / "desk", "b.jpg", "more/c.png", "more/deep/d.png", "strange.abc")
    touch(folders.painted, "a.png")
    named = tuple(tmp_path / "desk" / name for name in ("b.jpg", "more", "strange.abc"))
    assert list(results(plan(folders, named=named), folders).values()) == ["b.png", "c.png", "strange.png"]
    found = results(plan(folders, named=named, recursive=True), folders)
    assert list(found.values()) == ["b.png", "c.png", "deep/d.png", "strange.png"]


def test_a_file_named_twice_is_filled_once(folders, tmp_path):
    touch(tmp_path / "desk", "b.jpg")
    named = (tmp_path / "desk" / "b.jpg", tmp_path / "desk", tmp_path / "desk" / "b.jpg")
    assert len(plan(folders, named=named)) == 1


def test_files_of_one_name_from_two_folders_are_told_apart_by_their_folders(folders, tmp_path):
    touch(tmp_path, "desk/a.png", "home/a.png")
    jobs = plan(folders, named=(tmp_path / "desk" / "a.png", tmp_path / "home" / "a.png"))
    assert refusals(jobs) == {
        "a.png": f"its result would replace that of {tmp_path / 'desk' / 'a.png'}; rename one of the two"
    }


def test_a_named_file_that_is_not_there_is_told(folders, tmp_path):
    with pytest.raises(UsageError, match=r"there is no file or folder .*gone\.png; look for a slip in its name"):
        plan(folders, named=(tmp_path / "gone.png",))


def test_results_never_go_where_a_named_file_is(folders):
    touch(folders.results, "a.jpg")
    with pytest.raises(UsageError, match="results would replace your own pictures"):
        plan(folders, named=(folders.results / "a.jpg",))


def test_pictures_in_folders_inside_are_not_passed_over_in_silence(folders):
    touch(folders.painted, "x/a.png")
    told = describe_no_pictures(folders)
    assert told.endswith("and start again, or add --recursive to fill those in the folders inside it too")
    assert "--recursive" not in describe_no_pictures(replace(folders, recursive=True))

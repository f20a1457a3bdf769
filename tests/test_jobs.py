"""Folders -> jobs."""

import os
from pathlib import Path

import pytest

from libs.errors import UsageError
from libs.jobs import Folders, Job, plan_jobs


@pytest.fixture
def folders(tmp_path):
    for name in ("in", "originals"):
        (tmp_path / name).mkdir()
    return Folders(tmp_path / "in", tmp_path / "out", tmp_path / "originals")


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes(b"")


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

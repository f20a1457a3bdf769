"""Finished pictures are moved out of the way."""

import os
from pathlib import Path

import pytest

from libs import tidy
from libs.errors import PictureError
from libs.tidy import move_to_done, remove_parts


@pytest.fixture
def files(tmp_path) -> tuple[Path, Path]:
    """A painted picture and its result, in folders of their own."""
    paths = tmp_path / "in" / "a.b.png", tmp_path / "out" / "a.b.png"
    for path in paths:
        path.parent.mkdir()
        path.write_bytes(path.parent.name.encode())
    return paths


def test_a_finished_picture_moves_into_done_beside_it(files):
    painted, result = files
    move_to_done(painted, result)
    assert not painted.exists()
    assert (painted.parent / "done" / "a.b.png").read_bytes() == b"in"
    assert result.read_bytes() == b"out"


def test_nothing_in_done_is_ever_replaced(files):
    painted, result = files
    for content in (b"one", b"two", b"three"):
        painted.write_bytes(content)
        move_to_done(painted, result)
    done = painted.parent / "done"
    assert {path.name: path.read_bytes() for path in done.iterdir()} == {
        "a.b.png": b"one",
        "a.b (2).png": b"two",
        "a.b (3).png": b"three",
    }


def test_a_picture_whose_result_is_gone_stays(files):
    painted, result = files
    result.unlink()
    with pytest.raises(PictureError, match=r"it could not be moved into done .* and stays where it is"):
        move_to_done(painted, result)
    assert painted.read_bytes() == b"in"


def test_a_picture_stays_where_done_is_a_file(files):
    painted, result = files
    (painted.parent / "done").write_text("mine")
    with pytest.raises(PictureError, match=r"it could not be moved into done \(File exists\) and stays"):
        move_to_done(painted, result)
    assert painted.read_bytes() == b"in"
    assert (painted.parent / "done").read_text() == "mine"


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege there")
def test_a_link_stays_for_it_may_lead_nowhere_from_elsewhere(files):
    painted, result = files
    link = painted.with_name("link.png")
    link.symlink_to(painted.name)
    with pytest.raises(PictureError, match="it is a link and stays where it is"):
        move_to_done(link, result)
    assert link.read_bytes() == b"in"


@pytest.mark.skipif(os.name == "nt", reason="folders cannot be synced there")
def test_result_and_folder_are_on_the_disk_before_the_picture_moves(files, monkeypatch):
    painted, result = files
    events = []
    sync, rename = os.fsync, os.rename
    names = {os.stat(result).st_ino: "result", os.stat(result.parent).st_ino: "folder"}
    monkeypatch.setattr(tidy.os, "fsync", lambda file: (events.append(names[os.fstat(file).st_ino]), sync(file)))
    monkeypatch.setattr(tidy.os, "rename", lambda one, other: (events.append("move"), rename(one, other)))
    move_to_done(painted, result)
    assert events == ["result", "folder", "move"]


def test_only_the_parts_of_named_files_are_removed(tmp_path):
    for name in ("a.png", "a.png.part", "b.png.part", "mine.part"):
        (tmp_path / name).write_text("")
    (tmp_path / "c.png.part").mkdir()
    remove_parts([tmp_path / "a.png", tmp_path / "c.png", tmp_path / "d.png", tmp_path / "gone" / "e.png"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b.png.part", "c.png.part", "mine.part"]

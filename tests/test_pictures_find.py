"""Folders -> names of picture files."""

from pathlib import Path

from libs.pictures_find import find_pictures


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes(b"")


def test_pictures_come_in_the_order_a_person_expects(tmp_path):
    touch(tmp_path, "page10.png", "page2.PNG", "Page1.jpg", "10.png", "9.png", "page2b.webp", "cover.tiff")
    names = [path.name for path in find_pictures(tmp_path)]
    assert names == ["9.png", "10.png", "cover.tiff", "Page1.jpg", "page2.PNG", "page2b.webp", "page10.png"]


def test_every_known_kind_is_found_and_nothing_else(tmp_path):
    known = ["a.png", "b.JPG", "c.jpeg", "d.WebP", "e.bmp", "f.tif", "g.TIFF", "h.gif"]
    touch(tmp_path, *known, ".hidden.png", "._h.png", "notes.txt", "png", ".png", "i.png.part", "Thumbs.db")
    assert [path.name for path in find_pictures(tmp_path)] == known


def test_of_one_stem_the_kind_that_can_hold_green_comes_first(tmp_path):
    touch(tmp_path, "cover.jpg", "cover.png", "cover.gif")
    assert [path.suffix for path in find_pictures(tmp_path)] == [".png", ".gif", ".jpg"]

"""Arrays -> picture files, whole or not at all."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

from libs.errors import PictureError
from libs.pictures import Metadata, Picture, describe_losses, kind_of, part_of, read_picture, write_picture

LOSSLESS = ["png", "webp", "tif", "tiff", "bmp"]
posix = pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege there")


@pytest.fixture
def rng():
    return np.random.default_rng(9)


def noise(rng, *shape) -> np.ndarray:
    return rng.integers(0, 256, shape, dtype=np.uint8)


# Kinds


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (65, 7), (500, 3)])
@pytest.mark.parametrize("ending", LOSSLESS)
def test_lossless_kinds_keep_every_pixel(tmp_path, rng, ending, size):
    pixels = noise(rng, *size, 3)
    path = tmp_path / f"page.{ending}"
    write_picture(path, Picture(pixels))
    assert_array_equal(read_picture(path).pixels, pixels)


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("ending", ["png", "webp", "tif"])
def test_alpha_and_the_colours_under_it_are_kept_bit_for_bit(tmp_path, rng, ending, grey):
    pixels, alpha = noise(rng, 40, 30, 3), noise(rng, 40, 30)
    pixels[..., 1:] = pixels[..., :1] if grey else pixels[..., 1:]
    alpha[:20] = 0
    path = tmp_path / f"page.{ending}"
    write_picture(path, Picture(pixels, alpha, grey))
    picture = read_picture(path)
    assert_array_equal(picture.pixels, pixels)
    assert_array_equal(picture.alpha, alpha)


@pytest.mark.parametrize("ending", ["png", "tif", "bmp", "jpg"])
def test_a_grey_page_is_grey_in_every_kind_that_has_grey(tmp_path, rng, ending):
    path = tmp_path / f"page.{ending}"
    write_picture(path, Picture(np.repeat(noise(rng, 8, 8, 1), 3, axis=2), grey=True))
    assert Image.open(path).mode == "L"


def test_jpeg_changes_a_page_only_slightly_and_says_so(tmp_path, rng):
    pixels = np.repeat(np.repeat(noise(rng, 12, 9, 3), 16, axis=0), 16, axis=1)
    write_picture(tmp_path / "page.jpg", Picture(pixels))
    change = np.abs(read_picture(tmp_path / "page.jpg").pixels.astype(int) - pixels)
    assert 0 < change.max() <= 8
    assert describe_losses(Picture(pixels), kind_of(Path("page.JPG"))) == (
        "written as JPEG, which changed the rest of it slightly too",
    )


@pytest.mark.parametrize("ending", LOSSLESS)
def test_lossless_kinds_have_nothing_to_tell_of_a_plain_page(ending):
    assert describe_losses(Picture(np.zeros((2, 2, 3), np.uint8)), kind_of(Path(f"page.{ending}"))) == ()


def test_what_a_kind_has_no_place_for_is_told():
    picture = Picture(np.zeros((2, 2, 3), np.uint8), metadata=Metadata(b"profile", (300, 300), b"exif"))
    assert describe_losses(picture, kind_of(Path("page.bmp"))) == ("BMP has no place for its colour profile and EXIF",)
    assert describe_losses(picture, kind_of(Path("page.webp"))) == ("WEBP has no place for its resolution",)
    for_screens = Picture(np.zeros((2, 2, 3), np.uint8), metadata=Metadata(dpi=(96, 96)))
    assert describe_losses(for_screens, kind_of(Path("page.webp"))) == ()


def test_a_strip_too_long_for_webp_is_refused_with_the_way_on():
    strip = Picture(np.broadcast_to(np.uint8(0), (30_000, 2_000, 3)))
    with pytest.raises(PictureError) as caught:
        describe_losses(strip, kind_of(Path("strip.webp")))
    assert str(caught.value) == (
        "2000 x 30000 pixels are too many for WEBP, whose sides end at 16383; write it with --output_format png"
    )
    assert describe_losses(strip, kind_of(Path("strip.png"))) == ()


@pytest.mark.parametrize("ending", ["bmp", "jpg"])
def test_a_kind_without_transparency_refuses_it(ending):
    picture = Picture(np.zeros((2, 2, 3), np.uint8), np.zeros((2, 2), np.uint8))
    with pytest.raises(PictureError, match=r"cannot hold its transparency; write it with --output_format png"):
        describe_losses(picture, kind_of(Path(f"a.{ending}")))


def test_a_kind_that_cannot_be_written_is_our_mistake():
    with pytest.raises(ValueError, match="ends in 'gif'"):
        kind_of(Path("a.gif"))


# Names


def test_while_it_is_written_a_name_is_longer_by_its_ending_where_that_fits():
    assert part_of(Path("out") / "page.png") == Path("out") / "page.png.part"


@pytest.mark.parametrize("letter", ["x", "é", "表"])
def test_a_name_as_long_as_names_may_be_is_written(tmp_path, rng, letter):
    count, rest = divmod(255 - len(".png"), len(letter.encode()))
    path = tmp_path / f"{letter * count}{'y' * rest}.png"
    assert len(os.fsencode(path.name)) == 255
    write_picture(path, Picture(noise(rng, 3, 3, 3)))
    assert list(tmp_path.iterdir()) == [path]


def test_long_names_that_differ_only_at_the_end_do_not_share_a_part():
    assert part_of(Path(f"{'x' * 250}1.png")) != part_of(Path(f"{'x' * 250}2.png"))


@pytest.mark.parametrize("stem", ["表紙 №3", "  a b  ", "e\u0301", "-v", "a.part", "😀", "%s"])
def test_odd_names_are_written_and_read(tmp_path, rng, stem):
    pixels = noise(rng, 3, 3, 3)
    write_picture(tmp_path / f"{stem}.png", Picture(pixels))
    assert_array_equal(read_picture(tmp_path / f"{stem}.png").pixels, pixels)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are Unicode there")
def test_a_name_that_is_no_unicode_is_written_and_read(tmp_path, rng):
    path = tmp_path / os.fsdecode(b"\xff\xfe.png")
    write_picture(path, Picture(noise(rng, 3, 3, 3)))
    assert read_picture(path).pixels.shape == (3, 3, 3)


# Links


@posix
@pytest.mark.parametrize("name", ["page.png", "page.png.part"])
@pytest.mark.parametrize("dangling", [False, True])
def test_a_link_in_the_way_is_replaced_and_never_followed(tmp_path, rng, name, dangling):
    outside = tmp_path / "outside.txt"
    if not dangling:
        outside.write_text("mine")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).symlink_to(outside)
    write_picture(tmp_path / "out" / "page.png", Picture(noise(rng, 3, 3, 3)))
    assert outside.read_text() == "mine" if not dangling else not outside.exists()
    assert not (tmp_path / "out" / "page.png").is_symlink()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["page.png"]


@posix
def test_a_link_that_comes_into_the_way_meanwhile_is_not_followed_either(tmp_path, rng, monkeypatch):
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "page.png.part").symlink_to(tmp_path / "mine.txt")
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)
    with pytest.raises(PictureError, match=r"cannot write .*page\.png \(File exists\)"):
        write_picture(tmp_path / "page.png", Picture(noise(rng, 3, 3, 3)))
    assert (tmp_path / "mine.txt").read_text() == "mine"


@posix
def test_a_link_to_a_picture_is_read(tmp_path, rng):
    pixels = noise(rng, 4, 4, 3)
    write_picture(tmp_path / "far.png", Picture(pixels))
    (tmp_path / "near.png").symlink_to("far.png")
    assert_array_equal(read_picture(tmp_path / "near.png").pixels, pixels)


@posix
def test_a_link_to_itself_is_told(tmp_path):
    (tmp_path / "a.png").symlink_to("a.png")
    with pytest.raises(PictureError, match="cannot find it any more"):
        read_picture(tmp_path / "a.png")


# Whole or not at all


def test_what_a_stopped_run_left_is_replaced(tmp_path, rng):
    (tmp_path / "a.png.part").write_text("half")
    write_picture(tmp_path / "a.png", Picture(noise(rng, 3, 3, 3)))
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_file_and_name_are_on_the_disk_before_it_is_called_written(tmp_path, rng, monkeypatch):
    done = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda opened: done.append("sync") or fsync(opened))
    monkeypatch.setattr(os, "replace", lambda *names: done.append("rename") or replace(*names))
    write_picture(tmp_path / "a.png", Picture(noise(rng, 3, 3, 3)))
    assert done[:2] == ["sync", "rename"]
    if os.name != "nt":
        assert done == ["sync", "rename", "sync"]


FULL = """
import sys, warnings
warnings.simplefilter("ignore")
import numpy as np
from pathlib import Path
from libs.errors import PictureError
from libs.pictures import Metadata, Picture, write_picture
if sys.argv[2] == "limit":
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
noise = np.random.default_rng(0).integers(0, 256, (400, 400, 3), dtype=np.uint8)
for ending in ("png", "webp", "tif", "bmp", "jpg"):
    try:
        write_picture(Path(sys.argv[1]) / f"page.{ending}", Picture(noise, metadata=Metadata(dpi=(72, 72))))
        sys.exit(f"{ending} was written")
    except PictureError as error:
        print(error)
"""


def fill_up(folder: Path, how: str) -> list[str]:
    """The sentences for one page of every kind, written in a process where there is no room for them."""
    done = subprocess.run(
        [sys.executable, "-c", FULL, folder, how], cwd=Path(__file__).parent.parent, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


@pytest.mark.skipif(sys.platform != "linux", reason="needs a disk that may be mounted")
def test_on_a_full_disk_every_kind_is_told_and_nothing_is_left(tmp_path):
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", tmp_path]).returncode:
        pytest.skip("no disk may be mounted here")
    try:
        lines = fill_up(tmp_path, "disk")
        left = list(tmp_path.iterdir())
    finally:
        subprocess.run(["umount", tmp_path], check=True)
    assert len(lines) == 5
    for line in lines:
        assert line.startswith("cannot write ")
        assert line.endswith(" (No space left on device); make room or allow writing there")
    assert left == []


@pytest.mark.skipif(os.name == "nt", reason="no such limit there")
def test_beyond_the_limit_for_files_every_kind_is_told_and_nothing_is_left(tmp_path):
    (tmp_path / "page.png").write_text("an earlier result")
    lines = fill_up(tmp_path, "limit")
    assert [line.split("page.")[1] for line in lines] == [
        f"{ending} (File too large); make room or allow writing there"
        for ending in ("png", "webp", "tif", "bmp", "jpg")
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["page.png"]
    assert (tmp_path / "page.png").read_text() == "an earlier result"

"""The command line with every kind of picture, and with pictures in every kind of place."""

import builtins
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image
from place import GREEN, draw_page

from libs import engine

SUMMARY = -1
posix = pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege there")


def read_outside(path: Path, painted: np.ndarray) -> np.ndarray:
    """(N, 3) uint8: the pixels of a result that were not painted."""
    return np.asarray(Image.open(path).convert("RGB"))[(painted != GREEN).any(axis=-1)]


@pytest.mark.parametrize("output_format", ["png", "webp", "same"])
@pytest.mark.parametrize("kind", ["png", "bmp", "tif", "gif", "webp"])
def test_every_lossless_kind_is_filled_and_unchanged_outside(place, kind, output_format):
    painted = draw_page()
    painted[painted != GREEN] &= 0xC0  # few colours, so that GIF can keep them
    painted[10:20, 10:20] = GREEN
    place.put(f"page.{kind}", painted, **({"lossless": True} if kind == "webp" else {}))
    code, lines, _ = place.run("--output_format", output_format)
    ending = {"same": "png" if kind == "gif" else kind}.get(output_format, output_format)
    assert code == 0
    assert lines[0].startswith(f"[1/1] page.{kind}: 1 hole filled in ")
    assert lines[0].endswith(" s")
    assert place.written() == [f"page.{ending}"]
    outside = (painted != GREEN).any(axis=-1)
    assert_array_equal(read_outside(place.results / f"page.{ending}", painted), painted[outside])


def test_a_palette_page_comes_out_as_colour_with_its_transparency(place):
    image = Image.new("P", (40, 30), 1)
    image.putpalette([10, 20, 30, *GREEN, 7, 8, 9])
    image.paste(0, (0, 0, 40, 15))
    image.save(place.inputs / "page.png", transparency=0)
    code, _, _ = place.run()
    result = place.get("page.png")
    assert code == 0
    assert result.shape == (30, 40, 4)
    assert_array_equal(result[:15], np.broadcast_to((10, 20, 30, 0), (15, 40, 4)))
    assert (result[15:, :, 3] == 255).all()


def test_a_jpeg_of_the_same_kind_says_that_it_changed_everywhere(place):
    painted = np.full((64, 64, 3), 255, np.uint8)
    painted[16:48, 16:48] = GREEN
    place.put("page.jpg", painted, quality=100, subsampling=0)
    code, lines, _ = place.run("--output_format=same", "--mask_color=0,255,1")
    assert code == 0
    assert lines[0].endswith("; written as JPEG, which changed the rest of it slightly too")
    assert place.written() == ["page.jpg"]


def test_what_could_not_be_kept_is_told_in_the_line(place):
    frames = [Image.fromarray(draw_page()), Image.fromarray(draw_page(hole=None))]
    frames[0].save(place.inputs / "book.tif", save_all=True, append_images=frames[1:], dpi=(300, 300))
    _, lines, _ = place.run("--output_format", "webp")
    assert lines[0].endswith(" s; only its first page was taken, there are more; WEBP has no place for its resolution")


def test_a_webtoon_strip_is_filled(place):
    strip = Image.new("P", (2_000, 30_000))
    strip.putpalette([240, 240, 240, *GREEN])
    strip.paste(1, (100, 29_000, 120, 29_020))
    strip.save(place.inputs / "strip.png", compress_level=1)
    assert place.run()[0] == 0
    result = Image.open(place.results / "strip.png")
    colours = {colour: count for count, colour in result.getcolors()}
    assert result.size == strip.size
    assert GREEN not in colours
    assert colours[240, 240, 240] >= 2_000 * 30_000 - 20 * 20


def test_a_page_too_long_for_webp_is_refused_with_the_way_on(place):
    page = np.full((16_400, 20, 3), 240, np.uint8)
    page[5:9, 5:9] = GREEN
    place.put("strip.png", page)
    code, lines, _ = place.run("--output_format", "webp")
    assert code == 1
    assert lines[0] == (
        "[1/1] strip.png: FAILED, 20 x 16400 pixels are too many for WEBP, whose sides end at 16383; "
        "write it with --output_format png"
    )
    assert place.written() == []


@pytest.mark.parametrize("value", ["0", "-1", "many", "1e9", "nan"])
@pytest.mark.usefixtures("no_network")
def test_a_senseless_limit_is_a_usage_error(place, value):
    code, _, error = place.run(f"--max_pixels={value}")
    assert code == 2
    assert f"{value!r} is not a number of millions of pixels, like 250" in error


def test_another_output_format_is_a_usage_error(place):
    code, _, error = place.run("--output_format=jpg")
    assert code == 2
    assert "invalid choice: 'jpg' (choose from" in error


# Places


def test_folders_in_folders_are_filled_with_recursive(place):
    place.put("a.png", draw_page())
    (place.inputs / "Band 1" / "表紙").mkdir(parents=True)
    place.put("a.png", draw_page(), place.inputs / "Band 1" / "表紙")
    code, lines, _ = place.run("--recursive")
    inside = Path("Band 1") / "表紙" / "a.png"
    assert code == 0
    assert lines[0].startswith("[1/2] a.png: 1 hole filled in ")
    assert lines[1].startswith(f"[2/2] {inside}: 1 hole filled in ")
    assert (place.results / inside).is_file()


def test_named_files_and_folders_are_filled_into_the_output_folder(place):
    desk = place.home / "desk"
    (desk / "more").mkdir(parents=True)
    place.put("a.png", draw_page(), desk)
    place.put("b.png", draw_page(), desk / "more")
    place.put("not named.png", draw_page())
    code, lines, _ = place.run(str(desk / "a.png"), str(desk / "more"))
    assert code == 0
    assert place.written() == ["a.png", "b.png"]
    assert lines[SUMMARY].endswith(f"results are in {place.results}")


@pytest.mark.usefixtures("no_network")
def test_a_named_file_that_is_not_there_stops_before_anything_is_done(place):
    place.put("a.png", draw_page())
    gone = place.home / "gone.png"
    code, lines, error = place.run(str(place.inputs / "a.png"), str(gone))
    assert (code, lines) == (2, [])
    assert error == f"decensor: there is no file or folder {gone}; look for a slip in its name\n"


@pytest.mark.usefixtures("no_network")
def test_an_empty_named_folder_is_told_by_its_name(place):
    (place.home / "desk").mkdir()
    code, lines, _ = place.run(str(place.home / "desk"))
    assert code == 0
    assert lines[0].startswith(f"no pictures in {place.home / 'desk'}; put painted pictures there (png, ")


def test_read_only_pictures_in_a_read_only_folder_are_filled(place):
    place.put("a.png", draw_page())
    (place.inputs / "a.png").chmod(0o444)
    place.inputs.chmod(0o555)
    try:
        assert place.run()[0] == 0
    finally:
        place.inputs.chmod(0o755)
    assert place.written() == ["a.png"]
    assert os.access(place.results / "a.png", os.W_OK)


@posix
def test_links_to_pictures_are_filled_and_links_in_the_way_replaced(place):
    outside = place.home / "elsewhere.png"
    Image.fromarray(draw_page()).save(outside)
    before = outside.read_bytes()
    (place.inputs / "a.png").symlink_to(outside)
    place.results.mkdir()
    (place.results / "a.png").symlink_to(outside)
    assert place.run()[0] == 0
    assert outside.read_bytes() == before
    assert not (place.results / "a.png").is_symlink()


def test_an_output_folder_that_is_removed_meanwhile_is_made_again(place, monkeypatch):
    place.put("a.png", draw_page())

    def remove_and_draw(images, masks):
        shutil.rmtree(place.results)
        return np.full_like(images, 0.5)

    monkeypatch.setattr(engine, "load_network", lambda *_: remove_and_draw)
    code, lines, _ = place.run()
    assert code == 0
    assert lines[SUMMARY].startswith("1 filled in ")
    assert place.written() == ["a.png"]


@posix
def test_an_output_folder_that_may_not_be_written_fails_each_picture_with_a_sentence(place, monkeypatch):
    for name in ("a.png", "b.png"):
        place.put(name, draw_page())
    really_open = open

    def refuse(path, *rest, **options):  # played, because nothing is forbidden to an administrator
        if str(path).endswith(".part"):
            raise PermissionError(13, "Permission denied", str(path))
        return really_open(path, *rest, **options)

    monkeypatch.setattr(builtins, "open", refuse)
    code, lines, _ = place.run()
    assert code == 1
    for number, name in enumerate(("a.png", "b.png"), 1):
        assert lines[number - 1] == (
            f"[{number}/2] {name}: FAILED, cannot write {place.results / name} (Permission denied); "
            "make room or allow writing there"
        )
    assert place.written() == []


def test_help_explains_what_lossless_means(place):
    code, lines, _ = place.run("--help")
    text = " ".join(" ".join(lines).split())
    assert code == 0
    assert "what is written as JPEG again changes slightly everywhere" in text
    for option in ("--recursive", "--max_pixels", "--output_format", "FILE"):
        assert option in text

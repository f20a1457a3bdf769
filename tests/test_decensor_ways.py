"""The command line: variations, hole pictures, and one picture through the standard streams."""

import io
import sys

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image
from place import GREEN, draw_page

from libs import engine
from libs.service import NAME


def shade(images: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """A network that draws darker at the top left."""
    ramp = np.linspace(0.1, 0.9, images.shape[1])[:, None] + np.linspace(0, 0.1, images.shape[2])
    return np.broadcast_to(ramp[None, ..., None], images.shape).astype(np.float32)


@pytest.fixture
def shaded(monkeypatch):
    monkeypatch.setattr(engine, "load_network", lambda *network: shade)


def put_hole(place, name: str, hole: np.ndarray):
    """A hole picture in the folder `holes`; the folder."""
    folder = place.home / "holes"
    folder.mkdir(exist_ok=True)
    Image.fromarray(hole.astype(np.uint8) * 255).save(folder / name)
    return folder


def make_hole(rows: slice = slice(25, 35)) -> np.ndarray:
    hole = np.zeros((40, 30), bool)
    hole[rows, 3:9] = True
    return hole


# Variations


@pytest.mark.parametrize(("choice", "count"), [("2", 2), ("4", 4)])
def test_several_variations_are_numbered(choice, count, place, shaded):
    pixels = draw_page()
    place.put("page.png", pixels)
    code, lines, _ = place.run("--variations", choice)
    assert (code, lines[0][:30]) == (0, "[1/1] page.png: 1 hole filled ")
    assert place.written() == [f"page {number}.png" for number in range(count)]
    hole = (pixels == GREEN).all(axis=-1)
    fills = [place.get(name) for name in place.written()]
    for result in fills:
        assert_array_equal(result[~hole], pixels[~hole])
    assert len({result.tobytes() for result in fills}) == count


@pytest.mark.parametrize("choice", ["1", "best"])
def test_one_variation_keeps_the_plain_name(choice, place, shaded):
    place.put("page.png", draw_page())
    place.run("--variations", choice)
    assert place.written() == ["page.png"]


def test_the_best_is_the_median_of_the_four(place, shaded):
    place.put("page.png", draw_page())
    place.run("--variations", "4")
    four = np.stack([place.get(name) for name in place.written()])
    place.run("--variations", "best")
    assert_array_equal(place.get("page.png"), np.floor(np.median(four, axis=0) + 0.5))


def test_variations_are_the_same_bytes_every_run(place, shaded):
    place.put("page.png", draw_page())
    place.run("--variations", "4")
    first = [(place.results / name).read_bytes() for name in place.written()]
    place.run("--variations", "4")
    assert [(place.results / name).read_bytes() for name in place.written()] == first


def test_variations_are_done_before_only_if_all_are_there(place, shaded):
    place.put("page.png", draw_page())
    place.run("--variations", "2")
    wanted = (place.results / "page 1.png").read_bytes()
    assert "done before" in place.run("--variations", "2")[1][0]
    (place.results / "page 1.png").unlink()
    assert "1 hole filled" in place.run("--variations", "2")[1][0]
    assert (place.results / "page 1.png").read_bytes() == wanted
    assert "1 hole filled" in place.run("--variations", "4")[1][0]


def test_a_picture_moves_aside_when_all_its_variations_are_written(place, shaded):
    place.put("page.png", draw_page())
    blocked = place.results / "page 1.png"
    blocked.mkdir(parents=True)
    code, lines, _ = place.run("--variations", "2", "--clean_inputs")
    assert (code, (place.inputs / "page.png").exists()) == (1, True)
    assert f"FAILED, cannot write {blocked}" in lines[0]
    blocked.rmdir()
    code, _, _ = place.run("--variations", "2", "--clean_inputs")
    assert (code, (place.inputs / "done" / "page.png").exists()) == (0, True)


def test_the_report_links_and_shows_the_first_variation(place, shaded):
    place.put("page.png", draw_page())
    for _ in range(2):
        place.run("--variations", "2", "--report")
        report = (place.results / "report.html").read_text("utf-8")
        assert 'href="page%200.png"' in report
        assert report.count("data:image/webp") == 4  # the page and its hole from near, before and after


def test_what_a_killed_run_left_of_a_variation_goes(place, shaded):
    place.put("page.png", draw_page())
    place.run("--variations", "2")
    (place.results / "page 1.png.part").touch()
    place.run("--variations", "2")
    assert place.written() == ["page 0.png", "page 1.png"]


def test_a_mosaic_is_drawn_in_variations_too(place, shaded):
    original = draw_page(hole=None)
    place.put("page.png", draw_page())
    place.put("page.png", original, place.originals)
    place.run("--variations", "2", "--is_mosaic")
    hole = (draw_page() == GREEN).all(axis=-1)
    fills = [place.get(name) for name in place.written()]
    assert len(fills) == 2
    assert (fills[0][hole] != fills[1][hole]).any()
    for result in fills:
        assert_array_equal(result[~hole], original[~hole])


def test_another_number_of_variations_is_told_with_those_there_are(place):
    code, _, error = place.run("--variations", "3")
    assert code == 2
    assert "'1', '2', '4', 'best'" in error


# Hole pictures


def test_white_in_the_picture_of_the_same_name_is_redrawn_with_the_paint(place, no_patches):
    pixels = draw_page()
    place.put("page.png", pixels)
    folder = put_hole(place, "Page.bmp", make_hole())
    code, lines, _ = place.run("--mask_path", str(folder))
    assert code == 0
    assert "page.png: 2 holes filled" in lines[0]
    hole = (pixels == GREEN).all(axis=-1) | make_hole()
    assert_array_equal(place.get("page.png")[~hole], pixels[~hole])
    assert np.abs(place.get("page.png")[hole].astype(int) - 128).max() <= 1


def test_one_hole_picture_serves_all_pages(place):
    folder = put_hole(place, "all.png", make_hole())
    for name in ("a.png", "b.png"):
        place.put(name, draw_page(hole=None))
    code, lines, _ = place.run("--mask_path", str(folder / "all.png"))
    assert code == 0
    assert place.written() == ["a.png", "b.png"]
    assert "a.png: 1 hole filled" in lines[0]


def test_a_page_without_paint_and_hole_picture_says_what_was_looked_for(place, no_network):
    place.put("page.png", draw_page(hole=None))
    folder = put_hole(place, "other.png", make_hole())
    code, lines, _ = place.run("--mask_path", str(folder))
    assert code == 0
    assert lines[0] == (f"[1/1] page.png: nothing painted (0, 255, 0); no hole picture named page.* in {folder}")


def test_paint_alone_is_enough_beside_hole_pictures_of_other_pages(place):
    place.put("page.png", draw_page())
    folder = put_hole(place, "other.png", make_hole())
    _, lines, _ = place.run("--mask_path", str(folder))
    assert "page.png: 1 hole filled" in lines[0]
    assert "no hole picture" not in lines[0]


@pytest.mark.parametrize("named", ["", "page.png"])
def test_a_black_hole_picture_of_a_page_without_paint_is_told(named, place, no_network):
    place.put("page.png", draw_page(hole=None))
    folder = put_hole(place, "page.png", make_hole(slice(0)))
    code, lines, _ = place.run("--mask_path", str(folder / named))
    assert code == 0
    black = f"nothing white in its hole picture {folder / 'page.png'}"
    assert lines[0] == f"[1/1] page.png: nothing painted (0, 255, 0); {black}"


def test_a_hole_picture_of_another_size_fails_that_page(place):
    place.put("page.png", draw_page())
    folder = put_hole(place, "page.png", make_hole()[:30])
    code, lines, _ = place.run("--mask_path", str(folder))
    assert code == 1
    assert lines[0] == (
        "[1/1] page.png: FAILED, page.png is 30 x 40 pixels but its hole picture "
        f"{folder / 'page.png'} is 30 x 30; make both the same size"
    )


def test_two_hole_pictures_of_one_name_fail_that_page(place):
    place.put("page.png", draw_page())
    put_hole(place, "page.png", make_hole())
    folder = put_hole(place, "page.bmp", make_hole())
    code, lines, _ = place.run("--mask_path", str(folder))
    assert code == 1
    named = f"{folder} has page.png (30 x 40) and page.bmp (30 x 40)"
    assert f"FAILED, 2 hole pictures: {named}; leave only the one that fits page.png (30 x 40)" in lines[0]


def test_a_missing_folder_of_hole_pictures_is_told(place):
    place.put("page.png", draw_page())
    code, _, error = place.run("--mask_path", str(place.home / "nowhere"))
    assert code == 2
    assert error == f"decensor: there is no file or folder {place.home / 'nowhere'}; look for a slip in its name\n"


def test_hole_pictures_are_never_replaced_by_results(place):
    place.put("page.png", draw_page())
    folder = put_hole(place, "page.png", make_hole())
    code, _, error = place.run("--mask_path", str(folder), "--decensor_output_path", str(folder))
    assert code == 2
    assert f"{folder} is both read and written" in error


def test_hole_pictures_go_with_originals(place):
    original = draw_page(hole=None)
    place.put("page.png", original)
    place.put("page.png", original, place.originals)
    folder = put_hole(place, "page.png", make_hole())
    place.run("--mask_path", str(folder), "--is_mosaic")
    assert_array_equal(place.get("page.png")[~make_hole()], original[~make_hole()])


def test_a_changed_or_new_hole_picture_has_its_page_filled_again(place):
    place.put("page.png", draw_page())
    folder = put_hole(place, "other.png", make_hole())
    for rows in (None, slice(25, 35), slice(26, 35)):
        if rows:
            put_hole(place, "page.png", make_hole(rows))
        assert "filled" in place.run("--mask_path", str(folder))[1][0]
        assert "done before" in place.run("--mask_path", str(folder))[1][0]
    assert "1 hole filled" in place.run()[1][0]


def test_folders_inside_have_hole_pictures_in_folders_of_the_same_names(place):
    (place.inputs / "b").mkdir()
    for name in ("page.png", "b/page.png", "b/other.png"):
        place.put(name, draw_page(hole=None))
    folder = place.inputs / "holes"
    (folder / "b").mkdir(parents=True)
    hole = Image.fromarray(make_hole().astype(np.uint8) * 255)
    hole.save(folder / "b" / "page.png")
    code, lines, _ = place.run("--recursive", "--mask_path", str(folder))
    assert code == 0
    assert lines[0] == f"[1/3] page.png: nothing painted (0, 255, 0); no hole picture named page.* in {folder}"
    assert "other.png: nothing painted" in lines[1]
    assert "page.png: 1 hole filled" in lines[2]
    assert len(lines) == 4  # hole pictures are no pages


def test_what_a_hole_picture_covers_needs_no_better_paint(place):
    pixels = draw_page(hole=None)
    pixels[5:15, 5:15] = pixels[25:35, 3:9] = (24, 231, 24)
    place.put("page.png", pixels)
    folder = put_hole(place, "page.png", make_hole())
    _, lines, _ = place.run("--mask_path", str(folder))
    assert "1 hole filled" in lines[0]
    assert "; 100 more pixels are almost (0, 255, 0) and stay" in lines[0]
    put_hole(place, "page.png", np.ones((40, 30), bool))
    assert "almost" not in place.run("--mask_path", str(folder))[1][0]
    put_hole(place, "page.png", np.zeros((40, 30), bool))
    assert "FAILED, 160 pixels are almost" in place.run("--mask_path", str(folder))[1][0]


def test_holes_of_pictures_are_widened_and_checked_as_painted_ones(place):
    pixels = draw_page(hole=None)
    place.put("page.png", pixels)
    argv = ("--mask_path", str(put_hole(place, "page.png", make_hole())), "--grow", "1")
    _, lines, _ = place.run(*argv, "--check")
    assert lines[1].split()[:6] == ["0", "0", "0", "0", "1", "1"]
    place.run(*argv)
    changed = np.argwhere((place.get("page.png") != pixels).any(axis=-1))
    assert (changed.min(axis=0), changed.max(axis=0)) == (pytest.approx([24, 2]), pytest.approx([35, 9]))


# The standard streams


class Streams:
    """Bytes in, bytes out."""

    def __init__(self, monkeypatch, content: bytes):
        self.output = io.TextIOWrapper(io.BytesIO(), "utf-8")
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), "utf-8"))
        monkeypatch.setattr(sys, "stdout", self.output)

    @property
    def written(self) -> bytes:
        return self.output.buffer.getvalue()


def to_png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def test_a_painted_picture_is_redrawn_from_stream_to_stream(place, no_patches, monkeypatch):
    pixels = draw_page()
    streams = Streams(monkeypatch, to_png(pixels))
    code, lines, error = place.run("-")
    assert (code, lines) == (0, [])
    assert error.startswith(f"[1/1] {NAME}: 1 hole filled in ")
    assert len(error.splitlines()) == 1
    result = np.asarray(Image.open(io.BytesIO(streams.written)))
    hole = (pixels == GREEN).all(axis=-1)
    assert_array_equal(result[~hole], pixels[~hole])
    assert np.abs(result[hole].astype(int) - 128).max() <= 1
    assert not place.results.exists()


def test_a_picture_with_nothing_painted_is_passed_through_byte_for_byte(place, no_network, monkeypatch):
    content = to_png(draw_page(hole=None)) + b"\r\nleft over\n"
    streams = Streams(monkeypatch, content)
    code, _, error = place.run("-")
    assert code == 0
    assert error == f"[1/1] {NAME}: nothing painted (0, 255, 0)\n"
    assert streams.written == content


@pytest.mark.parametrize("kind", ["BMP", "JPEG", "WEBP", "TIFF"])
def test_a_picture_of_another_kind_comes_back_as_png_though_nothing_is_painted(kind, place, no_network, monkeypatch):
    file = io.BytesIO()
    Image.fromarray(draw_page(hole=None)).save(file, kind)
    streams = Streams(monkeypatch, file.getvalue())
    code, _, error = place.run("-")
    assert (code, error) == (0, f"[1/1] {NAME}: nothing painted (0, 255, 0)\n")
    result = Image.open(io.BytesIO(streams.written))
    assert result.format == "PNG"
    assert_array_equal(np.asarray(result), np.asarray(Image.open(file)))


@pytest.mark.parametrize(("content", "words"), [(b"", "0 bytes"), (b"no picture", "not a picture")])
def test_what_is_no_picture_fails_and_nothing_is_written(content, words, place, no_network, monkeypatch):
    streams = Streams(monkeypatch, content)
    code, _, error = place.run("-")
    assert code == 1
    assert error.startswith(f"[1/1] {NAME}: FAILED, cannot read it ({words}")
    assert streams.written == b""


def test_a_hole_picture_and_the_best_of_four_go_with_a_stream(place, shaded, monkeypatch):
    pixels = draw_page(hole=None)
    folder = put_hole(place, "hole.png", make_hole())
    streams = Streams(monkeypatch, to_png(pixels))
    code, _, error = place.run("-", "--mask_path", str(folder / "hole.png"), "--variations", "best")
    assert code == 0
    assert "1 hole filled" in error
    result = np.asarray(Image.open(io.BytesIO(streams.written)))
    assert_array_equal(result[~make_hole()], pixels[~make_hole()])
    assert (result[make_hole()] != pixels[make_hole()]).any()


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("--decensor_output_path", "x"), "--decensor_output_path is for folders; leave it out beside -"),
        (("--decensor_input_path", "x"), "--decensor_input_path is for folders; leave it out beside -"),
        (("--is_mosaic",), "--is_mosaic is for folders; leave it out beside -"),
        (("--recursive",), "--recursive is for folders; leave it out beside -"),
        (("--output_format", "webp"), "--output_format is for folders; leave it out beside -"),
        (("--report",), "--report is for folders; leave it out beside -"),
        (("--check",), "--check is for folders; leave it out beside -"),
        (("--clean_inputs",), "--clean_inputs is for folders; leave it out beside -"),
        (("--dask", "tcp://localhost:1"), "--dask is for folders; leave it out beside -"),
        (("page.png",), "- is one picture from the standard input; name no files beside it"),
        (("-",), "- is one picture from the standard input; name no files beside it"),
        (("--variations", "4"), "--variations 4 makes several pictures; use 1 or best beside -"),
        (("--mask_path", "."), "--mask_path . is a folder; name one picture beside -"),
    ],
)
def test_options_for_folders_are_refused_beside_a_stream(argv, words, place, monkeypatch):
    streams = Streams(monkeypatch, to_png(draw_page()))
    code, _, error = place.run("-", *argv)
    assert code == 2
    assert error == f"decensor: {words}\n"
    assert streams.written == b""


def test_the_largest_allowed_picture_is_that_of_a_stream_too(place, no_network, monkeypatch):
    Streams(monkeypatch, to_png(draw_page()))
    code, _, error = place.run("-", "--max_pixels", "0.001")
    assert code == 1
    assert "FAILED, too large" in error


def test_a_terminal_is_no_picture(place, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    code, _, error = place.run("-")
    assert code == 2
    assert error.startswith("decensor: there is no picture on the standard input; use it as: decensor - <")

"""`--check`: a table, overlays that show what would be redrawn, and no network."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from libs.lettering import ALPHABET, letter
from libs.overlay import ALMOST, RIM, SOFT, WINDOW, draw_overlay
from libs.paint import find_paint
from libs.settings import PaintSettings
from libs.windows import FillSettings, plan_tiles
from tests.place import GREEN, draw_page

ROOT = Path(__file__).parent.parent
SUMMARY = -1


def draw_paper(color: tuple[int, int, int] = GREEN) -> np.ndarray:
    """(300, 420, 3): white, with soft paint in the upper half and an almost painted square in the lower."""
    pixels = np.full((300, 420, 3), 255, np.uint8)
    for step, share in ((3, 0.25), (2, 0.5), (1, 0.75), (0, 1)):
        pixels[40 - step : 80 + step, 50 - step : 150 + step] = 255 + share * (np.array(color) - 255)
    pixels[200:230, 300:360] = np.clip(color, 0, 230)
    return pixels


def is_color(pixels, color):
    return (pixels == color).all(axis=-1)


# The overlay


@pytest.mark.parametrize("color", [GREEN, (255, 0, 255)])
def test_every_pixel_of_the_overlay_tells_what_becomes_of_it(color):
    pixels = draw_paper(color)
    settings = PaintSettings(color)
    found = find_paint(pixels, settings)
    shown = draw_overlay(pixels, found, settings, [])[:300, :420]
    marked = is_color(shown, color) | is_color(shown, SOFT) | is_color(shown, RIM)
    assert_array_equal(marked, found.hole)
    assert is_color(shown, SOFT)[:, 50:150].any()
    assert_array_equal(is_color(shown, ALMOST), found.almost)
    paled = ~found.hole & ~found.almost
    assert_array_equal(shown[paled], 170 + pixels[paled] // 3)


def test_windows_are_outlined_and_numbered():
    pixels, settings = draw_paper(), PaintSettings()
    found = find_paint(pixels, settings)
    tiles = plan_tiles(found.hole, FillSettings(window=128, smallest=128, step=128, margin=32, overlap=0, depth=16))
    assert len(tiles) > 1
    shown = draw_overlay(pixels, found, settings, tiles)
    for tile in tiles:
        window = tile.window
        assert is_color(shown[window.top, window.left : min(window.right, 420)], WINDOW).all()
        assert is_color(shown[window.top : min(window.bottom, 300), window.left], WINDOW).all()


def test_the_overlay_of_many_strips_is_that_of_one(monkeypatch):
    pixels, settings = draw_paper(), PaintSettings()
    found = find_paint(pixels, settings)
    whole = draw_overlay(pixels, found, settings)
    for strip in (1, 7, 64):
        monkeypatch.setattr("libs.overlay.STRIP", strip)
        assert_array_equal(draw_overlay(pixels, found, settings), whole)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 300), (500, 2), (30, 30)])
def test_the_smallest_pictures_have_overlays(height, width):
    pixels = np.full((height, width, 3), GREEN, np.uint8)
    shown = draw_overlay(pixels, find_paint(pixels), PaintSettings())
    assert shown.shape[0] > height
    assert shown.shape[1] >= width


def test_letters_are_as_high_as_promised_and_all_differ():
    glyphs = {sign: letter(sign, 3) for sign in ALPHABET}
    assert {glyph.shape[0] for glyph in glyphs.values()} == {15}
    assert len({glyph.tobytes() + bytes(glyph.shape) for glyph in glyphs.values()}) == len(ALPHABET)
    assert_array_equal(letter("i", 2), np.ones((10, 2), bool))


# The command line


@pytest.mark.usefixtures("no_network")
def test_check_fills_nothing_and_prints_a_table_with_one_line_a_picture(place):
    place.put("a.png", draw_paper())
    place.put("b.png", draw_page(hole=None))
    code, lines, error = place.run("--check")
    assert (code, error) == (0, "")
    assert lines[0].split() == ["exact", "close", "soft", "almost", "holes", "windows", "picture"]
    exact, close, soft, almost, holes, windows = map(int, lines[1].split()[:6])
    assert (exact, close, almost, holes, windows) == (4000, 0, 1800, 1, 1)
    assert soft >= 300
    assert "  a.png; 1800 more pixels are almost (0, 255, 0) and stay, most of them (0, 230, 0)" in lines[1]
    assert lines[2].split() == ["0"] * 6 + ["b.png"]
    assert lines[SUMMARY] == f"nothing was filled; the overlays NAME.check.png are in {place.results}"
    assert place.written() == ["a.check.png", "b.check.png"]
    assert_array_equal(place.get("a.check.png"), draw_overlay(draw_paper(), find_paint(draw_paper()), PaintSettings()))


@pytest.mark.usefixtures("no_network")
def test_check_goes_on_after_a_bad_picture_and_fails_in_the_end(place):
    (place.inputs / "a.png").write_text("no picture")
    place.put("b.png", draw_page())
    place.put("b.bmp", draw_page())
    code, lines, _ = place.run("--check")
    assert code == 1
    assert lines[1].strip().startswith("a.png: FAILED, cannot read it (not a picture")
    assert lines[2].split()[0] == "100"
    assert lines[3].strip().startswith("b.bmp: FAILED, its result would replace that of b.png")
    assert place.written() == ["b.check.png"]


@pytest.mark.usefixtures("no_network")
def test_check_says_that_almost_green_would_not_be_filled(place):
    place.put("a.png", np.full((50, 50, 3), (0, 230, 10), np.uint8))
    code, lines, _ = place.run("--check")
    assert code == 0
    assert "a.png; 2500 pixels are almost (0, 255, 0) but none within 16 levels of it" in lines[1]


@pytest.mark.usefixtures("no_network")
def test_lack_of_memory_while_checking_fails_that_picture_only(place, monkeypatch):
    place.put("a.png", draw_page())
    monkeypatch.setattr("libs.pages.find_paint", lambda pixels, settings: (_ for _ in ()).throw(MemoryError))
    code, lines, _ = place.run("--check")
    assert code == 1
    assert lines[1].strip() == "a.png: FAILED, not enough memory for it; close other programs or cut it into parts"


def test_check_never_imports_tensorflow(place):
    place.put("a.png", draw_paper())
    folders = ["--decensor_input_path", str(place.inputs), "--decensor_output_path", str(place.results)]
    script = "import sys, decensor; code = decensor.main(sys.argv[1:]); sys.exit(code or 'tensorflow' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", script, "--check", *folders], cwd=ROOT, check=False)
    assert run.returncode == 0
    assert place.written() == ["a.check.png"]

"""What the command line tells about paint that is exact, lossy, soft, wrong, or not there."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from libs.options import parse_options
from libs.settings import TOLERANCE, PaintSettings
from tests.place import GREEN, draw_page

ROOT = Path(__file__).parent.parent


def draw_paper(color: tuple[int, int, int]) -> np.ndarray:
    """(60, 60, 3): white with a 20 x 20 square of the colour."""
    pixels = np.full((60, 60, 3), 255, np.uint8)
    pixels[20:40, 20:40] = color
    return pixels


def draw_soft(shares: tuple[float, ...] = (0.75, 0.5, 0.25)) -> np.ndarray:
    """The same in pure green with so much paint in the pixels at its right side."""
    pixels = draw_paper(GREEN)
    for step, share in enumerate(shares):
        pixels[20:40, 40 + step] = (255 - 255 * share, 255, 255 - 255 * share)
    return pixels


@pytest.mark.usefixtures("no_network")
def test_almost_green_is_a_failure_that_says_which_green_where_and_what_to_do(place):
    place.put("page.png", draw_paper((0, 230, 10)))
    code, lines, _ = place.run()
    assert code == 1
    assert lines[0] == (
        f"[1/1] page.png: FAILED, 400 pixels are almost (0, 255, 0) but none within {TOLERANCE} levels of it, "
        "most of them (0, 230, 10), the largest place around x 25, y 25; "
        "paint with a hard pencil and save as PNG, or accept them with --tolerance 32"
    )


def test_what_the_failure_advises_works(place):
    pixels = draw_paper((0, 230, 10))
    place.put("page.png", pixels)
    code, lines, _ = place.run("--tolerance", "32")
    assert code == 0
    assert "page.png: 1 hole filled" in lines[0]
    assert lines[0].endswith("; 400 pixels that are not exactly but within 32 levels of (0, 255, 0) count as painted")
    assert (place.get("page.png")[20:40, 20:40] == 128).all()


@pytest.mark.usefixtures("no_network")
def test_tolerance_zero_takes_only_exact_paint(place):
    place.put("page.png", draw_paper((0, 254, 1)))
    code, lines, _ = place.run("--tolerance=0")
    assert code == 1
    assert "400 pixels are almost (0, 255, 0) but none exactly, most of them (0, 254, 1)" in lines[0]


@pytest.mark.usefixtures("no_network")
def test_greens_strewn_over_a_drawing_are_no_paint(place):
    pixels = draw_page(hole=None)
    pixels[::2, ::2] = (0, 250, 0)
    place.put("page.png", pixels)
    code, lines, _ = place.run()
    assert code == 0
    assert lines[0] == "[1/1] page.png: nothing painted (0, 255, 0)"


@pytest.mark.usefixtures("no_network")
def test_a_wrong_green_is_named_with_its_place_and_the_option_for_it(place):
    place.put("page.png", draw_paper((34, 177, 76)))
    code, lines, _ = place.run()
    assert code == 0
    assert lines[0] == (
        "[1/1] page.png: nothing painted (0, 255, 0); 400 pixels around x 25, y 25 are (34, 177, 76); "
        "if that is your paint, start again with --mask_color 34,177,76"
    )


def test_a_lossy_file_is_filled_with_its_tinted_surroundings(place):
    place.put("page.jpg", draw_paper(GREEN), quality=80)
    code, lines, _ = place.run()
    assert code == 0
    assert "page.jpg: 1 hole filled" in lines[0]
    assert "count as painted" in lines[0]
    assert lines[0].endswith("; if a green rim is left, paint and save as PNG, or add --grow 8")
    result = place.get("page.png").astype(int)
    assert (result[..., 1] - result[..., [0, 2]].max(axis=-1)).max() <= 8


def test_softly_painted_pixels_are_taken_and_counted(place):
    place.put("page.png", draw_soft())
    _, lines, _ = place.run()
    soft = int(lines[0].split("; ")[1].split()[0])
    assert lines[0].endswith(f"; {soft} softly painted pixels at their rims taken too")
    assert 60 <= soft <= 400
    assert (place.get("page.png")[20:40, 40:43] == 128).all()


def test_a_hard_pencil_is_not_worth_a_note(place):
    place.put("page.png", draw_page())
    _, lines, _ = place.run()
    assert lines[0].endswith(" s")


def test_almost_green_beside_exact_green_is_told_and_stays(place):
    pixels = draw_page()
    pixels[25:35, 3:13] = (0, 225, 0)
    place.put("page.png", pixels)
    _, lines, _ = place.run()
    assert lines[0].endswith(
        "; 100 more pixels are almost (0, 255, 0) and stay, most of them (0, 225, 0), the largest place around "
        "x 7, y 28; to have them redrawn paint them exactly, or use --tolerance 32"
    )
    assert_array_equal(place.get("page.png")[25:35, 3:13], pixels[25:35, 3:13])


def test_growing_widens_the_hole_on_every_side(place):
    place.put("page.png", draw_paper(GREEN))
    place.run("--grow", "3")
    assert_array_equal((place.get("page.png") == 128).all(axis=-1), np.pad(np.ones((26, 26), bool), 17))


def test_in_mosaic_mode_soft_paint_makes_the_same_hole(place):
    painted, original = draw_soft(), np.full((60, 60, 3), 255, np.uint8)
    original[20:40, 41] = (1, 2, 3)
    place.put("sea.png", painted)
    place.put("sea.png", original, place.originals)
    place.run("--is_mosaic")
    assert (place.get("sea.png")[20:40, 20:43] == 128).all()


@pytest.mark.parametrize(
    ("argv", "settings"),
    [
        ([], PaintSettings()),
        (["--tolerance=0", "--grow=2"], PaintSettings(tolerance=0, grow=2)),
        (["--mask_color=1,2,3", "--tolerance", "255"], PaintSettings((1, 2, 3), 255)),
    ],
)
def test_the_options_say_what_counts_as_painted(argv, settings):
    assert parse_options(argv, ROOT).paint == settings


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        ("--tolerance=256", "'256' is not a whole number from 0 to 255"),
        ("--tolerance=-1", "'-1' is not a whole number from 0 to 255"),
        ("--grow=1001", "'1001' is not a whole number from 0 to 1000"),
        ("--grow=some", "'some' is not a whole number from 0 to 1000"),
    ],
)
@pytest.mark.usefixtures("no_network")
def test_a_wrong_number_is_a_usage_error(place, argv, sentence):
    code, lines, error = place.run(argv)
    assert (code, lines) == (2, [])
    assert sentence in error

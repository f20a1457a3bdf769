"""The comic pages drawn for the example, the benchmarks and the README."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

from benchmarks.pages import draw_page, paint_holes
from benchmarks.pages.__main__ import PICTURES, main
from benchmarks.pages.example import EXAMPLE, HOLES, clean_example, painted_example
from benchmarks.pages.guide import VIEW, WAYS, draw_guide
from benchmarks.pages.mosaic import AREA, PIECE, draw_mosaic_example
from libs.holes import label_regions
from libs.paint import find_paint

GREEN = (0, 255, 0)
SMALL = (180, 240)  # width and height; seconds matter here


def greens(pixels):
    return (pixels == GREEN).all(axis=2)


@pytest.fixture(scope="module")
def clean():
    return clean_example()


@pytest.fixture(scope="module")
def painted():
    return painted_example()


def test_the_shipped_example_is_what_the_script_draws(painted):
    # Pixel for pixel: the lettering is drawn in strokes, so that no font's or FreeType's version matters.
    with Image.open(EXAMPLE) as shipped:
        assert shipped.mode == "RGB"
        assert_array_equal(np.asarray(shipped), painted)


def test_the_example_is_large_enough_to_look_at_and_small_enough_to_ship(painted):
    assert min(painted.shape[:2]) >= 1200
    assert EXAMPLE.stat().st_size < 700_000


def test_the_example_has_its_holes_and_one_of_them_reaches_the_border(painted):
    hole = greens(painted)
    assert label_regions(hole)[1] == HOLES
    assert hole[0].any() or hole[-1].any() or hole[:, 0].any() or hole[:, -1].any()


def test_paint_changes_nothing_but_what_it_makes_pure_green(clean, painted):
    changed = (clean != painted).any(axis=2)
    assert changed.any()
    assert_array_equal(changed, greens(painted))


@pytest.mark.parametrize("seed", range(4))
def test_an_unpainted_page_has_no_pure_green(seed):
    assert not greens(draw_page(seed, *SMALL)).any()


def test_the_example_has_no_pure_green_before_it_is_painted(clean):
    assert not greens(clean).any()


@pytest.mark.parametrize("seed", [0, 5])
def test_the_same_seed_draws_the_same_page(seed):
    page = draw_page(seed, *SMALL)
    assert_array_equal(page, draw_page(seed, *SMALL))
    assert_array_equal(paint_holes(page, seed, 4), paint_holes(page, seed, 4))


def test_another_seed_draws_another_page():
    assert (draw_page(1, *SMALL) != draw_page(2, *SMALL)).any()


def test_painting_leaves_the_given_page_as_it_was():
    page = draw_page(1, *SMALL)
    before = page.copy()
    paint_holes(page, 1, 3)
    assert_array_equal(page, before)


def test_painted_places_never_touch_one_another():
    painted = paint_holes(draw_page(2, *SMALL), 2, 5)
    assert label_regions(greens(painted))[1] == 5


@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 90), (140, 130), (400, 90)])
def test_a_page_has_the_size_that_was_asked_for(width, height):
    assert draw_page(4, width, height).shape == (height, width, 3)


def test_gutters_are_white_paper(clean):
    rim = 20
    assert (clean[:rim] == 255).all()
    assert (clean[:, -rim:] == 255).all()


def test_black_and_white_pages_hold_greys_only_and_colour_pages_more():
    pages = [draw_page(seed, *SMALL) for seed in range(4)]
    grey = [bool((page[..., 0] == page[..., 1]).all() and (page[..., 1] == page[..., 2]).all()) for page in pages]
    assert any(grey) and not all(grey)


def test_the_command_writes_as_many_pages_as_it_is_told(tmp_path, capsys):
    size = ["--width", "160", "--height", "160"]
    assert main([str(tmp_path / "new"), "--count", "2", "--holes", "1", *size]) == 0
    names = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert names == ["page0000.png", "page0001.png"]
    assert "page0001.png" in capsys.readouterr().out


def test_the_command_says_what_is_missing(capsys):
    assert main([]) == 2
    assert "give a folder, --example, --guide or --pictures" in capsys.readouterr().err


def test_the_picture_of_a_mosaic_shows_it_the_program_s_result_and_the_truth(clean, monkeypatch):
    monkeypatch.setattr("libs.engine.load_network", lambda *network: lambda images, masks: np.full_like(images, 0.5))
    pixelated, redrawn, truth = np.split(draw_mosaic_example(), 3, axis=1)
    assert_array_equal(truth, clean[PIECE])
    area = np.zeros(clean.shape[:2], bool)
    area[AREA] = True
    inside = area[PIECE]
    assert_array_equal(pixelated[~inside], truth[~inside])
    assert_array_equal(redrawn[~inside], truth[~inside])
    assert (pixelated[inside] != truth[inside]).mean() > 0.5
    assert np.ptp(redrawn[inside].astype(int) - pixelated[inside]) > 50


def test_the_shipped_guide_is_what_the_script_draws_and_small_enough(clean):
    guide = draw_guide(clean)
    assert (PICTURES / "guide.png").stat().st_size < 150_000
    with Image.open(PICTURES / "guide.png") as shipped:
        # JPEG's last levels and the palette may differ by the version of Pillow.
        assert shipped.size == guide.shape[1::-1]
        assert np.abs(np.asarray(shipped.convert("RGB")).astype(int) - guide).mean() < 2


def test_the_guide_shows_three_ways_that_work_and_two_that_do_not(clean):
    for title, outcome, paint in WAYS:
        assert find_paint(paint(clean[VIEW])).hole.any() == (outcome != "nothing is redrawn"), title

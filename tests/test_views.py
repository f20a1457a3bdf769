"""What the report shows of one page."""

import io

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

from libs import views
from libs.pictures_preview import encode_exactly, encode_reduced
from libs.views import make_views

GREEN = (0, 255, 0)


def decode(file: bytes, mode: str = "RGB") -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(file), formats=["WEBP"]).convert(mode))


def draw(height: int, width: int, boxes: list[tuple[int, int, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Before, after and hole; boxes: top, left, height, width."""
    after = np.random.default_rng(height + width).integers(0, 256, (height, width, 3), dtype=np.uint8)
    hole = np.zeros((height, width), bool)
    for top, left, tall, wide in boxes:
        hole[top : top + tall, left : left + wide] = True
    before = after.copy()
    before[hole] = GREEN
    return before, after, hole


def test_each_place_is_shown_exactly_with_its_surroundings():
    before, after, hole = draw(300, 400, [(10, 20, 30, 40), (200, 300, 5, 90)])
    shown = make_views(before, after, hole, None)
    assert [(place.box.top, place.box.left, place.box.height, place.box.width) for place in shown.places] == [
        (10, 20, 30, 40),
        (200, 300, 5, 90),
    ]
    assert shown.left_out == 0
    for place in shown.places:
        assert place.exact
        assert place.crop.around(place.box) == place.crop
        assert_array_equal(decode(place.pair.before), before[place.crop.slices])
        assert_array_equal(decode(place.pair.after), after[place.crop.slices])


def test_the_page_is_shown_small_enough(monkeypatch):
    monkeypatch.setattr(views, "PAGE_PIXELS", 5000)
    page = make_views(*draw(300, 400, [(10, 20, 30, 40)]), None).page
    shown = decode(page.before)
    assert (page.height, page.width) == (300, 400)
    assert 4500 < shown.shape[0] * shown.shape[1] < 5500
    assert shown.shape[1] / shown.shape[0] == pytest.approx(4 / 3, rel=0.05)


def test_too_many_places_are_counted_and_none_grows_the_report_without_end(monkeypatch):
    monkeypatch.setattr(views, "MOST_PLACES", 3)
    monkeypatch.setattr(views, "PLACES_PIXELS", 3000)
    shown = make_views(*draw(200, 500, [(50, left, 4, 4) for left in range(10, 500, 50)]), None)
    assert (len(shown.places), shown.left_out) == (3, 7)
    sizes = [decode(place.pair.after).shape for place in shown.places]
    assert sum(height * width for height, width, _ in sizes) <= 3300
    assert not any(place.exact for place in shown.places)


def test_transparency_is_shown():
    before, after, hole = draw(60, 50, [(10, 20, 8, 9)])
    alpha = np.random.default_rng(0).integers(0, 256, (60, 50), dtype=np.uint8)
    shown = make_views(before, after, hole, alpha)
    assert_array_equal(decode(shown.places[0].pair.after, "RGBA")[..., 3], alpha[shown.places[0].crop.slices])
    assert decode(shown.page.after, "RGBA")[..., 3].std() > 20


@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (5000, 1), (20_000, 30), (333, 77), (40, 40_000)])
@pytest.mark.parametrize("with_alpha", [False, True])
def test_pages_of_any_shape_can_be_shown(shape, with_alpha):
    before, after, hole = draw(*shape, [(0, 0, *shape)])
    alpha = np.full(shape, 255, np.uint8) if with_alpha else None
    shown = make_views(before, after, hole, alpha)
    assert len(shown.places) == 1
    for pair in (shown.page, shown.places[0].pair):
        assert max(decode(pair.after).shape) <= 16383


def test_reducing_a_large_page_strip_by_strip_keeps_its_colours():
    ramp = np.linspace(0, 255, 3000).astype(np.uint8)
    pixels = np.repeat(np.repeat(ramp[:, None, None], 900, axis=1), 3, axis=2)
    small = decode(encode_reduced(pixels, None, 30_000)).astype(int)
    wanted = np.linspace(0, 255, len(small))
    assert np.abs(small - wanted[:, None, None]).max() <= 4


def test_lossless_is_lossless_under_transparency_too():
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    file = encode_exactly(pixels, np.zeros((20, 30), np.uint8))
    assert_array_equal(decode(file, "RGBA")[..., :3], pixels)

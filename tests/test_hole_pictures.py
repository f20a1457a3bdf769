"""White-on-black pictures of holes."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

from libs.errors import PictureError
from libs.hole_pictures import read_hole


def draw_hole(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((7, 11)) < 0.4


@pytest.mark.parametrize("ending", ["png", "bmp", "tif", "gif", "webp"])
def test_white_is_hole_in_every_kind_of_picture(ending, tmp_path):
    hole = draw_hole()
    path = tmp_path / f"page.{ending}"
    Image.fromarray(hole.astype(np.uint8) * 255).save(path, **({"lossless": True} if ending == "webp" else {}))
    found = read_hole(path, (7, 11), "page.png", 150)
    assert found.dtype == bool
    assert_array_equal(found, hole)


def test_a_picture_of_one_bit_a_pixel_is_read(tmp_path):
    Image.fromarray(draw_hole()).save(tmp_path / "page.png")
    assert_array_equal(read_hole(tmp_path / "page.png", (7, 11), "page.png", 150), draw_hole())


def test_the_line_is_drawn_at_half_of_white(tmp_path):
    levels = np.arange(256, dtype=np.uint8)[None]
    Image.fromarray(levels).save(tmp_path / "grey.png")
    assert_array_equal(read_hole(tmp_path / "grey.png", (1, 256), "page.png", 150)[0], levels[0] >= 128)
    reds = np.zeros((1, 256, 3), np.uint8)
    reds[..., 0], reds[..., 1] = levels, 255 - levels
    Image.fromarray(reds).save(tmp_path / "red.png")
    assert not read_hole(tmp_path / "red.png", (1, 256), "page.png", 150).any()


def test_what_is_seen_through_is_no_hole(tmp_path):
    white = np.full((1, 256, 4), 255, np.uint8)
    white[..., 3] = np.arange(256)
    Image.fromarray(white).save(tmp_path / "page.png")
    assert_array_equal(read_hole(tmp_path / "page.png", (1, 256), "page.png", 150)[0], np.arange(256) >= 128)


def test_another_size_is_told_with_both(tmp_path):
    path = tmp_path / "page.png"
    Image.fromarray(draw_hole()).save(path)
    with pytest.raises(PictureError) as failure:
        read_hole(path, (11, 7), "cover.png", 150)
    assert str(failure.value) == (
        f"cover.png is 7 x 11 pixels but its hole picture {path} is 11 x 7; make both the same size"
    )


def test_one_that_cannot_be_read_is_told_with_its_name(tmp_path):
    (tmp_path / "page.png").write_bytes(b"no picture")
    with pytest.raises(PictureError, match=r"its hole picture .*page.png: cannot read it"):
        read_hole(tmp_path / "page.png", (7, 11), "page.png", 150)

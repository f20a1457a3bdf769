"""Mosaic mode as a person meets it: what is written, and the words of its lines."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from benchmarks.mosaics import Pixelation, pixelate
from libs import engine, network
from libs.mosaic_network import load_depixelator
from tests.mosaics import draw_scene, rectangle
from tests.place import GREEN

AREA = rectangle((160, 180), 30, 40, 96, 96)


def put_mosaic(place, hole=AREA):
    """A pixelated original and its painted copy; returned is the original."""
    original = pixelate(draw_scene(160, 180, 3), AREA, Pixelation(8.0, 8.0, 6, 0))
    painted = original.copy()
    painted[hole] = GREEN
    place.put("sea.png", painted)
    place.put("sea.png", original, place.originals)
    return original


def test_the_blocks_are_used_and_named(place):
    original = put_mosaic(place)
    code, lines, _ = place.run("--is_mosaic")
    assert code == 0
    assert " s; mosaic of blocks 8.0 x 8.0 pixels used" in lines[0]
    result = place.get("sea.png")
    beside = ~AREA
    assert_array_equal(result[beside], original[beside])
    inside = np.s_[30:126, 40:136]
    blocks = [pixels[inside].reshape(12, 8, 12, 8, 3).mean(axis=(1, 3)) for pixels in (result, original)]
    assert np.abs(blocks[0] - blocks[1]).mean() < 2


def test_missing_weights_for_mosaics_are_told_before_anything_is_written(place, monkeypatch):
    put_mosaic(place)
    monkeypatch.setattr(engine, "load_depixelator", lambda: load_depixelator(place.inputs / "mosaic.h5"))
    code, _, errors = place.run("--is_mosaic")
    assert code == 3
    assert f"{place.inputs / 'mosaic.h5'}: there is no such weights file; get models/mosaic.h5 again" in errors
    assert not list(place.results.glob("*.png"))
    assert place.run()[0] == 0  # without mosaics it is not needed


def test_a_mosaic_is_redrawn_if_the_weights_for_mosaics_are_others(place, monkeypatch, tmp_path):
    put_mosaic(place)
    monkeypatch.setattr(network, "MOSAIC_WEIGHTS", tmp_path / "mosaic.h5")
    (tmp_path / "mosaic.h5").write_bytes(b"one")
    assert "blocks" in place.run("--is_mosaic")[1][0]
    assert "blocks" not in place.run("--is_mosaic")[1][0]
    (tmp_path / "mosaic.h5").write_bytes(b"other")
    assert "blocks" in place.run("--is_mosaic")[1][0]


def test_a_mosaic_that_goes_on_beyond_the_paint_is_told(place):
    put_mosaic(place, rectangle((160, 180), 40, 50, 70, 70))
    _, lines, _ = place.run("--is_mosaic")
    assert "; the mosaic goes on beyond the paint and stays there, paint all of it" in lines[0]


def test_without_paint_the_original_is_copied_and_told(place):
    original = put_mosaic(place, np.zeros_like(AREA))
    code, lines, _ = place.run("--is_mosaic")
    assert code == 0
    assert lines[0] == "[1/1] sea.png: nothing painted (0, 255, 0); the original is copied as it is"
    assert_array_equal(place.get("sea.png"), original)


def test_an_original_that_is_painted_too_is_explained(place):
    put_mosaic(place)
    painted = place.inputs / "sea.png"
    (place.originals / "sea.png").write_bytes(painted.read_bytes())
    code, lines, _ = place.run("--is_mosaic")
    assert code == 1
    assert lines[0] == (
        f"[1/1] sea.png: FAILED, its original {place.originals / 'sea.png'} is painted (0, 255, 0) at the same place; "
        "put the picture there as it was before it was painted"
    )
    assert place.written() == []


def test_the_grid_is_drawn_with_v_only(place):
    put_mosaic(place)
    place.run("--is_mosaic")
    assert "sea.grid.png" not in place.written()
    place.run("--is_mosaic", "-v", "--overwrite")
    assert {"sea.grid.png", "sea.png"} <= set(place.written())
    assert place.get("sea.grid.png").shape == (160, 180, 3)


def test_the_block_size_can_be_given(place):
    put_mosaic(place)
    _, lines, _ = place.run("--is_mosaic", "--mosaic_block", "16")
    assert "; mosaic of blocks 16.0 x 16.0 pixels used" in lines[0]


@pytest.mark.parametrize("size", ["0", "wide", "nan", "1e9"])
def test_a_block_size_that_cannot_be_is_refused(place, size):
    code, _, error = place.run("--is_mosaic", "--mosaic_block", size)
    assert code == 2
    assert f"'{size}' is not a number of pixels from 2 to 200" in error


def test_a_block_size_without_mosaic_mode_is_refused(place):
    code, _, error = place.run("--mosaic_block", "8")
    assert code == 2
    assert "--mosaic_block is of use only together with --is_mosaic" in error

"""Samples for the network for mosaics: of a mosaic's cells nothing but their means is seen."""

from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import ndimage

from libs.mosaic_network import CELL
from libs.training.art import Art, ArtFolder, find_art
from libs.training.mosaic_samples import FAR_PAINT, SMALLEST_SIDE, make_mosaic_sample
from libs.training.samples import make_batch, make_batch_of

SIDE = 2 * SMALLEST_SIDE
SEEDS = range(6)
make_mosaic_batch, make_mosaic_batch_of = (
    partial(make, make_sample=make_mosaic_sample) for make in (make_batch, make_batch_of)
)


@pytest.fixture
def source(art_folder) -> Art:
    return Art(find_art(art_folder, art_folder / "unpacked"), 2**26, 64)


def test_the_same_seed_gives_the_same_batch_in_any_process(source, art_folder):
    folder = ArtFolder(art_folder, art_folder / "unpacked", 2**26, 64)
    first, other = make_mosaic_batch(source, (1, 7), 3, SIDE), make_mosaic_batch_of(folder, (1, 7), 3, SIDE)
    for name in ("images", "masks", "targets", "holes"):
        assert_array_equal(getattr(first, name), getattr(other, name))
    assert (first.targets != make_mosaic_batch(source, (1, 8), 3, SIDE).targets).any()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_batch_has_the_shapes_types_and_ranges_promised(seed, source):
    batch = make_mosaic_batch(source, (seed,), 4, SIDE)
    for name, channels in (("images", 3), ("masks", 1), ("targets", 3), ("holes", 1)):
        array = getattr(batch, name)
        assert (array.shape, array.dtype) == ((4, SIDE, SIDE, channels), np.uint8)
    assert_array_equal(batch.masks, 255 - batch.holes)
    assert set(np.unique(batch.masks)) == {0, 255}


@pytest.mark.parametrize("seed", SEEDS)
def test_outside_the_hole_all_is_as_in_the_target(seed, source):
    batch = make_mosaic_batch(source, (seed,), 8, SIDE)
    outside = batch.holes[..., 0] == 0
    assert_array_equal(batch.images[outside], batch.targets[outside])


@pytest.mark.parametrize("seed", SEEDS)
def test_deep_in_the_hole_cells_show_their_mean_and_nothing_else(seed, source):
    batch = make_mosaic_batch(source, (seed,), 12, SIDE)
    errors = []
    for image, target, hole in zip(batch.images, batch.targets, batch.holes[..., 0] > 0, strict=True):
        deep = ndimage.binary_erosion(hole, iterations=FAR_PAINT)
        cells = deep.reshape(SIDE // CELL, CELL, SIDE // CELL, CELL).all(axis=(1, 3))
        shown, true = (a.reshape(SIDE // CELL, CELL, SIDE // CELL, CELL, 3) for a in (image, target.astype(float)))
        shown = shown.transpose(0, 2, 1, 3, 4)[cells]
        assert_array_equal(shown, np.broadcast_to(shown[:, :1, :1], shown.shape))
        errors.append(np.abs(shown[:, 0, 0] - true.mean(axis=(1, 3))[cells]).max(initial=0))
    # Most mosaics are exact, some a few levels wrong.
    assert min(errors) <= 0.5 + 1e-6 and max(errors) < 40


def test_mosaics_are_of_some_cells_and_leave_something():
    art = Art([], 0, 0)
    art.draw = lambda rng: rng.integers(0, 256, (200, 180, 3), dtype=np.uint8)
    batch = make_mosaic_batch(art, (5,), 40, SIDE)
    shares = (batch.holes > 0).mean(axis=(1, 2, 3))
    assert shares.min() > 0.02 and shares.max() < 0.9 and np.ptp(shares) > 0.2


@pytest.mark.parametrize("side", [SMALLEST_SIDE - CELL, SMALLEST_SIDE + 1])
def test_a_side_that_cannot_be_is_refused(side, source):
    with pytest.raises(ValueError, match=f"a multiple of {CELL}, and at least {SMALLEST_SIDE}, got {side}"):
        make_mosaic_batch(source, (1,), 1, side)

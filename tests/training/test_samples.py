"""Samples: the same for the same seed, and what the network may see is never what it has to draw."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from libs.training.art import Art, ArtFolder, find_art
from libs.training.augment import augment, print_tones, random_crop
from libs.training.samples import GUESSED, HINTED, Batch, make_batch, make_batch_of, random_hole

SEEDS = range(6)


@pytest.fixture
def source(art_folder) -> Art:
    return Art(find_art(art_folder, art_folder / "unpacked"), 2**26, 64)


def assert_same(one: Batch, other: Batch) -> None:
    for name in ("images", "masks", "targets", "holes"):
        assert_array_equal(getattr(one, name), getattr(other, name))


def test_the_same_seed_gives_the_same_batch(source):
    first = make_batch(source, (1, 7), 3, 64)
    assert_same(first, make_batch(source, (1, 7), 3, 64))
    assert (first.targets != make_batch(source, (1, 8), 3, 64).targets).any()


def test_another_process_would_make_the_same_batch(source, art_folder):
    folder = ArtFolder(art_folder, art_folder / "unpacked", 2**26, 64)
    assert_same(make_batch(source, (1, 7), 3, 64), make_batch_of(folder, (1, 7), 3, 64))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_batch_has_the_shapes_types_and_ranges_promised(seed, source):
    batch = make_batch(source, (seed,), 4, 48)
    for name, channels in (("images", 3), ("masks", 1), ("targets", 3), ("holes", 1)):
        array = getattr(batch, name)
        assert (array.shape, array.dtype) == ((4, 48, 48, channels), np.uint8)
    assert set(np.unique(batch.masks)) | set(np.unique(batch.holes)) == {0, 255}
    assert batch.targets.max() > 127


@pytest.mark.parametrize("seed", SEEDS)
def test_outside_the_hole_all_is_known_and_as_in_the_target(seed, source):
    batch = make_batch(source, (seed,), 8, 48)
    outside = batch.holes[..., 0] == 0
    assert_array_equal(batch.masks[outside], 255)
    assert_array_equal(batch.images[outside], batch.targets[outside])


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_not_known_is_not_shown(seed, source):
    batch = make_batch(source, (seed,), 8, 48)
    assert_array_equal(batch.images[batch.masks[..., 0] == 0], 0)


def test_the_share_of_samples_meant_to_have_hints_has_some(source):
    batch = make_batch(source, (0,), 400, 64)
    hinted = ((batch.masks > 0) & (batch.holes > 0)).any(axis=(1, 2, 3))
    # A thin hole may lie between all hints.
    assert 0.5 * HINTED < hinted.mean() < 1.3 * HINTED


def test_so_many_wide_holes_have_hints_or_guesses(source, monkeypatch):
    wide = np.zeros((64, 64), dtype=bool)
    wide[4:60, 4:60] = True
    monkeypatch.setattr("libs.training.samples.random_hole", lambda rng, side: wide)
    batch = make_batch(source, (0,), 400, 64)
    hinted = ((batch.masks > 0) & (batch.holes > 0)).any(axis=(1, 2, 3))
    assert 0.8 * (HINTED + GUESSED) < hinted.mean() < 1.2 * (HINTED + GUESSED)


def test_every_kind_of_hole_is_a_hole():
    holes = [random_hole(np.random.default_rng(seed), 64) for seed in range(100)]
    assert all(hole.shape == (64, 64) and hole.any() for hole in holes)
    assert max(hole.mean() for hole in holes) <= 0.75
    touching = np.mean([hole[1:-1, 1:-1].sum() < hole.sum() for hole in holes])
    assert 0.1 < touching < 0.6


@pytest.mark.parametrize("seed", range(10))
def test_a_crop_has_the_side_asked_for_from_pictures_of_any_size(seed):
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (*rng.integers(64, 200, 2), 3), dtype=np.uint8)
    before = pixels.copy()
    crop = random_crop(rng, pixels, 96)
    assert (crop.shape, crop.dtype) == ((96, 96, 3), np.uint8)
    image = augment(rng, crop)
    assert (image.shape, image.dtype) == ((96, 96, 3), np.float32)
    assert 0 <= image.min() <= image.max() <= 1
    assert_array_equal(pixels, before)


@pytest.mark.parametrize("seed", range(10))
def test_printed_tones_are_grey_and_keep_paper_white_and_ink_black(seed):
    image = np.ones((64, 64, 3), np.float32)
    image[:, :24] = 0
    image[:, 40:52] = (0.2, 0.5, 0.6)
    printed = print_tones(np.random.default_rng(seed), image)
    assert_array_equal(printed[..., 0], printed[..., 2])
    assert_array_equal(printed[:, :16], 0)
    assert_array_equal(printed[:, 62:], 1)

"""Batches to train on: pictures with holes and hints, the same for the same number and seed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from libs import holes
from libs.training.art import Art, ArtFolder, open_art
from libs.training.augment import augment, random_crop
from libs.training.hints import add_guesses, add_hints

STROKE_AREAS = ((0.01, 0.1), (0.1, 0.2), (0.2, 0.3), (0.3, 0.4), (0.4, 0.5), (0.5, 0.6))
# Shares of the samples with hints of each kind.
HINTED, GUESSED = 0.1, 0.25


@dataclass(frozen=True)
class Batch:
    """images, masks: what the network sees, (B, S, S, 3) and (B, S, S, 1), 255 = known; hints count as known.

    targets: the untouched pictures, (B, S, S, 3); holes: what is judged, (B, S, S, 1), 255 = hole. All uint8: between
    processes and to a GPU that is a quarter of what floats would be.
    """

    images: np.ndarray
    masks: np.ndarray
    targets: np.ndarray
    holes: np.ndarray


# The arrays of a `Batch`, of one sample each.
Sample = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
# make_sample(random numbers, art, side in pixels)
MakeSample = Callable[[np.random.Generator, Art, int], Sample]


def make_hole_sample(rng: np.random.Generator, art: Art, side: int) -> Sample:
    """A picture with a hole, and perhaps hints in it."""
    target = augment(rng, random_crop(rng, art.draw(rng), side))
    hole = random_hole(rng, side)
    image, known = target, ~hole
    kind = rng.random()
    if kind < HINTED:
        image, known = add_hints(rng, target, hole)
    elif kind < HINTED + GUESSED:
        image, known = add_guesses(rng, target, hole)
    mask = known[..., None]
    return to_bytes(image * mask), to_bytes(mask), to_bytes(target), to_bytes(hole[..., None])


def make_batch(
    art: Art, seed: tuple[int, ...], size: int, side: int, make_sample: MakeSample = make_hole_sample
) -> Batch:
    """`size` samples of side x side pixels; equal for equal seeds while all art fits into its cache."""
    rng = np.random.default_rng(seed)
    samples = [make_sample(rng, art, side) for _ in range(size)]
    return Batch(*(np.stack(arrays) for arrays in zip(*samples, strict=True)))


def make_batch_of(
    folder: ArtFolder, seed: tuple[int, ...], size: int, side: int, make_sample: MakeSample = make_hole_sample
) -> Batch:
    """`make_batch` for another process: it opens the folder at its first batch, and keeps it open."""
    return make_batch(open_art(folder), seed, size, side, make_sample)


def to_bytes(array: np.ndarray) -> np.ndarray:
    """[0, 1], or bool -> uint8."""
    return np.round(array * np.float32(255)).astype(np.uint8)


def random_hole(rng: np.random.Generator, side: int) -> np.ndarray:
    """(side, side) bool, of any kind that people paint."""
    touching = bool(rng.random() < 0.5)
    kind = rng.random()
    if kind < 0.3:
        return holes.random_bars(rng, side, side, touching)
    if kind < 0.48:
        return holes.random_blobs(rng, side, side, touching)
    if kind < 0.55:
        return holes.random_outlines(rng, side, side, touching)
    if kind < 0.6:
        return holes.random_letters(rng, side, side, touching)
    area = STROKE_AREAS[rng.choice(6, p=[0.35, 0.3, 0.15, 0.1, 0.06, 0.04])]
    return holes.random_strokes(rng, side, side, area, touching)

"""Seeded holes to measure fills on: bars, blobs, and strokes in the paper's six area buckets."""

import zlib

import numpy as np

from libs.holes import random_bars, random_blobs, random_strokes

STROKE_AREAS = {
    "strokes_01_10": (0.01, 0.1),
    "strokes_10_20": (0.1, 0.2),
    "strokes_20_30": (0.2, 0.3),
    "strokes_30_40": (0.3, 0.4),
    "strokes_40_50": (0.4, 0.5),
    "strokes_50_60": (0.5, 0.6),
}
KINDS = ("bars", "blobs", *STROKE_AREAS)


def draw_hole(kind: str, shape: tuple[int, int], name: str, seed: int) -> tuple[np.ndarray, bool]:
    """((H, W) bool, whether it may touch the border) for one picture; the same for the same arguments.

    `name` is the picture's: its hole does not depend on which other pictures are measured. Every other kind
    of a picture may touch the border, about every other picture of a kind.
    """
    number, code = KINDS.index(kind), zlib.crc32(name.encode())
    rng = np.random.default_rng([seed, number, code])
    touching = (number + code) % 2 == 0
    if kind == "bars":
        return random_bars(rng, *shape, touching), touching
    if kind == "blobs":
        return random_blobs(rng, *shape, touching), touching
    return random_strokes(rng, *shape, STROKE_AREAS[kind], touching), touching

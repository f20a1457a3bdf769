"""Seeded cases to measure on: a clean picture, what of it is covered, and what a person would paint over."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import kinds, mosaics
from benchmarks.art import read_art
from benchmarks.mosaics import MosaicCase
from libs.settings import GREEN

KINDS = (*kinds.KINDS, *mosaics.KINDS)


@dataclass(frozen=True, eq=False)
class Case:
    """One picture with one hole. truth, painted: (H, W, 3) uint8; hole: (H, W) bool, True = painted over.

    mosaic: what was pixelated, where something was; then the painted picture is the pixelated one with paint on it.
    """

    picture: str
    kind: str
    touching: bool
    truth: np.ndarray
    painted: np.ndarray
    hole: np.ndarray
    mosaic: MosaicCase | None = None


def draw_cases(path: Path, long_side: int, wanted: list[str], seed: int) -> list[Case]:
    """One case a kind; a hole that came out empty (a picture of a few pixels) is left out."""
    truth = read_art(path, long_side)
    cases = [_draw_case(truth, path, kind, seed) for kind in wanted]
    return [case for case in cases if case.hole.any()]


def _draw_case(truth: np.ndarray, path: Path, kind: str, seed: int) -> Case:
    mosaic, shown = None, truth
    if kind in mosaics.KINDS:
        mosaic = mosaics.draw_mosaic(truth, kind, path.name, seed)
        hole, shown = mosaic.hole, mosaic.original
        touching = bool(hole[0].any() or hole[-1].any() or hole[:, 0].any() or hole[:, -1].any())
    else:
        hole, touching = kinds.draw_hole(kind, truth.shape[:2], path.name, seed)
    painted = shown.copy()
    painted[hole] = GREEN
    return Case(path.stem, kind, touching, truth, painted, hole, mosaic)

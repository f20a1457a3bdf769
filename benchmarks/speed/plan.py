"""What is measured on, how often, and one line of the table."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.pages import draw_page, paint_holes
from libs.holes import random_bars
from libs.inpaint import Predict, fill
from libs.pictures import Picture, write_picture

PAGE, HOLES = (1200, 1700), 4
GIBIBYTE = 2**30


@dataclass(frozen=True)
class Line:
    """One row of the table. bar: what is aimed at on two cores, as words."""

    what: str
    value: float
    unit: str
    bar: str = ""


@dataclass(frozen=True)
class Plan:
    """What is measured and how often. folder: an empty one for results; precision: of the network.

    pages: where drawn pages are, and stay; batch: how many of them are filled in one run.
    """

    model: Path
    repeats: int
    folder: Path
    precision: str
    pages: Path
    batch: int = 20


def time_median(action: Callable[[], object], repeats: int) -> float:
    """Median seconds of an action, after one run that does not count."""
    action()
    return median(time_once(action) for _ in range(repeats))


def time_once(action: Callable[[], object]) -> float:
    """Seconds of one run."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def time_fill(pixels: np.ndarray, hole: np.ndarray, predict: Predict) -> tuple[float, float]:
    """Seconds of one fill, and those of them that it spends in the network."""
    spent = []

    def timed(images: np.ndarray, masks: np.ndarray) -> np.ndarray:
        start = time.perf_counter()
        drawn = predict(images, masks)
        spent.append(time.perf_counter() - start)
        return drawn

    return time_once(lambda: fill(pixels, hole, timed)), sum(spent)


def paint_pages(pages: Path, count: int, size: tuple[int, int], holes: int) -> Path:
    """A folder below `pages` of so many seeded painted pages, (width, height) in pixels; drawn unless it is there."""
    folder = pages / f"{count} of {describe_size(size)}, {holes} holes"
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(count):
        if not (folder / page_name(seed)).exists():
            write_picture(folder / page_name(seed), Picture(paint_holes(draw_page(seed, *size), seed, holes)))
    return folder


def page_name(seed: int) -> str:
    """The file that `paint_pages` writes a page to."""
    return f"page{seed:02}.png"


def draw_window(side: int, batch: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """A batch of noise images and their masks with bars, as the network takes them; it must draw all of each."""
    rng = np.random.default_rng(0)
    images = rng.random((batch, side, side, 3), dtype=np.float32)
    holes = np.stack([random_bars(rng, side, side, False) for _ in range(batch)])
    holes[:, [0, -1], [0, -1]] = True  # two corners: what lies outside the holes' box would not be drawn
    return images, (~holes).astype(np.float32)[..., None]


def draw_small_hole(side: int, hole: int) -> tuple[np.ndarray, np.ndarray]:
    """A noise image and its mask with one square hole in the middle."""
    images, masks = np.random.default_rng(0).random((1, side, side, 3), dtype=np.float32), np.ones((1, side, side, 1))
    middle = slice((side - hole) // 2, (side + hole) // 2)
    masks[:, middle, middle] = 0
    return images, masks.astype(np.float32)


def describe_size(size: tuple[int, int]) -> str:
    """(width, height) in words."""
    return f"{size[0]} x {size[1]}"

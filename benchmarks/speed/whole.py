"""The program as a user runs it: its start, a batch, memory, and what the cost grows with."""

import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.pages import draw_page
from benchmarks.running import ROOT, Run, run_program
from benchmarks.speed.plan import (
    GIBIBYTE,
    HOLES,
    PAGE,
    Line,
    Plan,
    describe_size,
    page_name,
    paint_pages,
    time_fill,
    time_median,
)
from libs.network import load_network
from libs.pictures import Picture, write_picture
from libs.settings import GREEN
from libs.windows import FillSettings, plan_tiles

LARGE, LARGE_HOLES = (4000, 6000), 30
HUGE, HUGE_HOLES = (12_000, 12_000), 40
SMALL_HOLE = 60
SPECKS, SPECK = 1000, 5
CONVENTIONAL = ("-m", "benchmarks.speed.conventional")


def measure_start(plan: Plan) -> list[Line]:
    """From the start of the program to the first picture's line, on one page."""
    painted = paint_pages(plan.pages, 1, PAGE, HOLES)
    runs = [_run(plan, painted) for _ in range(plan.repeats)]
    peak = median(run.peak for run in runs) / GIBIBYTE
    help_command = [sys.executable, str(ROOT / "decensor.py"), "--help"]
    helping = time_median(lambda: subprocess.run(help_command, check=True, capture_output=True), plan.repeats)
    return [
        Line("start to first picture", median(run.finished[0] for run in runs), "s", "at most 4.5"),
        Line(f"peak memory, one page {describe_size(PAGE)}", peak, "GiB", "at most 1.0 GB = 0.93 GiB"),
        Line("--help", helping, "s", "at most 0.3"),
    ]


def measure_batch(plan: Plan) -> list[Line]:
    """A folder of pages, by the program and by the conventional network; the first page's time is the start."""
    painted = paint_pages(plan.pages, plan.batch, PAGE, HOLES)
    ours = _run(plan, painted)
    theirs = run_program(painted, plan.folder / "conventional", plan.model, program=CONVENTIONAL)
    what = f"{plan.batch} pages {describe_size(PAGE)}, {HOLES} holes each"
    seconds = _seconds_a_page(ours)
    return [
        Line(f"{what}: a page after the first", seconds, "s", "under 1"),
        Line(f"{what}: pages a minute", 60 / seconds, ""),
        Line(f"{what}: all, with the start", ours.total, "s"),
        Line(f"{what}: peak memory", ours.peak / GIBIBYTE, "GiB"),
        Line("the same by a conventional network: all", theirs.total, "s"),
        Line("the same by a conventional network: all / ours", theirs.total / ours.total, "times", "at least 4"),
        Line("the same by a conventional network: a page / ours", _seconds_a_page(theirs) / seconds, "times"),
    ]


def measure_memory(plan: Plan) -> list[Line]:
    """One very large page with many holes, and a huge one; once each."""
    large = _run(plan, paint_pages(plan.pages, 1, LARGE, LARGE_HOLES))
    huge = _run(plan, _paint_huge(plan.pages / "huge"))
    beyond = huge.peak - 3 * HUGE[0] * HUGE[1]
    first = f"one page {describe_size(LARGE)}, {LARGE_HOLES} holes"
    second = f"one page {describe_size(HUGE)}, {HUGE_HOLES} holes"
    return [
        Line(f"{first}: peak memory", large.peak / GIBIBYTE, "GiB", "at most 1.3 GB = 1.21 GiB"),
        Line(f"{first}: all, with the start", large.total, "s"),
        Line(f"{second}: peak memory beyond its pixels", beyond / GIBIBYTE, "GiB", "at most 2.0 GB = 1.86 GiB"),
        Line(f"{second}: all, with the start", huge.total, "s"),
    ]


def measure_growth(plan: Plan) -> list[Line]:
    """What the network's time grows with: one small hole in a page and in a huge one; many specks in a page."""
    predict = load_network(plan.model, plan.precision)
    page = draw_page(0, *PAGE)
    small, large = (
        median(time_fill(pixels, _small_hole(pixels), predict)[1] for _ in range(plan.repeats))
        for pixels in (page, _tile(page, HUGE))
    )
    specks = _specks(page)
    tiles, least = len(plan_tiles(specks, FillSettings())), _fewest_windows(specks)
    return [
        Line(f"hole of {SMALL_HOLE} x {SMALL_HOLE} in {describe_size(PAGE)}: network", small, "s"),
        Line(f"the same in {describe_size(HUGE)}", large / small, "times", "at most 1.3"),
        Line(f"{SPECKS} specks in {describe_size(PAGE)}: network", time_fill(page, specks, predict)[1], "s"),
        Line(f"their windows / the {least} that cover their area", tiles / least, "times", "at most 2"),
    ]


def _run(plan: Plan, painted: Path) -> Run:
    """The program on a folder; results of an earlier run are out of the way."""
    results = plan.folder / "results"
    shutil.rmtree(results, ignore_errors=True)
    return run_program(painted, results, plan.model, options=(f"--precision={plan.precision}",))


def _seconds_a_page(run: Run) -> float:
    return (run.finished[-1] - run.finished[0]) / (len(run.finished) - 1)


def _paint_huge(folder: Path) -> Path:
    """A folder with one huge page of many small ones and squares painted on it, none larger than a window."""
    if (folder / page_name(0)).exists():
        return folder
    pixels = _tile(draw_page(0, *PAGE), HUGE)
    rng = np.random.default_rng(0)
    for row, column in rng.integers(0, min(HUGE) - 200, (HUGE_HOLES, 2)):
        height, width = rng.integers(30, 200, 2)
        pixels[row : row + height, column : column + width] = GREEN
    folder.mkdir(parents=True, exist_ok=True)
    write_picture(folder / page_name(0), Picture(pixels))
    return folder


def _tile(page: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A page again and again, (width, height) in all."""
    times = -(-size[1] // page.shape[0]), -(-size[0] // page.shape[1]), 1
    return np.tile(page, times)[: size[1], : size[0]].copy()


def _small_hole(pixels: np.ndarray) -> np.ndarray:
    hole = np.zeros(pixels.shape[:2], bool)
    hole[700 : 700 + SMALL_HOLE, 500 : 500 + SMALL_HOLE] = True
    return hole


def _specks(pixels: np.ndarray) -> np.ndarray:
    """Small squares strewn over all of a picture, (H, W) bool."""
    hole = np.zeros(pixels.shape[:2], bool)
    rng = np.random.default_rng(0)
    places = rng.integers(0, np.array(hole.shape) - SPECK, (SPECKS, 2))
    for row, column in places:
        hole[row : row + SPECK, column : column + SPECK] = True
    return hole


def _fewest_windows(hole: np.ndarray) -> int:
    """A lower bound on the windows for holes strewn everywhere: their bounding box / the area one window fills."""
    rows, columns = np.flatnonzero(hole.any(axis=1)), np.flatnonzero(hole.any(axis=0))
    area = (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)
    return -(-int(area) // FillSettings().core ** 2)

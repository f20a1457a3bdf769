"""How long everything takes, and how much memory: `python -m benchmarks.speed`. Nothing is asserted."""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.pages import draw_page, paint_holes
from benchmarks.peers import load_peers
from benchmarks.running import ROOT, Run, run_program
from benchmarks.tables import format_cell, format_table
from libs.errors import DecensorError
from libs.holes import painted_hole, random_bars
from libs.inpaint import Predict, fill
from libs.pictures import Picture, read_picture, write_png

PAGE = (1200, 1700)
PAGES, HOLES = 20, 4
LARGE_PAGE, LARGE_HOLES = (4000, 6000), 30
SIDES = (256, 384, 512, 1024)
PEER_SIDE = 512
PEERS = ("telea", "patchmatch")
GIBIBYTE = 2**30


@dataclass(frozen=True)
class Line:
    """One row of the table. bar: what issue 2 asks for, as words."""

    what: str
    value: float
    unit: str
    bar: str = ""


@dataclass(frozen=True)
class Plan:
    """What is measured and how often. folder: an empty one for pages and results."""

    model: Path
    repeats: int
    folder: Path


def main(argv: list[str] | None = None) -> int:
    """Exit code: 0 measured, otherwise that of the error."""
    arguments = _parse(argv)
    print(_describe_machine())
    lines: list[Line] = []
    try:
        with tempfile.TemporaryDirectory() as folder:
            plan = Plan(arguments.model, arguments.repeats, Path(folder))
            for name in arguments.parts:
                print(f"measuring {name} ...", file=sys.stderr, flush=True)
                lines += MEASURES[name](plan)
    except DecensorError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    rows = [[line.what, f"{format_cell(line.value)} {line.unit}", line.bar] for line in lines]
    print(format_table(["", "measured", "bar"], rows))
    return 0


def measure_start(plan: Plan) -> list[Line]:
    """From the start of the program to the first picture's line, on one page."""
    painted = _paint_pages(plan.folder / "start", 1, PAGE, HOLES)
    runs = [run_program(painted, plan.folder / "start_out", plan.model) for _ in range(plan.repeats)]
    seconds = median(run.finished[0] for run in runs)
    peak = median(run.peak for run in runs) / GIBIBYTE
    return [
        Line("start to first picture", seconds, "s", "at most 6"),
        Line(f"peak memory, one page {_size(PAGE)}", peak, "GiB"),
    ]


def measure_windows(plan: Plan) -> list[Line]:
    """The network alone on one window of several sizes."""
    predict = load_network(plan.model)
    lines = []
    for side in SIDES:
        seconds = time_median(partial(predict, *_draw_window(side)), plan.repeats)
        lines.append(Line(f"network, window {side} x {side}", seconds, "s", "at most 0.35" if side == 512 else ""))
    return lines


def measure_peers(plan: Plan) -> list[Line]:
    """Our fill and the peers' on the same 512 x 512 picture and hole, all included but loading."""
    pixels = draw_page(0, *PAGE)[:PEER_SIDE, :PEER_SIDE]
    hole = random_bars(np.random.default_rng(0), PEER_SIDE, PEER_SIDE, False)
    predict = load_network(plan.model)
    fills = {"ours": lambda pixels, hole: fill(pixels, hole, predict)}
    peers, reasons = load_peers(list(PEERS))
    for name, reason in reasons.items():
        print(f"{name}: left out, {reason} (see benchmarks/requirements.txt)")
    lines = []
    for name, run in {**fills, **peers}.items():
        seconds = time_median(partial(run, pixels, hole), plan.repeats)
        lines.append(Line(f"bars on {PEER_SIDE} x {PEER_SIDE}: {name}", seconds, "s"))
    return lines


def measure_batch(plan: Plan) -> list[Line]:
    """A folder of pages, once; the time of the first page stands for the start."""
    painted = _paint_pages(plan.folder / "batch", PAGES, PAGE, HOLES)
    run = run_program(painted, plan.folder / "batch_out", plan.model)
    seconds = _seconds_a_page(run)
    what = f"{PAGES} pages {_size(PAGE)}, {HOLES} holes each"
    return [
        Line(f"{what}: a page after the first", seconds, "s", "under 1"),
        Line(f"{what}: pages a minute", 60 / seconds, ""),
        Line(f"{what}: all, with the start", run.total, "s"),
        Line(f"{what}: peak memory", run.peak / GIBIBYTE, "GiB"),
    ]


def measure_memory(plan: Plan) -> list[Line]:
    """One very large page, once."""
    painted = _paint_pages(plan.folder / "memory", 1, LARGE_PAGE, LARGE_HOLES)
    run = run_program(painted, plan.folder / "memory_out", plan.model)
    what = f"one page {_size(LARGE_PAGE)}, {LARGE_HOLES} holes"
    return [
        Line(f"{what}: peak memory", run.peak / GIBIBYTE, "GiB", "under 1.5 GB = 1.40 GiB"),
        Line(f"{what}: all, with the start", run.total, "s"),
    ]


def measure_stages(plan: Plan) -> list[Line]:
    """Where the time goes: the start, and the steps of one page one after another, without overlap."""
    painted = _paint_pages(plan.folder / "stages", 1, PAGE, HOLES) / _page_name(0)
    imports = _time_imports(plan.repeats)
    start = time.perf_counter()
    predict = load_network(plan.model)
    loading = time.perf_counter() - start
    counted = _Counted(predict)
    pixels = read_picture(painted).pixels
    hole = painted_hole(pixels)
    fill(pixels, hole, predict)
    filling, network = [], []
    for _ in range(plan.repeats):
        counted.seconds = 0.0
        filling.append(time_once(lambda: fill(pixels, hole, counted.predict)))
        network.append(counted.seconds)
    target = plan.folder / "stage.png"
    page = f"one page {_size(PAGE)}, {HOLES} holes"
    return [
        Line("start: Python and libraries", imports, "s"),
        Line("start: reading the weights, building", loading, "s"),
        Line(f"{page}: read", time_median(lambda: read_picture(painted), plan.repeats), "s"),
        Line(f"{page}: find holes", time_median(lambda: painted_hole(pixels), plan.repeats), "s"),
        Line(f"{page}: network", median(network), "s"),
        Line(f"{page}: cut and blend", median(filling) - median(network), "s"),
        Line(f"{page}: write", time_median(lambda: write_png(target, Picture(pixels)), plan.repeats), "s"),
    ]


MEASURES: dict[str, Callable[[Plan], list[Line]]] = {
    "start": measure_start,
    "windows": measure_windows,
    "peers": measure_peers,
    "batch": measure_batch,
    "memory": measure_memory,
    "stages": measure_stages,
}


class _Counted:
    """A predict that adds up the seconds spent in it."""

    def __init__(self, predict: Predict) -> None:
        self._predict = predict
        self.seconds = 0.0

    def predict(self, images: np.ndarray, masks: np.ndarray) -> np.ndarray:
        start = time.perf_counter()
        drawn = self._predict(images, masks)
        self.seconds += time.perf_counter() - start
        return drawn


def load_network(path: Path) -> Predict:
    """The network of a weights file. Raises WeightsError."""
    from model import load_predictor

    return load_predictor(path)


def time_median(action: Callable[[], object], repeats: int) -> float:
    """Median seconds of an action, after one run that does not count."""
    action()
    return median(time_once(action) for _ in range(repeats))


def time_once(action: Callable[[], object]) -> float:
    """Seconds of one run."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _time_imports(repeats: int) -> float:
    """Median seconds of a process that imports the network's module and ends."""
    command = [sys.executable, "-c", "import decensor, model"]
    return median(
        time_once(lambda: subprocess.run(command, cwd=ROOT, check=True, capture_output=True)) for _ in range(repeats)
    )


def _seconds_a_page(run: Run) -> float:
    return (run.finished[-1] - run.finished[0]) / (len(run.finished) - 1)


def _paint_pages(folder: Path, count: int, size: tuple[int, int], holes: int) -> Path:
    """A new folder of seeded painted pages, (width, height) in pixels; returned is the folder."""
    folder.mkdir()
    for seed in range(count):
        page = draw_page(seed, *size)
        write_png(folder / _page_name(seed), Picture(paint_holes(page, seed, holes)))
    return folder


def _page_name(seed: int) -> str:
    return f"page{seed:02}.png"


def _draw_window(side: int) -> tuple[np.ndarray, np.ndarray]:
    """A batch of one noise image and its mask with bars, as the network takes them."""
    rng = np.random.default_rng(0)
    image = rng.random((1, side, side, 3), dtype=np.float32)
    hole = random_bars(rng, side, side, False)
    return image, (~hole).astype(np.float32)[None, ..., None]


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]} x {size[1]}"


def _describe_machine() -> str:
    """One line; how busy the machine already is tells how much the numbers are worth."""
    can_count = hasattr(os, "sched_getaffinity")
    processors = len(os.sched_getaffinity(0)) if can_count else os.cpu_count()
    busy = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    return f"{platform.machine()}, Python {platform.python_version()}, {processors} processors{busy}"


def _parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "model.h5", help="weights file")
    parser.add_argument("--repeats", type=int, default=5, help="runs of what is repeated (default 5)")
    parser.add_argument("--parts", nargs="+", choices=list(MEASURES), default=list(MEASURES), help="default: all")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())

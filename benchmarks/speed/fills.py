"""Filling in this process: beside peers on the same picture, and where a page's time goes."""

import subprocess
import sys
import time
from functools import partial
from statistics import median

import numpy as np

from benchmarks.pages import draw_page
from benchmarks.peers import load_peers
from benchmarks.running import ROOT
from benchmarks.speed.plan import (
    HOLES,
    PAGE,
    Line,
    Plan,
    describe_size,
    page_name,
    paint_pages,
    time_fill,
    time_median,
    time_once,
)
from libs.holes import painted_hole, random_bars
from libs.inpaint import fill
from libs.network import load_network
from libs.pictures import Picture, read_picture, write_picture

PEER_SIDES = (512, 1024)
PEERS = ("telea", "patchmatch")


def measure_peers(plan: Plan) -> list[Line]:
    """Our fill and the peers' on the same square pictures and holes, all included but loading."""
    predict = load_network(plan.model, plan.precision)
    fills = {"ours": lambda pixels, hole: fill(pixels, hole, predict)}
    peers, reasons = load_peers(list(PEERS))
    for name, reason in reasons.items():
        print(f"{name}: left out, {reason} (see benchmarks/requirements.txt)", file=sys.stderr)
    lines = []
    for side in PEER_SIDES:
        pixels = draw_page(0, *PAGE)[:side, :side]
        hole = random_bars(np.random.default_rng(0), side, side, False)
        for name, run in {**fills, **peers}.items():
            seconds = time_median(partial(run, pixels, hole), plan.repeats)
            bar = "less than patchmatch" if name == "ours" else ""
            lines.append(Line(f"bars on {side} x {side}: {name}", seconds, "s", bar))
    return lines


def measure_stages(plan: Plan) -> list[Line]:
    """The start, and the steps of one page one after another, without overlap."""
    painted = paint_pages(plan.pages, 1, PAGE, HOLES) / page_name(0)
    imports = _time_imports(plan.repeats)
    start = time.perf_counter()
    predict = load_network(plan.model, plan.precision)
    loading = time.perf_counter() - start
    pixels = read_picture(painted).pixels
    hole = painted_hole(pixels)
    fill(pixels, hole, predict)
    filling, network = zip(*(time_fill(pixels, hole, predict) for _ in range(plan.repeats)), strict=True)
    target = plan.folder / "stage.png"
    page = f"one page {describe_size(PAGE)}, {HOLES} holes"
    return [
        Line("start: Python and libraries", imports, "s"),
        Line("start: reading the weights, building, tracing", loading, "s"),
        Line(f"{page}: read", time_median(lambda: read_picture(painted), plan.repeats), "s"),
        Line(f"{page}: find holes", time_median(lambda: painted_hole(pixels), plan.repeats), "s"),
        Line(f"{page}: network", median(network), "s"),
        Line(f"{page}: cut and blend", median(filling) - median(network), "s"),
        Line(f"{page}: write", time_median(lambda: write_picture(target, Picture(pixels)), plan.repeats), "s"),
    ]


def _time_imports(repeats: int) -> float:
    """Median seconds of a process that imports what the program does, as it does, and ends."""
    command = [sys.executable, "-c", "import gc; gc.disable(); import decensor, model; gc.freeze()"]
    return median(
        time_once(lambda: subprocess.run(command, cwd=ROOT, check=True, capture_output=True)) for _ in range(repeats)
    )

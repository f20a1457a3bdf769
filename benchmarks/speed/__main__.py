"""How long everything takes, and how much memory: `python -m benchmarks.speed`. Nothing is asserted."""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.running import ROOT
from benchmarks.speed.fills import measure_peers, measure_stages
from benchmarks.speed.network import measure_precision, measure_windows
from benchmarks.speed.plan import Line, Plan
from benchmarks.speed.whole import measure_batch, measure_growth, measure_memory, measure_start
from benchmarks.tables import format_cell, format_table
from libs.errors import DecensorError

MEASURES: dict[str, Callable[[Plan], list[Line]]] = {
    "start": measure_start,
    "windows": measure_windows,
    "precision": measure_precision,
    "peers": measure_peers,
    "batch": measure_batch,
    "memory": measure_memory,
    "growth": measure_growth,
    "stages": measure_stages,
}


def main(argv: list[str] | None = None) -> int:
    """Exit code: 0 measured, otherwise that of the error."""
    arguments = _parse(argv)
    print(_describe_machine(arguments.precision))
    try:
        with tempfile.TemporaryDirectory() as folder:
            pages = arguments.pages or Path(folder) / "pages"
            plan = Plan(arguments.model, arguments.repeats, Path(folder), arguments.precision, pages, arguments.batch)
            for name in arguments.parts:
                print(f"measuring {name} ...", file=sys.stderr, flush=True)
                lines = MEASURES[name](plan)
                rows = [[line.what, f"{format_cell(line.value)} {line.unit}", line.bar] for line in lines]
                print(format_table([f"[{name}]", "measured", "aim"], rows), flush=True)
    except DecensorError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def _describe_machine(precision: str) -> str:
    """One line; how busy the machine already is tells how much the numbers are worth."""
    can_count = hasattr(os, "sched_getaffinity")
    processors = len(os.sched_getaffinity(0)) if can_count else os.cpu_count()
    busy = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    return f"{platform.machine()}, Python {platform.python_version()}, {processors} processors{busy}; {precision}"


def _parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "model.h5", help="weights file")
    parser.add_argument("--repeats", type=int, default=5, help="runs of what is repeated (default 5)")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32", help="(default float32)")
    parser.add_argument("--parts", nargs="+", choices=list(MEASURES), default=list(MEASURES), help="default: all")
    parser.add_argument("--batch", type=int, default=20, help="pages of the batch, two or more (default 20)")
    parser.add_argument("--pages", type=Path, help="folder in which drawn pages stay for the next run (default: none)")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())

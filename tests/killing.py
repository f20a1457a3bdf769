"""Kills batches at random moments and runs them again: `python tests/killing.py --rounds 100`; POSIX only.

Each batch is a fork of this process, in which everything is imported already, with a network that paints grey; so
a round takes well under a second, and the moments fall into the batch and not into Python's start.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np
import scipy.ndimage  # noqa: F401 (now, not in each fork)
from PIL import Image
from place import write_tiny_weights

import decensor
from libs import details, engine, ledger

PICTURES = 6
WAYS = (("--report",), ("--clean_inputs", "--jobs=1"), ("--overwrite", "--jobs=4"))


def predict_slowly(images: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """A network that draws middle grey and takes its time."""
    time.sleep(0.01)
    return np.full_like(images, 0.5)


def draw_inputs(folder: Path) -> None:
    """Small noisy pages with two green places each."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(5)
    for number in range(PICTURES):
        pixels = rng.integers(0, 200, (100 + 10 * number, 90, 3), dtype=np.uint8)
        pixels[20:40, 30:50] = pixels[70:80, 10:80] = (0, 255, 0)
        Image.fromarray(pixels).save(folder / f"page{number}.png")


def start(home: Path, *argv: str) -> int:
    """Run the program in `home` in a process of its own; its number."""
    child = os.fork()
    if child:
        return child
    code = 99
    try:
        decensor._program_folder = lambda: home
        engine.load_network = lambda *_: predict_slowly
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 (the process ends with it)
        code = decensor.main(list(argv))
    finally:
        os._exit(code)


def finish(child: int) -> int:
    """Its exit code, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def read_all(folder: Path) -> dict[str, bytes]:
    """All files of a folder but the ledger and the report, hidden ones too."""
    beside = {ledger.NAME, "report.html"}
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name not in beside}


def try_once(home: Path, wanted: dict[str, bytes], inputs: dict[str, bytes], way: tuple[str, ...], delay: float) -> str:
    """Kill one batch after `delay` seconds and run it again; what the kill left: "nothing", "parts" or "whole"."""
    results, painted = home / "decensor_output", home / "decensor_input"
    if "--overwrite" in way:
        assert finish(start(home)) == 0
    child = start(home, *way)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    finish(child)
    left = read_all(results) if results.exists() else {}
    for name, content in left.items():
        assert name.endswith(".part") or content == wanted[name], f"{name} is neither whole nor absent"
    rest = tuple(option for option in way if option != "--overwrite")
    assert finish(start(home, *rest)) == 0
    assert read_all(results) == wanted
    assert not list(results.glob("*.part"))
    assert (results / "report.html").exists() == ("--report" in way)
    moved = read_all(painted / "done") if (painted / "done").exists() else {}
    assert {**read_all(painted), **moved} == inputs
    assert len(moved) == (len(inputs) if "--clean_inputs" in way else 0)
    parts = any(name.endswith(".part") for name in left)
    return "parts" if parts else "whole" if len(left) == len(wanted) else "some" if left else "nothing"


def kill_many(rounds: int, seed: int) -> dict[str, int]:
    """How often the kill left what; AssertionError at the first loss."""
    rng = random.Random(seed)
    counts: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as place:
        clean = Path(place) / "clean"
        draw_inputs(clean / "decensor_input")
        (clean / "models").mkdir()
        write_tiny_weights(clean / "models" / "model.h5")
        home = Path(place) / "reference"
        shutil.copytree(clean, home)
        started = time.monotonic()
        assert finish(start(home)) == 0
        duration = time.monotonic() - started
        wanted, inputs = read_all(home / "decensor_output"), read_all(home / "decensor_input")
        assert len(wanted) == PICTURES
        for number in range(rounds):
            home = Path(place) / f"round{number}"
            shutil.copytree(clean, home)
            left = try_once(home, wanted, inputs, WAYS[number % len(WAYS)], rng.uniform(0, 1.1 * duration))
            counts[left] = counts.get(left, 0) + 1
            assert (home / details.NAME).exists() or left == "nothing"
            shutil.rmtree(home)
    return counts


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for outcome, count in sorted(kill_many(options.rounds, options.seed).items()):
        print(f"{outcome}: {count}")

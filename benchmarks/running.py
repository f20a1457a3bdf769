"""The program run as a user runs it, in a process of its own, with its times and its memory."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# ru_maxrss is in KiB on Linux and in bytes on macOS.
MEMORY_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Run:
    """finished: seconds from the start to each picture's line; total: seconds; peak: bytes resident."""

    finished: tuple[float, ...]
    total: float
    peak: int


# Linux counts the memory of the process that starts another one into the other's peak: a small one starts it.
LAUNCHER = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:])
_, status, usage = os.wait4(process.pid, 0)
print("peak", usage.ru_maxrss, flush=True)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def run_program(
    painted: Path,
    results: Path,
    model: Path,
    options: Sequence[str] = (),
    program: Sequence[str] = (str(ROOT / "decensor.py"),),
) -> Run:
    """Fill a folder with `python decensor.py`, or a program with such words. RuntimeError if it does not end with 0.

    The peak is the process's own, whatever other processes needed; only on systems with `os.wait4`.
    """
    command = [sys.executable, "-c", LAUNCHER, sys.executable, *program, *options]
    command += ["--decensor_input_path", str(painted), "--decensor_output_path", str(results), "--model", str(model)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    finished, lines = [], []
    start = time.perf_counter()
    outputs = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    process = subprocess.Popen(command, env=environment, cwd=ROOT, **outputs)
    for line in process.stdout or ():
        lines.append(line)
        if line.startswith("["):
            finished.append(time.perf_counter() - start)
    total = time.perf_counter() - start
    if process.wait() != 0:
        raise RuntimeError(f"decensor.py ended with {process.returncode}:\n{''.join(lines[-20:])}")
    return Run(tuple(finished), total, int(lines[-1].removeprefix("peak ")) * MEMORY_UNIT)

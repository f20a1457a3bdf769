"""Threads share two heaps, where the C library has a heap for each thread."""

import subprocess
import sys
from pathlib import Path

import pytest

from libs import heaps

ROOT = Path(__file__).parent.parent
# Eight threads ask for memory at the same time; then the C library tells of its heaps.
COUNT = """
import ctypes, sys, threading
from libs.heaps import limit_heaps
if sys.argv[1] == "limited":
    limit_heaps()
wait = threading.Barrier(8)
def ask():
    wait.wait()
    kept = ctypes.CDLL(None).malloc(5000)
    wait.wait()
threads = [threading.Thread(target=ask) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
library = ctypes.CDLL(None)
library.fdopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(library.fdopen(1, b"w"))
library.malloc_info(0, file)
library.fflush(file)
"""


def count_heaps(how: str) -> int:
    run = subprocess.run([sys.executable, "-c", COUNT, how], cwd=ROOT, capture_output=True, text=True)
    return run.stdout.count("<heap nr")


@pytest.mark.skipif(count_heaps("as usual") < 3, reason="this C library has no heap for each thread")
def test_threads_share_two_heaps():
    assert count_heaps("limited") == heaps.HEAPS


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_elsewhere_nothing_is_done(platform, monkeypatch):
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr("ctypes.CDLL", None)
    heaps.limit_heaps()


def test_a_library_without_such_heaps_is_left_alone(monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("ctypes.CDLL", lambda name: object())
    heaps.limit_heaps()

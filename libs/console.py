"""A double-clicked program's window: it would close at the end, with all its lines, unless Enter is waited for."""

import ctypes
import os
import sys
from collections.abc import Collection
from pathlib import Path

# Far more programs than ever share a console.
MOST_PROCESSES = 64


def wait_for_enter() -> None:
    """Wait for Enter if this is a standalone program in a console window that closes when it ends; else return."""
    if not _is_standalone() or sys.stdin is None or not sys.stdin.isatty():
        return
    if not owns_console(_list_console_processes(), os.getpid(), os.getppid(), _unpacks_itself()):
        return
    sys.stderr.write("Press Enter to close this window. ")
    sys.stderr.flush()
    sys.stdin.readline()


def owns_console(processes: Collection[int], own: int, parent: int, unpacked: bool) -> bool:
    """Whether nobody but this program uses its console; `unpacked`: its parent is the file that unpacked it.

    processes: identifiers of all that are attached to the console, empty if that is unknown or there is none.
    """
    return own in processes and set(processes) <= ({own, parent} if unpacked else {own})


def _is_standalone() -> bool:
    return bool(getattr(sys, "frozen", False))


def _unpacks_itself() -> bool:
    """Whether the program is a single file: then what it unpacked lies elsewhere, and it runs as two processes."""
    unpacked = Path(getattr(sys, "_MEIPASS", sys.executable)).resolve()
    return Path(sys.executable).resolve().parent not in (unpacked, *unpacked.parents)


def _list_console_processes() -> list[int]:
    """Only Windows tells: elsewhere a double click opens no window, or one that stays."""
    if sys.platform != "win32":
        return []
    processes = (ctypes.c_uint32 * MOST_PROCESSES)()
    count = ctypes.windll.kernel32.GetConsoleProcessList(processes, MOST_PROCESSES)
    return list(processes[:count]) if count <= MOST_PROCESSES else []

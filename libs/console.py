"""A double-clicked program's window: it would close at the end, with all its lines, unless Enter is waited for."""

import ctypes
import os
import sys

# Far more programs than ever share a console.
MOST_PROCESSES = 64


def wait_for_enter() -> None:
    """Wait for Enter if this is a standalone program in a window of its own, which closes when it ends; else return."""
    if not _is_standalone() or sys.stdin is None or not sys.stdin.isatty() or not _owns_window():
        return
    sys.stderr.write("Press Enter to close this window. ")
    sys.stderr.flush()
    sys.stdin.readline()


def _is_standalone() -> bool:
    return bool(getattr(sys, "frozen", False))


def _owns_window() -> bool:
    """Whether the window was opened for this program alone: started by a shell or a script, it shares theirs.

    So do file managers on Linux, asked to run it in a terminal. A Mac's starts a shell, whose window stays.
    """
    if sys.platform == "win32":
        return _list_console_processes() == [os.getpid()]
    return os.getsid(0) == os.getpid()


def _list_console_processes() -> list[int]:
    """The identifiers of all that are attached to the console; none if there are more than ever."""
    processes = (ctypes.c_uint32 * MOST_PROCESSES)()
    count = ctypes.windll.kernel32.GetConsoleProcessList(processes, MOST_PROCESSES)
    return list(processes[:count]) if count <= MOST_PROCESSES else []

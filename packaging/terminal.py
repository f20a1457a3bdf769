"""Runs a program in a terminal of its own, as a double click may on Linux, and presses Enter when asked to."""

import os
import pty
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

QUESTION = b"Press Enter"
SECONDS_LEFT_ALONE = 0.5
MOST_BYTES = 4096


def run_in_terminal(words: list[str], place: Path, environment: Mapping[str, str]) -> tuple[str, int]:
    """What is said until the program ends, and its exit code; ChildProcessError if it asks for Enter but ends without.

    words: the program's path and its arguments.
    """
    process, terminal = pty.fork()
    if process == 0:
        with suppress(OSError):
            os.chdir(place)
            os.execve(words[0], words, environment)
        os._exit(127)
    said, asked = b"", False
    with suppress(OSError), os.fdopen(terminal, "r+b", buffering=0) as stream:  # Linux tells of the end by an error
        while heard := stream.read(MOST_BYTES):
            said += heard
            if QUESTION in said and not asked:
                asked = True
                time.sleep(SECONDS_LEFT_ALONE)
                if os.waitpid(process, os.WNOHANG) != (0, 0):
                    raise ChildProcessError(f"{words[0]} asks for Enter and does not wait for it")
                stream.write(b"\n")
    _, status = os.waitpid(process, 0)
    return said.decode("utf-8", "replace"), os.waitstatus_to_exitcode(status)

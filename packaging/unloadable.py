"""Run by both standalone programs before anything else: a part that cannot be loaded is told, and the window waits.

That happens before there is a `decensor.main`, which tells all else: where a virus scanner took a file, or not all was
unpacked.
"""

import sys
from pathlib import Path
from types import TracebackType


def tell_unloadable(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """In place of Python's own way to tell of an exception that nobody caught."""
    started = hasattr(sys.modules.get("decensor", sys.modules["__main__"]), "main")
    if started or not issubclass(kind, ImportError):
        sys.__excepthook__(kind, error, trace)
        return
    from libs import console, loading

    sys.stderr.write(f"decensor: {loading.explain_unloadable(error, Path(sys.executable).parent)}\n")
    console.wait_for_enter()


sys.excepthook = tell_unloadable

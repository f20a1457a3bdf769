"""Run by both standalone programs before anything else: a part that cannot be loaded is told, and the window waits.

That happens before `decensor.main`, which tells all else: where a virus scanner took a file, or not all was unpacked.
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
    from libs import console, details

    with details.write_details(Path(sys.executable).parent / details.NAME, verbose=False):
        details.logger.debug("cannot start", exc_info=(kind, error, trace))
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__
    reason = " ".join(str(error).split())
    advice = f"unpack the download again, all of it; {details.NAME} beside the program has the details"
    sys.stderr.write(f"decensor: a part of the program cannot be loaded ({reason}); {advice}\n")
    console.wait_for_enter()


sys.excepthook = tell_unloadable

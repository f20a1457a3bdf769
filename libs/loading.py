"""What is told, and logged, when a part of the program cannot be loaded; it needs nothing but Python itself."""

import sys
from pathlib import Path

from libs.details import NAME, logger, write_details


def explain_unloadable(error: BaseException, home: Path) -> str:
    """Which part cannot be loaded and what to do now, in a sentence; its details go to the log in a folder."""
    with write_details(home / NAME, verbose=False):
        logger.debug("a part of the program cannot be loaded", exc_info=error)
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__
    reason = " ".join(str(error).split())
    if getattr(sys, "frozen", False):
        advice = "unpack the download again, all of it"
    else:
        advice = "start it with the Python in .venv, as README.md says, or install what requirements.txt lists"
    return f"a part of the program cannot be loaded ({reason}); {advice}; {NAME} beside it has the details"

"""Errors for the person painting: shown as one sentence, without a traceback."""


class DecensorError(Exception):
    """Something the person can mend; `exit_code` is what the program ends with."""

    exit_code = 1


class UsageError(DecensorError):
    """The command line or the folders cannot be used as given."""

    exit_code = 2


class WeightsError(DecensorError):
    """The network's weights file is missing, broken or not for this program."""

    exit_code = 3


class PictureError(DecensorError):
    """This picture cannot be filled; the batch goes on."""


def describe_failure(error: PictureError | MemoryError) -> str:
    """Why one picture could not be filled, as a clause for its line."""
    if isinstance(error, PictureError):
        return str(error)
    return "not enough memory for it; close other programs or cut it into parts"

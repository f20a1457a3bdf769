"""One picture from a stream and one to a stream, by way of files of its own that are gone afterwards."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from libs.errors import PictureError, UsageError
from libs.jobs import Job
from libs.pictures import read_picture, write_picture

NAME = "standard input"
PNG = b"\x89PNG\r\n\x1a\n"
USAGE = "use it as: decensor - < painted.png > result.png"


@contextmanager
def receive(stream: TextIO | None, **settings: Any) -> Iterator[Job]:
    """The picture beneath a text stream as a job with further settings; its files last as long as the context.

    UsageError if the stream is a terminal or there is none.
    """
    if stream is None or stream.isatty():
        raise UsageError(f"there is no picture on the standard input; {USAGE}")
    with tempfile.TemporaryDirectory(prefix="decensor-") as folder:
        job = Job(Path(folder) / NAME, Path(folder) / "result.png", **settings)
        job.painted.write_bytes(stream.buffer.read())
        yield job


def send(job: Job, stream: BinaryIO) -> None:
    """Write the result to a stream, or without one the picture as it came, as a PNG file in any case.

    PictureError if the stream is closed.
    """
    came = job.painted.read_bytes()
    if not job.result.exists() and not came.startswith(PNG):
        write_picture(job.result, read_picture(job.painted, job.most_megapixels))
    try:
        stream.write(job.result.read_bytes() if job.result.exists() else came)
        stream.flush()
    except OSError as error:
        raise PictureError(f"cannot write to the standard output ({error.strerror}); {USAGE}") from error


def check_output(stream: TextIO | None) -> None:
    """UsageError if a picture would be written to a terminal or nowhere."""
    if stream is None or stream.isatty():
        raise UsageError(f"the standard output is no file; {USAGE}")

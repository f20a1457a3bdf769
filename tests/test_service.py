"""A picture from a stream to a stream."""

import io

import pytest

from libs.errors import PictureError, UsageError
from libs.service import NAME, PNG, check_output, receive, send


class Terminal(io.BytesIO):
    def isatty(self):
        return True


class Closed(io.BytesIO):
    def write(self, content):
        raise BrokenPipeError(32, "Broken pipe")


# A beginning as of a PNG file, and every byte, also those that a text stream would change.
CONTENT = PNG + bytes(range(256)) + b"\r\n\n\x1a\r"


def test_without_a_result_every_byte_is_passed_through():
    answer = io.BytesIO()
    with receive(io.TextIOWrapper(io.BytesIO(CONTENT))) as job:
        assert job.painted.name == NAME
        assert job.painted.read_bytes() == CONTENT
        send(job, answer)
    assert answer.getvalue() == CONTENT


def test_the_result_is_sent_and_the_files_are_gone_afterwards():
    answer = io.BytesIO()
    with receive(io.TextIOWrapper(io.BytesIO(CONTENT))) as job:
        job.result.write_bytes(CONTENT[::-1])
        send(job, answer)
    assert answer.getvalue() == CONTENT[::-1]
    assert not job.painted.parent.exists()


@pytest.mark.parametrize("stream", [None, Terminal()])
def test_a_terminal_or_no_stream_is_refused_with_the_usage(stream):
    with pytest.raises(UsageError, match=r"there is no picture on the standard input; use it as: decensor - <"):
        receive(stream).__enter__()
    with pytest.raises(UsageError, match=r"the standard output is no file; use it as: decensor - <"):
        check_output(stream)


def test_a_reader_that_is_gone_is_told():
    stream = io.TextIOWrapper(io.BytesIO(CONTENT))
    with receive(stream) as job, pytest.raises(PictureError, match=r"cannot write to the standard output"):
        send(job, Closed())

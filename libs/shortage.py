"""Lack of memory is a MemoryError, whichever engine Keras runs on."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def lack_of_memory_as_usual() -> Iterator[None]:
    """MemoryError in place of what Keras' engines raise, each a class of its own that only its name makes known."""
    try:
        yield
    except Exception as error:
        if "ResourceExhausted" in type(error).__name__ or "RESOURCE_EXHAUSTED" in str(error):
            raise MemoryError(str(error)) from error
        raise

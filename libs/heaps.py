"""How many heaps the C library keeps for this process."""

import ctypes
import sys

# glibc's malloc.h; musl has no such function and no such heaps.
M_ARENA_MAX = -8
HEAPS = 2


def limit_heaps() -> None:
    """Let threads share two heaps where glibc would give each its own, of which what is free serves no other."""
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(M_ARENA_MAX, HEAPS)

"""Whether this machine's processor has bfloat16 numbers."""

import sys
from pathlib import Path

# Linux's names for the instructions that multiply bfloat16 numbers; others only emulate them, slower than float32.
NATIVE_BFLOAT16 = {"avx512_bf16", "amx_bf16"}
DESCRIPTION = Path("/proc/cpuinfo")


def has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 numbers natively; False where the system does not tell."""
    if sys.platform != "linux":  # elsewhere a file of this name is anybody's, on Windows any drive's
        return False
    try:
        described = DESCRIPTION.read_text("ascii", "replace")
    except OSError:
        return False
    return any(line.startswith("flags") and NATIVE_BFLOAT16 & set(line.split()) for line in described.splitlines())

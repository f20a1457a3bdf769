"""A passage without a jump, for what is to count partly between two limits."""

import numpy as np


def ramp(values: np.ndarray, start: float, end: float) -> np.ndarray:
    """0 up to `start`, 1 from `end` on, straight between; or the other way round where start > end."""
    return np.clip((values - start) / (end - start), 0, 1)

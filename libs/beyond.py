"""How much the drawing beside paint leans to the paint's colour by itself, around each pixel."""

import numpy as np
import scipy


def look_beyond(lean: np.ndarray, beyond: np.ndarray, pixels: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and spread, each (H, W) float64, of what lies beyond in the square so many pixels around each pixel.

    lean: (H, W) float32 of `libs.fringe.leaning`; beyond: (H, W) bool. Both are 0 where nothing beyond is so near.
    """
    side = 2 * pixels + 1
    count, total, squares = (
        scipy.ndimage.uniform_filter(np.where(beyond, values, 0).astype(np.float64), side, mode="constant")
        for values in (1.0, lean, lean * lean)
    )
    count = np.maximum(count, 0.5 / side**2)
    mean = total / count
    return mean, np.sqrt(np.maximum(squares / count - mean**2, 0))

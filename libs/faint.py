"""Pixels beside softly painted ones that lean to the paint a little more than the drawing beyond them.

Where a brush or the waves of a resized picture end, too little paint is left to be told from the drawing by itself. But
it lies beside paint, and on flat colour the eye sees a ring of a few levels.
"""

import numpy as np
import scipy

from libs.beyond import look_beyond
from libs.fringe import EIGHT

# How many pixels deep, and how far around each the drawing is looked at.
DEEPEST, AROUND = 2, 3
FAINT_TOTAL = DEEPEST * (1 + AROUND)
# Tinted is what leans to the paint by so many levels more than the mean beyond, and by so many times its spread there.
VISIBLE, CERTAIN = 2.5, 1.5


def find_faint(lean: np.ndarray, hole: np.ndarray, soft: np.ndarray) -> np.ndarray:
    """(H, W) bool, faintly tinted pixels beside the softly painted ones of a hole, both (H, W) bool.

    lean: (H, W) float32 of `libs.fringe.leaning`.
    """
    found, last = np.zeros_like(hole), soft
    for _ in range(DEEPEST):
        rim = scipy.ndimage.binary_dilation(last, EIGHT) & ~(hole | found)
        mean, spread = look_beyond(lean, ~(hole | found | rim), AROUND)
        last = rim & (lean > mean + np.maximum(VISIBLE, CERTAIN * spread))
        if not last.any():
            break
        found |= last
    return found

"""Strokes that fade along their way: pen pressure on a tablet, a brush run dry, paint that is not opaque everywhere.

Such a stroke is as sharp at its sides as any, so that only at its end the paint is seen to fade. From there it is
followed step by step, as long as each pixel is a little less green than the one before. Hard paint ends with a jump,
and a green thing that the stroke runs into stays level.
"""

import numpy as np
import scipy

from libs.beyond import look_beyond
from libs.fringe import EIGHT, Color, direction, leaning

# From one pixel to the next the leaning to the paint rises and falls by so many levels at most.
RISE, STEP = 3.0, 45.0
# Over so many pixels it falls by so many levels at least.
STRETCH, FALL = 6, 9.0
# It leans to the paint by so many levels more than the mean of the drawing around, and by so many times its spread
# there; what is nearer than a few pixels to such paint is not looked at.
VISIBLE, CERTAIN = 8.0, 2.0
AROUND, BESIDE = 20, 3
# Strokes are followed so far beyond what is painted. All in pixels.
FARTHEST = 170
# So far out such a stroke leans to the paint by so many levels more yet; a smooth edge that runs into a drawing does
# not.
SHORTEST, CLEAR = 6, 25.0


def begins_to_fade(pixels: np.ndarray, paint: np.ndarray, color: Color) -> bool:
    """Whether any pixel beside paint (H, W) bool leans nearly as much to its colour as the paint itself."""
    beside = scipy.ndimage.binary_dilation(paint, EIGHT) & ~paint
    full = np.array(color) @ direction(color)
    return bool((leaning(pixels, color)[beside] >= full - 2 * STEP).any())


def follow_fading(pixels: np.ndarray, paint: np.ndarray, color: Color) -> np.ndarray:
    """(H, W) bool: the pixels to which paint (H, W) bool fades; pixels: (H, W, 3) uint8."""
    lean = leaning(pixels, color)
    reached = _follow_falling(lean, paint)
    # Only what has less beside it is faded paint, not the level drawing behind it.
    lowest = scipy.ndimage.minimum_filter(np.where(reached, lean, np.inf), 2 * STRETCH + 1, mode="nearest")
    beyond = ~scipy.ndimage.binary_dilation(reached | paint, EIGHT, iterations=BESIDE)
    mean, spread = look_beyond(lean, beyond, AROUND)
    limits = mean + np.maximum(VISIBLE, CERTAIN * spread)
    fades = reached & (lean - lowest >= FALL) & (lean > limits)
    far = fades & (scipy.ndimage.distance_transform_edt(~paint) >= SHORTEST) & (lean > limits + CLEAR)
    return scipy.ndimage.binary_propagation(far, EIGHT, fades)


def _follow_falling(lean: np.ndarray, paint: np.ndarray) -> np.ndarray:
    """(H, W) bool: what can be reached from paint without a jump and without going level."""
    width = lean.shape[1] + 2
    around = np.array([down * width + right for down in (-1, 0, 1) for right in (-1, 0, 1) if down or right])
    levels, reached = np.pad(lean, 1).ravel(), np.pad(paint, 1, constant_values=True).ravel()
    last = np.flatnonzero(np.pad(paint & ~scipy.ndimage.binary_erosion(paint, EIGHT, border_value=1), 1))
    # The levels on the way to each of the last pixels; from before the paint's edge everything falls.
    before = np.full((len(last), STRETCH), np.inf, np.float32)
    for _ in range(FARTHEST):
        parents = np.repeat(np.arange(len(last)), len(around))
        here = (last[:, None] + around).ravel()
        fall = levels[last][parents] - levels[here]
        goes_on = ~reached[here] & (fall >= -RISE) & (fall <= STEP) & (before[parents, 0] - levels[here] >= FALL)
        here, first = np.unique(here[goes_on], return_index=True)
        if not len(here):
            break
        parents = parents[goes_on][first]
        before = np.column_stack([before[parents, 1:], levels[last[parents]]])
        reached[here], last = True, here
    return reached.reshape(-1, width)[1:-1, 1:-1] & ~paint

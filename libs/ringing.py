"""Single pixels tinted by paint nearby, as lossy files scatter them over the squares that they are coded in.

JPEG codes squares of 8 pixels, its colours often squares of 16: what is painted in one corner rings all over it, in
waves, so that tinted pixels lie a few pixels from the paint with clean ones between. What the drawing does by itself
shows farther out, where no tint can reach.
"""

from dataclasses import dataclass

import numpy as np
import scipy

from libs.fringe import EIGHT


@dataclass(frozen=True)
class Squares:
    """How far a lossy file's tint reaches, and how much drawing beyond that is looked at. In pixels."""

    reach: int
    beyond: int

    @property
    def total(self) -> int:
        return self.reach + self.beyond


SMALL = Squares(reach=10, beyond=12)
LARGE = Squares(reach=18, beyond=14)
# Tinted is what leans to the paint by so many levels more than the mean beyond, and by so many times its spread there.
VISIBLE, CERTAIN = 8.0, 2.0
# The tint goes on if of the outermost pixels, so many deep, such a share is tinted.
GAP = 2
OUTERMOST, MANY = 3, 0.015


def find_ringing(lean: np.ndarray, paint: np.ndarray, squares: Squares) -> tuple[np.ndarray, bool]:
    """(H, W) bool, tinted pixels near paint (H, W) bool, and whether the tint seems to reach farther.

    lean: (H, W) float32 of `libs.fringe.leaning`.
    """
    distance = scipy.ndimage.distance_transform_edt(~paint)
    beyond = (distance > squares.reach) & (distance <= squares.total)
    near = (distance > 0) & (distance <= squares.reach)
    side = 2 * squares.total + 1
    count, total, square = (
        scipy.ndimage.uniform_filter(np.where(beyond, values, 0).astype(np.float64), side, mode="constant")
        for values in (1.0, lean, lean * lean)
    )
    count = np.maximum(count, 0.5 / side**2)
    mean = total / count
    spread = np.sqrt(np.maximum(square / count - mean**2, 0))
    tinted = near & (lean > mean + np.maximum(VISIBLE, CERTAIN * spread))
    outermost = near & (distance > squares.reach - OUTERMOST)
    joined = scipy.ndimage.binary_closing(np.pad(tinted | paint, GAP), np.ones((2 * GAP + 1,) * 2, bool))
    joined = scipy.ndimage.binary_propagation(paint, EIGHT, joined[GAP:-GAP, GAP:-GAP] & (near | paint))
    return joined, np.count_nonzero(tinted & outermost) > MANY * np.count_nonzero(outermost)

"""Single pixels tinted by paint nearby, as lossy files scatter them over the squares that they are coded in.

JPEG codes squares of 8 pixels, its colours often squares of 16: what is painted in one corner rings all over it, in
waves, so that tinted pixels lie a few pixels from the paint with clean ones between. What the drawing does by itself
shows farther out, where no tint can reach.
"""

from dataclasses import dataclass

import numpy as np
import scipy

from libs.beyond import look_beyond
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
# Sides of the squares that brightness, and often colours, are coded in; they begin at the picture's own corner.
SIDE, COLORS = 8, 16
# So much larger a share of the pixels is tinted, or tinted to the opposite, in the squares that hold paint than beyond;
# more than such a part of it shows, so near to the paint, beside squares of 8 only if colours are coded in those of 16.
MORE, SPILLED, BESIDE = 0.02, 0.1, 4
# Waves are higher than so many levels around the middle one of a square so wide.
ROUGH, WAVE = 6.0, 5
# A square of 8 is taken as a whole if so many pixels in it are tinted and not taken yet.
FEW = 4


def find_ringing(lean: np.ndarray, paint: np.ndarray, squares: Squares) -> tuple[np.ndarray, bool]:
    """(H, W) bool, tinted pixels near paint (H, W) bool, and whether the tint seems to reach farther.

    lean: (H, W) float32 of `libs.fringe.leaning`.
    """
    distance = scipy.ndimage.distance_transform_edt(~paint)
    beyond = (distance > squares.reach) & (distance <= squares.total)
    near = (distance > 0) & (distance <= squares.reach)
    mean, spread = look_beyond(lean, beyond, squares.total)
    tinted = near & (lean > mean + np.maximum(VISIBLE, CERTAIN * spread))
    outermost = near & (distance > squares.reach - OUTERMOST)
    joined = scipy.ndimage.binary_closing(np.pad(tinted | paint, GAP), np.ones((2 * GAP + 1,) * 2, bool))
    joined = scipy.ndimage.binary_propagation(paint, EIGHT, joined[GAP:-GAP, GAP:-GAP] & (near | paint))
    return joined, np.count_nonzero(tinted & outermost) > MANY * np.count_nonzero(outermost)


def find_squares(lean: np.ndarray, paint: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """(H, W) bool: the squares with paint (H, W) bool in them that a JPEG file has tinted, nothing if it was none.

    lean: (H, W) float32 of `libs.fringe.leaning`, cut out of the picture at whole squares of colours; taken: (H, W)
    bool, what else is in the hole, and needs no square for its sake.
    """
    small, large = (_squares_with(paint, side) for side in (SIDE, COLORS))
    beyond = ~scipy.ndimage.binary_dilation(large, EIGHT)
    mean, spread = look_beyond(lean, beyond, LARGE.total)
    tinted = np.abs(lean - mean) > np.maximum(VISIBLE, CERTAIN * spread)
    # Among many colours the waves still show as what no flat colour and no edge has.
    tinted |= np.abs(lean - scipy.ndimage.median_filter(lean, WAVE)) > ROUGH
    usual = _share(tinted, beyond)
    more = _share(tinted, small & ~paint) - usual
    if more < MORE:
        return np.zeros_like(paint)
    beside = large & ~small & (scipy.ndimage.distance_transform_edt(~paint) <= BESIDE)
    spilled = _share(tinted, beside) - usual > MORE + SPILLED * more
    squares = large if spilled else small
    return squares & (_count_in_squares(tinted & squares & ~taken, SIDE) >= FEW)


def _squares_with(flags: np.ndarray, side: int) -> np.ndarray:
    """(H, W) bool: every square of so many pixels a side in which any flag (H, W) bool is True."""
    return _count_in_squares(flags, side) > 0


def _count_in_squares(flags: np.ndarray, side: int) -> np.ndarray:
    """(H, W) int64: at each pixel how many flags (H, W) bool are True in its square."""
    height, width = flags.shape
    rows, columns = np.arange(0, height, side), np.arange(0, width, side)
    counts = np.add.reduceat(np.add.reduceat(flags.astype(np.int64), rows, axis=0), columns, axis=1)
    return counts[np.arange(height)[:, None] // side, np.arange(width) // side]


def _share(flags: np.ndarray, places: np.ndarray) -> float:
    """Of the places (H, W) bool the share where flags (H, W) bool are True; 0 if there are none."""
    return np.count_nonzero(flags & places) / max(np.count_nonzero(places), 1)

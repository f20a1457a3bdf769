"""What a person has painted, exactly, nearly (lossy files) or softly into the pixels beside it, and what only seems so.

`hole` (H, W) bool, True = redraw.
"""

import functools
from dataclasses import dataclass, replace

import numpy as np
import scipy

from libs.holes import painted_hole
from libs.lookalike import Seen, find_lookalike, look_at, square_corners
from libs.rims import add_soft_edges
from libs.settings import Color, PaintSettings

# Wrong paint and brushes that nowhere cover fully are mostly this near; drawn greens seldom are.
ALMOST = 32
# A brush leaves at least one square of this many pixels a side; greens strewn over a drawing do not.
BRUSH = 3
# Rows that are looked at together.
STRIP = 256


@dataclass(frozen=True, eq=False)
class Painted:
    """What was found in a picture, all counts in pixels.

    hole: (H, W) bool; exact: exactly the colour; close: within the tolerance; soft: beside those and mixed with
    paint. almost: (H, W) bool, almost the colour but not in the hole, nothing if it is too strewn to be paint.
    seen: the commonest colour of those; where nothing is painted or almost, a colour that may be meant as paint.
    """

    hole: np.ndarray
    exact: int
    close: int
    soft: int
    almost: np.ndarray
    seen: Seen | None = None

    @functools.cached_property
    def almost_count(self) -> int:
        """The number of almost painted pixels."""
        return int(np.count_nonzero(self.almost))


def find_paint(pixels: np.ndarray, settings: PaintSettings = PaintSettings()) -> Painted:
    """What is painted in (H, W, 3) uint8 pixels, and what only almost is."""
    core, almost, exact = _scan(pixels, settings)
    hole = core.copy()
    add_soft_edges(hole, pixels, core, settings.color)
    painted, found = np.count_nonzero(core), np.count_nonzero(hole)
    hole = _grown(hole, settings.grow)
    np.greater(almost, hole, out=almost)
    if not _holds_square(almost):
        almost[:] = False
    seen = look_at(pixels, almost)
    if seen is None and not painted:
        seen = find_lookalike(pixels, settings.color)
    return Painted(hole, exact, painted - exact, found - painted, almost, seen)


def add_hole(found: Painted, given: np.ndarray, settings: PaintSettings) -> Painted:
    """What was found with a hole (H, W) bool that was given otherwise, grown as what is painted."""
    if not given.any():
        return found
    hole = found.hole | _grown(given, settings.grow)
    almost = found.almost & ~hole
    return replace(found, hole=hole, almost=almost, seen=found.seen if almost.any() else None)


def is_near(pixels: np.ndarray, color: Color, levels: int) -> np.ndarray:
    """(H, W) bool: every channel is at most `levels` from the colour's."""
    near = np.ones(pixels.shape[:2], bool)
    for channel, level in enumerate(color):
        if level > levels:
            near &= pixels[..., channel] >= level - levels
        if level + levels < 255:
            near &= pixels[..., channel] <= level + levels
    return near


def _scan(pixels: np.ndarray, settings: PaintSettings) -> tuple[np.ndarray, np.ndarray, int]:
    """(H, W) bool: painted, exactly or closely; (H, W) bool: almost; and the number of exact pixels."""
    core, almost = np.zeros((2, *pixels.shape[:2]), bool)
    exact = 0
    for top in range(0, len(pixels), STRIP):
        # Squares of close pixels reach from one strip into the next.
        rows = slice(max(top - BRUSH + 1, 0), top + STRIP + BRUSH - 1)
        inner = slice(top - rows.start, top - rows.start + STRIP)
        strip = pixels[rows]
        near = is_near(strip, settings.color, max(ALMOST, settings.tolerance))
        if near.any():
            same = painted_hole(strip, settings.color)
            close = is_near(strip, settings.color, settings.tolerance)
            exact += np.count_nonzero(same[inner])
            core[top : top + STRIP] = (same | _squares(close))[inner]
            almost[top : top + STRIP] = near[inner]
    return core, almost, exact


def _squares(flags: np.ndarray) -> np.ndarray:
    """(H, W) bool: True where some square of BRUSH x BRUSH `flags` (H, W), all True, lies on the pixel."""
    corners = square_corners(flags, BRUSH)
    if not corners.any():
        return np.zeros_like(flags)
    covered = np.pad(corners, BRUSH - 1)
    for _ in range(BRUSH - 1):
        covered = covered[1:] | covered[:-1]
        covered = covered[:, 1:] | covered[:, :-1]
    return covered


def _holds_square(flags: np.ndarray) -> bool:
    """Whether some BRUSH x BRUSH pixels of (H, W) bool are all True."""
    tops = range(0, len(flags), STRIP)
    return any(square_corners(flags[top : top + STRIP + BRUSH - 1], BRUSH).any() for top in tops)


def _grown(hole: np.ndarray, pixels: int) -> np.ndarray:
    """The hole and everything at most so many pixels from it, also diagonally."""
    if not pixels or not hole.any():
        return hole
    grown = np.empty_like(hole)
    for top in range(0, len(hole), STRIP):
        rows = slice(max(top - pixels, 0), top + STRIP + pixels)
        wide = scipy.ndimage.maximum_filter(hole[rows].view(np.uint8), 2 * pixels + 1, mode="constant")
        grown[top : top + STRIP] = wide[top - rows.start : top - rows.start + STRIP].view(bool)
    return grown

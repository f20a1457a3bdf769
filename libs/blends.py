"""Which pixels at the paint's rim are paint mixed with the drawing beyond: anti-aliasing, small brushes, resizing.

Such a pixel is share * paint + (1 - share) * drawing, and the drawing is known: it lies a pixel or two farther out. So
in the space of colours it is on the line from one of the pixels beyond to the paint. Beside hard paint hardly any is:
there a pixel is like one of those beyond, or unlike all of them in a direction of its own.
"""

from dataclasses import dataclass

import numpy as np
import scipy

from libs.fringe import direction

Color = tuple[int, int, int]

# Pixels beyond are looked for so far away, in pixels.
BEYOND = 2
# In levels of the worst channel: at most so far off the line, or so far from a pixel beyond to be like it; at least
# so far along the line. Very near to the paint's own colour smaller steps along the line count.
OFF, ALIKE, ALONG = 6.0, 4.0, 6.0
ALIKE_PART, ALONG_PART = 1 / 12, 1 / 8
# A rim is soft where, within so many pixels, such a share of it is mixed, and so many pixels at least; or where
# nearly all of it is explained, so that a single mixed pixel is no accident of the drawing.
AROUND, SHARE, LEAST, EXPLAINED = 8, 0.12, 1.5, 0.95
# Resized pictures are mixed so many pixels deep at most; what is deeper was a soft brush.
DEEPEST = 3
JUMP, GREY, STRONG = 10.0, 5.0, 90.0
EIGHT = np.ones((3, 3), bool)


@dataclass(frozen=True, eq=False)
class Rim:
    """The pixels that touch paint: each (H, W) bool.

    all: every one; mixed: on a line from the drawing to the paint; plain: like the drawing beyond.
    """

    all: np.ndarray
    mixed: np.ndarray
    plain: np.ndarray
    strong: np.ndarray


def follow_blends(pixels: np.ndarray, paint: np.ndarray, color: Color) -> tuple[np.ndarray, bool]:
    """(H, W) bool, the pixels beside paint (H, W) bool that are mixed with it, and whether they seem to go on deeper."""
    rim = look_at_rim(pixels, paint, color)
    taken = _soft_places(rim)
    goes_on = False
    for depth in range(1, DEEPEST):
        if not taken.any():
            break
        rim = look_at_rim(pixels, paint | taken, color)
        below = rim.all & scipy.ndimage.binary_dilation(taken, EIGHT)
        mixed = rim.mixed & below
        if depth == 1:
            goes_on = np.count_nonzero(mixed) > 0.5 * np.count_nonzero(below)
        taken |= mixed
    return taken, goes_on


def look_at_rim(pixels: np.ndarray, paint: np.ndarray, color: Color) -> Rim:
    """What (H, W, 3) uint8 pixels that touch paint (H, W) bool are made of."""
    rim = scipy.ndimage.binary_dilation(paint, EIGHT) & ~paint
    rows, columns = np.nonzero(rim)
    around = np.pad(pixels, ((BEYOND, BEYOND), (BEYOND, BEYOND), (0, 0)))
    beyond = np.pad(~(rim | paint), BEYOND)
    here, full = pixels[rows, columns].astype(np.float32), np.array(color, np.float32)
    apart, off, along, lowest, lean = np.full((5, len(rows)), np.inf, np.float32)
    highest = np.full(len(rows), -np.inf, np.float32)
    toward = direction(color)
    for down in range(2 * BEYOND + 1):
        for right in range(2 * BEYOND + 1):
            known = beyond[rows + down, columns + right]
            there = around[rows + down, columns + right].astype(np.float32)
            unlike, beside, ahead = _compare(here, there, full)
            nearer = known & (beside < off)
            apart = np.where(known, np.minimum(apart, unlike), apart)
            off, along = np.where(nearer, beside, off), np.where(nearer, ahead, along)
            lean = there @ toward
            lowest, highest = np.where(known, np.minimum(lean, lowest), lowest), np.where(known, np.maximum(lean, highest), highest)
    left = np.abs(full - here).max(axis=1)
    mixed, plain = np.zeros_like(rim), np.zeros_like(rim)
    plain[rows, columns] = like = apart <= np.minimum(ALIKE, left * ALIKE_PART)
    out = np.where(np.isfinite(highest), here @ toward - highest, 0)
    stands = (out > JUMP) & (np.maximum(-lowest, highest) <= GREY)
    strong = np.zeros_like(rim)
    strong[rows, columns] = out > np.maximum(STRONG, highest - lowest)
    mixed[rows, columns] = ((off <= OFF) & (along > np.minimum(ALONG, left * ALONG_PART)) & ~like) | stands
    return Rim(rim, mixed, plain, strong)


def _compare(here: np.ndarray, there: np.ndarray, full: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each (N,), in levels: how unlike two colours (N, 3) are, how far the first is off the line from the second to
    `full` (3,), and how far along it."""
    step, way = here - there, full - there
    share = np.clip((step * way).sum(axis=1) / np.maximum((way * way).sum(axis=1), 1), 0, 1)
    off = np.abs(step - share[:, None] * way).max(axis=1)
    return np.abs(step).max(axis=1), off, share * np.abs(way).max(axis=1)


def _soft_places(rim: Rim) -> np.ndarray:
    """(H, W) bool: all of the rim where it is soft but what is plain, and single mixed pixels beyond doubt."""
    if np.count_nonzero(rim.mixed) >= SHARE * np.count_nonzero(rim.all):
        return rim.all & ~rim.plain
    every, mixed, plain = (_count_around(flags) for flags in (rim.all, rim.mixed, rim.plain))
    certain = (mixed + plain >= EXPLAINED * every) & (mixed > LEAST)
    return (rim.mixed & certain) | rim.strong


def _count_around(flags: np.ndarray) -> np.ndarray:
    """(H, W) float32: how many of `flags` (H, W) are True in the square around each pixel."""
    side = 2 * AROUND + 1
    return scipy.ndimage.uniform_filter(flags.astype(np.float32), side, mode="constant") * side**2

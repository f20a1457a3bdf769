"""Which pixels at the paint's rim are paint mixed with the drawing beyond: anti-aliasing, small brushes, resizing.

Such a pixel is share * paint + (1 - share) * drawing, and the drawing is known: it lies a pixel or two farther out. So
in the space of colours it is on the line from one of the pixels beyond to the paint. Beside hard paint hardly any is:
there a pixel is like one of those beyond, or unlike all of them in a direction of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy

from libs.fringe import EIGHT, Color, direction

# Pixels beyond are looked for so far away, in pixels.
BEYOND = 2
# In levels of the worst channel: at most so far off the line, or so far from a pixel beyond to be like it; at least
# so far along the line. Very near to the paint's own colour smaller steps count, of what is left of the way.
OFF, ALIKE, ALONG = 6.0, 4.0, 6.0
ALIKE_PART, ALONG_PART = 1 / 12, 1 / 8
# Beside a grey drawing (leaning so little to any colour) whatever leans more to the paint is mixed with it; beside any
# other what leans very much more. In levels.
GREY, LEANS, STRONG = 5.0, 10.0, 90.0
# A place is painted softly if such a share of its rim is mixed (beside hard paint it is 0.02 at most). Where less is,
# as if only corners are rounded, mixed pixels are taken where nearly all around them is explained, and not one alone.
SHARE, EXPLAINED, ALONE, AROUND = 0.12, 0.95, 1.5, 8
# Resized pictures are mixed so many pixels deep at most; what is deeper was a soft brush.
DEEPEST = 3
# Where more of a place than this is rim no brush was used.
STREWN = 0.2


@dataclass(frozen=True, eq=False)
class Rim:
    """The pixels that touch paint, each (H, W) bool.

    all: every one; mixed: on a line from the drawing to the paint; plain: like the drawing beyond; strong: leans so
    much more to the paint than anything beyond that it must be mixed.
    """

    all: np.ndarray
    mixed: np.ndarray
    plain: np.ndarray
    strong: np.ndarray


@dataclass(frozen=True, eq=False)
class _Beside:
    """How N colours stand to those beyond them, each (N,) in levels; infinite where there is nothing beyond.

    apart: from the one most alike; off, along: from and along the line from the best fitting one to the paint;
    lowest, highest: their leaning to the paint.
    """

    apart: np.ndarray
    off: np.ndarray
    along: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray


def follow_blends(pixels: np.ndarray, paint: np.ndarray, color: Color) -> tuple[np.ndarray, bool]:
    """(H, W) bool, pixels beside paint (H, W) bool that are mixed with it, and whether they go on as if brushed softly.

    pixels: (H, W, 3) uint8.
    """
    taken, goes_on = np.zeros_like(paint), False
    if not is_strewn(paint):
        taken = _choose_soft(look_at_rim(pixels, paint, color))
    for depth in range(1, DEEPEST):
        if not taken.any():
            break
        rim = look_at_rim(pixels, paint | taken, color)
        below = rim.all & scipy.ndimage.binary_dilation(taken, EIGHT)
        mixed, plain = rim.mixed & below, rim.plain & below
        if depth == 1:
            goes_on = np.count_nonzero(mixed) > np.count_nonzero(plain)
        taken |= below & ~plain if goes_on else mixed
    return taken, goes_on


def is_strewn(paint: np.ndarray) -> bool:
    """Whether paint (H, W) bool is so torn that no brush can have left it."""
    return np.count_nonzero(find_rim(paint)) > STREWN * paint.size


def find_rim(paint: np.ndarray) -> np.ndarray:
    """(H, W) bool: what touches paint (H, W) bool, also diagonally."""
    return scipy.ndimage.binary_dilation(paint, EIGHT) & ~paint


def look_at_rim(pixels: np.ndarray, paint: np.ndarray, color: Color) -> Rim:
    """What (H, W, 3) uint8 pixels that touch paint (H, W) bool are made of."""
    rim = find_rim(paint)
    here, full = pixels[rim].astype(np.float32), np.array(color, np.float32)
    beside = _compare(here, _list_beyond(pixels, rim, paint), full, direction(color))
    left = np.abs(full - here).max(axis=1)
    like = beside.apart <= np.minimum(ALIKE, left * ALIKE_PART)
    mixed = (beside.off <= OFF) & (beside.along > np.minimum(ALONG, left * ALONG_PART)) & ~like
    # A line or paper of no colour may begin anywhere, so that leaning less than nothing beyond says nothing.
    leans = np.where(np.isfinite(beside.apart), here @ direction(color) - np.maximum(beside.highest, 0), 0)
    grey = np.maximum(-beside.lowest, beside.highest) <= GREY
    mixed |= grey & (leans > LEANS) & (_off_greys(here, full) <= OFF)
    strong = leans > np.maximum(STRONG, beside.highest - beside.lowest)
    flags = np.zeros((3, *rim.shape), bool)
    flags[:, rim] = mixed, like, strong
    return Rim(rim, *flags)


def _off_greys(here: np.ndarray, full: np.ndarray) -> np.ndarray:
    """(N,) in levels: how far colours (N, 3) are from all mixtures of some grey and the paint (3,)."""
    tint, paint = here - here.mean(axis=1, keepdims=True), full - full.mean()
    share = tint @ paint / max(float(paint @ paint), 1)
    return np.abs(tint - share[:, None] * paint).max(axis=1)


def _list_beyond(pixels: np.ndarray, rim: np.ndarray, paint: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For each place around a pixel: the colours (N, 3) there, from the rim, and (N,) bool where that is beyond."""
    rows, columns = np.nonzero(rim)
    around = np.pad(pixels, ((BEYOND, BEYOND), (BEYOND, BEYOND), (0, 0)))
    beyond = np.pad(~(rim | paint), BEYOND)
    for down in range(2 * BEYOND + 1):
        for right in range(2 * BEYOND + 1):
            place = rows + down, columns + right
            yield around[place].astype(np.float32), beyond[place]


def _compare(
    here: np.ndarray, places: Iterator[tuple[np.ndarray, np.ndarray]], full: np.ndarray, toward: np.ndarray
) -> _Beside:
    """How colours (N, 3) stand to those beyond; full: the paint's (3,); toward: its `direction`."""
    apart, off, along, lowest = np.full((4, len(here)), np.inf, np.float32)
    highest = -lowest
    for there, known in places:
        step, way = here - there, full - there
        share = np.clip((step * way).sum(axis=1) / np.maximum((way * way).sum(axis=1), 1), 0, 1)
        aside = np.abs(step - share[:, None] * way).max(axis=1)
        lean = there @ toward
        better = known & (aside < off)
        apart = np.where(known, np.minimum(apart, np.abs(step).max(axis=1)), apart)
        off, along = np.where(better, aside, off), np.where(better, share * np.abs(way).max(axis=1), along)
        lowest = np.where(known, np.minimum(lowest, lean), lowest)
        highest = np.where(known, np.maximum(highest, lean), highest)
    return _Beside(apart, off, along, lowest, highest)


def _choose_soft(rim: Rim) -> np.ndarray:
    """(H, W) bool: what of the rim is taken to be mixed; all that is not plain if much of it is mixed."""
    if np.count_nonzero(rim.mixed) >= SHARE * np.count_nonzero(rim.all):
        return rim.all & ~rim.plain
    every, mixed, plain = (_count_around(flags) for flags in (rim.all, rim.mixed, rim.plain))
    return (rim.mixed & (mixed > ALONE) & (mixed + plain >= EXPLAINED * every)) | rim.strong


def _count_around(flags: np.ndarray) -> np.ndarray:
    """(H, W) float32: how many of `flags` (H, W) are True in the square around each pixel."""
    side = 2 * AROUND + 1
    return scipy.ndimage.uniform_filter(flags.astype(np.float32), side, mode="constant") * side**2

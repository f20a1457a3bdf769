"""Paint that bleeds into its surroundings is followed there, each part of a picture by itself.

Hard paint ends where it ends. Anti-aliased paint is mixed with the drawing in a pixel or two (`libs.blends`), a soft
brush and a lossy file in many (`libs.fringe`).
"""

from collections.abc import Iterator

import numpy as np
import scipy

from libs.blends import follow_blends
from libs.fringe import EIGHT, FAR, NEAR, Bleeding, Color, find_bleeding, leaning
from libs.ringing import LARGE, SMALL, find_ringing
from libs.windows import Window, find_boxes, tight_box

# Sides of the parts of a picture that are looked at one by one.
PART = 512
# Of a lossy file's outermost painted pixels at most this share is exact, and less than this share of one colour.
VARIED, FLAT = 0.5, 0.95


def add_soft_edges(hole: np.ndarray, pixels: np.ndarray, core: np.ndarray, color: Color) -> None:
    """Add the softly painted pixels beside the core (H, W) bool to `hole`, which is changed."""
    for part in _parts(core):
        crop = part.grown(NEAR.total, core.shape).slices
        mixed, goes_on = follow_blends(pixels[crop], core[crop], color)
        hole[crop] |= mixed
        varied = _is_varied(pixels[crop], core[crop], color)
        if goes_on or varied:
            crop, beside = _look_beside(pixels, core, part, color)
            hole[crop] |= beside.mixed
        if varied:
            _add_ringing(hole, pixels, core, part, color)


def _add_ringing(hole: np.ndarray, pixels: np.ndarray, core: np.ndarray, part: Window, color: Color) -> None:
    """Add what a lossy file tints around a part of the core to `hole`, which is changed."""
    for squares in (SMALL, LARGE):
        crop = part.grown(squares.total, core.shape).slices
        tinted, goes_on = find_ringing(leaning(pixels[crop], color), core[crop], squares)
        if not goes_on:
            break
    hole[crop] |= tinted


def _is_varied(pixels: np.ndarray, core: np.ndarray, color: Color) -> bool:
    """Whether the paint's own outermost pixels are of many colours, as those of lossy files and wide brushes."""
    outermost = pixels[core & ~scipy.ndimage.binary_erosion(core, EIGHT, border_value=1)]
    exact = np.count_nonzero((outermost == color).all(axis=1))
    _, counts = np.unique(outermost, axis=0, return_counts=True)
    return exact <= VARIED * len(outermost) and max(counts, default=0) < FLAT * len(outermost)


def _parts(core: np.ndarray) -> Iterator[Window]:
    """Tight windows, no side above PART, that together hold every True pixel; as few as there are places, or fewer."""
    height, width = core.shape
    boxes = find_boxes(core)
    if len(boxes) > 4 * -(-height // PART) * -(-width // PART):
        boxes = [Window(0, 0, height, width)]
    for box in boxes:
        for top in range(box.top, box.bottom, PART):
            for left in range(box.left, box.right, PART):
                part = Window(top, left, min(PART, box.bottom - top), min(PART, box.right - left))
                tight = tight_box(core, part)
                if tight is not None:
                    yield tight


def _look_beside(
    pixels: np.ndarray, core: np.ndarray, part: Window, color: Color
) -> tuple[tuple[slice, slice], Bleeding]:
    """The place looked at, a part and what is around it, and what bleeds there."""
    full = float(leaning(np.array([[color]], np.uint8), color)[0, 0])
    for reach in (NEAR, FAR):
        crop = part.grown(reach.total, core.shape).slices
        beside = find_bleeding(leaning(pixels[crop], color), core[crop], full, reach)
        if not beside.goes_on:
            break
    return crop, beside

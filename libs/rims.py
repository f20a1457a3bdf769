"""Paint that bleeds into its surroundings is followed there, each part of a picture by itself.

Hard paint ends where it ends. Anti-aliased paint is mixed with the drawing in a pixel or two (`libs.blends`), a soft
brush and a lossy file in many (`libs.fringe`, `libs.ringing`), a stroke of less and less pressure along its way
(`libs.fading`). What is left of all these is faint (`libs.faint`).
"""

from collections.abc import Iterator

import numpy as np
import scipy

from libs.blends import find_rim, follow_blends, is_strewn
from libs.fading import FARTHEST, begins_to_fade, follow_fading
from libs.faint import FAINT_TOTAL, find_faint
from libs.fringe import EIGHT, FAR, NEAR, Bleeding, Color, find_bleeding, leaning
from libs.holes import painted_hole
from libs.ringing import COLORS, LARGE, SMALL, find_ringing, find_squares
from libs.windows import Window, find_boxes, tight_box

# Sides of the parts of a picture that are looked at one by one.
PART = 512
# Of a lossy file's painted pixels, or the outermost ones, at most this share is exact, and of the outermost ones less
# than this share of one colour.
VARIED, FLAT = 0.5, 0.95
# Of the rim of a stroke that fades out at most this share does; of a soft brush's all does.
AT_ENDS = 0.7


def add_soft_edges(hole: np.ndarray, pixels: np.ndarray, core: np.ndarray, color: Color) -> None:
    """Add the softly painted pixels beside the core (H, W) bool to `hole`, which is changed."""
    paint = core.copy()
    for part in _parts(core):
        crop, fading = _find_fading(pixels, core, part, color)
        hole[crop] |= fading
        rim = find_rim(core[crop])
        if np.count_nonzero(fading & rim) <= AT_ENDS * np.count_nonzero(rim):
            paint[crop] |= fading
    for part in _parts(paint):
        _add_edges(hole, pixels, (core, paint), part, color)
    _add_faint(hole, pixels, core, color)


def _find_fading(
    pixels: np.ndarray, core: np.ndarray, part: Window, color: Color
) -> tuple[tuple[slice, slice], np.ndarray]:
    """The place looked at, a part and what is around it, and (h, w) bool, where strokes fade out there."""
    crop = part.grown(NEAR.total, core.shape).slices
    if (
        not begins_to_fade(pixels[crop], core[crop], color)
        or is_strewn(core[crop])
        or _is_exact_in_few(pixels[crop], core[crop], color)
    ):
        return crop, np.zeros_like(core[crop])
    crop = part.grown(FARTHEST, core.shape).slices
    return crop, follow_fading(pixels[crop], core[crop], color)


def _add_edges(
    hole: np.ndarray, pixels: np.ndarray, paints: tuple[np.ndarray, np.ndarray], part: Window, color: Color
) -> None:
    """Add what is mixed with a part of the paint at its edges to `hole`, which is changed.

    paints: (H, W) bool each, without and with the strokes that fade out.
    """
    core, paint = paints
    crop = part.grown(NEAR.total, core.shape).slices
    mixed, goes_on = follow_blends(pixels[crop], paint[crop], color)
    hole[crop] |= mixed
    fades = bool((paint[crop] > core[crop]).any())
    varied = core[crop].any() and _is_varied(pixels[crop], core[crop], color, fades)
    if goes_on or varied:
        for flags in paints if fades else (core,):
            crop, beside = _look_beside(pixels, flags, part, color)
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
    crop = _on_squares(part.grown(LARGE.total, core.shape)).slices
    hole[crop] |= find_squares(leaning(pixels[crop], color), core[crop], hole[crop])


def _on_squares(window: Window) -> Window:
    """The window, made larger so that it begins with whole squares of a JPEG file."""
    down, right = window.top % COLORS, window.left % COLORS
    return Window(window.top - down, window.left - right, window.height + down, window.width + right)


def _add_faint(hole: np.ndarray, pixels: np.ndarray, core: np.ndarray, color: Color) -> None:
    """Add to `hole`, which is changed, what is faintly tinted yet beside softly painted pixels."""
    soft, before = hole & ~core, hole.copy()
    for part in _parts(soft):
        crop = part.grown(FAINT_TOTAL, core.shape).slices
        hole[crop] |= find_faint(leaning(pixels[crop], color), before[crop], soft[crop])


def _is_varied(pixels: np.ndarray, core: np.ndarray, color: Color, fades: bool) -> bool:
    """Whether the paint's own pixels are of many colours at its edge, as those of lossy files and wide brushes.

    fades: the paint fades along strokes, so that many colours at its edge alone say nothing.
    """
    edge = core & ~scipy.ndimage.binary_erosion(core, EIGHT, border_value=1)
    few_exact = any(_is_exact_in_few(pixels, flags, color) for flags in ((core,) if fades else (core, edge)))
    _, counts = np.unique(pixels[edge], axis=0, return_counts=True)
    return few_exact and max(counts, default=0) < FLAT * counts.sum()


def _is_exact_in_few(pixels: np.ndarray, paint: np.ndarray, color: Color) -> bool:
    """Whether of paint (H, W) bool at most the share VARIED has exactly its colour."""
    exact = np.count_nonzero(painted_hole(pixels[paint][None], color))
    return exact <= VARIED * np.count_nonzero(paint)


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

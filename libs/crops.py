"""Which parts of its levels the network must draw: all that the pixels of a hole need, and nothing else.

To see, it needs all of a window; what it draws is used in the hole alone, and a pixel of a decoder needs no more of
the level below than the few pixels that its kernel reaches. A crop is top, left, bottom, right, in pixels of its level.
"""

from collections.abc import Callable

import numpy as np

# Of so many levels, from the picture on, only parts are drawn; the deeper ones cost next to nothing.
CROPPED = 4


def find_unknown(masks: np.ndarray) -> tuple[int, int, int, int]:
    """The crop of masks (B, H, W, 1), 1 = known, outside which all is known in all of them; all of it if all is."""
    unknown = (masks == 0).any(axis=(0, 3))
    rows, columns = np.flatnonzero(unknown.any(axis=1)), np.flatnonzero(unknown.any(axis=0))
    if not len(rows):
        return 0, 0, *unknown.shape
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def plan_crops(wanted: tuple[int, int, int, int], size: tuple[int, int], levels: int) -> np.ndarray:
    """(levels, 2, 2, 4) int32: for each level, from the picture on, what is cut out of the deeper one and of its own.

    Each as the first place, (0, top, left, 0), and the size, (-1, height, width, -1), of a part of (B, H, W, C).
    wanted: what must be right at the picture's level; size: of the picture, multiples of 2 to the number of levels. Of
    the deeper level's features only what that draws is there, of the deepest all, and its crop is told as of that.
    Twice as large, it is the crop of a level's own; a ring of one pixel around it, where it does not end with the
    picture, comes out wrong for want of neighbours and is cut off at the next level.
    """
    crops = np.zeros((levels, 2, 2, 4), np.int32)
    crops[:, :, 1] = -1
    low, high = np.array(wanted[:2]), np.array(wanted[2:])
    for number in range(levels):
        low = np.maximum(low // 2 - 1, 0)
        high = np.minimum(-(high // -2) + 1, np.array(size) // 2 ** (number + 1))
        crops[number, :, :, 1:3] = (low, high - low), (2 * low, 2 * (high - low))
    crops[:-1, 0, 0] -= crops[1:, 1, 0]
    return crops


def draw_where_unknown(
    draw: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray], levels: int, images: np.ndarray, masks: np.ndarray
) -> np.ndarray:
    """The images with what a network with so many cropped levels draws where something is unknown, all in [0, 1].

    draw: (images, masks, the crops of `plan_crops`) -> the crop of the picture's level.
    """
    top, left, bottom, right = wanted = find_unknown(masks)
    crops = plan_crops(wanted, images.shape[1:3], levels)
    drawn, (above, beside) = draw(images, masks, crops), crops[0, 1, 0, 1:3]
    result = images.copy()
    part = drawn[:, top - above : bottom - above, left - beside : right - beside]
    np.clip(part, 0.0, 1.0, out=result[:, top:bottom, left:right])
    return result

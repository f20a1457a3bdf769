"""What the report shows of one page: all of it, small, and each painted place from near, before and after."""

from dataclasses import dataclass

import numpy as np

from libs.pictures_preview import LONGEST, encode_exactly, encode_reduced
from libs.windows import Window, find_boxes

PAGE_PIXELS = 1_600_000
# Of one page: so many places are shown one by one, and all together they get so many pixels.
MOST_PLACES = 60
PLACES_PIXELS = 3_000_000
LEAST_CONTEXT, MOST_CONTEXT = 24, 96


@dataclass(frozen=True, eq=False)
class Pair:
    """WebP files of one window of a page, before and after; height and width: of the window, in the page's pixels."""

    height: int
    width: int
    before: bytes
    after: bytes


@dataclass(frozen=True, eq=False)
class Place:
    """box: a tight one around a hole; crop: what is shown of the page, in `pair`; exact: not reduced, lossless."""

    box: Window
    crop: Window
    pair: Pair
    exact: bool


@dataclass(frozen=True, eq=False)
class Views:
    """The page as a whole, its places in reading order, and how many more there are that are not shown."""

    page: Pair
    places: tuple[Place, ...]
    left_out: int


def make_views(before: np.ndarray, after: np.ndarray, hole: np.ndarray, alpha: np.ndarray | None) -> Views:
    """Views of (H, W, 3) uint8 pixels before and after, for an (H, W) bool hole; alpha: (H, W) uint8, 255 = opaque."""
    boxes = sorted(find_boxes(hole), key=lambda box: (box.top, box.left))
    shown = [(box, box.grown(_context(box), hole.shape)) for box in boxes[:MOST_PLACES]]
    wanted = sum(crop.height * crop.width for _, crop in shown)
    page = Window(0, 0, *hole.shape)

    def show(crop: Window, most_pixels: int | None) -> Pair:
        opacity = None if alpha is None else alpha[crop.slices]
        before_after = (_encode(pixels[crop.slices], opacity, most_pixels) for pixels in (before, after))
        return Pair(crop.height, crop.width, *before_after)

    places = []
    for box, crop in shown:
        exact = wanted <= PLACES_PIXELS and max(crop.height, crop.width) <= LONGEST
        most_pixels = None if exact else crop.height * crop.width * PLACES_PIXELS // max(wanted, PLACES_PIXELS)
        places.append(Place(box, crop, show(crop, most_pixels), exact))
    return Views(show(page, PAGE_PIXELS), tuple(places), len(boxes) - len(shown))


def _context(box: Window) -> int:
    """How much of its surroundings is shown on every side of a hole."""
    return min(max(max(box.height, box.width) // 2, LEAST_CONTEXT), MOST_CONTEXT)


def _encode(pixels: np.ndarray, alpha: np.ndarray | None, most_pixels: int | None) -> bytes:
    """A WebP file: lossless, or with at most so many pixels."""
    return encode_exactly(pixels, alpha) if most_pixels is None else encode_reduced(pixels, alpha, most_pixels)

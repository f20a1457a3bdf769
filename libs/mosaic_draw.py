"""From a mosaic in a picture to the size at which its blocks are square and alike, drawn there, and back."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy

from libs.inpaint import Predict
from libs.mosaic_find import Mosaic
from libs.mosaic_grid import Comb
from libs.mosaic_network import CELL, enlarge
from libs.pictures import resample

# Blocks drawn at once along a side, and how many more around them are seen.
AT_ONCE, MARGIN = 96, 12
# A pixel of this size counts as hidden if so much of it is; as the mosaic's if it is mostly.
HIDDEN, MOSTLY = 0.02, 0.5
# What no block tells and nothing shows begins as the soft colours around, over so many pixels.
SOFT = 3.0


def draw_mosaic(mosaic: Mosaic, page: np.ndarray, hidden: np.ndarray, depixelate: Predict) -> np.ndarray:
    """(h, w, 3) uint8: the mosaic's window as drawn by the network for mosaics; of use where it is hidden.

    page: (H, W, 3) uint8; hidden: (H, W) bool, what of it is no drawing to go on from, or to be drawn.
    depixelate: see `libs.mosaic_network.bind_depixelator`.
    """
    drawn = page[mosaic.window.slices].copy()
    area = np.zeros_like(hidden)
    area[mosaic.window.slices] = mosaic.area & hidden[mosaic.window.slices]
    for rows in _Span.over(mosaic.grid.rows, mosaic.blocks.rows, mosaic.window.top):
        for columns in _Span.over(mosaic.grid.columns, mosaic.blocks.columns, mosaic.window.left):
            if not mosaic.known[rows.blocks, columns.blocks].any():
                continue
            image, hole = _show(mosaic, page, hidden, area, (rows, columns))
            cells = depixelate(image[None], 1 - hole[None, ..., None].astype(np.float32))[0]
            cells = np.where(hole[..., None], cells, image)
            (top, bottom), (left, right) = rows.places, columns.places
            back = resample(255 * cells, (rows.length, columns.length), (top, left, bottom, right), "bicubic")
            drawn[rows.window, columns.window] = np.round(np.clip(back, 0, 255))
    return drawn


def show_blocks(shown: np.ndarray, valued: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """(H, W, 3) float32: what the network sees of a picture with the blocks' colours where they are `valued`.

    shown: (H, W, 3) float32; valued, hole: (H, W) bool. What else is hole gets the soft colours around it.
    """
    seen = ~hole | valued
    if seen.all():
        return shown
    share = scipy.ndimage.gaussian_filter(seen.astype(np.float32), SOFT)[..., None]
    soft = scipy.ndimage.gaussian_filter(shown * seen[..., None], (SOFT, SOFT, 0)) / (share + 1e-6)
    return np.where(seen[..., None], shown, soft).astype(np.float32)


@dataclass(frozen=True)
class _Span:
    """Some blocks of a mosaic, along one side.

    start: where block 0 begins, and pitch: its side, in pixels of the page; blocks: which of them; pixels, window:
    those of the page and of the mosaic's window that lie in them.
    """

    start: float
    pitch: float
    blocks: slice
    pixels: slice
    window: slice

    @classmethod
    def over(cls, comb: Comb, numbers: np.ndarray, corner: int) -> "Iterator[_Span]":
        """Spans of at most `AT_ONCE` blocks; numbers: of each pixel its block, corner: the window's in the page."""
        start = corner + comb.first + comb.numbers(1)[0] * comb.pitch
        for first in range(0, int(numbers[-1]) + 1, AT_ONCE):
            end = min(first + AT_ONCE, int(numbers[-1]) + 1)
            low, high = (int(edge) for edge in np.searchsorted(numbers, [first, end]))
            yield cls(start, comb.pitch, slice(first, end), slice(corner + low, corner + high), slice(low, high))

    @property
    def cells(self) -> int:
        """How many blocks are seen."""
        return self.blocks.stop - self.blocks.start + 2 * MARGIN

    @property
    def length(self) -> int:
        """How many pixels lie in the blocks."""
        return self.pixels.stop - self.pixels.start

    @property
    def places(self) -> tuple[float, float]:
        """Where the pixels start and stop in what the network sees."""
        first, last = (
            ((edge - self.start) / self.pitch - self.blocks.start + MARGIN) * CELL
            for edge in (self.pixels.start, self.pixels.stop)
        )
        return first, last

    def share_blocks(self, count: int) -> tuple[slice, slice]:
        """Which of the blocks that are seen the mosaic of `count` has, and which of the mosaic's they are."""
        first = self.blocks.start - MARGIN
        seen = slice(max(0, -first), min(self.cells, count - first))
        return seen, slice(first + seen.start, first + seen.stop)

    def look(self, length: int) -> tuple[np.ndarray, float, float]:
        """Which pixels of the page to cut out, and which part of them is seen; beyond the page is its last pixel."""
        first = self.start + (self.blocks.start - MARGIN) * self.pitch
        last = self.start + (self.blocks.stop + MARGIN) * self.pitch
        pixels = np.arange(int(np.floor(first)) - 2, int(np.ceil(last)) + 2)
        return np.clip(pixels, 0, length - 1), first - pixels[0], last - pixels[0]


def _show(
    mosaic: Mosaic, page: np.ndarray, hidden: np.ndarray, area: np.ndarray, spans: tuple[_Span, _Span]
) -> tuple[np.ndarray, np.ndarray]:
    """What the network sees of some blocks and their surroundings (H, W, 3) float32, and its hole (H, W) bool."""
    rows, columns = spans
    (down, top, bottom), (across, left, right) = rows.look(page.shape[0]), columns.look(page.shape[1])
    size, box = (rows.cells * CELL, columns.cells * CELL), (top, left, bottom, right)

    def share(flags: np.ndarray) -> np.ndarray:
        return resample(flags[np.ix_(down, across)][..., None], size, box, "box")[..., 0]

    image = np.clip(resample(page[np.ix_(down, across)], size, box, "bicubic") / 255, 0, 1)
    known = np.zeros((rows.cells, columns.cells), dtype=bool)
    colours = np.zeros((*known.shape, 3), np.float32)
    sides = zip(spans, mosaic.known.shape, strict=True)
    here, there = zip(*(span.share_blocks(count) for span, count in sides), strict=True)
    known[here], colours[here] = mosaic.known[there], mosaic.blocks.values[there] / 255
    valued = (share(area) > MOSTLY) & enlarge(known)
    hole = (share(hidden) > HIDDEN) | valued
    return show_blocks(np.where(valued[..., None], enlarge(colours), image), valued, hole), hole

"""Geometry: which window covers which part of which hole; cut, feather, paste."""

from dataclasses import dataclass

import numpy as np
import scipy

CELL = 16


@dataclass(frozen=True)
class FillSettings:
    """How a picture is cut up. All lengths in pixels.

    window: longest side of what the network sees at once; smallest: shortest side of the same; step: both are
    multiples of it (2 to the number of the network's levels); margin: known surroundings wanted on every side
    of a hole; overlap: how far neighbouring parts of one large hole reach into each other; depth: a hole whose
    middle is farther than this from anything known is filled at half size first; pitch: every how many pixels
    the network then sees a hint; mirrored: a window that reaches beyond the picture shows it mirrored there,
    else nothing; patched: what is drawn as fog is covered with patches of what is beside.
    """

    window: int = 512
    smallest: int = 256
    step: int = 128
    margin: int = 96
    overlap: int = 64
    depth: int = 16
    pitch: int = 8
    mirrored: bool = False
    patched: bool = True

    def __post_init__(self) -> None:
        if self.step < 1 or self.smallest % self.step or self.window % self.step:
            raise ValueError(f"window {self.window} and smallest {self.smallest} must be multiples of {self.step}")
        if not 0 < self.smallest <= self.window:
            raise ValueError(f"smallest must be in (0, {self.window}], got {self.smallest}")
        if not 0 <= self.overlap < self.core:
            raise ValueError(f"overlap must be in [0, {self.core}), got {self.overlap}")
        if not CELL <= self.depth <= self.margin:
            raise ValueError(f"depth must be in [{CELL}, {self.margin}], got {self.depth}")
        if self.pitch < 1 or CELL % self.pitch:
            raise ValueError(f"pitch must divide {CELL}, got {self.pitch}")

    @property
    def core(self) -> int:
        """Longest side of what one window fills."""
        return self.window - 2 * self.margin


@dataclass(frozen=True)
class Window:
    """A rectangle of whole pixels; it may reach beyond the picture."""

    top: int
    left: int
    height: int
    width: int

    @property
    def bottom(self) -> int:
        return self.top + self.height

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def slices(self) -> tuple[slice, slice]:
        """For indexing the picture; only for a window that lies inside it."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def around(self, other: "Window") -> "Window":
        """The smallest window that holds both."""
        top, left = min(self.top, other.top), min(self.left, other.left)
        return Window(top, left, max(self.bottom, other.bottom) - top, max(self.right, other.right) - left)

    def grown(self, pixels: int, shape: tuple[int, int]) -> "Window":
        """Larger by `pixels` on every side, but not beyond a picture of (height, width) `shape`."""
        top, left = max(self.top - pixels, 0), max(self.left - pixels, 0)
        bottom, right = min(self.bottom + pixels, shape[0]), min(self.right + pixels, shape[1])
        return Window(top, left, bottom - top, right - left)


@dataclass(frozen=True)
class Tile:
    """core: where this tile's drawing is used (its hole pixels); window: what the network sees for it."""

    core: Window
    window: Window


def plan_tiles(hole: np.ndarray, settings: FillSettings) -> list[Tile]:
    """Tiles whose cores hold every True pixel of `hole` (H, W); near holes share a tile, large ones get several."""
    boxes = [part for box in find_boxes(hole) for part in _split(hole, box, settings)]
    return [Tile(core, _window_around(core, hole.shape, settings)) for core in _group(boxes, settings.core)]


def find_boxes(hole: np.ndarray) -> list[Window]:
    """Tight boxes around the holes; holes that share or adjoin a cell of 16 x 16 pixels count as one."""
    labels, _ = scipy.ndimage.label(any_in_cells(hole), np.ones((3, 3), dtype=bool))
    boxes = []
    for rows, columns in scipy.ndimage.find_objects(labels):
        bottom, right = min(rows.stop * CELL, hole.shape[0]), min(columns.stop * CELL, hole.shape[1])
        top, left = rows.start * CELL, columns.start * CELL
        boxes.append(tight_box(hole, Window(top, left, bottom - top, right - left)))
    return boxes


def any_in_cells(hole: np.ndarray) -> np.ndarray:
    """(H, W) bool -> (ceil(H / 16), ceil(W / 16)) bool: cells with a True pixel."""
    columns = np.logical_or.reduceat(hole, np.arange(0, hole.shape[1], CELL), axis=1)
    return np.logical_or.reduceat(columns, np.arange(0, hole.shape[0], CELL), axis=0)


def tight_box(hole: np.ndarray, box: Window) -> Window | None:
    """The smallest window inside `box` with all its True pixels, or None where there are none."""
    inside = hole[box.slices]
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not len(rows):
        return None
    height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    return Window(box.top + int(rows[0]), box.left + int(columns[0]), int(height), int(width))


def _split(hole: np.ndarray, box: Window, settings: FillSettings) -> list[Window]:
    """The box itself, or overlapping parts of it, none larger than a core, that hold all its hole pixels."""
    if max(box.height, box.width) <= settings.core:
        return [box]
    parts = []
    for top, height in _spans(box.top, box.height, settings):
        for left, width in _spans(box.left, box.width, settings):
            part = tight_box(hole, Window(top, left, height, width))
            if part is not None:
                parts.append(part)
    return parts


def _spans(start: int, length: int, settings: FillSettings) -> list[tuple[int, int]]:
    """(start, length) of the fewest equal spans of at most a core that cover a length with the overlap."""
    count = 1 + max(0, -(-(length - settings.core) // (settings.core - settings.overlap)))
    side = -(-(length + (count - 1) * settings.overlap) // count)
    starts = np.linspace(start, start + length - side, count).round().astype(int)
    return [(int(first), side) for first in starts]


def _group(boxes: list[Window], core: int) -> list[Window]:
    """Fewer windows around all boxes: each box joins the group that grows least, if that still fits a core."""
    edges = np.zeros((0, 4), dtype=int)
    groups: list[Window] = []
    for box in sorted(boxes, key=lambda box: (box.top // core, box.left, box.top)):
        top, left = np.minimum(edges[:, 0], box.top), np.minimum(edges[:, 1], box.left)
        height, width = np.maximum(edges[:, 2], box.bottom) - top, np.maximum(edges[:, 3], box.right) - left
        growth = height * width - (edges[:, 2] - edges[:, 0]) * (edges[:, 3] - edges[:, 1])
        growth = np.where((height <= core) & (width <= core), growth, np.iinfo(int).max)
        best = int(growth.argmin()) if len(groups) else -1
        if best < 0 or growth[best] == np.iinfo(int).max:
            groups.append(box)
            edges = np.vstack([edges, [box.top, box.left, box.bottom, box.right]])
            continue
        joined = groups[best] = groups[best].around(box)
        edges[best] = joined.top, joined.left, joined.bottom, joined.right
    return groups


def _window_around(core: Window, shape: tuple[int, int], settings: FillSettings) -> Window:
    """A window the network accepts, with the core in its middle; moved inwards at the picture's borders."""
    top, height = _place(core.top, core.height, shape[0], settings)
    left, width = _place(core.left, core.width, shape[1], settings)
    return Window(top, left, height, width)


def _place(start: int, length: int, limit: int, settings: FillSettings) -> tuple[int, int]:
    """Start and length of one side of a window around a span; in a smaller picture it reaches beyond the end."""
    wanted = -(-(length + 2 * settings.margin) // settings.step) * settings.step
    enough = -(-limit // settings.step) * settings.step
    side = max(min(max(wanted, settings.smallest), settings.window, enough), settings.step)
    middle = start + length // 2
    return max(0, min(middle - side // 2, limit - side)), side


def cut(array: np.ndarray, window: Window) -> np.ndarray:
    """The window's part of an (H, W, ...) array; zero, or False, where it reaches beyond."""
    part = array[window.top : window.bottom, window.left : window.right]
    missing = (window.height - part.shape[0], window.width - part.shape[1])
    if missing == (0, 0):
        return part
    return np.pad(part, ((0, missing[0]), (0, missing[1])) + ((0, 0),) * (array.ndim - 2))


def blend_weights(hole: np.ndarray, core: Window, overlap: int) -> np.ndarray:
    """(height, width) of a core, uint8 >= 1: rises over `overlap` pixels from edges that a hole crosses inwards."""
    above = _any_hole(hole, Window(core.top - 1, core.left, 1, core.width))
    below = _any_hole(hole, Window(core.bottom, core.left, 1, core.width))
    left = _any_hole(hole, Window(core.top, core.left - 1, core.height, 1))
    right = _any_hole(hole, Window(core.top, core.right, core.height, 1))
    down = _ramp(core.height, overlap, (above, below))
    return np.minimum(down[:, None], _ramp(core.width, overlap, (left, right))[None, :])


def _any_hole(hole: np.ndarray, edge: Window) -> bool:
    """Whether the hole reaches into a window that may lie outside the picture."""
    return edge.top >= 0 and edge.left >= 0 and bool(hole[edge.slices].any())


def _ramp(length: int, overlap: int, crossed: tuple[bool, bool]) -> np.ndarray:
    """1, 2, 3 ... from a crossed end, overlap + 1 or 255 at most and elsewhere; uint8."""
    steps = np.arange(1, length + 1)
    ramp = np.full(length, min(overlap + 1, 255))
    ramp = np.minimum(ramp, steps) if crossed[0] else ramp
    return (np.minimum(ramp, steps[::-1]) if crossed[1] else ramp).astype(np.uint8)

"""Pen and brush: a supersampled sheet that takes filled shapes, gradients and strokes with pressure.

Points are (N, 2) float64 arrays of x and y in pixels of the finished picture, y downwards.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageDraw

Color = tuple[int, int, int]
Pattern = Callable[[np.ndarray, np.ndarray], np.ndarray]


def path(text: str) -> np.ndarray:
    """Points written as "x,y x,y ..." in hundredths of a unit -> (N, 2) array."""
    return np.array([pair.split(",") for pair in text.split()], dtype=np.float64) / 100


def curve(points: list | np.ndarray, closed: bool = True, steps: int = 10) -> np.ndarray:
    """Smooth (Catmull-Rom) line through the points, as an (N, 2) polyline."""
    knots = np.asarray(points, dtype=np.float64)
    if closed:
        knots = np.concatenate([knots[-1:], knots, knots[:2]])
    else:
        knots = np.concatenate([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    before, start, end, after = (knots[i : len(knots) - 3 + i, None] for i in range(4))
    t = (np.arange(steps) / steps)[None, :, None]
    smooth = 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    )
    line = smooth.reshape(-1, 2)
    return line if closed else np.concatenate([line, knots[-2:-1]])


def symmetric(half: np.ndarray) -> np.ndarray:
    """Closed smooth outline from its right half, top to bottom; points on x = 0 are not doubled."""
    left = half[half[:, 0] > 0][::-1] * (-1, 1)
    return curve(np.concatenate([half, left]))


def oval(center: tuple, radii: tuple, tilt: float = 0.0, steps: int = 48) -> np.ndarray:
    """Ellipse as an (N, 2) polygon; tilt in radians."""
    angle = np.arange(steps) * (2 * np.pi / steps)
    x, y = radii[0] * np.cos(angle), radii[1] * np.sin(angle)
    turned = np.stack([x * np.cos(tilt) - y * np.sin(tilt), x * np.sin(tilt) + y * np.cos(tilt)], axis=1)
    return turned + np.asarray(center, dtype=np.float64)


def box(left: float, top: float, right: float, bottom: float, corner: float = 0.0) -> np.ndarray:
    """Rectangle with rounded corners as an (N, 2) polygon."""
    if corner <= 0:
        return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], dtype=np.float64)
    quarter = np.linspace(0, np.pi / 2, 7)
    arcs = []
    for turn, (x, y) in enumerate(((right, bottom), (left, bottom), (left, top), (right, top))):
        angle = quarter + turn * np.pi / 2
        inwards = np.array([-1 if turn in (0, 3) else 1, -1 if turn < 2 else 1])
        middle = np.array([x, y]) + inwards * corner
        arcs.append(middle + corner * np.stack([np.cos(angle), np.sin(angle)], axis=1))
    return np.concatenate(arcs)


def along(line: np.ndarray, spacing: float) -> np.ndarray:
    """The same polyline with points at about equal distances."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    walked = np.concatenate([[0.0], np.cumsum(steps)])
    count = max(2, int(walked[-1] / max(spacing, 1e-9)) + 1)
    wanted = np.linspace(0, walked[-1], count)
    return np.stack([np.interp(wanted, walked, line[:, axis]) for axis in (0, 1)], axis=1)


def normals(line: np.ndarray) -> np.ndarray:
    """(N, 2) unit vectors at right angles to the polyline."""
    tangent = np.gradient(line, axis=0)
    length = np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-9)
    return np.stack([-tangent[:, 1] / length, tangent[:, 0] / length], axis=1)


def tube(points: list | np.ndarray, start: float, end: float) -> np.ndarray:
    """Outline of a smooth limb through the points, of width start to end, with a round tip."""
    line = curve(points, closed=False)
    half = np.linspace(start / 2, end / 2, len(line))[:, None]
    side = normals(line) * half
    heading = np.arctan2(side[-1, 1], side[-1, 0])
    turn = heading - np.linspace(0, np.pi, 9)[1:-1]
    tip = line[-1] + end / 2 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return np.concatenate([line + side, tip, (line - side)[::-1]])


@dataclass(frozen=True)
class Pen:
    """How a stroke presses: width in pixels, and the share of it left at either end."""

    width: float
    start: float = 1.0
    end: float = 1.0
    color: Color = (0, 0, 0)

    def pressure(self, count: int) -> np.ndarray:
        """(count,) float64 widths along a stroke: swelling from start, thinning to end."""
        t = np.linspace(0, 1, count)
        rise = self.start + (1 - self.start) * np.minimum(1, t / 0.45)
        fall = self.end + (1 - self.end) * np.minimum(1, (1 - t) / 0.55)
        return self.width * np.minimum(rise, fall)


@dataclass(frozen=True)
class Region:
    """A part of a sheet: its box in sub-pixels and an L picture, 255 inside."""

    corner: tuple[int, int]
    mask: Image.Image


class Sheet:
    """A sheet of white paper, drawn with fine x fine sub-pixels to a pixel and reduced once at the end."""

    def __init__(self, width: int, height: int, fine: int):
        self.width, self.height, self.fine = width, height, fine
        self.image = Image.new("RGB", (width * fine, height * fine), (255, 255, 255))
        self.draw = ImageDraw.Draw(self.image)

    def finished(self) -> Image.Image:
        """The sheet as an RGB picture of its own size."""
        return self.image.reduce(self.fine)

    def region(self, *outlines: np.ndarray) -> Region:
        """The part of the sheet inside any of the polygons."""
        scaled = [np.round(outline * self.fine, 2) for outline in outlines]
        every = np.concatenate(scaled)
        low = np.maximum(np.floor(every.min(0)), 0).astype(int)
        high = np.minimum(np.ceil(every.max(0)) + 1, self.image.size).astype(int)
        size = np.maximum(high - low, 1)
        mask = Image.new("L", (int(size[0]), int(size[1])), 0)
        draw = ImageDraw.Draw(mask)
        for outline in scaled:
            draw.polygon([(x, y) for x, y in (outline - low).tolist()], fill=255)
        return Region((int(low[0]), int(low[1])), mask)

    def pour(self, region: Region, color: Color) -> None:
        """Fill the region with one colour."""
        self.image.paste(color, region.corner, region.mask)

    def grade(self, region: Region, first: Color, last: Color, heading: tuple = (0.0, 1.0)) -> None:
        """Fill the region with colours going from first to last in the heading's direction."""
        x, y = self._grid(region)
        way = x * heading[0] + y * heading[1]
        low, high = float(way.min()), float(way.max())
        share = ((way - low) / max(high - low, 1e-6))[..., None]
        colors = np.asarray(first) + (np.asarray(last) - np.asarray(first)) * share
        full = np.broadcast_to(colors, (*region.mask.size[::-1], 3))
        picture = Image.fromarray((full + 0.5).astype(np.uint8))
        self.image.paste(picture, region.corner, region.mask)

    def tone(self, region: Region, pattern: Pattern, color: Color) -> None:
        """Print a screentone inside the region: colour where pattern(x, y) is true."""
        printed = Image.fromarray(np.asarray(pattern(*self._grid(region)), dtype=np.uint8) * 255)
        self.image.paste(color, region.corner, ImageChops.multiply(region.mask, printed))

    def stroke(self, line: np.ndarray, pen: Pen) -> None:
        """Draw the polyline with the pen's pressure."""
        points = np.round(along(line, max(1.2, 0.4 * pen.width)) * self.fine, 2)
        half = pen.pressure(len(points)) * self.fine / 2
        side = normals(points) * half[:, None]
        left, right = (points + side).tolist(), (points - side).tolist()
        for i in range(len(points) - 1):
            quad = [*left[i], *left[i + 1], *right[i + 1], *right[i]]
            self.draw.polygon(quad, fill=pen.color)
        for (x, y), radius in zip(points.tolist(), half.tolist(), strict=True):
            if radius > 1:
                self.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=pen.color)

    def _grid(self, region: Region) -> tuple[np.ndarray, np.ndarray]:
        """Row of x and column of y, in pixels of the sheet, for broadcasting over the region."""
        width, height = region.mask.size
        x = (np.arange(width, dtype=np.float32) + region.corner[0] + 0.5) / self.fine
        y = (np.arange(height, dtype=np.float32) + region.corner[1] + 0.5) / self.fine
        return x[None, :], y[:, None]


def without(region: Region, other: Region) -> Region:
    """The region less what the other one covers."""
    moved = Image.new("L", region.mask.size, 0)
    moved.paste(other.mask, (other.corner[0] - region.corner[0], other.corner[1] - region.corner[1]))
    return Region(region.corner, ImageChops.subtract(region.mask, moved))

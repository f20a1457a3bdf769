"""The hand that draws: turns shapes with named paints into ink and tone, or ink and colour.

A place says where local coordinates lie on the sheet, so that a figure is written once, one unit tall.
"""

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.pages import tones
from benchmarks.pages.ink import Color, Pen, Region, Sheet, along, curve, without

WHITE = (255, 255, 255)


@dataclass(frozen=True)
class Paint:
    """A colour, and the share of ink that stands for it where only black is printed."""

    color: Color
    tone: float = 0.0


@dataclass(frozen=True)
class Place:
    """Where local (0, 0) lies, how many pixels one unit is, and whether left and right are swapped."""

    x: float = 0.0
    y: float = 0.0
    size: float = 1.0
    mirrored: bool = False

    def map(self, points: np.ndarray | list) -> np.ndarray:
        """Local points -> (N, 2) points on the sheet."""
        local = np.asarray(points, dtype=np.float64)
        across = -local[:, 0] if self.mirrored else local[:, 0]
        return np.stack([self.x + across * self.size, self.y + local[:, 1] * self.size], axis=1)


@dataclass(frozen=True)
class Look:
    """What holds for a whole page: printed in colour or black only, pen width and dot spacing in pixels."""

    colored: bool
    pen: float
    spacing: float
    paints: dict[str, Paint]
    ink: Color = (0, 0, 0)


@dataclass(frozen=True)
class Artist:
    """Draws on one sheet in one look; every position is local to the place."""

    sheet: Sheet
    look: Look
    rng: np.random.Generator
    place: Place = Place()

    def at(self, x: float, y: float, size: float, mirrored: bool = False) -> "Artist":
        """The same artist with a place given in the local units of this one."""
        (corner,) = self.place.map([(x, y)]).tolist()
        flipped = self.place.mirrored != mirrored
        return replace(self, place=Place(corner[0], corner[1], size * self.place.size, flipped))

    def tint_of(self, paint: str | Paint, share: float) -> Color:
        """The paint's colour times the share, or ink where only black is printed."""
        if not self.look.colored:
            return self.look.ink
        red, green, blue = self.paint(paint).color
        return int(red * share), int(green * share), int(blue * share)

    def both(self) -> tuple["Artist", "Artist"]:
        """This artist's mirror image and this artist, for what has a left and a right."""
        return self.at(0, 0, 1, mirrored=True), self

    def paint(self, name: str | Paint) -> Paint:
        """The paint of this page with that name."""
        return name if isinstance(name, Paint) else self.look.paints[name]

    def region(self, *outlines: np.ndarray) -> Region:
        """The part of the sheet inside any of the local polygons."""
        return self.sheet.region(*(self.place.map(outline) for outline in outlines))

    def fill(self, outline: np.ndarray, paint: str | Paint) -> None:
        """Fill the polygon: flat colour, or white with a tone."""
        chosen, region = self.paint(paint), self.region(outline)
        if self.look.colored:
            self.sheet.pour(region, chosen.color)
        elif chosen.tone >= 0.95:
            self.sheet.pour(region, self.look.ink)
        else:
            self.sheet.pour(region, WHITE)
            if chosen.tone > 0:
                self.sheet.tone(region, tones.dots(chosen.tone, self.look.spacing), self.look.ink)

    def fade(self, outline: np.ndarray, top: str | Paint, bottom: str | Paint) -> None:
        """Fill the polygon with a paint that turns into another one downwards."""
        first, last, region = self.paint(top), self.paint(bottom), self.region(outline)
        if self.look.colored:
            self.sheet.grade(region, first.color, last.color)
            return
        self.sheet.pour(region, WHITE)
        heights = self.place.map(outline)[:, 1]
        span = (float(heights.min()), float(heights.max()))
        pattern = tones.graded_dots(first.tone, last.tone, span, self.look.spacing)
        self.sheet.tone(region, pattern, self.look.ink)

    def shape(self, outline: np.ndarray, paint: str | Paint, weight: float = 1.0) -> None:
        """Fill the polygon and ink its outline."""
        self.fill(outline, paint)
        self.outline(outline, weight)

    def solid(self, outline: np.ndarray, paint: str | Paint, lit: tuple, weight: float = 1.1) -> None:
        """A shape with a crescent of shadow on the side that lies away from lit."""
        self.shape(outline, paint, weight)
        self.shade(outline, lit)

    def outline(self, outline: np.ndarray, weight: float = 1.0) -> None:
        """Ink around the polygon; the pen presses harder on the lower right, as from a lamp above left."""
        line = np.concatenate([outline, outline[:1]])
        turn = int(np.argmin(outline @ np.array([1.0, 1.0])))
        line = np.concatenate([line[turn:-1], line[: turn + 1]])
        self.line(line, weight, ends=(0.55, 0.55))

    def line(self, points: np.ndarray | list, weight: float = 1.0, ends: tuple = (0.15, 0.1)) -> None:
        """Ink one stroke through the local points; ends are the shares of width left at its tips."""
        pen = Pen(self._width(weight), ends[0], ends[1], self.look.ink)
        self.sheet.stroke(self.place.map(points), pen)

    def colored_line(self, points: np.ndarray | list, weight: float, paint: str | Paint) -> None:
        """One stroke in a paint's colour, or in white or black where only black is printed."""
        chosen = self.paint(paint)
        color = chosen.color if self.look.colored else WHITE if chosen.tone < 0.5 else self.look.ink
        self.sheet.stroke(self.place.map(points), Pen(self._width(weight), 0.2, 0.2, color))

    def swing(self, points: np.ndarray | list, weight: float = 1.0, ends: tuple = (0.15, 0.1)) -> None:
        """Ink one smooth stroke through the local points."""
        self.line(curve(points, closed=False), weight, ends)

    def shade(self, outline: np.ndarray, lit: tuple[float, float], coverage: float = 0.33) -> None:
        """Tone over what of the polygon is not covered when it is moved by lit."""
        moved = np.asarray(outline) + np.asarray(lit)
        self.tint(without(self.region(outline), self.region(moved)), coverage)

    def tint(self, region: Region, coverage: float = 0.35, degrees: float = 45.0) -> None:
        """Print a shadow tone over a region of the sheet."""
        color = (58, 44, 92) if self.look.colored else self.look.ink
        self.sheet.tone(region, tones.dots(coverage, self.look.spacing, degrees), color)

    def hatch(self, line: np.ndarray, length: float, heading: tuple, gap: float = 5.0) -> None:
        """Short strokes of the local length that start along the local polyline, gap pixels apart."""
        starts = along(np.asarray(line, dtype=np.float64), gap / self.place.size)
        reach = self.rng.uniform(0.5, 1.0, len(starts)) * length
        for start, far in zip(starts, reach, strict=True):
            end = start + np.asarray(heading) * far
            self.line(np.array([start, end]), 0.55, (1.0, 0.1))

    def strands(self, first: np.ndarray, last: np.ndarray, count: int, weight: float = 0.6) -> None:
        """Hair: strokes that go over from one smooth line to another."""
        for share in np.linspace(0, 1, count):
            share = share + self.rng.uniform(-0.3, 0.3) / count
            between = np.asarray(first) * (1 - share) + np.asarray(last) * share
            self.swing(between, weight * self.rng.uniform(0.7, 1.2), (0.1, 0.1))

    def _width(self, weight: float) -> float:
        """Pen width in pixels: lines grow with the drawing, but more slowly."""
        return self.look.pen * weight * float(np.clip((self.place.size / 420) ** 0.4, 0.7, 1.7))

"""Where a panel takes place: hills, sea, town, forest, room, night sky.

A scene is drawn in units of the panel's height: x from 0 to wide, y from 0 to 1.
"""

import numpy as np

from benchmarks.pages import props, tones
from benchmarks.pages.artist import Artist, Paint
from benchmarks.pages.faces import BLACK, LIGHT
from benchmarks.pages.ink import box, curve, oval, path


def hills(artist: Artist, wide: float) -> None:
    """Rolling hills with trees, a fence and a winding path."""
    rng = artist.rng
    _sky(artist, wide, 0.62)
    props.clouds(artist, wide, 0.45)
    props.birds(artist, wide)
    artist.shape(_ridge(artist, wide, 0.5, 0.06), "far", 0.6)
    middle = _ridge(artist, wide, 0.6, 0.04)
    artist.shape(middle, "hill", 0.9)
    if rng.uniform() < 0.6:
        props.house(artist, (rng.uniform(0.1, 0.8) * wide, 0.67), 0.13, 0.09)
    artist.hatch(middle[4:-6:3] + np.array([0, 0.01]), 0.05, (0.5, 0.8), 11)
    for _ in range(int(2 + wide * 3)):
        props.tree(artist, (rng.uniform(0, wide), rng.uniform(0.66, 0.72)), rng.uniform(0.1, 0.2))
    artist.shape(_ridge(artist, wide, 0.74, 0.02), "near", 1.1)
    trail = artist.at(rng.uniform(0.3, 0.7) * wide, 0, 1)
    trail.shape(path("2,75 9,80 -2,88 10,102 -28,102 -16,88 1,80 -1,75"), "ground", 0.8)
    props.fence(artist, wide, 0.79)
    props.grass(artist, wide, 0.82, int(26 * wide))
    props.flowers(artist, wide, 0.84)


def sea(artist: Artist, wide: float) -> None:
    """The sea under a low sun or moon, with a sail."""
    rng = artist.rng
    _sky(artist, wide, 0.56)
    artist.shape(oval((rng.uniform(0.2, 0.8) * wide, 0.36), (0.13, 0.13)), "sun", 0.7)
    props.clouds(artist, wide, 0.3)
    artist.fade(box(0, 0.55, wide, 0.82), "sea_top", "sea_low")
    artist.line([(0, 0.55), (wide, 0.55)], 0.9, (1, 1))
    props.birds(artist, wide)
    for _ in range(int(60 * wide)):
        y = 0.56 + 0.24 * rng.uniform(0, 1) ** 1.4
        wave = artist.at(rng.uniform(0, wide), y, 0.02 + 0.14 * (y - 0.54))
        paint = "white" if rng.uniform() < 0.5 else BLACK
        wave.colored_line(curve(path("0,0 100,-25 200,0 300,-25"), closed=False), 1.1, paint)
    props.boat(artist, (rng.uniform(0.15, 0.85) * wide, 0.6), rng.uniform(0.16, 0.26))
    artist.shape(_ridge(artist, wide, 0.8, 0.012), "ground")
    for _ in range(int(50 * wide)):
        artist.fill(oval((rng.uniform(0, wide), rng.uniform(0.84, 1.0)), (0.004, 0.003), 0.0, 8), BLACK)


def town(artist: Artist, wide: float) -> None:
    """A street of narrow houses before a pale skyline."""
    rng = artist.rng
    _sky(artist, wide, 0.8)
    props.clouds(artist, wide, 0.3)
    x = -0.05
    while x < wide:
        width, height = rng.uniform(0.08, 0.2), rng.uniform(0.3, 0.58)
        artist.fill(box(x, 0.8 - height, x + width, 0.8), "far")
        x += width
    x = -0.08
    while x < wide:
        width, height = rng.uniform(0.2, 0.3), rng.uniform(0.26, 0.46)
        props.house(artist, (x, 0.8), width, height)
        x += width + rng.uniform(0.0, 0.05)
    artist.shape(box(-0.1, 0.8, wide + 0.1, 1.1), "ground")
    for row, y in enumerate((0.845, 0.9, 0.965)):
        artist.line([(0, y), (wide, y)], 0.6, (1, 1))
        for stone in np.arange(0.03 * row, wide, 0.11 + 0.02 * row):
            artist.line([(stone, y), (stone - 0.015, y + 0.05)], 0.5, (1, 1))


def forest(artist: Artist, wide: float) -> None:
    """Trunks one behind the other under a dark roof of leaves."""
    rng = artist.rng
    artist.fade(box(0, 0, wide, 1), "sky_low", "hill")
    for depth, paint in ((0.0, "far"), (0.5, "hill"), (1.0, "leather")):
        for _ in range(int(2 + wide * 2.4)):
            half = 0.018 + 0.03 * depth * rng.uniform(0.6, 1.2)
            trunk = artist.at(rng.uniform(0, wide), 0.74 + 0.08 * depth, half)
            top = -0.9 / half
            outline = [(-1, top), (-1, -4), (-2, 0.6), (2, 0.6), (1, -4), (1, top)]
            trunk.shape(np.array(outline), paint, 1.2 + 1.2 * depth)
            if depth == 1.0:
                trunk.hatch(np.array([(1, top * 0.9), (1, -2)]), 1.2, (-1, 0.25), 8)
    artist.shape(_ridge(artist, wide, 0.8, 0.015), "near", 1.1)
    leaves = _ridge(artist, wide, 0.1, 0.05) * (1, -1) + (0, 0.24)
    artist.shape(np.maximum(leaves, -0.2), "leaf")
    artist.hatch(leaves[4:-6:3] - np.array([0, 0.015]), 0.05, (0.3, -0.8), 9)
    props.grass(artist, wide, 0.83, int(40 * wide))


def room(artist: Artist, wide: float) -> None:
    """A room with a window, a shelf of books and floor boards."""
    artist.fill(box(0, 0, wide, 0.76), "wall")
    for x in np.arange(0.04, wide, 0.075):
        artist.line([(x, 0), (x, 0.76)], 0.35, (1, 1))
    props.window(artist, artist.rng.uniform(0.06, 0.2) * wide)
    if wide > 1.0:
        props.shelf(artist, wide - 0.52, 0.3)
    artist.shape(box(-0.1, 0.76, wide + 0.1, 1.1), "leather" if artist.look.colored else "ground")
    artist.shape(box(-0.1, 0.745, wide + 0.1, 0.775), "white", 0.7)
    for y in (0.83, 0.9):
        artist.line([(0, y), (wide, y)], 0.7, (1, 1))
    for x, y in zip(artist.rng.uniform(0, wide, 6), (0.775, 0.83, 0.9) * 2, strict=True):
        artist.line([(x, y), (x - 0.01, y + 0.065)], 0.6, (1, 1))


def night(artist: Artist, wide: float) -> None:
    """Stars and a moon over dark hills with lit windows."""
    rng = artist.rng
    artist.fade(box(0, 0, wide, 0.72), Paint((18, 20, 58), 0.97), Paint((92, 100, 168), 0.5))
    for _ in range(int(70 * wide)):
        spot, size = (rng.uniform(0, wide), rng.uniform(0, 0.62)), rng.uniform(0.0025, 0.007)
        artist.fill(oval(spot, (size, size), 0.0, 10), LIGHT)
    for _ in range(int(4 * wide) + 1):
        props.sparkle(artist, (rng.uniform(0, wide), rng.uniform(0.05, 0.45)), rng.uniform(0.02, 0.04))
    moon = artist.at(rng.uniform(0.2, 0.8) * wide, rng.uniform(0.2, 0.3), 1)
    moon.shape(oval((0, 0), (0.13, 0.13)), Paint((255, 238, 176), 0.0))
    for x, y, size in ((-0.05, -0.03, 0.028), (0.04, 0.05, 0.02), (0.05, -0.05, 0.014)):
        moon.fill(oval((x, y), (size, size)), Paint((240, 214, 142), 0.15))
    artist.fill(_ridge(artist, wide, 0.64, 0.06), Paint((48, 54, 104), 0.7))
    artist.fill(_ridge(artist, wide, 0.74, 0.03), Paint((26, 32, 66), 1.0))
    for _ in range(int(8 * wide)):
        x, y = rng.uniform(0, wide), rng.uniform(0.8, 0.96)
        artist.fill(box(x, y, x + 0.014, y + 0.018), Paint((255, 216, 120), 0.0))


def _sky(artist: Artist, wide: float, low: float) -> None:
    """A graded sky down to y = low, with a halftone shimmer in colour."""
    artist.fade(box(0, 0, wide, low), "sky_top", "sky_low")
    if artist.look.colored:
        heights = artist.place.map([(0, 0), (0, low * 0.6)])[:, 1]
        shimmer = tones.graded_dots(0.3, 0.0, (heights[0], heights[1]), artist.look.spacing * 1.4)
        upper = artist.region(box(0, 0, wide, low * 0.6))
        artist.sheet.tone(upper, shimmer, artist.tint_of("sky_top", 0.86))


def _ridge(artist: Artist, wide: float, level: float, swing: float) -> np.ndarray:
    """Outline of a range of hills from the level down to the panel's foot."""
    count = max(4, int(wide * 4))
    x = np.linspace(-0.1, wide + 0.1, count)
    y = level + artist.rng.uniform(-swing, swing, count)
    top = curve(np.stack([x, y], axis=1), closed=False)
    return np.concatenate([top, [(wide + 0.1, 1.1), (-0.1, 1.1)]])


PLACES = (hills, sea, town, forest, night, room)
VIEWS = (hills, sea, town, forest, night)

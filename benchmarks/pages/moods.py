"""Backgrounds that show no place but a feeling: focus lines, speed lines, growing dots, slanting lines.

Like scenes, they are drawn in units of the panel's height: x from 0 to wide, y from 0 to 1.
"""

import numpy as np

from benchmarks.pages import props, tones
from benchmarks.pages.artist import Artist, Paint
from benchmarks.pages.ink import box


def focus(artist: Artist, wide: float) -> None:
    """Lines that rush to the middle."""
    rng = artist.rng
    artist.fill(box(0, 0, wide, 1), "burst" if artist.look.colored else "white")
    middle, radii = np.array([wide / 2, 0.5]), np.array([min(wide, 1.6) / 2, 0.5])
    reach = 0.72 * float(np.hypot(wide, 1))
    for angle in np.arange(180) * 0.035 + rng.uniform(-0.02, 0.02, 180):
        heading = np.array([np.cos(angle), np.sin(angle)])
        tip = middle + heading * radii * rng.uniform(0.62, 0.95)
        side = np.array([-heading[1], heading[0]]) * rng.uniform(0.003, 0.013)
        spike = np.array([tip, middle + heading * reach + side, middle + heading * reach - side])
        artist.sheet.pour(artist.region(spike), artist.look.ink)


def speed(artist: Artist, wide: float) -> None:
    """Sideways speed lines over bare ground."""
    rng = artist.rng
    artist.fade(box(0, 0, wide, 1), "sky_low", "burst")
    for _ in range(int(90 + 30 * wide)):
        y = rng.uniform(0, 1)
        if abs(y - 0.5) < 0.18 and rng.uniform() < 0.8:
            continue
        start = rng.uniform(-0.3, wide)
        line = [(start, y), (start + rng.uniform(0.3, wide), y)]
        artist.line(line, rng.uniform(0.5, 2.4), (0.05, 0.3))
    artist.shape(box(-0.1, 0.9, wide + 0.1, 1.1), "ground")


def glow(artist: Artist, wide: float) -> None:
    """Dots that grow towards the rim, and sparkles."""
    rng, paper = artist.rng, box(0, 0, wide, 1)
    artist.fill(paper, Paint(artist.paint("burst").color, 0.0))
    (middle,) = artist.place.map([(wide / 2, 0.5)]).tolist()
    radius = artist.place.size * float(np.hypot(wide, 1)) / 2
    growing = tones.round_dots((middle[0], middle[1]), radius, 0.8, artist.look.spacing * 2.2)
    artist.sheet.tone(artist.region(paper), growing, artist.tint_of("burst", 0.8))
    for _ in range(int(5 + 3 * wide)):
        props.sparkle(artist, (rng.uniform(0, wide), rng.uniform(0, 1)), rng.uniform(0.02, 0.06))


def slant(artist: Artist, wide: float) -> None:
    """A slanting line tone."""
    paper = box(0, 0, wide, 1)
    artist.fill(paper, Paint(artist.paint("sky_low").color, 0.0))
    pattern = tones.lines(0.22, artist.look.spacing * 1.3, -52.0)
    artist.sheet.tone(artist.region(paper), pattern, artist.tint_of("sky_top", 1.0))


CALM = (focus, glow, slant)

"""Things that stand in a scene: clouds, trees, fences, houses, boats, books."""

import numpy as np

from benchmarks.pages.artist import WHITE, Artist
from benchmarks.pages.ink import box, curve, oval, path


def cloud(artist: Artist, middle: tuple, size: float) -> None:
    """A puffy cloud with a shaded belly."""
    place, rng = artist.at(middle[0], middle[1], size), artist.rng
    count = int(rng.integers(4, 7))
    across = np.linspace(-0.8, 0.8, count) + rng.uniform(-0.08, 0.08, count)
    puffs = [oval((x, -0.25 * (1 - x * x)), (0.32, 0.3 * (1.15 - x * x * 0.7))) for x in across]
    puffs.append(box(-0.95, -0.16, 0.95, 0.08, 0.1))
    for puff in puffs:
        place.line(np.concatenate([puff, puff[:1]]), 1.4, (1, 1))
    color = place.paint("cloud").color if place.look.colored else WHITE
    for puff in puffs:
        place.sheet.pour(place.region(puff), color)
    place.tint(place.region(box(-0.85, -0.06, 0.85, 0.06, 0.05)), 0.2)
    for x in across[1:-1]:
        place.swing([(x - 0.16, -0.2), (x - 0.05, -0.33), (x + 0.12, -0.3)], 0.7)


def clouds(artist: Artist, wide: float, low: float) -> None:
    """A few clouds in the upper part of the sky."""
    rng = artist.rng
    for _ in range(int(rng.integers(2, 5))):
        cloud(artist, (rng.uniform(0, wide), rng.uniform(0.1, low * 0.7)), rng.uniform(0.08, 0.17))


def birds(artist: Artist, wide: float) -> None:
    """A few birds far off."""
    rng = artist.rng
    middle = (rng.uniform(0.2, 0.8) * wide, rng.uniform(0.12, 0.35))
    for _ in range(int(rng.integers(2, 5))):
        bird = artist.at(middle[0] + rng.uniform(-0.14, 0.14), middle[1] + rng.uniform(-0.06, 0.06), 0.03)
        bird.swing(path("-100,-27 -50,-47 0,0 53,-53 107,-40"), 1.2)


def tree(artist: Artist, foot: tuple, size: float) -> None:
    """A round tree with its shade."""
    place, rng = artist.at(foot[0], foot[1], size), artist.rng
    place.shape(path("-5,2 -3.5,-30 -12,-50 0,-42 10,-50 3.5,-30 6,2"), "leather")
    angle = np.arange(14) * (2 * np.pi / 14)
    reach = np.where(np.arange(14) % 2 == 0, 1.0, 0.9) + rng.uniform(-0.04, 0.04, 14)
    crown = curve(np.stack([np.cos(angle) * 0.34 * reach, np.sin(angle) * 0.32 * reach - 0.64], axis=1))
    place.shape(crown, "leaf", 1.1)
    place.shade(crown, (-0.1, -0.08), 0.4)
    for _ in range(9):
        leaf = place.at(rng.uniform(-0.22, 0.2), rng.uniform(-0.85, -0.45), 1)
        leaf.swing(path("0,0 3,-3 6,0 9,-2.5 12,0"), 0.7)


def grass(artist: Artist, wide: float, level: float, count: int) -> None:
    """Tufts of grass below the level, larger the nearer they are."""
    rng = artist.rng
    for _ in range(count):
        x, y = rng.uniform(0, wide), rng.uniform(level, 1.0)
        tuft = artist.at(x, y, 0.015 + 0.03 * (y - level) / max(1 - level, 0.05))
        for blade in ("0,0 -21,-60 -70,-100", "0,0 0,-60 0,-100", "0,0 21,-60 70,-100"):
            tuft.swing(path(blade), 1.1, (1, 0.1))


def flower(artist: Artist, middle: tuple, size: float) -> None:
    """A daisy on a stalk."""
    place = artist.at(middle[0], middle[1], size)
    place.swing(path("0,0 30,120 0,240"), 0.7, (1, 0.3))
    for angle in np.arange(5) * (2 * np.pi / 5):
        petal = (0.62 * float(np.cos(angle)), 0.62 * float(np.sin(angle)))
        place.shape(oval(petal, (0.5, 0.34), angle, 16), "white", 0.45)
    place.shape(oval((0, 0), (0.36, 0.36), 0.0, 14), "gold", 0.45)


def flowers(artist: Artist, wide: float, level: float) -> None:
    """Daisies strewn below the level."""
    rng = artist.rng
    for _ in range(int(14 * wide)):
        flower(artist, (rng.uniform(0, wide), rng.uniform(level, 0.99)), rng.uniform(0.008, 0.014))


def fence(artist: Artist, wide: float, level: float) -> None:
    """A wooden fence over half of the panel."""
    start = artist.rng.uniform(-0.2, 0.7) * wide
    posts = np.arange(start, start + 0.5 * wide, 0.075)
    for y in (level - 0.055, level - 0.025):
        artist.shape(box(start - 0.03, y, posts[-1] + 0.05, y + 0.012), "ground", 0.7)
    for x in posts:
        artist.at(x, level, 1).shape(path("0,0 0,-7.5 1,-9 2,-7.5 2,0"), "ground", 0.8)


def boat(artist: Artist, keel: tuple, size: float) -> None:
    """A sailing boat."""
    place = artist.at(keel[0], keel[1], size)
    place.shape(path("-45,-12 50,-12 34,6 -32,6"), "accent")
    place.line([(0, -0.12), (0, -1.0)], 1.2, (1, 1))
    place.shape(curve(path("3,-98 20,-60 42,-22 3,-20")), "white", 0.9)
    place.shape(path("-3,-86 -3,-20 -36,-20"), "cream", 0.9)
    place.fill(path("0,-100 14,-96 0,-92"), "accent")


def house(artist: Artist, foot: tuple, width: float, height: float) -> None:
    """A narrow house with a pointed roof; foot is its lower left, height leaves out the roof."""
    tall = height / width
    place = artist.at(foot[0], foot[1], width)
    place.shape(box(0, -tall, 1, 0), "wall", 0.9)
    place.shade(box(0, -tall, 1, 0), (-0.2, 0), 0.25)
    place.shape(np.array([(-0.06, -tall), (0.5, -tall - 0.55), (1.06, -tall)]), "roof")
    for foot_x in np.linspace(0.16, 0.84, 5):
        place.line([(0.5 + (foot_x - 0.5) * 0.25, -tall - 0.4), (foot_x, -tall)], 0.5)
    rows = max(1, int(tall / 0.48))
    for row in range(rows):
        for x in (0.17, 0.57):
            top = -tall + (row + 0.22) * tall / rows
            place.shape(box(x, top, x + 0.26, top + 0.5 * tall / rows), "window", 0.8)
            place.line([(x + 0.13, top), (x + 0.13, top + 0.5 * tall / rows)], 0.6, (1, 1))
    for _ in range(5):
        x, y = artist.rng.uniform(0.05, 0.8), artist.rng.uniform(-0.95, -0.04) * tall
        place.line([(x, y), (x + 0.09, y)], 0.6, (1, 1))


def window(artist: Artist, left: float) -> None:
    """A window with the sky in it, and curtains."""
    place = artist.at(left, 0, 1)
    place.fade(box(0, 0.12, 0.42, 0.52), "sky_top", "sky_low")
    cloud(place, (0.22, 0.34), 0.1)
    for right, low in ((0.42, 0.52), (0.21, 0.52), (0.42, 0.32)):
        place.outline(box(0, 0.12, right, low), 1.4)
    place.shape(box(-0.03, 0.52, 0.45, 0.56), "white")
    for curtain in place.at(0.21, 0, 1).both():
        curtain.shape(curve(path("17,8 27,8 22,35 28,64 16,64 16,35")), "dress")
        curtain.strands(path("19,10 18,35 18,62"), path("25,10 21,35 26,62"), 4)


def shelf(artist: Artist, left: float, level: float) -> None:
    """A shelf with books."""
    rng, x = artist.rng, left + 0.02
    while x < left + 0.38:
        width, height = rng.uniform(0.02, 0.045), rng.uniform(0.11, 0.17)
        paint = ("accent", "gold", "robot", "cream", "fox")[int(rng.integers(5))]
        artist.shape(box(x, level - height, x + width, level), paint, 0.8)
        artist.line([(x, level - height * 0.75), (x + width, level - height * 0.75)], 0.6, (1, 1))
        x += width
    artist.shape(box(left, level, left + 0.44, level + 0.025), "leather")


def sparkle(artist: Artist, middle: tuple, size: float) -> None:
    """A four-pointed star."""
    star = path("0,-100 16,-16 100,0 16,16 0,100 -16,16 -100,0 -16,-16")
    artist.at(middle[0], middle[1], size).fill(star, "white")


def puff(artist: Artist, foot: tuple, size: float) -> None:
    """A little cloud of dust at someone's feet."""
    place = artist.at(foot[0], foot[1], size)
    for x, y, radius in ((0, 0, 0.5), (0.55, -0.1, 0.38), (-0.5, -0.05, 0.32)):
        place.shape(oval((x, y), (radius, radius * 0.8)), "white", 0.8)

"""The animals of the cast: a cat, a fox and a dragon, each one unit tall and standing on y = 0."""

import numpy as np

from benchmarks.pages import faces
from benchmarks.pages.artist import Artist
from benchmarks.pages.ink import along, curve, oval, path, symmetric, tube


def cat(artist: Artist, mood: str) -> None:
    """A sitting tabby with a bell."""
    artist.solid(tube(path("10,-7 27,-5 37,-16 35,-30 26,-37 29,-45"), 0.1, 0.06), "cat", (-0.02, -0.02))
    artist.solid(symmetric(path("0,-56 12,-50 17,-34 22,-15 19,-1 0,0")), "cat", (-0.05, -0.02))
    _bib(artist, symmetric(path("0,-48 9,-42 10,-30 5,-22 0,-18")))
    for half in artist.both():
        half.swing(path("3.5,-20 3,-10 3.5,-4"))
        half.swing(path("13,-17 15,-10 13,-4"))
        half.shape(oval((0.085, -0.025), (0.065, 0.036)), "cream")
        for x in (0.065, 0.105):
            half.line([(x, -0.045), (x, -0.015)], 0.7)
        for stripe in ("16.5,-34 13,-32.5 10,-34", "18.5,-26.5 13,-25 10,-26.5", "20.5,-19 13,-17.5 10,-19"):
            half.swing(path(stripe), 2.2, (1, 0.1))
    _cat_head(artist)
    _cat_face(artist, mood)


def _cat_head(artist: Artist) -> None:
    """The cat's collar, ears and the shape of its head."""
    for half in artist.both():
        half.shape(curve(path("23.5,-70 24.5,-85 21.5,-97.5 12,-90 5,-82")), "cat", 1.2)
        half.fill(curve(path("21,-76 21,-86 20,-92 13,-86")), "pink")
        half.strands(path("12,-82 16,-86 18,-90"), path("19,-78 20,-83 20,-88"), 4)
    artist.shape(tube(path("-13,-47.5 0,-44 13,-47.5"), 0.05, 0.05), "accent")
    head = symmetric(path("0,-86 12,-84.5 22,-76 25,-64 29,-57 20,-53 10,-47.5 0,-46.5"))
    artist.solid(head, "cat", (-0.05, -0.03), 1.25)


def _cat_face(artist: Artist, mood: str) -> None:
    """The cat's face, with its stripes, and its bell."""
    artist.fill(symmetric(path("0,-62 9,-60 12,-54 7,-48.5 0,-47.5")), "cream")
    artist.swing(path("0,-85.5 0,-82 0,-75.5"), 2.4, (1, 0.1))
    for half in artist.both():
        half.swing(path("7,-85.5 6,-82 5.6,-78.5"), 2.4, (1, 0.1))
        half.swing(path("26,-66 22,-65 18,-66"), 2.0, (1, 0.1))
        half.swing(path("26,-61.5 22,-60.5 18,-61.5"), 2.0, (1, 0.1))
    faces.eyes(artist, (0, -0.65), 0.105, 0.047, mood)
    faces.muzzle(artist, (0, -0.575), 0.042, mood)
    faces.blush(artist, (0, -0.575), 0.165, 0.026)
    faces.whiskers(artist, (0, -0.56), 0.1, 0.26)
    artist.shape(oval((0, -0.425), (0.035, 0.035)), "gold")
    artist.line([(-0.03, -0.43), (0.03, -0.43)], 0.7)
    artist.line([(0, -0.42), (0, -0.395)], 0.9)


def fox(artist: Artist, mood: str) -> None:
    """A sitting fox with a scarf and a grand tail."""
    tail = curve(path("10,-3 26,0 40,-9 45,-26 40,-45 30,-56 29,-42 24,-30 15,-20"))
    artist.solid(tail, "fox", (-0.05, -0.02))
    artist.shape(path("30,-56 40,-45 43.5,-33 40,-36 38,-32 34.5,-36.5 32,-33 29,-42"), "cream", 0.8)
    artist.strands(path("20,-5 34,-10 38,-26"), path("18,-16 26,-24 31,-32"), 6)
    artist.solid(symmetric(path("0,-54 11,-48 15,-32 19,-14 17,-1 0,0")), "fox", (-0.045, -0.02))
    _bib(artist, symmetric(path("0,-46 8,-42 8.5,-30 4.5,-20 0,-14")))
    sock = path("3,-9 4.5,-12.5 6,-10 7.5,-13 9,-10 10.5,-12 11.3,-7 11.5,-2 9,0.5 5.5,0.5 3.4,-2")
    for half in artist.both():
        half.shape(tube(path("6,-20 7,-10 7.5,-3"), 0.075, 0.07), "fox")
        half.shape(sock, "sock", 0.8)
        half.swing(path("15,-20 17.5,-10 15,-2"))
    artist.solid(curve(path("2,-45 10,-44 13,-36 17,-30 10,-27 5,-34")), "accent", (-0.02, -0.02))
    artist.shape(tube(path("-13,-47 0,-43.5 14,-47"), 0.075, 0.075), "accent")
    _fox_head(artist)
    faces.eyes(artist, (0, -0.655), 0.105, 0.043, mood)
    faces.muzzle(artist, (0, -0.55), 0.04, mood)
    faces.blush(artist, (0, -0.58), 0.18, 0.024)


def _fox_head(artist: Artist) -> None:
    """The fox's ears, head and pale cheeks."""
    for half in artist.both():
        half.shape(curve(path("24,-68 25.5,-84 23,-100 13,-91 5,-80")), "fox", 1.2)
        half.fill(curve(path("25,-88 23,-98.5 16,-92.5 20,-90")), "sock")
        half.fill(curve(path("20,-74 21.5,-85 13,-83 10,-78")), "cream")
    head = symmetric(path("0,-84 11,-82.5 21,-74 25,-65 31.5,-58 24,-54.5 12,-49 5,-45.5 0,-45"))
    artist.solid(head, "fox", (-0.05, -0.03), 1.25)
    for half in artist.both():
        half.fill(curve(path("0,-58 9,-60 20,-62 26,-58.5 23.5,-55 12,-49.5 5,-46.2 0,-45.8")), "cream")
        half.hatch(path("29,-57.5 18,-52.8"), 0.05, (-0.8, -0.35), 9)
    artist.strands(path("-5,-83.5 -4.5,-81 -3,-77"), path("5,-83.5 4.5,-81 3,-77"), 5)


def dragon(artist: Artist, mood: str) -> None:
    """A small dragon that has not yet learnt to frighten anyone."""
    for half in artist.both():
        _wing(half)
    artist.solid(tube(path("10,-8 25,-3 38,-8 43,-20"), 0.13, 0.03), "dragon", (-0.01, -0.03))
    artist.shape(path("43,-17 37,-24 44,-33 49,-22"), "horn")
    artist.solid(symmetric(path("0,-54 12,-48 17,-34 21,-16 16,-2 0,0")), "dragon", (-0.05, -0.02))
    artist.shape(symmetric(path("0,-46 8,-42 11.5,-28 12,-14 8,-4 0,-2.5")), "belly", 0.8)
    for y, reach in ((-0.38, 0.09), (-0.3, 0.105), (-0.22, 0.115), (-0.14, 0.115), (-0.07, 0.095)):
        artist.swing([(-reach, y), (0, y + 0.02), (reach, y)], 0.8)
    for half in artist.both():
        half.shape(tube(path("13,-40 17,-32 13,-26"), 0.07, 0.06), "dragon")
        half.shape(curve(path("6,-1 8,-7.5 15,-8.5 20,-3 17,0.5")), "dragon")
        for toe in (0.09, 0.13, 0.17):
            half.shape(oval((toe, -0.005), (0.014, 0.018)), "horn", 0.6)
    _dragon_head(artist)
    faces.eyes(artist, (0, -0.7), 0.1, 0.048, mood)
    faces.mouth(artist, (0, -0.545), 0.08, mood)
    faces.blush(artist, (0, -0.625), 0.165, 0.024)


def _wing(half: Artist) -> None:
    """One of the dragon's wings."""
    wing = path("10,-42 22,-60 42,-66 40,-54 44,-44 34,-43 32,-34 23,-37 14,-32")
    half.solid(wing, "wing", (-0.02, -0.04))
    for rib in ("22,-58 33,-57 40,-54", "22,-58 30,-51.5 34,-43", "22,-58 24.5,-48.5 23,-37"):
        half.swing(path(rib), 0.8)


def _dragon_head(artist: Artist) -> None:
    """The dragon's horns, fins, crest and head."""
    for half in artist.both():
        half.shape(tube(path("11,-82 17,-89 16.5,-98"), 0.075, 0.018), "horn")
        half.shape(path("20,-72 31,-80 33,-69 36,-62 27,-61 20,-62"), "wing")
        for tip in ("30,-77", "31.5,-69", "32,-63"):
            half.line(path(f"21,-67 {tip}"), 0.7)
    artist.shape(path("-5,-83 -3.5,-92 0,-98.5 3.5,-92 5,-83"), "wing")
    head = symmetric(path("0,-87 12,-85 21,-76 21.5,-66 20,-56 13,-49 0,-47"))
    artist.solid(head, "dragon", (-0.05, -0.03), 1.25)
    artist.shape(symmetric(path("0,-63 10,-61.5 16,-56 11,-50 0,-48.5")), "belly", 0.9)
    for half in artist.both():
        half.shape(oval((0.04, -0.59), (0.012, 0.016)), faces.BLACK, 0.5)
        for x, y in ((0.15, -0.79), (0.18, -0.745), (0.12, -0.765)):
            half.swing([(x - 0.012, y), (x, y + 0.012), (x + 0.012, y)], 0.7)


def _bib(artist: Artist, outline: np.ndarray) -> None:
    """A light chest with a ragged, furry edge."""
    rim = along(np.concatenate([outline, outline[:1]]), 0.016)[:-1]
    rim = rim[: len(rim) // 2 * 2]
    reach = np.where(np.arange(len(rim)) % 2 == 0, 1.16, 0.96)[:, None]
    spiky = rim.mean(0) + reach * (rim - rim.mean(0))
    spiky[::2] += (0.0, 0.014)
    artist.shape(spiky, "cream", 0.6)

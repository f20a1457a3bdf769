"""The rest of the cast: a girl in a straw hat and a tin robot, each one unit tall, standing on y = 0."""

import numpy as np

from benchmarks.pages import faces
from benchmarks.pages.artist import Artist
from benchmarks.pages.ink import box, curve, oval, path, symmetric, tube


def girl(artist: Artist, mood: str) -> None:
    """A girl in a straw hat, a dress and boots."""
    artist.shape(symmetric(path("0,-90 13,-86 18.5,-74 20,-60 23.5,-44 16,-40 0,-43")), "hair", 1.1)
    artist.strands(path("-15,-70 -17,-55 -21,-43"), path("15,-70 17,-55 21,-43"), 14, 0.8)
    for half in artist.both():
        half.shape(tube(path("5.5,-25 6,-15 6,-8"), 0.06, 0.05), "skin")
        half.solid(curve(path("2.5,-12 9.5,-12 10,-5 13,-2 10,0 3,0")), "leather", (-0.015, -0.015))
        half.shape(tube(path("7,-49 14,-42 18.5,-32"), 0.06, 0.055), "skin")
        half.shape(tube(path("6,-50 10,-46.5 13,-43"), 0.075, 0.085), "white")
    _dress(artist)
    face = symmetric(path("0,-89 11,-87 16.2,-76 15.7,-67 11,-60 4.5,-55.5 0,-54.8"))
    artist.solid(face, "skin", (-0.03, -0.025), 1.2)
    faces.eyes(artist, (0, -0.68), 0.074, 0.032, mood)
    faces.blush(artist, (0, -0.628), 0.105, 0.022)
    faces.mouth(artist, (0, -0.6), 0.042, mood)
    artist.swing(path("0.6,-64.5 1.2,-63.5 0.3,-63"), 0.8)
    for half in artist.both():
        half.swing(path("10.5,-73.8 7,-74.8 4,-73.8"), 0.9)
    _fringe(artist)
    _straw_hat(artist)


def _dress(artist: Artist) -> None:
    """The dress with its folds, sash and collar."""
    dress = symmetric(path("0,-54 7,-53 8.5,-42 13,-31 21,-20 14,-18.5 10,-21 5,-18 0,-20.5"))
    artist.solid(dress, "dress", (-0.04, -0.015))
    for x in (-0.1, -0.05, 0.0, 0.05, 0.1):
        artist.swing([(x * 0.5, -0.39), (x * 0.9, -0.3), (x * 1.3, -0.215)], 0.8, (0.1, 0.6))
    artist.shape(tube(path("-8.5,-40.5 0,-38.5 8.5,-40.5"), 0.035, 0.035), "accent")
    for half in artist.both():
        half.shape(curve(path("0,-53 8.5,-56 10,-49 4,-50")), "white", 0.8)


def _fringe(artist: Artist) -> None:
    """The hair over the forehead."""
    crown = curve(path("-17.8,-63 -19,-76 -13,-88 0,-91 13,-88 19,-76 17.8,-63"), closed=False)
    tips = path("15,-70 13.5,-78 10,-72.5 6,-79 2,-73 -3,-79 -7.5,-72.5 -11,-79 -15,-70")
    artist.shape(np.concatenate([crown, tips]), "hair", 0.9)
    artist.strands(path("-5,-86 -12,-80 -16.5,-69"), path("5,-86 12,-80 16.5,-69"), 13)


def _straw_hat(artist: Artist) -> None:
    """The hat with its ribbon."""
    artist.solid(symmetric(path("0,-100 8,-98.5 14,-92 16,-83 0,-80")), "straw", (-0.035, -0.01))
    artist.strands(path("-2,-99 -9,-95 -13,-87"), path("2,-99 9,-95 13,-87"), 9)
    artist.shape(symmetric(path("0,-87 10,-87.5 15.5,-89.5 16.2,-84.5 10,-82 0,-81")), "accent")
    brim = path("-32,-80 -20,-85.5 0,-83.5 20,-85.5 32,-80 20,-77.5 0,-76.5 -20,-77.5")
    artist.shape(curve(brim), "straw", 1.2)
    artist.strands(path("-30,-80.5 0,-82 30,-80.5"), path("-25,-78.5 0,-77.5 25,-78.5"), 4)


def robot(artist: Artist, mood: str) -> None:
    """A tin robot with a dial on its chest."""
    for half in artist.both():
        _robot_limbs(half)
    artist.solid(box(-0.17, -0.54, 0.17, -0.2, 0.06), "robot", (-0.045, -0.02), 1.2)
    _dial(artist)
    artist.shape(box(-0.06, -0.59, 0.06, -0.53), "steel")
    artist.line([(-0.06, -0.56), (0.06, -0.56)], 0.7, (1, 1))
    artist.swing(path("0,-87 1.5,-91 0,-94"), 1.6, (1, 1))
    artist.shape(oval((0, -0.965), (0.035, 0.035)), "accent")
    for half in artist.both():
        half.shape(box(0.215, -0.77, 0.275, -0.67, 0.02), "steel")
    artist.solid(box(-0.23, -0.87, 0.23, -0.58, 0.08), "robot", (-0.05, -0.025), 1.3)
    artist.shape(box(-0.185, -0.82, 0.185, -0.68, 0.06), "steel", 0.9)
    faces.eyes(artist, (0, -0.75), 0.09, 0.043, mood)
    artist.shape(box(-0.09, -0.655, 0.09, -0.615, 0.018), "white", 0.8)
    for x in np.linspace(-0.06, 0.06, 5):
        artist.line([(x, -0.652), (x, -0.618)], 0.7, (1, 1))
    for half in artist.both():
        half.shape(oval((0.2, -0.845), (0.01, 0.01)), "steel", 0.5)
        half.shape(oval((0.2, -0.605), (0.01, 0.01)), "steel", 0.5)


def _robot_limbs(half: Artist) -> None:
    """A leg and an arm."""
    half.shape(tube(path("9,-25 10,-15 10,-7"), 0.06, 0.06), "steel")
    for y in (-0.18, -0.145, -0.11):
        half.line([(0.07, y), (0.13, y)], 0.7, (1, 1))
    half.shape(curve(path("3,0 3.5,-6 10,-8.5 17,-5 18.5,0")), "robot")
    half.solid(tube(path("17,-47 25,-42 27,-33"), 0.055, 0.055), "steel", (-0.015, -0.01), 1.0)
    half.shape(oval((0.19, -0.47), (0.045, 0.05)), "robot")
    half.shape(path("23.5,-34 30.5,-34 32.5,-28 30,-23.5 29,-29 25,-29 24,-23.5 21.5,-28"), "robot")


def _dial(artist: Artist) -> None:
    """The panel on the robot's chest."""
    artist.shape(box(-0.11, -0.48, 0.11, -0.33, 0.02), "steel")
    artist.shape(oval((-0.045, -0.405), (0.045, 0.045)), "white")
    for angle in np.linspace(-2.6, -0.5, 6):
        tick = np.array([np.cos(angle), np.sin(angle)])
        artist.line(np.array([-0.045, -0.405]) + np.outer((0.031, 0.041), tick), 0.6, (1, 1))
    artist.line([(-0.045, -0.405), (-0.02, -0.435)], 1.0)
    for x, y in ((0.035, -0.43), (0.08, -0.43), (0.035, -0.38), (0.08, -0.38)):
        artist.shape(oval((x, y), (0.014, 0.014)), "accent" if y < -0.4 else "gold", 0.7)
    for x in (-0.09, -0.03, 0.03, 0.09):
        artist.line([(x, -0.29), (x, -0.235)], 1.6, (1, 1))

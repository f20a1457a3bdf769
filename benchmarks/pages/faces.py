"""Eyes, mouths and cheeks: what makes a drawn figure look at you. Units are those of the figure."""

from benchmarks.pages.artist import Artist, Paint
from benchmarks.pages.ink import curve, oval, path

MOODS = ("open", "happy", "wide", "wink")
LIGHT = Paint((255, 255, 255), 0.0)
BLACK = Paint((28, 22, 34), 1.0)


def eyes(artist: Artist, middle: tuple, apart: float, radius: float, mood: str) -> None:
    """A pair of eyes around the middle."""
    for side in (-1, 1):
        place = artist.at(middle[0] + side * apart, middle[1], radius)
        if mood == "happy" or (mood == "wink" and side == 1):
            place.swing(path("-100,30 -50,-50 10,-65 65,-40 100,35"), 1.7, (0.3, 0.3))
        elif mood == "wide":
            _round_eye(place)
        else:
            _deep_eye(place, side)


def _round_eye(place: Artist) -> None:
    """An astonished eye: white with a small pupil."""
    place.shape(oval((0, 0), (1.0, 1.25)), LIGHT)
    place.fill(oval((0, 0.05), (0.42, 0.55)), BLACK)
    place.fill(oval((-0.14, -0.14), (0.16, 0.2)), LIGHT)


def _deep_eye(place: Artist, side: int) -> None:
    """A big shining comic eye with a lid and lashes on the outer side."""
    place.fill(oval((0, 0), (0.86, 1.25)), BLACK)
    iris = curve(path("-66,20 0,5 66,20 50,85 0,110 -50,85"))
    place.fade(iris, Paint((40, 60, 110), 0.75), Paint((120, 190, 225), 0.15))
    place.fill(oval((0, 0.1), (0.34, 0.5)), BLACK)
    place.fill(oval((-0.28, -0.5), (0.32, 0.4)), LIGHT)
    place.fill(oval((0.32, 0.55), (0.16, 0.2)), LIGHT)
    lid = path("-105,-55 -60,-115 0,-132 60,-115 105,-55")
    place.swing(lid, 1.6, (0.35, 0.35))
    place.swing(path("90,-80 125,-85 145,-110") * (side, 1), 1.0, (1.0, 0.1))


def mouth(artist: Artist, middle: tuple, width: float, mood: str) -> None:
    """A mouth to go with the eyes."""
    place = artist.at(middle[0], middle[1], width)
    if mood == "wide":
        place.shape(oval((0, 0.25), (0.3, 0.42)), Paint((150, 52, 66), 0.8))
    elif mood == "happy":
        laugh = curve(path("-62,-5 0,6 62,-5 42,50 0,68 -42,50"))
        place.shape(laugh, Paint((150, 52, 66), 0.8))
        place.fill(oval((0, 0.5), (0.24, 0.12)), Paint((244, 140, 140), 0.1))
    else:
        place.swing(path("-60,-2 -30,20 0,26 30,20 60,-2"), 1.1, (0.3, 0.3))


def muzzle(artist: Artist, nose: tuple, size: float, mood: str) -> None:
    """An animal's nose and the w-shaped mouth below it."""
    place = artist.at(nose[0], nose[1], size)
    if mood in ("happy", "wide"):
        laugh = curve(path("-75,80 0,92 75,80 50,160 0,185 -50,160"))
        place.shape(laugh, Paint((150, 52, 66), 0.8))
        place.fill(oval((0, 1.55), (0.34, 0.2)), Paint((244, 140, 140), 0.1))
    place.shape(curve(path("-50,-30 0,-40 50,-30 30,15 0,38 -30,15")), BLACK)
    place.fill(oval((-0.16, -0.18), (0.14, 0.08)), LIGHT)
    place.line([(0, 0.3), (0, 0.8)], 0.8, (1, 1))
    for side in (-1, 1):
        place.swing(path("0,80 45,105 95,85 110,50") * (side, 1), 1.1, (0.9, 0.15))


def blush(artist: Artist, middle: tuple, apart: float, radius: float) -> None:
    """Rosy cheeks: colour, or three slanted strokes."""
    for side in (-1, 1):
        place = artist.at(middle[0] + side * apart, middle[1], radius)
        if artist.look.colored:
            place.fill(oval((0, 0), (1.0, 0.6)), "blush")
        for step in (-0.5, 0, 0.5):
            place.line([(step + 0.2, -0.4), (step - 0.2, 0.4)], 0.6, (0.4, 0.2))


def whiskers(artist: Artist, middle: tuple, start: float, length: float) -> None:
    """Three whiskers on each side."""
    for side in (-1, 1):
        for lift, rise in ((-0.035, -0.05), (0.0, 0.0), (0.035, 0.055)):
            first = (middle[0] + side * start, middle[1] + lift)
            last = (middle[0] + side * (start + length), middle[1] + lift + rise)
            half = ((first[0] + last[0]) / 2, (first[1] + last[1]) / 2 - 0.012)
            artist.swing([first, half, last], 0.75, (1.0, 0.1))

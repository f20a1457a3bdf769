"""Hand lettering, speech balloons and sound effects.

The alphabet is drawn in strokes, not taken from a font, so that a page has the same pixels everywhere.
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.pages.artist import WHITE, Artist, Paint
from benchmarks.pages.ink import Pen, curve, oval

# Capital letters on a grid 4 wide and 6 high, y downwards; each word is a stroke of "xy" pairs.
# "~" before a stroke makes it smooth, "o" smooth and closed.
ALPHABET = {
    "A": "06 20 46|14 34", "B": "00 06|~00 20 31 22 03|~03 23 35 26 06", "C": "~41 20 02 04 26 45",
    "D": "00 06|~00 20 42 44 26 06", "E": "40 00 06 46|03 33", "F": "40 00 06|03 33",
    "G": "~41 20 02 04 26 45|45 43 23", "H": "00 06|40 46|03 43", "I": "00 06", "J": "~30 34 26 16 05",
    "K": "00 06|40 03 46", "L": "00 06 36", "M": "06 10 24 40 56", "N": "06 00 46 40",
    "O": "o20 02 04 26 44 42",
    "P": "00 06|~00 20 41 33 03", "Q": "o20 02 04 26 44 42|24 46", "R": "00 06|~00 20 41 33 03|23 46",
    "S": "~41 20 01 13 33 45 26 05", "T": "00 40|20 26", "U": "~00 04 26 44 40", "V": "00 26 40",
    "W": "00 16 31 56 60", "X": "00 46|40 06", "Y": "00 23 40|23 26", "Z": "00 40 06 46", "!": "00 04|06 06",
    "?": "~01 10 30 41 23 24|26 26", ".": "06 06", ",": "16 07", "'": "00 01", "-": "03 23",
}  # fmt: skip
GAP, SPACE, LEADING = 1.6, 3.2, 9.4


def _strokes(letter: str) -> list[np.ndarray]:
    """The letter's strokes as polylines on its grid."""
    strokes = []
    for word in ALPHABET[letter].split("|"):
        knots = [(float(pair[0]), float(pair[1])) for pair in word.lstrip("~o").split()]
        strokes.append(curve(knots, word[0] == "o", 6) if word[0] in "~o" else np.array(knots))
    return strokes


def _advance(letter: str) -> float:
    """Grid units from this letter to the next."""
    if letter == " ":
        return SPACE
    narrow = 0.5 if letter in ".!'" else 0.0
    return max(float(stroke[:, 0].max()) for stroke in _strokes(letter)) + GAP + narrow


def line_width(text: str) -> float:
    """Width of one line of lettering, in grid units."""
    return sum(_advance(letter) for letter in text) - GAP


def wrapped(text: str, widest: float) -> list[str]:
    """The text broken into lines of at most the given grid units, where words allow."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if line_width(longer) <= widest or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def letter_line(artist: Artist, text: str, start: tuple[float, float], unit: float) -> None:
    """One line of lettering by hand; start is its top left and unit a grid unit, both local."""
    x = start[0]
    for letter in text:
        if letter != " ":
            lift, lean = artist.rng.uniform(-0.18, 0.18), artist.rng.uniform(-0.05, 0.02)
            for stroke in _strokes(letter):
                slanted = stroke + np.stack([stroke[:, 1] * lean, np.full(len(stroke), lift)], axis=1)
                _letter_stroke(artist, np.array([x, start[1]]) + slanted * unit, unit)
        x += _advance(letter) * unit


def _letter_stroke(artist: Artist, line: np.ndarray, unit: float) -> None:
    """One stroke of a felt pen; a dot where the stroke has no length."""
    width = 0.95 * unit * artist.place.size
    if float(np.ptp(line, axis=0).max()) == 0:
        artist.sheet.pour(artist.region(oval(line[0], (0.62 * unit, 0.62 * unit), 0.0, 12)), artist.look.ink)
    else:
        artist.sheet.stroke(artist.place.map(line), Pen(width, 0.9, 0.8, artist.look.ink))


@dataclass(frozen=True)
class Speech:
    """What is said, where the balloon's middle is, where its tail points, and how it is said."""

    text: str
    middle: tuple[float, float]
    target: tuple[float, float]
    manner: str = "say"


def speech_size(text: str, unit: float) -> tuple[float, float]:
    """Half width and half height of the balloon around the text, in the unit's units."""
    lines = _block(text)
    width = max(line_width(line) for line in lines)
    height = LEADING * len(lines) - (LEADING - 6)
    return (width * 0.62 + 5.0) * unit, (height * 0.66 + 5.5) * unit


def _block(text: str) -> list[str]:
    """The text in lines that make a balloon about twice as wide as high."""
    return wrapped(text, max(22.0, (line_width(text) * LEADING * 2.0) ** 0.5))


def balloon(artist: Artist, speech: Speech, unit: float) -> None:
    """A balloon with its tail and lettering; unit is a grid unit of the letters."""
    half = speech_size(speech.text, unit)
    body = _balloon_body(artist, speech, half)
    parts = [body, *_tails(speech, half)]
    for part in parts:
        artist.line(np.concatenate([part, part[:1]]), 2.4, (1, 1))
    for part in parts:
        artist.sheet.pour(artist.region(part), WHITE)
    lines = _block(speech.text)
    top = speech.middle[1] - (LEADING * len(lines) - (LEADING - 6)) * unit / 2
    upright = artist.at(0, 0, 1)
    for index, line in enumerate(lines):
        left = speech.middle[0] - line_width(line) * unit / 2
        letter_line(upright, line, (left, top + index * LEADING * unit), unit)


def _balloon_body(artist: Artist, speech: Speech, half: tuple[float, float]) -> np.ndarray:
    """The outline: round for speech, bumpy for a thought, spiky for a shout."""
    angle = np.arange(120) * (2 * np.pi / 120)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    ring = np.sign(circle) * np.abs(circle) ** 0.86
    if speech.manner == "shout":
        spikes = np.where(np.arange(40) % 2 == 0, 1.0, 1.24) + artist.rng.uniform(-0.05, 0.05, 40)
        ring = ring[::3] * spikes[:, None]
    elif speech.manner == "think":
        ring = ring * (1.02 + 0.09 * np.abs(np.sin(angle * 5.5)))[:, None]
    return np.asarray(speech.middle) + ring * np.asarray(half)


def _tails(speech: Speech, half: tuple[float, float]) -> list[np.ndarray]:
    """The tail towards the speaker: a bent wedge, or shrinking bubbles for a thought."""
    middle, target = np.asarray(speech.middle), np.asarray(speech.target)
    way = target - middle
    reach = 1 / max(float(np.hypot(*(way / np.asarray(half)))), 1e-6)
    if reach > 0.92:
        return []
    rim, size = middle + way * reach, min(half)
    length = float(np.hypot(*way))
    across = np.array([-way[1], way[0]]) / max(length, 1e-6) * size * 0.2
    tip = rim + (target - rim) * min(1.0, 1.3 * size / max(length * (1 - reach), 1e-6))
    if speech.manner == "think":
        bubbles = ((0.25, 0.16), (0.62, 0.1), (0.95, 0.06))
        return [oval(rim + (tip - rim) * share, (size * r, size * r * 0.8), 0.0, 24) for share, r in bubbles]
    root = middle + way * (reach * 0.88)
    bend = (root + tip) / 2 + across * 0.9
    first = curve([root + across, bend + across * 0.35, tip], closed=False)
    last = curve([tip, bend - across * 0.75, root - across], closed=False)
    return [np.concatenate([first, last])]


@dataclass(frozen=True)
class Sound:
    """A sound effect: the word, its middle, the height of its letters and its slope in radians."""

    text: str
    middle: tuple[float, float]
    height: float
    slope: float


def sound(artist: Artist, effect: Sound, paint: str | Paint) -> None:
    """Fat outlined letters that dance along a slope."""
    unit = effect.height / 6
    turned, x = [], -line_width(effect.text) * unit * 1.12 / 2
    for letter in effect.text:
        grown = unit * artist.rng.uniform(0.88, 1.14)
        angle = effect.slope + artist.rng.uniform(-0.1, 0.1)
        turn = np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
        foot = np.array([x * np.cos(effect.slope), x * np.sin(effect.slope)]) + np.asarray(effect.middle)
        if letter != " ":
            turned += [((stroke - (0, 3)) * grown) @ turn + foot for stroke in _strokes(letter)]
        x += _advance(letter) * unit * 1.12
    chosen = artist.paint(paint)
    color = chosen.color if artist.look.colored else WHITE
    for share, ink in ((2.5, WHITE), (1.95, artist.look.ink), (1.15, color)):
        for stroke in turned:
            width = share * unit * artist.place.size
            line = stroke if np.ptp(stroke, axis=0).max() > 0 else stroke + np.outer((0, 0.3), (0, unit))
            artist.sheet.stroke(artist.place.map(line), Pen(width, 1, 1, ink))

"""What a panel shows: a place and the cast in it, a face, a rush or a view, with words and noises."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from benchmarks.pages import animals, moods, people, props, scenes
from benchmarks.pages.artist import Artist, Look
from benchmarks.pages.faces import MOODS
from benchmarks.pages.ink import box, oval
from benchmarks.pages.letters import Sound, Speech, balloon, letter_line, line_width, sound, speech_size

Choice = TypeVar("Choice")
CAST = {
    "cat": animals.cat,
    "fox": animals.fox,
    "dragon": animals.dragon,
    "girl": people.girl,
    "robot": people.robot,
}
HEAD, HEAD_RADIUS = -0.7, 0.3  # where everyone's head is, in units of the figure
SPEECHES = (
    "GOOD MORNING!", "WHAT A LOVELY DAY!", "DID YOU HEAR THAT?", "I FOUND A MAP!", "WAIT FOR ME!",
    "LET'S GO HOME.", "IS IT FAR?", "TEA IS READY!", "LOOK, A SHIP!", "I'M NOT SLEEPY AT ALL.", "OH MY!",
    "WHO ATE MY CAKE?", "HOORAY!", "WE MADE IT!", "IT SMELLS LIKE RAIN...", "RACE YOU TO THE HILL!",
    "HMM...", "THANK YOU!", "SO MANY STARS!", "MAYBE THIS WAY?", "HELLO THERE!", "CAN I COME TOO?",
    "OF COURSE!", "I KNEW IT!", "NOT AGAIN...",
)  # fmt: skip
SOUNDS = ("WHOOSH", "PING!", "TAP TAP", "POP!", "PURR", "ZOOM", "SPLASH", "DING!", "RUSTLE", "HOP!")
CAPTIONS = ("LATER THAT DAY...", "MEANWHILE...", "THE NEXT MORNING", "FAR AWAY...", "SOON AFTER...")


@dataclass(frozen=True)
class Story:
    """What the panels of one page share: the look, and who plays in it."""

    look: Look
    cast: tuple[str, ...]
    letter: float  # one grid unit of the lettering, in pixels


@dataclass(frozen=True)
class Stage:
    """One panel being drawn: its artist in units of the panel's height, its width in them, and the story."""

    artist: Artist
    wide: float
    story: Story
    inset: tuple[float, float]  # how far slanting sides come in at the top: left, right
    cast: tuple[str, ...]  # who appears here, the most important first
    lines: list[str]  # what may be said here
    taken: list[tuple]  # left, top, right, bottom of heads and balloons; grows as the panel is drawn

    @property
    def unit(self) -> float:
        """One grid unit of the lettering, in units of the stage."""
        return self.story.letter / self.artist.place.size


def _pick(stage: Stage, choices: Sequence[Choice]) -> Choice:
    """One of the choices."""
    return choices[int(stage.artist.rng.integers(len(choices)))]


def _enter(stage: Stage, name: str, spot: tuple, size: float) -> tuple[float, float]:
    """Draw a figure standing on the spot; returns where its mouth is."""
    artist = stage.artist
    mirrored = bool(artist.rng.uniform() < 0.5)
    x, y, radius = spot[0], spot[1] + HEAD * size, HEAD_RADIUS * size
    stage.taken.append((x - 0.8 * radius, y - 0.85 * radius, x + 0.8 * radius, spot[1]))
    artist.at(spot[0], spot[1], size).tint(artist.at(spot[0], spot[1], size).region(_shadow()), 0.5)
    CAST[name](artist.at(spot[0], spot[1], size, mirrored), _pick(stage, MOODS))
    return spot[0], spot[1] + size * (HEAD + 0.12)


def _shadow() -> np.ndarray:
    """The shadow on the ground under a figure."""
    return oval((0.06, 0.0), (0.34, 0.045))


def _say(stage: Stage, mouth: tuple[float, float], side: int, lines: list[str]) -> None:
    """The first of the lines whose balloon fits by the mouth, that side first; its tail points there."""
    manner = _pick(stage, ("say", "say", "say", "think", "shout"))
    swell = 1.28 if manner == "shout" else 1.1
    for text in lines:
        half = np.array(speech_size(text, stage.unit)) * swell
        for spot in _free_spots(stage, (float(half[0]), float(half[1])), mouth[0], side):
            area = (spot[0] - half[0], spot[1] - half[1], spot[0] + half[0], spot[1] + half[1])
            if 2 * half[0] < stage.wide - sum(stage.inset) - 0.06 and not _collides(stage, area):
                balloon(stage.artist, Speech(text, spot, mouth, manner), stage.unit)
                stage.taken.append(area)
                return


def _free_spots(stage: Stage, half: tuple, mouth: float, side: int) -> list[tuple[float, float]]:
    """Middles for a balloon of that half size, best first: beside the mouth, above it, lower."""
    left, right = stage.inset[0] + half[0] + 0.03, stage.wide - stage.inset[1] - half[0] - 0.03
    reach = half[0] + 0.2
    wanted = (mouth + side * reach, mouth - side * reach, left if side < 0 else right, mouth)
    across = [float(np.clip(x, left, max(left, right))) for x in wanted]
    return [(x, half[1] + 0.03 + drop) for drop in (0.0, 0.1) for x in across]


def _collides(stage: Stage, area: tuple[float, float, float, float]) -> bool:
    """Whether the area covers a head or a balloon."""
    return any(
        area[0] < right and left < area[2] and area[1] < bottom and top < area[3]
        for left, top, right, bottom in stage.taken
    )


def _caption(stage: Stage) -> None:
    """A narrator's box in the upper left, if it fits."""
    text, unit = _pick(stage, CAPTIONS), stage.unit
    width, height = line_width(text) * unit + 8 * unit, 13 * unit
    if width < stage.wide * 0.75 and height < 0.3:
        left = 0.03 + stage.inset[0]
        frame = box(left, 0.03, left + width, 0.03 + height)
        stage.artist.shape(frame, "cream", 0.9)
        letter_line(stage.artist, text, (left + 4 * unit, 0.03 + 3.5 * unit), unit)


def _noise(stage: Stage, middle: tuple[float, float]) -> None:
    """A sound effect around the middle."""
    text = _pick(stage, SOUNDS)
    room = stage.wide - sum(stage.inset) - 0.1
    height = min(0.17, 0.8 * room / (line_width(text) * 1.12) * 6)
    half = line_width(text) * 1.3 * height / 12
    low, high = stage.inset[0] + half + 0.05, stage.wide - stage.inset[1] - half - 0.05
    x = (low + high) / 2 if low > high else float(np.clip(middle[0], low, high))
    slope = stage.artist.rng.uniform(-0.22, 0.12)
    paint = _pick(stage, ("gold", "accent", "pink"))
    sound(stage.artist, Sound(text, (x, middle[1]), height, slope), paint)


def _wide(stage: Stage) -> None:
    """A place with one or two of the cast in it, talking."""
    rng = stage.artist.rng
    _pick(stage, scenes.PLACES)(stage.artist, stage.wide)
    names = stage.cast[: 2 if stage.wide > 0.85 else 1]
    spots = np.linspace(0, 1, len(names) + 2)[1:-1] + rng.uniform(-0.08, 0.08, len(names))
    sizes = np.minimum(rng.uniform(0.5, 0.62, len(names)), 0.75 * stage.wide)
    feet = rng.uniform(0.92, 0.97, len(names))
    cast = zip(names, spots, feet, sizes, strict=True)
    mouths = [_enter(stage, name, (float(x) * stage.wide, float(y)), float(size)) for name, x, y, size in cast]
    for index, mouth in enumerate(mouths):
        _say(stage, mouth, 2 * index - 1, stage.lines[index::2])


def _medium(stage: Stage) -> None:
    """One of the cast, nearly as tall as the panel."""
    rng = stage.artist.rng
    _pick(stage, (*scenes.PLACES, moods.focus, moods.glow))(stage.artist, stage.wide)
    size = min(rng.uniform(0.72, 0.84), 1.15 * stage.wide)
    side = -1 if rng.uniform() < 0.5 else 1
    x = stage.wide / 2 - side * min(0.22 * stage.wide, max(0.0, stage.wide / 2 - 0.3 * size))
    mouth = _enter(stage, stage.cast[0], (x, 0.98), size)
    _say(stage, mouth, side, stage.lines)


def _close(stage: Stage) -> None:
    """A face that fills the panel."""
    rng = stage.artist.rng
    backdrop = _pick(stage, moods.CALM)
    backdrop(stage.artist, stage.wide)
    name = stage.cast[0]
    size = min(1.25, 1.5 * stage.wide)
    side = -1 if rng.uniform() < 0.5 else 1
    aside = 0.0 if backdrop is moods.focus else min(0.2 * stage.wide, max(0.0, stage.wide / 2 - 0.33 * size))
    x = stage.wide / 2 - side * aside
    mouth = _enter(stage, name, (x, 0.62 - HEAD * size), size)
    if stage.wide > 1.15:
        _say(stage, (mouth[0], mouth[1] - 0.05), side, stage.lines)


def _action(stage: Stage) -> None:
    """One of the cast in a rush, with a noise."""
    rng = stage.artist.rng
    _pick(stage, (moods.speed, moods.speed, moods.focus))(stage.artist, stage.wide)
    x, size = stage.wide * rng.uniform(0.4, 0.6), min(0.72, 1.0 * stage.wide)
    props.puff(stage.artist, (x - 0.42 * size, 0.94), 0.1)
    props.puff(stage.artist, (x - 0.68 * size, 0.97), 0.06)
    _enter(stage, stage.cast[0], (x, 0.97), size)
    _noise(stage, (stage.wide * rng.uniform(0.3, 0.7), 0.14))


def _view(stage: Stage) -> None:
    """A place with nobody in it."""
    _pick(stage, scenes.VIEWS)(stage.artist, stage.wide)
    if stage.artist.rng.uniform() < 0.6:
        _caption(stage)
    else:
        _noise(stage, (stage.wide * 0.6, 0.7))


SHOTS = {"wide": _wide, "medium": _medium, "close": _close, "action": _action, "view": _view}

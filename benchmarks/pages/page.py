"""One seeded comic page: every panel drawn on a sheet of its own and laid on white paper."""

from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.pages.artist import WHITE, Artist, Look, Place
from benchmarks.pages.ink import Pen, Sheet, box
from benchmarks.pages.layout import Panel, panels
from benchmarks.pages.paints import paints
from benchmarks.pages.stage import CAST, SHOTS, SPEECHES, Stage, Story


def draw_page(seed: int, width: int, height: int) -> np.ndarray:
    """(height, width, 3) uint8 comic page; the seed decides everything, half of them are black and white."""
    rng = np.random.default_rng([seed, 7])
    story = _story(rng, width)
    paper = Image.new("RGB", (width, height), WHITE)
    plan = panels(rng, width, height)
    lines = [SPEECHES[index] for index in rng.permutation(len(SPEECHES))]
    for index, (panel, shot) in enumerate(zip(plan, _shots(rng, plan), strict=True)):
        first, lead = 2 * index % len(lines), index % len(story.cast)
        script = (story.cast[lead:] + story.cast[:lead], lines[first:] + lines[:first])
        _set_panel(paper, panel, story, (shot, int(rng.integers(2**31)), *script))
    return np.asarray(paper).copy()


def _story(rng: np.random.Generator, width: int) -> Story:
    """The look and cast of a page; lines and letters grow with the page."""
    scale = float(np.clip(width / 1200, 0.5, 6.0))
    colored = bool(rng.uniform() < 0.5)
    sky = ("day", "day", "dusk", "night")[int(rng.integers(4))] if colored else "day"
    ink = (24, 18, 32) if colored else (0, 0, 0)
    look = Look(colored, 2.5 * scale, float(rng.uniform(4.2, 6.0)) * scale, paints(rng, sky), ink)
    cast = tuple(str(name) for name in rng.permutation(list(CAST))[:3])
    return Story(look, cast, 2.8 * scale)


def _shots(rng: np.random.Generator, plan: list[Panel]) -> list[str]:
    """What each panel shows; the first sets the scene, and no two neighbours are alike."""
    shots = ["wide"]
    for _ in plan[1:]:
        usual = ("wide", "medium", "medium", "close", "close", "action", "view")
        other = [shot for shot in usual if shot != shots[-1]]
        shots.append(other[int(rng.integers(len(other)))])
    return shots


def _set_panel(paper: Image.Image, panel: Panel, story: Story, take: tuple) -> None:
    """Draw one panel on a sheet of its own and lay it on the paper; take: shot, seed, cast and lines."""
    shot, seed, cast, lines = take
    pad = int(np.ceil(story.look.pen * 4))
    corner = panel.corners.min(0).astype(int) - pad
    size = panel.corners.max(0).astype(int) + pad - corner
    sheet = Sheet(int(size[0]), int(size[1]), 3 if story.look.pen < 5 else 2)
    frame = panel.corners - corner
    height, width = float(size[1] - 2 * pad), float(size[0] - 2 * pad)
    artist = Artist(sheet, story.look, np.random.default_rng(seed), Place(pad, pad, height))
    lean = panel.corners[:, 0] - corner[0] - pad
    inset = (float(max(lean[0], lean[3])) / height, (width - float(min(lean[1], lean[2]))) / height)
    SHOTS[shot](Stage(artist, width / height, story, inset, cast, lines, []))
    _frame(artist, frame)
    cover = Image.new("L", (int(size[0]), int(size[1])), 0)
    outline = [tuple(point) for point in frame.tolist()]
    ImageDraw.Draw(cover).polygon(outline, fill=255, outline=255, width=int(np.ceil(story.look.pen * 2)))
    paper.paste(sheet.finished(), (int(corner[0]), int(corner[1])), cover)


def _frame(artist: Artist, frame: np.ndarray) -> None:
    """White paper outside the panel, and the panel's border."""
    height, width = artist.sheet.height, artist.sheet.width
    ring = np.concatenate([frame, frame[:1]])
    outside = np.concatenate([box(-9, -9, width + 9, height + 9), [(-9, -9)], ring, [(-9, -9)]])
    artist.sheet.pour(artist.sheet.region(outside), WHITE)
    for start, end in pairwise(ring):
        artist.sheet.stroke(np.array([start, end]), Pen(artist.look.pen * 1.5, 1, 1, artist.look.ink))

"""Lines and edges that run into a hole on one side and out of it on another are drawn through it.

What a person sees first where a bar is taken away is a line that stops. Where two ends around the hole look at each
other and the drawing across them is the same, they are one line: a gentle curve, with the drawing across it, joins
them. The network draws the rest.
"""

import numpy as np

from libs.channels import mean, split, total
from libs.line_ends import ENDS_REACH, HALF, OFFSETS, Ends, find_ends, normals
from libs.ramps import ramp
from libs.windows import Window, tight_box

# Ends farther apart, nearer together, or turned farther from each other are not joined; pixels, and a cosine.
FARTHEST, NEAREST = 96, 3
FACING = np.cos(np.radians(35))
# The cost of joining two ends, in levels of 255: what their profiles differ, the middle counting most (a Gaussian,
# in pixels), and so much for each degree that the curve bends; up to the dearest that is joined.
MIDDLE, BEND, DEAREST = 1.5, 0.4, 28.0
# A curve is drawn so far to both sides, its middle counting most (a Gaussian, in pixels), and less by its cost.
BAND, FADE, COSTLY = 4.0, 2.5, 6.0
# The weight from which on a drawing begins to count, and from which on fully; how far curves may disagree, the same.
WEIGHT, AGREEING = (0.025, 0.075), (32 / 255, 17 / 255)
APART = 40 / 255
PAIRS_AT_ONCE = 256


def carry_lines(drawing: np.ndarray, image: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """(h, w, 3) float32 in [0, 1]: the drawing with the lines of the image carried through the hole (h, w) bool."""
    if not hole.any():
        return drawing
    box = tight_box(hole, Window(0, 0, *hole.shape)).grown(ENDS_REACH, hole.shape).slices
    carried = drawing.copy()
    carried[box] = _carry(drawing[box], image[box], hole[box])
    return carried


def _carry(drawing: np.ndarray, image: np.ndarray, hole: np.ndarray) -> np.ndarray:
    ends = find_ends(image, hole)
    pairs, costs = match_ends(ends)
    if not len(pairs):
        return drawing
    lines, share = _draw(ends, pairs, costs, hole)
    return drawing + (lines - drawing) * share[..., None]


def match_ends(ends: Ends) -> tuple[np.ndarray, np.ndarray]:
    """((M, 2) numbers of ends that are each other's best, (M,) what it costs to join them in levels of 255)."""
    one, other = _facing(ends)
    both = np.concatenate([one, other]), np.concatenate([other, one])
    costs = np.tile(_costs(ends, one, other), 2)
    order = np.lexsort((both[1], costs, both[0]))
    first = order[np.unique(both[0][order], return_index=True)[1]]
    best = np.full(len(ends), -1)
    best[both[0][first]] = both[1][first]
    cost = np.full(len(ends), np.inf)
    cost[both[0][first]] = costs[first]
    numbers = np.arange(len(ends))
    mutual = (best > numbers) & (best[best] == numbers) & (cost <= DEAREST)
    return np.stack([numbers, best], axis=-1)[mutual], cost[mutual]


def _facing(ends: Ends) -> tuple[np.ndarray, np.ndarray]:
    """Numbers (M,), (M,) of ends that lie within reach and look at each other."""
    if len(ends) < 2:
        return np.zeros(0, int), np.zeros(0, int)
    one, other = near_pairs(ends.places, FARTHEST)
    chord = ends.places[other] - ends.places[one]
    length = np.sqrt(total(chord**2))
    facing = (length > NEAREST) & (total(chord * ends.ways[one]) > FACING * length)
    facing &= total(-chord * ends.ways[other]) > FACING * length
    return one[facing], other[facing]


def near_pairs(places: np.ndarray, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Numbers (M,), (M,) of those of (N, 2) places that lie at most `reach` apart, the lower number first.

    A k-d tree of scipy's finds the same, but loading that loads all of its linear algebra.
    """
    order = np.argsort(places[:, 0], kind="stable")
    rows = places[order, 0]
    numbers = np.arange(len(places))
    following = np.searchsorted(rows, rows + reach, side="right") - numbers - 1
    upper = np.repeat(numbers, following)
    lower = upper + 1 + np.arange(len(upper)) - np.repeat(np.cumsum(following) - following, following)
    one, other = order[upper], order[lower]
    beside = np.abs(places[one, 1] - places[other, 1]) <= reach
    one, other = one[beside], other[beside]
    near = total((places[one] - places[other]) ** 2) <= reach**2
    return np.minimum(one, other)[near], np.maximum(one, other)[near]


def _costs(ends: Ends, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(M,): what it costs to join ends, in levels of 255."""
    middle = np.exp(-(OFFSETS**2) / (2 * MIDDLE**2))
    off = mean(np.abs(ends.profiles[one] - ends.profiles[other, ::-1])) @ (255 * middle / middle.sum())
    chord = ends.places[other] - ends.places[one]
    chord /= np.sqrt(total(chord**2))[:, None]
    leaving, arriving = (np.clip(total(chord * way), -1, 1) for way in (ends.ways[one], -ends.ways[other]))
    return off + BEND * np.degrees(np.arccos(leaving) + np.arccos(arriving))


def _draw(ends: Ends, pairs: np.ndarray, costs: np.ndarray, hole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((h, w, 3) the colours that all curves together give, (h, w) how much of that is to be taken, in [0, 1])."""
    size = hole.size
    weight, square, colours = np.zeros(size), np.zeros(size), np.zeros((size, 3))
    for start in range(0, len(pairs), PAIRS_AT_ONCE):
        some = slice(start, start + PAIRS_AT_ONCE)
        places, values, weights = _draw_curves(ends, pairs[some], costs[some], hole)
        weight += np.bincount(places, weights, size)
        square += np.bincount(places, weights * mean(values**2), size)
        for channel in range(3):
            colours[:, channel] += np.bincount(places, weights * values[:, channel], size)
    colours /= np.maximum(weight, 1e-9)[:, None]
    spread = np.sqrt(np.maximum(square / np.maximum(weight, 1e-9) - mean(colours**2), 0))
    share = ramp(weight, *WEIGHT) * ramp(spread, *AGREEING)
    return colours.reshape(*hole.shape, 3).astype(np.float32), share.reshape(hole.shape).astype(np.float32)


def _draw_curves(
    ends: Ends, pairs: np.ndarray, costs: np.ndarray, hole: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(K,) numbers of hole pixels near the curves, (K, 3) colours and (K,) weights that the curves give them."""
    curves = _Curves(ends.chosen(pairs[:, 0]), ends.chosen(pairs[:, 1]))
    number, pixels = curves.pixels_near(hole.shape)
    inside = hole[pixels[:, 0], pixels[:, 1]]
    number, pixels = number[inside], pixels[inside]
    along, aside = curves.locate(number, pixels)
    near = (along >= 0) & (along <= 1) & (np.abs(aside) <= BAND)
    number, pixels, along, aside = number[near], pixels[near], along[near], aside[near]
    colours, apart = curves.colours(number, along, aside)
    weights = np.exp(-(aside**2) / (2 * FADE**2) - costs[number] / COSTLY - apart / APART)
    return pixels @ (hole.shape[1], 1), colours, weights


class _Curves:
    """Cubic Hermite curves that leave and reach pairs of ends in their directions."""

    def __init__(self, first: Ends, last: Ends) -> None:
        self.first, self.last = first, last
        self.chords = last.places - first.places
        lengths = np.sqrt(total(self.chords**2))[:, None]
        self.leaving, self.arriving = first.ways * lengths, -last.ways * lengths

    def pixels_near(self, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """(K,) numbers of curves, (K, 2) pixels around them; each pixel once a curve.

        Step by step along the axis that the chord mostly follows, and as far across as a slanted band is wide.
        """
        main = np.abs(self.chords).argmax(axis=1)
        count = np.arange(len(main))
        start, span = self.first.places[count, main], self.chords[count, main]
        steps = np.arange(FARTHEST + 1)
        along = steps / np.abs(span)[:, None]
        middle = self.at(count[:, None], np.minimum(along, 1))[count[:, None], steps, 1 - main[:, None]]
        reach = int(np.ceil(BAND * np.sqrt(2))) + 2
        across = np.round(middle)[..., None] + np.arange(-reach, reach + 1)
        forward = np.broadcast_to((start[:, None] + np.sign(span)[:, None] * steps)[..., None], across.shape)
        upright = (main == 0)[:, None, None]
        pixels = np.stack([np.where(upright, forward, across), np.where(upright, across, forward)], axis=-1)
        rows, columns = split(pixels)
        kept = (rows >= 0) & (rows < shape[0]) & (columns >= 0) & (columns < shape[1]) & (along <= 1)[..., None]
        return np.nonzero(kept)[0], pixels[kept].astype(int)

    def at(self, number: np.ndarray, along: np.ndarray) -> np.ndarray:
        """(..., 2): points of curves, `along` in [0, 1]."""
        s = along[..., None]
        square = s * s
        cube = square * s  # a power is ten times as slow
        start, end = self.first.places[number], self.last.places[number]
        bend = (cube - 2 * square + s) * self.leaving[number] + (cube - square) * self.arriving[number]
        return (2 * cube - 3 * square + 1) * start + (3 * square - 2 * cube) * end + bend

    def slope(self, number: np.ndarray, along: np.ndarray) -> np.ndarray:
        """(..., 2): the derivative of `at`."""
        s = along[..., None]
        bend = (3 * s**2 - 4 * s + 1) * self.leaving[number] + (3 * s**2 - 2 * s) * self.arriving[number]
        return 6 * (s - s**2) * self.chords[number] + bend

    def locate(self, number: np.ndarray, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(K,) how far along its curve each pixel lies, 0 to 1 between the ends, and (K,) pixels aside of it."""
        chord = self.chords[number]
        along = total((pixels - self.first.places[number]) * chord) / total(chord**2)
        for _ in range(2):
            slope = self.slope(number, along)
            missing = total((pixels - self.at(number, along)) * slope)
            along = along + missing / np.maximum(total(slope**2), 1)
        slope = self.slope(number, along)
        way = slope / np.maximum(np.sqrt(total(slope**2)), 1e-6)[:, None]
        return along, total((pixels - self.at(number, along)) * normals(way))

    def colours(self, number: np.ndarray, along: np.ndarray, aside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(K, 3) from the first end's profile to the last one's, both read at `aside`, and (K,) how they differ."""
        lower = np.clip(np.floor(aside).astype(int) + HALF, 0, 2 * HALF - 1)
        rest = (aside + HALF - lower)[:, None]
        first, last = self.first.profiles, self.last.profiles[:, ::-1]
        start, end = (part[number, lower] * (1 - rest) + part[number, lower + 1] * rest for part in (first, last))
        return start + (end - start) * along[:, None], mean(np.abs(end - start))

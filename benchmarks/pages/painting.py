"""Green paint over a page, as a person would put it there: hard-edged bars, blobs, scribbles, stamps."""

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.pages.ink import box, curve, oval

GREEN = (0, 255, 0)
CELL = 16  # side of the squares in which a page's detail is measured
TRIES = 60


def paint_holes(page: np.ndarray, seed: int, count: int) -> np.ndarray:
    """(H, W, 3) uint8 copy of the page with up to count separate places painted (0, 255, 0).

    Most lie where much is drawn; some reach over the border, some lie on white paper. Fewer than count where
    the page has no room left.
    """
    rng = np.random.default_rng([seed, 11])
    painted, taken = page.copy(), np.zeros(page.shape[:2], dtype=bool)
    detail = _detail(page)
    for index in range(count):
        for _ in range(TRIES):
            hole = _hole(rng, detail, page.shape[:2], index)
            if not (taken & _grown(hole)).any():
                painted[hole] = GREEN
                taken |= hole
                break
    return painted


def _hole(rng: np.random.Generator, detail: np.ndarray, size: tuple[int, int], index: int) -> np.ndarray:
    """(H, W) bool, one painted place; the index decides its kind and where it may lie."""
    middle = _spot(rng, detail, size, index)
    reach = min(size) * rng.uniform(0.022, 0.05)
    shapes = KINDS[index % len(KINDS)](rng)
    picture = Image.new("1", (size[1], size[0]), 0)
    draw = ImageDraw.Draw(picture)
    for shape in shapes:
        points = np.round(shape * reach + middle).tolist()
        draw.polygon([(x, y) for x, y in points], fill=1, outline=1)
    return np.asarray(picture, dtype=bool)


def _spot(rng: np.random.Generator, detail: np.ndarray, size: tuple[int, int], index: int) -> np.ndarray:
    """(2,) x and y of a hole's middle: on drawing mostly, every sixth on the border, every sixth on paper."""
    if index % 6 == 4:
        way = rng.uniform(0, 1)
        edges = [(way * size[1], 0), (way * size[1], size[0]), (0, way * size[0]), (size[1], way * size[0])]
        return np.array(edges[int(rng.integers(4))])
    wanted = detail <= np.quantile(detail, 0.05) if index % 6 == 2 else detail >= np.quantile(detail, 0.6)
    rows, columns = np.nonzero(wanted)
    chosen = int(rng.integers(len(rows)))
    return np.array([(columns[chosen] + 0.5) * CELL, (rows[chosen] + 0.5) * CELL])


def _detail(page: np.ndarray) -> np.ndarray:
    """(ceil(H / CELL), ceil(W / CELL)) float64: how much is drawn in each square; least on bare paper."""
    grey = page[..., 1].astype(np.float64)
    height, width = (-(-side // CELL) * CELL for side in grey.shape)
    padded = np.pad(grey, ((0, height - grey.shape[0]), (0, width - grey.shape[1])), mode="edge")
    squares = padded.reshape(height // CELL, CELL, width // CELL, CELL)
    return squares.std(axis=(1, 3)) + (255 - squares.mean(axis=(1, 3))) / 1000


def _grown(hole: np.ndarray) -> np.ndarray:
    """(H, W) bool, the box around the hole and a little more, so that two holes never touch."""
    rows, columns = np.nonzero(hole.any(1))[0], np.nonzero(hole.any(0))[0]
    around = np.zeros_like(hole)
    if len(rows):
        around[max(0, rows[0] - 6) : rows[-1] + 7, max(0, columns[0] - 6) : columns[-1] + 7] = True
    return around


def _turned(shape: np.ndarray, angle: float) -> np.ndarray:
    """The shape turned about (0, 0)."""
    turn = np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
    return shape @ turn


def _bar(rng: np.random.Generator) -> list[np.ndarray]:
    """A straight bar, often level."""
    long, thick = rng.uniform(1.2, 2.2), rng.uniform(0.22, 0.42)
    angle = 0.0 if rng.uniform() < 0.4 else rng.uniform(-0.7, 0.7)
    return [_turned(box(-long, -thick, long, thick), angle)]


def _blob(rng: np.random.Generator) -> list[np.ndarray]:
    """A lump with a wavy rim."""
    angle = np.arange(9) * (2 * np.pi / 9)
    reach = rng.uniform(0.65, 1.15, 9)
    return [curve(np.stack([np.cos(angle) * reach, np.sin(angle) * reach], axis=1).tolist())]


def _scribble(rng: np.random.Generator) -> list[np.ndarray]:
    """A zigzag of a thick round pencil."""
    x = np.linspace(-1.6, 1.6, 7) + rng.uniform(-0.15, 0.15, 7)
    y = np.where(np.arange(7) % 2 == 0, -0.7, 0.7) + rng.uniform(-0.2, 0.2, 7)
    line = _turned(curve(np.stack([x, y], axis=1).tolist(), closed=False, steps=14), rng.uniform(-0.6, 0.6))
    return [oval(point, (0.17, 0.17), 0.0, 14) for point in line]


def _stamp(rng: np.random.Generator) -> list[np.ndarray]:
    """A star."""
    points = int(rng.integers(5, 8))
    angle = np.arange(2 * points) * (np.pi / points)
    reach = np.where(np.arange(2 * points) % 2 == 0, 1.25, 0.62)
    return [_turned(np.stack([np.cos(angle) * reach, np.sin(angle) * reach], axis=1), rng.uniform(0, 1))]


KINDS = (_bar, _blob, _scribble, _stamp)

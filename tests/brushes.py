"""Paint as brushes of every softness leave it, drawn in code."""

import io

import numpy as np
import scipy
from PIL import Image, ImageDraw

GREEN = (0, 255, 0)
SHAPES = ("straight", "slanted", "rotated", "ellipse", "rounded", "stroke")
FINE = 8  # dots a pixel, for anti-aliasing
# How a brush fades over its soft part: the share of paint, from 1 at the covered core (0) to 0 at its end (1).
FADES = {
    "linear": lambda way: 1 - way,
    "round": lambda way: 0.5 + 0.5 * np.cos(np.pi * way),
    "airbrush": lambda way: np.where(way < 1, np.exp(-((2.4 * way) ** 2)), 0),
}


def draw_strokes(height: int, width: int, seed: int) -> np.ndarray:
    """(H, W) bool: a bar, a slanted line and a dot, each fully covered."""
    rng = np.random.default_rng(seed)
    canvas = Image.new("1", (width, height), 0)
    draw, short = ImageDraw.Draw(canvas), min(height, width)
    x, y = rng.uniform(0.25, 0.75, 2) * (width, height)
    draw.rectangle([x - short / 7, y, x + short / 7, y + rng.uniform(8, short / 12)], fill=1)
    ends = rng.uniform(0.25, 0.75, 4) * (width, height, width, height)
    draw.line(ends.tolist(), fill=1, width=int(rng.integers(8, 8 + short // 20)))
    x, y = rng.uniform(0.25, 0.75, 2) * (width, height)
    draw.ellipse([x - 9, y - 9, x + 9, y + 9], fill=1)
    return np.asarray(canvas)


def draw_smooth(height: int, width: int, kind: str, seed: int) -> np.ndarray:
    """(H, W) float: the share of paint in a shape that is as sharp as anti-aliasing allows; kind: one of SHAPES."""
    rng = np.random.default_rng(seed)
    canvas = Image.new("L", (width * FINE, height * FINE))
    draw, middle = ImageDraw.Draw(canvas), rng.uniform(0.42, 0.58, 2) * (width, height)
    half = np.array([rng.uniform(14, 0.3 * width), rng.uniform(10, 0.2 * height)])
    if kind == "rounded":  # on whole pixels, so that only its corners are anti-aliased
        middle, half = np.floor(middle), np.floor(half)
    box = [*(FINE * (middle - half)), *(FINE * (middle + half) - 1)]
    if kind == "ellipse":
        draw.ellipse(box, fill=255)
    elif kind == "rounded":
        draw.rounded_rectangle(box, 6 * FINE, fill=255)
    elif kind == "stroke":
        ends = rng.uniform(0.2, 0.8, (3, 2)) * (width, height) * FINE
        draw.line(ends.ravel().tolist(), fill=255, width=int(rng.uniform(8, 16) * FINE), joint="curve")
    else:
        angle = {"straight": 0, "slanted": rng.uniform(-0.06, 0.06), "rotated": rng.uniform(0.2, 1.3)}[kind]
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        corners = middle + (half * [(-1, -1), (1, -1), (1, 1), (-1, 1)]) @ turn.T
        draw.polygon((FINE * corners).ravel().tolist(), fill=255)
    return np.asarray(canvas, float).reshape(height, FINE, width, FINE).mean(axis=(1, 3)) / 255


def draw_fading(height: int, width: int, across: float, part: float, seed: int) -> np.ndarray:
    """(H, W) float: the share of paint in a stroke `across` pixels wide, fading over such a part of it at both ends."""
    rng = np.random.default_rng(seed)
    start, end = rng.uniform(0.1, 0.9, (2, 2)) * (height, width)
    rows, columns = np.mgrid[:height, :width]
    way = end - start
    along = ((rows - start[0]) * way[0] + (columns - start[1]) * way[1]) / (way @ way)
    inside = np.clip(along, 0, 1)
    distance = np.hypot(rows - start[0] - inside * way[0], columns - start[1] - inside * way[1])
    return np.clip(across / 2 + 0.5 - distance, 0, 1) * np.clip(np.minimum(along, 1 - along) / part, 0, 1)


def draw_dabs(height: int, width: int, across: int, hardness: float, seed: int) -> np.ndarray:
    """(H, W) float: the share of paint in a stroke of dabs, `across` pixels wide, as painting programs set them.

    hardness: what part of a dab is fully covered, 0 to 1.
    """
    rng = np.random.default_rng(seed)
    start, end = rng.uniform(0.2, 0.8, (2, 2)) * (height, width)
    rows, columns = np.mgrid[:height, :width]
    share, full = np.zeros((height, width)), across / 2 * hardness
    for place in np.linspace(0, 1, max(int(np.hypot(*(end - start)) / max(0.15 * across, 1)), 2)):
        row, column = start + place * (end - start)
        way = np.clip((np.hypot(rows - row, columns - column) - full) / max(across / 2 - full, 1), 0, 1)
        dab = np.round(255 * FADES["round"](way)) / 255
        share = np.round(255 * (1 - (1 - share) * (1 - dab))) / 255
    return share


def resize(pixels: np.ndarray, factor: float, filter_name: str) -> np.ndarray:
    """The pixels, made larger or smaller by one of Pillow's filters."""
    size = (round(pixels.shape[1] * factor), round(pixels.shape[0] * factor))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling[filter_name]))


def greener(painted: np.ndarray, clean: np.ndarray) -> np.ndarray:
    """(H, W) float: by how many levels each pixel leans more to green than it would unpainted."""
    return (painted.astype(int) - clean) @ np.array([-0.5, 1, -0.5])


def soften(core: np.ndarray, fade: str, softness: float) -> np.ndarray:
    """(H, W) float: the share of paint, 1 on the core, fading over `softness` pixels; 0 = as hard as a pencil."""
    if not softness:
        return core.astype(float)
    way = np.clip((scipy.ndimage.distance_transform_edt(~core) - 0.5) / softness, 0, 1)
    return np.where(core, 1, FADES[fade](way))


def paint_over(pixels: np.ndarray, share: np.ndarray, color: tuple[int, int, int] = GREEN) -> np.ndarray:
    """(H, W, 3) uint8: share * colour + (1 - share) * pixels."""
    return np.round(pixels + share[..., None] * (np.array(color) - pixels.astype(float))).astype(np.uint8)


def save_and_load(pixels: np.ndarray, kind: str, **options) -> np.ndarray:
    """The pixels as a lossy file gives them back."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return np.asarray(Image.open(file).convert("RGB"))

"""The picture guide to good and bad painting: five ways to paint, each above what `--check` shows of it."""

import io
from collections.abc import Callable

import numpy as np
import scipy
from PIL import Image

from benchmarks.pages.painting import GREEN
from libs.lettering import letter
from libs.overlay import mark
from libs.paint import find_paint
from libs.settings import PaintSettings

VIEW = (slice(930, 1150), slice(170, 400))  # rows and columns of the example page that are painted on
GAP, SCALE = 12, 2
COLORS = 96


def draw_guide(page: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8: one column a way to paint: its name, the painted picture, the overlay, what comes of it.

    page: (1700, 1200, 3) uint8, the example before it is painted.
    """
    view = page[VIEW]
    columns = [_column(paint(view), title, outcome) for title, outcome, paint in WAYS]
    gap = np.full((len(columns[0]), GAP, 3), 255, np.uint8)
    guide = np.concatenate([part for column in columns for part in (gap, column)] + [gap], axis=1)
    # A palette makes the file a third as large, and nobody sees it.
    return np.asarray(Image.fromarray(guide).quantize(COLORS, Image.Quantize.MEDIANCUT, dither=0).convert("RGB"))


def _column(painted: np.ndarray, title: str, outcome: str) -> np.ndarray:
    settings = PaintSettings()
    parts = [_words(title), painted, np.full((GAP, painted.shape[1], 3), 255, np.uint8)]
    parts += [mark(painted, find_paint(painted, settings), settings), _words(outcome)]
    return np.concatenate(parts)


def _words(text: str) -> np.ndarray:
    """A strip of paper with the text on its left."""
    width = VIEW[1].stop - VIEW[1].start
    ink = np.pad(letter(text, SCALE), ((GAP, GAP), (2, 0)))
    ink = np.pad(ink, ((0, 0), (0, width - ink.shape[1])))
    return np.where(ink[..., None], np.uint8(20), np.uint8(255)).repeat(3, axis=2)


def _shape(shape: tuple[int, int]) -> np.ndarray:
    """(H, W) bool: a thick slanted stroke across the middle."""
    rows, columns = np.indices(shape)
    across = (rows - shape[0] / 2) + 0.45 * (columns - shape[1] / 2)
    return (np.abs(across) < 20) & (np.abs(columns - shape[1] / 2) < 62)


def _paint_with(color: tuple[int, int, int], softness: float) -> Callable[[np.ndarray], np.ndarray]:
    """A brush that fades over `softness` pixels."""

    def paint(view: np.ndarray) -> np.ndarray:
        away = scipy.ndimage.distance_transform_edt(~_shape(view.shape[:2]))
        share = np.clip(1 - away / (softness + 1), 0, 1)[..., None]
        return np.round(view * (1 - share) + np.array(color) * share).astype(np.uint8)

    return paint


def _save_as_jpeg(view: np.ndarray) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(_paint_with(GREEN, 0)(view)).save(file, "JPEG", quality=80)
    return np.asarray(Image.open(file))


WAYS = (
    ("hard pencil, PNG", "best", _paint_with(GREEN, 0)),
    ("soft brush", "good, a rim more", _paint_with(GREEN, 14)),
    ("saved as JPEG", "good, a rim more", _save_as_jpeg),
    ("almost green", "nothing is redrawn", _paint_with((20, 226, 20), 0)),
    ("wrong green", "nothing is redrawn", _paint_with((34, 177, 76), 0)),
)

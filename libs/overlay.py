"""A picture with what would be redrawn, what only looks painted, and the network's windows drawn over it."""

import numpy as np
import scipy

from libs.lettering import letter
from libs.paint import Painted, is_near
from libs.settings import PaintSettings
from libs.windows import FillSettings, Tile, Window, plan_tiles

Color = tuple[int, int, int]

SOFT: Color = (255, 140, 0)
ALMOST: Color = (235, 0, 110)
WINDOW: Color = (0, 80, 230)
RIM: Color = (20, 20, 20)
WHITE: Color = (255, 255, 255)
STRIP = 512


def draw_overlay(
    pixels: np.ndarray, found: Painted, settings: PaintSettings, tiles: list[Tile] | None = None
) -> np.ndarray:
    """(H + legend, W or more, 3) uint8: the picture paled, the marks over it, a legend below.

    pixels: (H, W, 3) uint8 in which `found` was found; tiles: the fill's, planned here if not given.
    """
    tiles = plan_tiles(found.hole, FillSettings()) if tiles is None else tiles
    scale = max(min(pixels.shape[:2]) // 250, 1)
    shown = mark(pixels, found, settings)
    for number, tile in enumerate(tiles, 1):
        _draw_window(shown, tile.window, str(number), scale)
    return _with_legend(shown, settings.color, scale)


def mark(pixels: np.ndarray, found: Painted, settings: PaintSettings) -> np.ndarray:
    """(H, W, 3) uint8: the picture paled, with hole and almost paint marked, no windows and no legend."""
    shown = np.empty_like(pixels)
    for top in range(0, len(pixels), STRIP):
        _mark_strip(shown, pixels, found, settings, top)
    return shown


def _mark_strip(shown: np.ndarray, pixels: np.ndarray, found: Painted, settings: PaintSettings, top: int) -> None:
    """Write the paled rows from `top` on, with hole and almost paint marked, into `shown`."""
    rows = slice(top, top + STRIP)
    marked = 170 + pixels[rows] // 3
    hole, around = found.hole[rows], found.hole[max(top - 1, 0) : top + STRIP + 1]
    painted = hole & is_near(pixels[rows], settings.color, settings.tolerance)
    marked[hole] = SOFT
    marked[painted] = settings.color
    rim = around & ~scipy.ndimage.binary_erosion(around, np.ones((3, 3), bool), border_value=1)
    marked[rim[top - max(top - 1, 0) :][: len(hole)]] = RIM
    marked[found.almost[rows]] = ALMOST
    shown[rows] = marked


def _draw_window(shown: np.ndarray, window: Window, label: str, scale: int) -> None:
    """Outline a window and put its number into its top left corner; `shown` is changed."""
    bottom, right = min(window.bottom, shown.shape[0]), min(window.right, shown.shape[1])
    part = shown[window.top : bottom, window.left : right]
    thick = max(scale // 2, 1)
    for edge in (part[:thick], part[-thick:], part[:, :thick], part[:, -thick:]):
        edge[:] = WINDOW
    ink = np.pad(letter(label, scale), scale)
    corner = part[: len(ink), : ink.shape[1]]
    corner[:] = np.where(ink[..., None], WHITE, WINDOW)[: len(corner), : corner.shape[1]]


def _with_legend(shown: np.ndarray, color: Color, scale: int) -> np.ndarray:
    """The picture with a white strip below that names the colours; wider if the words need it."""
    parts = []
    for swatch, words in (
        (color, "redrawn"),
        (SOFT, "rim, redrawn too"),
        (ALMOST, "almost, stays"),
        (WINDOW, "window"),
    ):
        ink = np.pad(letter(words, scale), ((2 * scale, 2 * scale), (2 * scale, 4 * scale)))
        box = np.full((len(ink), 5 * scale, 3), 255, np.uint8)
        box[2 * scale : -2 * scale] = swatch
        parts += [np.full((len(ink), 2 * scale, 3), 255, np.uint8), box, np.where(ink[..., None], RIM, WHITE)]
    legend = np.concatenate(parts, axis=1).astype(np.uint8)
    width = max(shown.shape[1], legend.shape[1])
    rows = [np.pad(part, ((0, 0), (0, width - part.shape[1]), (0, 0)), constant_values=255) for part in (shown, legend)]
    return np.concatenate(rows)

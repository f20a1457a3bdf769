"""The painted page that ships in decensor_input/, so that the first run shows something."""

from pathlib import Path

import numpy as np

from benchmarks.pages.page import draw_page
from benchmarks.pages.painting import paint_holes

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "decensor_input" / "example.png"
FILLED = ROOT / "decensor_output" / "example.png"
PAGE_SEED, PAINT_SEED, HOLES = 6, 11, 8


def clean_example() -> np.ndarray:
    """(1700, 1200, 3) uint8, the page before it is painted."""
    return draw_page(PAGE_SEED, 1200, 1700)


def painted_example() -> np.ndarray:
    """(1700, 1200, 3) uint8, the page with its eight green places."""
    return paint_holes(clean_example(), PAINT_SEED, HOLES)

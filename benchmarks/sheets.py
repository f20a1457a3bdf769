"""Contact sheets: the same piece of every picture as painted, as each program filled it, and as it was."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SIDE = 300
STEP = 32
GAP = 4
LABEL_HEIGHT = 16
MOST_HOLE = 0.6


def choose_piece(truth: np.ndarray, hole: np.ndarray) -> tuple[slice, slice]:
    """The most telling piece of at most SIDE x SIDE: much hole, much known, something drawn there."""
    height, width = hole.shape
    best, piece = -1.0, np.s_[0:SIDE, 0:SIDE]
    for top in range(0, max(1, height - SIDE + 1), STEP):
        for left in range(0, max(1, width - SIDE + 1), STEP):
            here = np.s_[top : top + SIDE, left : left + SIDE]
            worth = _worth(truth[here], hole[here])
            if worth > best:
                best, piece = worth, here
    return piece


def draw_sheet(rows: list[tuple[str, dict[str, np.ndarray]]]) -> Image.Image:
    """One row a picture: (its name, label -> (h, w, 3) uint8 piece, the same labels in every row)."""
    labels = list(rows[0][1])
    step_across, step_down = SIDE + GAP, SIDE + GAP + LABEL_HEIGHT
    sheet = Image.new("RGB", (step_across * len(labels) + GAP, step_down * len(rows) + GAP), (96, 96, 112))
    pen = ImageDraw.Draw(sheet)
    for row, (name, pieces) in enumerate(rows):
        for column, label in enumerate(labels):
            left, top = GAP + column * step_across, GAP + row * step_down
            text = f"{label}  {name}" if column == 0 else label
            pen.text((left + 1, top + 1), text[:48], fill="white")
            sheet.paste(Image.fromarray(pieces[label]), (left, top + LABEL_HEIGHT))
    return sheet


def write_sheet(rows: list[tuple[str, dict[str, np.ndarray]]], path: Path) -> None:
    """Write `draw_sheet` as PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draw_sheet(rows).save(path)


def _worth(truth: np.ndarray, hole: np.ndarray) -> float:
    share = float(hole.mean())
    drawn = float(truth[hole].std()) if share else 0.0
    return min(share, MOST_HOLE) * (1 - share) * drawn

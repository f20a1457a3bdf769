"""Pictures to train on, drawn in code."""

from pathlib import Path

import numpy as np
import pytest

from libs.pictures import Picture, write_picture


def draw_picture(seed: int, height: int = 160, width: int = 144) -> np.ndarray:
    """(height, width, 3) uint8: flat coloured boxes with ink outlines on paper."""
    rng = np.random.default_rng(seed)
    pixels = np.full((height, width, 3), 250, np.uint8)
    for _ in range(12):
        top, left = rng.integers(height - 16), rng.integers(width - 16)
        down, right = rng.integers(12, 64, 2)
        pixels[top : top + down, left : left + right] = 0
        pixels[top + 2 : top + down - 2, left + 2 : left + right - 2] = rng.integers(0, 256, 3)
    return pixels


@pytest.fixture
def art_folder(tmp_path) -> Path:
    """A folder with five pictures, one of them in a sub-folder."""
    folder = tmp_path / "pictures"
    (folder / "more").mkdir(parents=True)
    for number in range(5):
        write_picture(folder / ("more" if number == 4 else ".") / f"{number}.png", Picture(draw_picture(number)))
    return folder

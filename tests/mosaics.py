"""Pictures with pixelated areas for tests, drawn in code."""

import numpy as np
from scipy import ndimage


def draw_scene(height: int, width: int, seed: int) -> np.ndarray:
    """(height, width, 3) uint8: flat patches, shading and dark lines, as in a drawing."""
    rng = np.random.default_rng(seed)
    levels = rng.uniform(20, 235, (40, 3))
    places = rng.uniform(0, 1, (40, 2)) * (height, width)
    rows, columns = np.mgrid[:height, :width]
    distance = (rows[..., None] - places[:, 0]) ** 2 + (columns[..., None] - places[:, 1]) ** 2
    cells = distance.argmin(axis=-1)
    scene = levels[cells] + 20 * np.sin(rows / 23 + columns / 31)[..., None]
    scene[ndimage.morphological_gradient(cells, 3) > 0] = 15
    return np.clip(scene, 0, 255).astype(np.uint8)


def rectangle(shape: tuple[int, int], top: int, left: int, height: int, width: int) -> np.ndarray:
    """(H, W) bool, True inside."""
    area = np.zeros(shape, dtype=bool)
    area[top : top + height, left : left + width] = True
    return area

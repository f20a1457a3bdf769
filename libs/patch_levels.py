"""The sizes in which a hole is covered with patches, each half as large as the one before."""

from dataclasses import dataclass

import numpy as np
import scipy

from libs.fours import sum_fours

# A hole of at most so many pixels from its rim needs no coarser level; a level needs so many pixels and patches.
SHALLOW, SMALLEST, FEWEST, LEVELS = 2, 40, 400, 5
# Up to how many pairs all are compared.
ALL_PAIRS = 10_000_000


@dataclass(frozen=True, eq=False)
class Level:
    """One size of what is filled.

    guide: (h, w, 3) float32 in [0, 1]; hole, open: (h, w) bool, what is not known, and what of it to lay patches over;
    number: how often halved.
    """

    guide: np.ndarray
    hole: np.ndarray
    open: np.ndarray
    number: int = 0

    def is_large(self) -> bool:
        """Whether what is to be laid over is deep, or too large to compare everything with everything."""
        pairs = np.count_nonzero(self.open) * np.count_nonzero(~self.hole)
        return pairs > ALL_PAIRS or scipy.ndimage.distance_transform_cdt(self.open, "chessboard").max() > SHALLOW

    def halved(self) -> "Level":
        """Half as large; a pixel is known where all four are."""
        hole, area = (sum_fours(array.astype(np.uint8)) > 0 for array in (self.hole, self.open))
        return Level(sum_fours(self.guide) / 4, hole, area, self.number + 1)


def plan_levels(level: Level) -> list[Level]:
    """The level itself and as many coarser ones as help."""
    levels = [level]
    while levels[-1].is_large() and min(levels[-1].hole.shape) >= SMALLEST and len(levels) < LEVELS:
        coarser = levels[-1].halved()
        if np.count_nonzero(~coarser.hole) < FEWEST:
            break
        levels.append(coarser)
    return levels


def double_finds(finds: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """(h, w) numbers of the pixels found for each pixel at half the size -> the same at full size; -1 = none."""
    rows, columns = np.indices(shape)
    above, beside = np.minimum(rows // 2, finds.shape[0] - 1), np.minimum(columns // 2, finds.shape[1] - 1)
    coarse = finds[above, beside]
    row, column = coarse // finds.shape[1] * 2 + rows - 2 * above, coarse % finds.shape[1] * 2 + columns - 2 * beside
    fits = (coarse >= 0) & (row < shape[0]) & (column < shape[1])
    return np.where(fits, row * shape[1] + column, -1)

"""What is drawn in windows of a page comes together here, mixed where they overlap."""

import numpy as np

from libs.windows import Tile, blend_weights


class Canvas:
    """levels: (H, W, 3) uint8, what has been pasted so far in a hole (H, W) bool; 0 elsewhere."""

    def __init__(self, hole: np.ndarray, overlap: int) -> None:
        """overlap: as in `FillSettings`."""
        self._hole, self._overlap = hole, overlap
        # Of zeros only those that are written to take memory.
        self.levels = np.zeros((*hole.shape, 3), np.uint8)
        self._weights = np.zeros(hole.shape, np.uint8)  # 0 = not drawn yet

    def paste(self, tile: Tile, levels: np.ndarray) -> None:
        """Mix in what is drawn in a tile's window, (h, w, 3) uint8: its core, each pixel by its weight there."""
        core, hole = tile.core, self._hole[tile.core.slices]
        weights = blend_weights(self._hole, core, self._overlap)[hole]
        top, left = core.top - tile.window.top, core.left - tile.window.left
        new = levels[top : top + core.height, left : left + core.width][hole]
        old, before = self.levels[core.slices][hole], self._weights[core.slices][hole]
        share = (weights / (weights.astype(np.float32) + before))[:, None]
        self.levels[core.slices][hole] = np.round(share * new + (1 - share) * old).astype(np.uint8)
        self._weights[core.slices][hole] = np.maximum(before, weights)

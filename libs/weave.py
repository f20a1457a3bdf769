"""The weave that the network draws in wide holes, a pattern that comes again every 8 pixels, is taken out.

It is where the network knows that something is drawn, but not what: its deeper levels see pictures in cells of 8 pixels
and more. It would look like detail, which it is not; without it what is fog is known as such, and can be covered.
"""

import numpy as np
import scipy

from libs.channels import mean
from libs.softening import DETAIL, SEEN, soften_within

PERIOD = 8
# So many cells around are compared (a Gaussian).
AROUND = 1.0
NOTHING = 1e-8


def take_out_weave(drawing: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """(h, w, 3) float32: the drawing without what comes again in neighbouring cells of the hole (h, w) bool.

    Detail that is the same in all cells around goes wholly; what differs among them as much as by chance stays, as do
    holes of less than some cells.
    """
    unknown = hole[..., None].astype(np.float32)
    detail = (drawing - soften_within(drawing, hole, DETAIL)) * unknown
    cells, counted = _cut(detail), _cut(unknown[..., 0])
    share = np.maximum(_soft(counted), SEEN)[..., None]
    common, spread = _soft(cells) / share, _soft(np.square(cells)) / share
    # So many cells have a say, and by so much their mean would be off zero by chance.
    count = np.maximum(4 * np.pi * AROUND**2 * share, 1 + SEEN)
    chance = np.maximum(spread - np.square(common), 0) / (count - 1)
    found, by_chance = (
        scipy.ndimage.gaussian_filter(_join(mean(values), hole.shape), PERIOD / 2) for values in (common**2, chance)
    )
    sure = np.clip(1 - (by_chance + NOTHING) / (found + NOTHING), 0, 1)[..., None]
    return (drawing - sure * _join(common, hole.shape) * unknown).astype(np.float32)


def _cut(values: np.ndarray) -> np.ndarray:
    """(h, w, ...) -> (rows, PERIOD, columns, PERIOD, ...), with zeros beyond the end."""
    beyond = [(0, -length % PERIOD) for length in values.shape[:2]]
    values = np.pad(values, beyond + [(0, 0)] * (values.ndim - 2))
    height, width, *rest = values.shape
    return values.reshape(height // PERIOD, PERIOD, width // PERIOD, PERIOD, *rest)


def _join(cells: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """What `_cut` has cut."""
    rows, _, columns, _, *rest = cells.shape
    return cells.reshape(rows * PERIOD, columns * PERIOD, *rest)[: shape[0], : shape[1]]


def _soft(cells: np.ndarray) -> np.ndarray:
    """Softened over neighbouring cells; beyond the end there are none."""
    sigma = (AROUND, 0, AROUND, 0, 0)[: cells.ndim]
    return scipy.ndimage.gaussian_filter(cells, sigma, mode="constant", truncate=3.0)

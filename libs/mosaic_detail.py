"""What the blocks of a mosaic cannot tell, taken from the drawing beside: patches that agree with what they tell."""

import numpy as np
import scipy

from libs.canvas import Canvas
from libs.mosaic_find import Mosaic
from libs.patch_looks import PatchSettings
from libs.patches import lay_patches
from libs.windows import FillSettings, Window, plan_tiles

# Patches are taken from so far around, in windows of so many pixels.
AROUND = 64
WINDOWS = FillSettings(window=448, smallest=1, step=1, margin=AROUND, overlap=64)
# The guide, which is right but for detail, counts at every size; it is softened over such a part of a block.
PATCHES = {"radius": 4, "laid": 4, "halved": 0, "rounds": 2}
SOFT = 0.2
# So much of what was drawn is replaced, each time: least where it is as varied as the patches, most where it is flat.
LEAST, MOST = 0.2, 0.9
# How varied: the standard deviation over so many pixels a side; what varies less than so much is flat.
SIDE, FLAT = 9, 2 / 255


def find_surroundings(mosaic: Mosaic, shape: tuple[int, int]) -> Window:
    """The part of a page of (height, width) `shape` that patches for a mosaic are taken from."""
    return mosaic.window.grown(AROUND, shape)


def lay_detail(mosaic: Mosaic, here: Window, page: np.ndarray, hole: np.ndarray, guided: float) -> np.ndarray:
    """(h, w, 3) uint8: a copy of the mosaic's surroundings with patches of what is known in the mosaic's part.

    That is the mosaic and a block more, as far as the hole (h, w) bool reaches. page: the surroundings (h, w, 3) uint8
    with what is drawn so far; guided: how much that counts, see `PatchSettings`.
    """
    pitch = (mosaic.grid.rows.pitch + mosaic.grid.columns.pitch) / 2
    area = np.zeros_like(hole)
    area[Window(mosaic.window.top - here.top, mosaic.window.left - here.left, *mosaic.area.shape).slices] = mosaic.area
    area = hole & scipy.ndimage.maximum_filter(area, 2 * int(np.ceil(pitch)) + 1)
    settings = PatchSettings(**PATCHES, guided=guided, soft=SOFT * pitch)
    canvas = Canvas(area, WINDOWS.overlap)
    for tile in plan_tiles(area, WINDOWS):
        window = tile.window.slices
        guide = page[window].astype(np.float32) / 255
        laid = lay_patches(guide, hole[window], area[window], settings)
        drawing = guide if laid is None else guide + _shares(guide, laid) * (laid - guide)
        canvas.paste(tile, np.round(255 * drawing).astype(np.uint8))
    return np.where(area[..., None], canvas.levels, page)


def _shares(drawn: np.ndarray, laid: np.ndarray) -> np.ndarray:
    """(h, w, 1) in [0, 1]: how much the patches count, (h, w, 3) both.

    The network draws edges where they are, but of a screen or of hatching only its grey: there the patches are to show.
    """
    lacking = 1 - _variation(drawn) / (_variation(laid) + FLAT)
    return (LEAST + (MOST - LEAST) * np.clip(lacking, 0, 1))[..., None]


def _variation(image: np.ndarray) -> np.ndarray:
    """(h, w): the standard deviation of grey around every pixel."""
    grey = image.mean(axis=-1)
    mean, square = (scipy.ndimage.uniform_filter(values, SIDE) for values in (grey, grey * grey))
    return np.sqrt(np.maximum(square - mean * mean, 0))

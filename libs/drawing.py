"""Everything that is drawn for one page: from its surroundings or its mosaic, once or in variations.

A cluster's workers share no disk with the machine that has the pictures: to them go a page's pixels and hole, back
comes what they drew in the hole. Reading, writing and what is remembered stay with the one who asks.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from libs.inpaint import Predict, draw_in_hole
from libs.mosaic import MosaicSettings, describe_findings, fill_mosaic, show_grids
from libs.mosaic_find import find_mosaics
from libs.mosaic_network import load_depixelator
from libs.variations import Turn, vary


@dataclass(frozen=True, eq=False)
class Drawing:
    """fills: for each variation the N pixels of the hole, (N, 3) uint8; notes: what to tell of a mosaic.

    grids: a picture (H, W, 3) uint8 of what was found of it, or None.
    """

    fills: list[np.ndarray]
    notes: tuple[str, ...] = ()
    grids: np.ndarray | None = None


# draw(pixels (H, W, 3) uint8, hole (H, W) bool, variations, mosaic settings or None), here or elsewhere.
Draw = Callable[[np.ndarray, np.ndarray, str, MosaicSettings | None], Drawing]


def draw_page(
    predict: Predict, pixels: np.ndarray, hole: np.ndarray, variations: str, mosaic: MosaicSettings | None
) -> Drawing:
    """What the networks draw in the hole; mosaic: how to look for one under it, None if `pixels` are painted there.

    variations: as `libs.variations.vary` takes them.
    """
    if mosaic is None:
        return Drawing(vary(lambda turn: draw_in_hole(pixels, hole, turn(predict)), variations))
    findings = find_mosaics(pixels, hole, mosaic.block)
    depixelate = load_depixelator()

    def draw(turn: Turn) -> np.ndarray:
        return fill_mosaic(pixels, hole, findings, turn(predict), turn(depixelate))[hole]

    fills = vary(draw, variations)
    grids = show_grids(pixels, findings) if mosaic.show_grid and findings.mosaics else None
    return Drawing(fills, tuple(describe_findings(findings, hole)), grids)


def paste(pixels: np.ndarray, hole: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8: a copy of `pixels` with one of the drawing's fills in the hole."""
    result = pixels.copy()
    result[hole] = drawn
    return result

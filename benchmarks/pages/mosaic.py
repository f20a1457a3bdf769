"""The README's picture of a mosaic: a piece of the example's page, pixelated, redrawn by the program, and as it was."""

import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

import decensor
from benchmarks.mosaics import Pixelation, pixelate
from benchmarks.pages.example import clean_example
from libs.settings import GREEN

BLOCKS = Pixelation(10.0, 10.0, 0.0, 0.0)
AREA = (slice(770, 950), slice(130, 330))  # rows and columns that are pixelated
PIECE = (slice(720, 1000), slice(90, 370))  # and that are shown


def draw_mosaic_example() -> np.ndarray | None:
    """(h, 3 w, 3) uint8: the piece pixelated, redrawn, and as it was; None if the program failed, which it tells."""
    page = clean_example()
    area = np.zeros(page.shape[:2], bool)
    area[AREA] = True
    original = pixelate(page, area, BLOCKS)
    painted = np.where(area[..., None], np.uint8(GREEN), original)
    with tempfile.TemporaryDirectory() as place:
        folders = {name: Path(place) / name for name in ("input", "input_original", "output")}
        for name, pixels in (("input", painted), ("input_original", original)):
            folders[name].mkdir()
            Image.fromarray(pixels).save(folders[name] / "page.png")
        paths = [f"--decensor_{name}_path={folder}" for name, folder in folders.items()]
        if decensor.main(["--is_mosaic", "--autoclose", *paths]):
            return None
        redrawn = np.asarray(Image.open(folders["output"] / "page.png").convert("RGB"))
    return np.concatenate([pixels[PIECE] for pixels in (original, redrawn, page)], axis=1)

"""A folder as a person has it, and the command line run in it, with a network that paints grey."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import decensor
from libs import ledger
from libs.unet import UnetConfig, stored_shapes
from libs.weights import Weights, write_weights

GREEN = (0, 255, 0)


def write_tiny_weights(path: Path) -> None:
    """Weights of the smallest network."""
    config = UnetConfig((1,), (1,))
    arrays = {name: np.zeros(shape, np.float32) for name, shape in stored_shapes(config).items()}
    write_weights(path, Weights(asdict(config), arrays))


def grey(images: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """A network that draws middle grey."""
    return np.full_like(images, 0.5)


def draw_page(hole: slice | None = slice(10, 20), color: tuple[int, int, int] = GREEN) -> np.ndarray:
    """(40, 30, 3): noise, with a painted square."""
    pixels = np.random.default_rng(7).integers(0, 200, (40, 30, 3), dtype=np.uint8)
    if hole is not None:
        pixels[hole, hole] = color
    return pixels


class Place:
    """A folder with the program's three folders and a weights file; `run` is the command line there."""

    def __init__(self, home: Path, capture: pytest.CaptureFixture):
        self.home = home
        self.capture = capture
        self.inputs = home / "decensor_input"
        self.originals = home / "decensor_input_original"
        self.results = home / "decensor_output"
        self.inputs.mkdir()
        self.originals.mkdir()
        (home / "models").mkdir()
        write_tiny_weights(home / "models" / "model.h5")

    def put(self, name: str, pixels: np.ndarray, folder: Path | None = None, **options) -> None:
        Image.fromarray(pixels).save((folder or self.inputs) / name, **options)

    def get(self, name: str) -> np.ndarray:
        return np.asarray(Image.open(self.results / name))

    def run(self, *argv: str) -> tuple[int, list[str], str]:
        """Exit code, the lines of the standard output, and the standard error output."""
        code = decensor.main(list(argv))
        told = self.capture.readouterr()
        return code, told.out.splitlines(), told.err

    def written(self) -> list[str]:
        """The names of all results; hidden is only what remembers how they were made."""
        names = [path.name for path in self.results.iterdir()] if self.results.exists() else []
        return sorted(name for name in names if name != ledger.NAME)

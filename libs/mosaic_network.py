"""The network that redraws mosaics, at the size at which every block is 8 x 8 pixels.

A residual network without batch norm that works on blocks and draws their pixels in its last layer: EDSR (Lim et al.
2017, arXiv 1707.02921) with the sub-pixel layer of Shi et al. 2016 (arXiv 1609.05158), and its reverse in front, for
what is known beside a mosaic is known to the pixel. On so few numbers it is quickest as plain matrix products, which
need no TensorFlow; `libs.training.mosaic_layers` builds the same to be trained.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from libs.inpaint import Predict
from libs.weights import read_weights
from libs.weights_network import check_arrays, config_of

WEIGHTS = Path(__file__).resolve().parents[1] / "models" / "mosaic.h5"
ADVICE = "get models/mosaic.h5 again from the place this program came from"
# Pixels a side of a block, as the network sees it.
CELL = 8


@dataclass(frozen=True)
class MosaicConfig:
    """What a weights file records of the network. width: channels; depth: residual blocks of two layers."""

    width: int = 128
    depth: int = 16

    def __post_init__(self) -> None:
        if not all(isinstance(number, int) and number > 0 for number in (self.width, self.depth)):
            raise ValueError(f"width and depth must be whole numbers of 1 or more, got {self.width} and {self.depth}")

    @property
    def stride(self) -> int:
        """Height and width of every input must be multiples of this."""
        return CELL


def name_layers(config: MosaicConfig) -> list[tuple[str, str]]:
    """The two layers of every residual block."""
    return [(f"block_{number}_in", f"block_{number}_out") for number in range(1, config.depth + 1)]


def stored_shapes(config: MosaicConfig) -> dict[str, tuple[int, ...]]:
    """`layer/array` -> shape for all arrays of the network, as its weights file has them."""
    layers = {"first": (4 * CELL**2, config.width), "last": (config.width, 3 * CELL**2)}
    layers |= {name: (config.width, config.width) for pair in name_layers(config) for name in pair}
    shapes = {f"{name}/kernel": (3, 3, *channels) for name, channels in layers.items()}
    return shapes | {f"{name}/bias": channels[1:] for name, channels in layers.items()}


@functools.cache
def load_depixelator(path: Path = WEIGHTS) -> Predict:
    """The network with the weights in a file, as a function like that of `bind_depixelator`.

    WeightsError if the file is not one for it.
    """
    weights = read_weights(path, ADVICE)
    config = config_of(weights, path, MosaicConfig, ADVICE)
    check_arrays(weights, stored_shapes(config), path, ADVICE)
    return bind_depixelator(config, weights.arrays)


def bind_depixelator(config: MosaicConfig, arrays: Mapping[str, np.ndarray]) -> Predict:
    """depixelate(images (B, H, W, 3) float32 in [0, 1], masks (B, H, W, 1)) -> (B, H, W, 3) float32 in [0, 1].

    images: with the blocks' colours, in squares of `CELL` pixels that begin at the corner, where the mask is 0; the
    mask is 1 where the drawing is known. H and W must be multiples of `CELL`, two or more.
    """
    arrays = {name: array.astype(np.float32) for name, array in arrays.items()}

    def depixelate(images: np.ndarray, masks: np.ndarray) -> np.ndarray:
        drawn = [_draw(config, arrays, image, mask) for image, mask in zip(images, masks, strict=True)]
        return np.clip(np.stack(drawn), 0.0, 1.0)

    return depixelate


def _draw(config: MosaicConfig, arrays: Mapping[str, np.ndarray], image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """(H, W, 3), linear, not clipped: what is drawn of one picture."""

    def layer(name: str, x: np.ndarray) -> np.ndarray:
        return convolve(x, arrays[f"{name}/kernel"], "reflect") + arrays[f"{name}/bias"]

    cells = to_cells(np.concatenate([image, 1 - mask], axis=-1))
    x = layer("first", cells.reshape(*cells.shape[:2], -1) - np.float32(0.5))
    for first, second in name_layers(config):
        x += layer(second, np.maximum(layer(first, x), 0))
    means = cells[..., :3].mean(axis=2)
    drawn = (layer("last", x) + convolve(means, spread_means(), "symmetric")).reshape(*cells.shape[:3], 3)
    # Nothing but its block is known of a cell that is hole all over: its mean is the block's.
    unknown = cells[..., 3:].min(axis=2, keepdims=True) == 1
    drawn += (means[:, :, None] - drawn.mean(axis=2, keepdims=True)) * unknown
    return _to_pixels(drawn)


def spread_means() -> np.ndarray:
    """(3, 3, 3, 3 CELL CELL): a convolution that gives all pixels of cells, whose means are interpolated linearly."""
    offsets = np.abs((np.arange(CELL) + 0.5) / CELL - 0.5 - np.arange(-1, 2)[:, None])
    shares = np.maximum(1 - offsets, 0)
    kernel = np.einsum("ar,bs,cd->abcrsd", shares, shares, np.eye(3))
    return kernel.reshape(3, 3, 3, -1).astype(np.float32)


def convolve(x: np.ndarray, kernel: np.ndarray, beyond: str) -> np.ndarray:
    """(h, w, C), kernel (3, 3, C, F) -> (h, w, F); beyond: what lies beyond the edges, a mode of `numpy.pad`."""
    height, width = x.shape[:2]
    padded = np.pad(x, ((1, 1), (1, 1), (0, 0)), mode=beyond)
    result = np.zeros((height * width, kernel.shape[-1]), np.float32)
    for row, column in np.ndindex(3, 3):
        part = padded[row : row + height, column : column + width]
        result += part.reshape(height * width, -1) @ kernel[row, column]
    return result.reshape(height, width, -1)


def to_cells(pixels: np.ndarray) -> np.ndarray:
    """(h CELL, w CELL, C), or without C -> (h, w, CELL CELL, C), C then 1."""
    height, width = (side // CELL for side in pixels.shape[:2])
    return pixels.reshape(height, CELL, width, CELL, -1).swapaxes(1, 2).reshape(height, width, CELL**2, -1)


def enlarge(cells: np.ndarray) -> np.ndarray:
    """(h, w, ...) -> (h CELL, w CELL, ...): every cell all of its one value."""
    return cells.repeat(CELL, axis=0).repeat(CELL, axis=1)


def _to_pixels(cells: np.ndarray) -> np.ndarray:
    """The reverse of `to_cells`."""
    height, width = cells.shape[:2]
    pixels = cells.reshape(height, width, CELL, CELL, -1).swapaxes(1, 2)
    return pixels.reshape(height * CELL, width * CELL, -1)

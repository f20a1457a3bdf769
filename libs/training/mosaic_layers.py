"""`libs.mosaic_network` as a Keras model, to be trained."""

import keras
from keras import ops

from libs.mosaic_network import CELL, MosaicConfig, name_layers, spread_means


def build_mosaic_network(config: MosaicConfig) -> keras.Model:
    """Model [image (B, H, W, 3), mask (B, H, W, 1)] -> (B, H, W, 3) float32, linear, not clipped.

    What it is shown and its layers' names are those of `libs.mosaic_network`.
    """
    image = keras.Input((None, None, 3), name="image", dtype="float32")
    mask = keras.Input((None, None, 1), name="mask", dtype="float32")
    cells = ToCells(dtype="float32", name="to_cells")(ops.concatenate([image, 1 - mask], axis=-1))
    x = _convolve("first", config.width)(cells - 0.5)
    for first, second in name_layers(config):
        # Next to nothing at the start: a deep network begins as a shallow one.
        x += _convolve(second, config.width, 0.1)(ops.relu(_convolve(first, config.width)(x)))
    details = _convolve("last", 3 * CELL**2, 0.1)(x)
    return keras.Model([image, mask], AddDetails(dtype="float32", name="add_details")(cells, details), name="mosaic")


def _convolve(name: str, width: int, gain: float = 1.0):
    start = keras.initializers.VarianceScaling(2 * gain**2, "fan_in", "untruncated_normal")
    layer = keras.layers.Conv2D(width, 3, kernel_initializer=start, name=name)
    return lambda x: layer(_pad(x, "reflect"))


def _pad(x, mode: str):
    return ops.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], mode=mode)


class ToCells(keras.layers.Layer):
    """(B, h CELL, w CELL, C) -> (B, h, w, CELL CELL C)."""

    def call(self, pixels):
        """The pixels of every cell, row by row, as its channels."""
        batch, height, width, channels = *ops.shape(pixels)[:3], pixels.shape[-1]
        cells = ops.reshape(pixels, (batch, height // CELL, CELL, width // CELL, CELL, channels))
        cells = ops.transpose(cells, (0, 1, 3, 2, 4, 5))
        return ops.reshape(cells, (batch, height // CELL, width // CELL, CELL * CELL * channels))

    def compute_output_shape(self, input_shape):
        """(B, h, w, CELL CELL C), as far as it is known."""
        sides = (side and side // CELL for side in input_shape[1:3])
        return (input_shape[0], *sides, CELL * CELL * input_shape[-1])


class AddDetails(keras.layers.Layer):
    """Details (B, h, w, 3 CELL CELL) on the smoothed blocks of cells as `ToCells` gives them: (B, H, W, 3).

    Cells that are hole all over keep their means.
    """

    def call(self, cells, details):
        """(B, H, W, 3) float32, the pixels."""
        batch, height, width = ops.shape(details)[:3]
        cells = ops.reshape(cells, (batch, height, width, CELL * CELL, 4))
        means = ops.mean(cells[..., :3], axis=3)
        smooth = ops.conv(_pad(means, "symmetric"), ops.convert_to_tensor(spread_means()))
        drawn = ops.reshape(details + smooth, (batch, height, width, CELL * CELL, 3))
        unknown = ops.cast(ops.min(cells[..., 3:], axis=3, keepdims=True) == 1, "float32")
        drawn += (means[..., None, :] - ops.mean(drawn, axis=3, keepdims=True)) * unknown
        pixels = ops.reshape(drawn, (batch, height, width, CELL, CELL, 3))
        return ops.reshape(ops.transpose(pixels, (0, 1, 3, 2, 4, 5)), (batch, height * CELL, width * CELL, 3))

    def compute_output_shape(self, cells_shape, details_shape):
        """(B, H, W, 3), as far as it is known."""
        sides = (side and side * CELL for side in details_shape[1:3])
        return (details_shape[0], *sides, 3)

"""The same network as partial convolutions are usually built in Keras, as a program: what we are measured against.

As in the paper's reference and in PConv-Keras every mask has as many channels as its features and is convolved with
a kernel of ones of full size, batch norm is not folded, every window has 512 x 512 pixels, and `Model.predict` runs
it; pages are read, filled and written one after the other.
"""

import argparse
import sys
from pathlib import Path

import keras
import numpy as np
from keras import ops

from libs.folding import BATCH_NORM_EPSILON
from libs.holes import painted_hole
from libs.inpaint import FillSettings, fill
from libs.partial_conv import EPSILON, LEAKY_SLOPE
from libs.pictures import Picture, find_pictures, read_picture, write_picture
from libs.smooth_fill import SmoothFill
from libs.weights import read_weights
from libs.weights_network import config_of
from model import UnetConfig, assign_weights

WINDOW = 512


class ConventionalPartialConv2D(keras.layers.Layer):
    """Features and a mask of as many channels -> the same, ceil(H / strides) (Liu et al. 2018, eq. 1-2)."""

    def __init__(self, filters: int, kernel_size: int, strides: int = 1, **options):
        super().__init__(**options)
        self.filters, self.kernel_size, self.strides = filters, kernel_size, strides

    def build(self, features_shape, mask_shape=None) -> None:
        shape = (self.kernel_size, self.kernel_size, features_shape[-1], self.filters)
        self.kernel = self.add_weight(name="kernel", shape=shape)
        self.bias = self.add_weight(name="bias", shape=(self.filters,), initializer="zeros")
        self.ones = ops.ones(shape)
        self.most = float(np.prod(shape[:3]))

    def call(self, features, mask):
        how = {"strides": self.strides, "padding": "same"}
        known = ops.conv(mask, self.ones, **how)
        updated = ops.clip(known, 0.0, 1.0)
        y = ops.conv(features * mask, self.kernel, **how) * (updated * self.most / (known + EPSILON))
        return y + self.bias * updated, updated

    def compute_output_spec(self, features, mask):
        height, width = (None if side is None else -(-side // self.strides) for side in features.shape[1:3])
        shape = (features.shape[0], height, width, self.filters)
        return keras.KerasTensor(shape), keras.KerasTensor(shape)


def build_conventional_unet(config: UnetConfig) -> keras.Model:
    """The function of `model.build_unet(config)`, weights and their names alike; it must see the smooth fill."""
    image, mask = keras.Input((None, None, 3), name="image"), keras.Input((None, None, 1), name="mask")
    smooth = SmoothFill(len(config.widths), name="smooth_fill")(image, mask)
    given = ops.concatenate([image, smooth, mask], axis=-1)
    skips = [(given, ops.concatenate([_widen(mask, 3), ops.ones_like(smooth), ops.ones_like(mask)], axis=-1))]
    for number, (width, kernel) in enumerate(zip(config.widths, config.kernels, strict=True), 1):
        x, m = ConventionalPartialConv2D(width, kernel, 2, name=f"encoder_{number}")(*skips[-1])
        x = _batch_norm(f"encoder_{number}_norm")(x) if number > 1 else x
        skips.append((ops.relu(x), m))
    x, m = skips.pop()
    for number in range(len(config.widths) - 1, 0, -1):
        decoder = ConventionalPartialConv2D(config.widths[number - 1], 3, name=f"decoder_{number}")
        x, m = decoder(*_join(skips[number], x, m))
        x = ops.leaky_relu(_batch_norm(f"decoder_{number}_norm")(x), LEAKY_SLOPE)
    drawing, _ = ConventionalPartialConv2D(3, 3, name="draw")(*_join(skips[0], x, m))
    return keras.Model([image, mask], smooth + drawing)


def _join(skip, x, m):
    """Skip and upsampled features, skip's and upsampled mask."""
    double = keras.layers.UpSampling2D(2)
    return ops.concatenate([skip[0], double(x)], axis=-1), ops.concatenate([skip[1], double(m)], axis=-1)


def _batch_norm(name: str) -> keras.layers.Layer:
    return keras.layers.BatchNormalization(epsilon=BATCH_NORM_EPSILON, name=name)


def _widen(mask, channels: int):
    return ops.repeat(mask, channels, axis=-1)


def main(argv: list[str] | None = None) -> int:
    """Fill a folder; the words are those of decensor.py."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed.conventional", description=__doc__)
    for name in ("--decensor_input_path", "--decensor_output_path", "--model"):
        parser.add_argument(name, type=Path, required=True)
    arguments = parser.parse_args(argv)
    weights = read_weights(arguments.model)
    network = build_conventional_unet(config_of(weights, arguments.model))
    assign_weights(network, weights, arguments.model)

    def predict(images: np.ndarray, masks: np.ndarray) -> np.ndarray:
        return np.clip(network.predict([images, masks], verbose=0), 0, 1)

    arguments.decensor_output_path.mkdir(parents=True, exist_ok=True)
    pictures = find_pictures(arguments.decensor_input_path)
    settings = FillSettings(window=WINDOW, smallest=WINDOW)
    for number, path in enumerate(pictures, 1):
        pixels = read_picture(path).pixels
        filled = fill(pixels, painted_hole(pixels), predict, settings=settings)
        write_picture(arguments.decensor_output_path / f"{path.stem}.png", Picture(filled))
        print(f"[{number}/{len(pictures)}] {path.name}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

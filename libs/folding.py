"""A trained network's arrays -> those of a quicker network that computes the same."""

from collections.abc import Mapping
from types import ModuleType

import numpy as np

from libs.unet import NORM_ARRAYS, UnetConfig

BATCH_NORM_EPSILON = 1e-3


def fold_weights(arrays: Mapping[str, np.ndarray], config: UnetConfig) -> dict[str, np.ndarray]:
    """The arrays, float32, of the folded network that computes the same as a network of these.

    Each norm's scale goes into the kernel before it, its shift into the bias; in the decoder the part of a kernel
    that works on enlarged features goes into one that enlarges them too.
    """
    result = fold_batch_norm(arrays)
    layers = ("draw", *(f"decoder_{number}" for number in range(1, len(config.widths))))
    for layer, deeper in zip(layers, config.widths, strict=True):
        kernel = result[f"{layer}/kernel"]
        result[f"{layer}/kernel"] = kernel[:, :, :-deeper]
        result[f"{layer}/up_kernel"] = fold_to_cells(kernel[:, :, -deeper:])
    return result


def fold_batch_norm(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays, float32, without batch norm: its scale goes into the kernel before it, its shift into the bias."""
    folded = {name: array.astype("float32") for name, array in arrays.items() if "_norm/" not in name}
    for layer in sorted({name.split("_norm/")[0] for name in arrays if "_norm/" in name}):
        gamma, beta, mean, variance = (arrays[f"{layer}_norm/{name}"].astype("float32") for name in NORM_ARRAYS)
        scale = gamma / np.sqrt(variance + BATCH_NORM_EPSILON)
        folded[f"{layer}/kernel"] *= scale
        folded[f"{layer}/bias"] = (folded[f"{layer}/bias"] - mean) * scale + beta
    return folded


def fold_upsampling(kernel, library: ModuleType):
    """(3, 3, C, F) -> (4, 4, F, C): its convolution of x, nearest x 2, as a transposed convolution of x.

    library: numpy or `keras.ops`, whichever the kernel is of.
    """
    for axis in (0, 1):
        first, middle, last = library.split(kernel, 3, axis)
        kernel = library.concatenate([last, middle + last, first + middle, first], axis)
    return library.transpose(kernel, (0, 1, 3, 2))


def fold_to_cells(kernel: np.ndarray) -> np.ndarray:
    """(3, 3, C, F) -> (2, 2, C, 4 F): the same as a convolution of x whose outputs are four pixels between places of x.

    Of the pixels to the lower right of a place the upper left one is the first, as `keras.ops.depth_to_space` has it.
    """
    channels, filters = kernel.shape[2:]
    # Numbers of `fold_upsampling`'s rows: those that give the upper pixel, of both places, and the lower one.
    order = [2, 0, 3, 1]
    cells = fold_upsampling(kernel, np)[order][:, order].reshape(2, 2, 2, 2, filters, channels)
    return cells.transpose(1, 3, 5, 0, 2, 4).reshape(2, 2, channels, 4 * filters)

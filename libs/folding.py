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
        result[f"{layer}/up_kernel"] = fold_upsampling(kernel[:, :, -deeper:], np)
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

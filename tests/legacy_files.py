"""Weights files as two older programs write them, with seeded numbers, for tests only."""

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from libs.settings import DEEPCREAMPY
from libs.weights_legacy import expected_layers

SEED = 20181110
KERAS_NAMES = {"kernel": "img_kernel:0", "bias": "bias:0"}


@dataclass(frozen=True)
class Dialect:
    """How a file is written.

    first: number of the first partial convolution; whole_model: below `model_weights`; mask_kernels: Keras 2.3's
    third array in each of them; hints: names of the layers without numbers and of the last one.
    """

    family: str = DEEPCREAMPY
    first: int = 1
    whole_model: bool = False
    mask_kernels: bool = False
    hints: bool = True


def seeded_arrays() -> dict[str, np.ndarray]:
    """`layer/array` -> float32 for every array expected: the numbers that the golden outputs were made with."""
    rng = np.random.RandomState(SEED)
    make = {
        "kernel": lambda shape: rng.standard_normal(shape) * np.sqrt(2 / np.prod(shape[:3])),
        "bias": lambda shape: rng.standard_normal(shape) * 0.05,
        "gamma": lambda shape: rng.uniform(0.5, 1.5, shape),
        "beta": lambda shape: rng.standard_normal(shape) * 0.1,
        "moving_mean": lambda shape: rng.standard_normal(shape) * 0.2,
        "moving_variance": lambda shape: rng.uniform(0.5, 1.5, shape),
    }
    return {
        f"{layer}/{name}": make[name](shape).astype(np.float32)
        for layer, shapes in expected_layers()
        for name, shape in shapes.items()
    }


def write_legacy(path: Path, arrays: dict[str, np.ndarray], dialect: Dialect = Dialect()) -> Path:
    """A file of one of the dialects; the path again."""
    with h5py.File(path, "w") as file:
        group = file.create_group("model_weights") if dialect.whole_model else file
        if dialect.whole_model:
            file.attrs["model_config"] = np.bytes_(b'{"class_name": "Model"}')
            file.create_group("optimizer_weights")["iterations:0"] = np.int64(3)
        names = _hint_names(dialect)
        for layer, shapes in expected_layers():
            name = _stored_name(layer, dialect)
            names.append(name)
            _write_layer(group, name, {_stored_array(layer, key): arrays[f"{layer}/{key}"] for key in shapes}, dialect)
        for name in names:
            group.require_group(name).attrs.setdefault("weight_names", np.zeros(0))
        group.attrs["layer_names"] = np.array([name.encode() for name in names])
        group.attrs["backend"], group.attrs["keras_version"] = np.bytes_(b"tensorflow"), np.bytes_(b"2.2.4")
    return path


def _hint_names(dialect: Dialect) -> list[str]:
    if not dialect.hints:
        return ["first_layer", "activation_1"]
    return ["input_1", "input_2"] if dialect.family == DEEPCREAMPY else ["inputs_img", "inputs_mask"]


def _stored_name(layer: str, dialect: Dialect) -> str:
    kind, *rest = layer.split("_")
    if kind == "colours":
        return ("conv2d_1" if dialect.family == DEEPCREAMPY else "outputs_img") if dialect.hints else "last_layer"
    number = int(rest[0])
    if rest[1:]:
        return f"EncBN{number - 1}" if number <= 8 else f"batch_normalization_{number - 9 + dialect.first}"
    return f"p_conv2d_{number - 1 + dialect.first}"


def _stored_array(layer: str, key: str) -> str:
    return KERAS_NAMES[key] if layer.startswith("partial") and key in KERAS_NAMES else f"{key}:0"


def _write_layer(group: h5py.Group, name: str, arrays: dict[str, np.ndarray], dialect: Dialect) -> None:
    if dialect.mask_kernels and "img_kernel:0" in arrays:
        kernel = arrays["img_kernel:0"]
        arrays = {"img_kernel:0": kernel, "Variable:0": np.ones_like(kernel), "bias:0": arrays["bias:0"]}
    layer = group.create_group(name)
    layer.attrs["weight_names"] = np.array([f"{name}/{key}".encode() for key in arrays])
    for key, array in arrays.items():
        layer[f"{name}/{key}"] = array

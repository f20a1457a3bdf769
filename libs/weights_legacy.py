"""Weights files of two older programs -> named arrays: their Keras dialects of HDF5, matched by order and shape.

Two families share all layers and shapes but not the arithmetic: `deepcreampy` (DeepCreamPy 1.0 to 1.3) and
`pconv-keras` (PConv-Keras since January 2019). Keras 2.2 writes a root attribute `layer_names`, for each layer a
group with an attribute `weight_names`, and every array at `/layer/weight name`; a file of a whole model has all of
that below the group `model_weights`. Keras 2.3 writes for each partial convolution a third array, the kernel of
its mask. Layers are numbered on within a process, so their names say nothing but, perhaps, the family.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from libs.errors import WeightsError
from libs.settings import DEEPCREAMPY, PCONV_KERAS
from libs.weights_hdf5 import BROKEN, check_dataset, child, open_hdf5, read_dataset, texts

HINTS = {PCONV_KERAS: r"(inputs|outputs)_img", DEEPCREAMPY: r"(input|conv2d)_\d+"}
ADVICE = (
    "name a model.h5 of DeepCreamPy 1.0 to 1.3 or of PConv-Keras with --model, or leave --model out for this "
    "program's own"
)
# (side, channels in, channels out) of the partial convolutions; the first and the last have no batch norm.
ENCODER = ((7, 3, 64), (5, 64, 128), (5, 128, 256), (3, 256, 512), *((3, 512, 512),) * 4)
DECODER = (*((3, 1024, 512),) * 4, (3, 768, 256), (3, 384, 128), (3, 192, 64), (3, 67, 3))
NORM_ARRAYS = ("gamma", "beta", "moving_mean", "moving_variance")


@dataclass(frozen=True, eq=False)
class LegacyWeights:
    """What such a file holds: the family, and `layer/array` -> float32, named as in `expected_layers`."""

    family: str
    arrays: dict[str, np.ndarray]


def expected_layers() -> list[tuple[str, dict[str, tuple[int, ...]]]]:
    """Name here, and array names and shapes, of all 31 layers that hold numbers, in the order of the files."""
    layers: list[tuple[str, dict[str, tuple[int, ...]]]] = []
    convolutions = (*ENCODER, *DECODER)
    for number, (side, channels, filters) in enumerate(convolutions, 1):
        layers.append((f"partial_{number}", {"kernel": (side, side, channels, filters), "bias": (filters,)}))
        if 1 < number < len(convolutions):
            layers.append((f"partial_{number}_norm", dict.fromkeys(NORM_ARRAYS, (filters,))))
    return [*layers, ("colours", {"kernel": (1, 1, 3, 3), "bias": (3,)})]


def is_legacy(path: Path) -> bool:
    """Whether a file is of the kind that Keras 2 writes, whatever network it holds; False if it cannot be read."""
    try:
        with h5py.File(path, "r") as file:
            return "layer_names" in _layers_group(file).attrs
    except BROKEN:
        return False


def guess_family(path: Path) -> str:
    """The family that the layers' names hint at, or an empty string; WeightsError if the file cannot be read."""
    try:
        with open_hdf5(path, ADVICE) as file:
            return _family_of(texts(_layers_group(file), "layer_names"))
    except BROKEN as error:
        raise _broken(path, error) from error


def choose_family(path: Path, family: str | None = None) -> str:
    """The family asked for, or else the one the names hint at; WeightsError if they hint at none."""
    chosen = family or guess_family(path)
    if not chosen:
        raise WeightsError(
            f"{path}: its layer names do not tell which program it is from; "
            f"add --model_family {DEEPCREAMPY} (DeepCreamPy 1.x) or --model_family {PCONV_KERAS}"
        )
    return chosen


def read_legacy(path: Path, family: str | None = None) -> LegacyWeights:
    """The checked numbers of such a file; WeightsError in one sentence if anything about it is wrong."""
    family = choose_family(path, family)
    try:
        with open_hdf5(path, ADVICE) as file:
            datasets = _match(_stored_layers(_layers_group(file)), path)
            arrays = {name: read_dataset(dataset).astype(np.float32, copy=False) for name, dataset in datasets.items()}
    except BROKEN as error:
        raise _broken(path, error) from error
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise WeightsError(f"{path}: {name} holds numbers that are not finite; {ADVICE}")
    return LegacyWeights(family, arrays)


def _broken(path: Path, error: Exception) -> WeightsError:
    return WeightsError(f"{path}: broken or incomplete weights file ({error}), expected a whole one; {ADVICE}")


def _layers_group(file: h5py.File) -> h5py.Group:
    return child(file, "model_weights") if "model_weights" in file else file


def _family_of(names: list[str]) -> str:
    hinted = [family for family, hint in HINTS.items() if any(re.fullmatch(hint, name) for name in names)]
    return hinted[0] if hinted else ""


def _stored_layers(group: h5py.Group) -> list[tuple[str, list[h5py.Dataset]]]:
    """Names and checked datasets of the layers that hold numbers, in the order of the file."""
    layers = []
    for name in texts(group, "layer_names"):
        layer = child(group, name)
        datasets = [child(layer, weight) for weight in texts(layer, "weight_names")]
        for dataset in datasets:
            if not isinstance(dataset, h5py.Dataset) or dataset.dtype.kind != "f":
                raise ValueError(f"{name} holds something else than arrays of numbers")
            check_dataset(dataset)
        if datasets:
            layers.append((name, datasets))
    return layers


def _match(layers: list[tuple[str, list[h5py.Dataset]]], path: Path) -> dict[str, h5py.Dataset]:
    """`layer/array` -> dataset for every array expected; WeightsError at the first layer of another shape."""
    expected, found = expected_layers(), {}
    if len(layers) != len(expected):
        raise WeightsError(
            f"{path}: another network ({len(layers)} layers with numbers, expected {len(expected)}); {ADVICE}"
        )
    for (stored, datasets), (name, arrays) in zip(layers, expected, strict=True):
        datasets = _without_mask_kernel(stored, datasets, path) if name.startswith("partial") else datasets
        shapes = [dataset.shape for dataset in datasets]
        if shapes != list(arrays.values()):
            raise WeightsError(
                f"{path}: another network (layer {stored} has shapes {shapes}, expected {list(arrays.values())}); "
                f"{ADVICE}"
            )
        found |= {f"{name}/{array}": dataset for array, dataset in zip(arrays, datasets, strict=True)}
    return found


def _without_mask_kernel(layer: str, datasets: list[h5py.Dataset], path: Path) -> list[h5py.Dataset]:
    """Kernel and bias; WeightsError if a mask kernel between them would do anything but count."""
    if len(datasets) != 3 or datasets[0].shape != datasets[1].shape:
        return datasets
    if not (read_dataset(datasets[1]) == 1).all():
        raise WeightsError(
            f"{path}: layer {layer} weighs its mask by other numbers than ones, which this program cannot; {ADVICE}"
        )
    return [datasets[0], datasets[2]]

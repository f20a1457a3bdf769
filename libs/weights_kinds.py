"""Which kind of weights a file holds, checked and described without the network (and without its seconds)."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from libs.errors import WeightsError
from libs.settings import DEEPCREAMPY, PCONV_KERAS
from libs.weights import FORMAT_VERSION, Weights, read_weights
from libs.weights_legacy import LegacyWeights, choose_family, guess_family, is_legacy, read_legacy

AnyWeights = Weights | LegacyWeights

PROGRAMS = {DEEPCREAMPY: "DeepCreamPy 1.0 to 1.3", PCONV_KERAS: "PConv-Keras"}


def describe_choice(path: Path, family: str | None = None) -> list[str]:
    """For a file of another program a sentence about which one it is taken to be; else nothing.

    Nothing also for a file that cannot be read, which is for `read_kind` to tell; WeightsError if nothing says
    which program it is.
    """
    return [_describe_choice(path, choose_family(path, family), bool(family))] if is_legacy(path) else []


def _describe_choice(path: Path, family: str, said: bool) -> str:
    why = "as --model_family says" if said else "as its layer names hint; --model_family would name another"
    return f"{path}: taken for weights of {PROGRAMS[family]}, {why}"


def describe_weights(path: Path, family: str | None = None) -> list[str]:
    """What a file is, in lines; WeightsError as when it was used, but not for a family that nothing tells."""
    if is_legacy(path):
        chosen = family or guess_family(path)
        told = _describe_choice(path, chosen, bool(family)) if chosen else _describe_doubt(path)
        return [told, *_describe_arrays(path, read_legacy(path, chosen or DEEPCREAMPY).arrays)]
    weights = read_kind(path, family)
    return [
        f"{path}: this program's own weights, format {FORMAT_VERSION}",
        *_describe_arrays(path, weights.arrays),
        _in_line("network", weights.config),
        _in_line("training", weights.training),
    ]


def _describe_doubt(path: Path) -> str:
    return f"{path}: weights of {' or '.join(PROGRAMS.values())}; its layer names do not tell which, add --model_family"


def read_kind(path: Path, family: str | None = None) -> AnyWeights:
    """What a file holds, of whichever kind it is; family: of the older programs, None: as the file hints.

    WeightsError if it cannot be used, or not as that family.
    """
    if is_legacy(path):
        return read_legacy(path, family)
    weights = read_weights(path)
    if family:
        raise WeightsError(f"{path}: this program's own weights, not of {PROGRAMS[family]}; leave --model_family out")
    return weights


def _describe_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> list[str]:
    numbers = sum(math.prod(array.shape) for array in arrays.values())
    kinds = " and ".join(sorted({str(array.dtype) for array in arrays.values()}))
    layers = len({name.split("/")[0] for name in arrays})
    return [
        f"  arrays: {len(arrays)} in {layers} layers, {numbers:,} numbers, {kinds}",
        f"  size: {Path(path).stat().st_size:,} bytes",
    ]


def _in_line(title: str, values: Mapping) -> str:
    """`title: name value, name value`; what is nested follows its name in brackets."""
    return f"  {title}: {_join(values) or 'nothing recorded'}"


def _join(values: Mapping) -> str:
    return ", ".join(f"{name} {_show(value)}" for name, value in values.items())


def _show(value: object) -> str:
    if isinstance(value, Mapping):
        return f"({_join(value)})"
    if isinstance(value, list | tuple):
        return " ".join(map(_show, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)

"""What is measured, by name: peers and our own network, each a function from a case to its filled picture."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.cases import Case
from benchmarks.mosaics import FILTERS, interpolate
from benchmarks.peers import Fill, load_peers

Program = Callable[[Case], np.ndarray]


@dataclass
class Programs:
    """holes: those that fill a hole from its surroundings; mosaics: those that are shown the mosaic, too."""

    holes: dict[str, Program] = field(default_factory=dict)
    mosaics: dict[str, Program] = field(default_factory=dict)

    def of(self, case: Case) -> dict[str, Program]:
        """Those that are run on a case."""
        return self.holes if case.mosaic is None else self.mosaics


def load_programs(peers: list[str], models: list[Path]) -> tuple[Programs, dict[str, str]]:
    """(peers first, then ours once for each model file; peer -> why it is left out). Raises WeightsError.

    A mosaic's peers are interpolations of its blocks, and our own fill of the same hole as if it were a bar.
    """
    fills, reasons = load_peers(peers)
    programs = Programs({name: _fill_painted(fill) for name, fill in fills.items()})
    programs.mosaics = {name: partial(_interpolate, name) for name in FILTERS} if peers else {}
    for path in models:
        name = "ours" if len(models) == 1 else f"ours {path.stem}"
        bar, mosaic = load_ours(path)
        programs.holes[name] = programs.mosaics[f"bar mode of {name}"] = bar
        programs.mosaics[name] = mosaic
    return programs, reasons


def load_ours(path: Path) -> tuple[Program, Program]:
    """Our own fill and our own mosaic mode with the weights in a file. Raises WeightsError."""
    from libs.inpaint import fill
    from libs.mosaic import fill_mosaic
    from libs.mosaic_find import find_mosaics
    from libs.mosaic_network import load_depixelator
    from libs.network import load_network

    predict, depixelate = load_network(path), load_depixelator()

    def restore(case: Case) -> np.ndarray:
        original = case.mosaic.original
        return fill_mosaic(original, case.hole, find_mosaics(original, case.hole), predict, depixelate)

    return _fill_painted(lambda painted, hole: fill(painted, hole, predict)), restore


def _fill_painted(fill: Fill) -> Program:
    return lambda case: fill(case.painted.copy(), case.hole)


def _interpolate(name: str, case: Case) -> np.ndarray:
    return interpolate(case.mosaic, name)

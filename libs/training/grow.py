"""A larger network for mosaics that draws what a smaller one draws, to be trained on (Net2Net, arXiv 1511.05641).

More channels: what leads to the new ones begins at random, what leads from them to others at 0. More residual blocks:
their second layer begins at 0, so that they add nothing.
"""

from collections.abc import Mapping

import numpy as np

from libs.mosaic_network import MosaicConfig, stored_shapes

LEADS_IN = ("first/kernel", "_in/kernel")


def grow_mosaic_network(arrays: Mapping[str, np.ndarray], config: MosaicConfig, seed: int = 1) -> dict[str, np.ndarray]:
    """The arrays of a network as `config` describes it, float32, from those of one no wider and no deeper.

    ValueError if it is wider or deeper.
    """
    shapes = stored_shapes(config)
    for name, array in arrays.items():
        if name not in shapes or any(old > new for old, new in zip(array.shape, shapes[name], strict=True)):
            raise ValueError(f"{name} {array.shape} is too much for a network of {config.width} and {config.depth}")
    rng = np.random.default_rng(seed)
    return {name: _grow(rng, name, arrays.get(name), shape) for name, shape in shapes.items()}


def _grow(rng: np.random.Generator, name: str, given: np.ndarray | None, shape: tuple[int, ...]) -> np.ndarray:
    """An array with the one given at its beginning."""
    grown = np.zeros(shape, np.float32)
    filters = 0 if given is None else given.shape[-1]
    if name.endswith(LEADS_IN):
        new = grown[..., filters:]
        new[...] = rng.normal(0, np.sqrt(2 / np.prod(shape[:-1])), new.shape)  # He et al. 2015
    if given is not None:
        grown[tuple(map(slice, given.shape))] = given
    return grown

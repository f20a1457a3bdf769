"""Grown networks draw what the smaller ones drew, and have what they need to learn more."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from libs.mosaic_network import CELL, MosaicConfig, bind_depixelator, stored_shapes
from libs.training.grow import grow_mosaic_network

SMALL = MosaicConfig(width=5, depth=2)


def make_arrays(seed: int, config: MosaicConfig = SMALL) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {name: rng.normal(0, 0.1, shape).astype(np.float16) for name, shape in stored_shapes(config).items()}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("config", [MosaicConfig(9, 2), MosaicConfig(5, 4), MosaicConfig(8, 3), SMALL])
def test_a_grown_network_draws_the_same(config, seed):
    rng = np.random.default_rng(seed)
    image = rng.random((1, 6 * CELL, 5 * CELL, 3), dtype=np.float32)
    mask = (rng.random((1, 6 * CELL, 5 * CELL, 1)) < 0.7).astype(np.float32)
    arrays = make_arrays(seed)
    grown = grow_mosaic_network(arrays, config, seed)
    assert {name: array.shape for name, array in grown.items()} == stored_shapes(config)
    drawn = [bind_depixelator(*network)(image, mask) for network in ((SMALL, arrays), (config, grown))]
    assert np.ptp(drawn[0]) > 0.3
    assert_allclose(*drawn, atol=1e-5)


def test_nothing_new_is_cut_off_from_learning():
    """A new layer's kernel can only move if what comes to it is not 0, or what goes on from it."""
    grown = grow_mosaic_network(make_arrays(0), MosaicConfig(8, 3))
    assert (grown["first/kernel"][..., 5:] != 0).all()
    assert (grown["block_1_in/kernel"][..., 5:] != 0).all()
    assert (grown["block_3_in/kernel"] != 0).all()
    assert_array_equal(grown["block_3_out/kernel"], 0)
    assert_array_equal(grown["last/kernel"][:, :, 5:], 0)


@pytest.mark.parametrize("config", [MosaicConfig(4, 2), MosaicConfig(5, 1), MosaicConfig(9, 1)])
def test_a_network_cannot_shrink(config):
    with pytest.raises(ValueError, match="is too much for a network of"):
        grow_mosaic_network(make_arrays(0), config)

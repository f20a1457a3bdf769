"""The network that speed is measured against is our network."""

import numpy as np
from numpy.testing import assert_allclose

from benchmarks.speed.conventional import build_conventional_unet
from model import UnetConfig, build_unet, variables_by_name


def test_the_conventional_network_computes_what_ours_does():
    config = UnetConfig((6, 8, 8), (7, 5, 3))
    ours, theirs = build_unet(config), build_conventional_unet(config)
    rng = np.random.default_rng(0)
    given, copied = variables_by_name(ours), variables_by_name(theirs)
    assert set(copied) == set(given)
    for name, variable in given.items():
        variable.assign(rng.uniform(0.3, 1.0, tuple(variable.shape)) * (1 if "norm" in name else 0.3))
        copied[name].assign(variable)
    image = rng.random((1, 32, 24, 3), dtype=np.float32)
    mask = (rng.random((1, 32, 24, 1)) < 0.4).astype(np.float32)
    mask[:, :20, :14] = 0
    drawn = [np.asarray(model([image, mask], training=False)) for model in (ours, theirs)]
    assert np.abs(drawn[0]).max() > 0.1
    assert_allclose(drawn[1], drawn[0], rtol=1e-3, atol=1e-3)

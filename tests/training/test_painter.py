"""The network with its loss: the terms asked for, and the part of a sample that costly terms look at."""

import keras
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from libs.training.losses import LossWeights
from libs.training.painter import Painter, densest_part
from model import UnetConfig


@pytest.mark.parametrize("seed", range(10))
def test_the_part_that_is_judged_has_most_hole(seed):
    rng = np.random.default_rng(seed)
    hole = np.zeros((3, 32, 32, 1), np.float32)
    for sample, (top, left) in zip(hole, rng.integers(0, 26, (3, 2)), strict=True):
        sample[top : top + 6, left : left + 6] = 1
    image = rng.random((3, 32, 32, 2), dtype=np.float32)
    parts = np.asarray(densest_part(np.concatenate([image, hole], axis=-1), hole, 12))
    assert parts.shape == (3, 12, 12, 3)
    for part, picture, flags in zip(parts, image, hole, strict=True):
        starts = [(top, left) for top in range(0, 21, 3) for left in range(0, 21, 3)]
        squares = [np.s_[top : top + 12, left : left + 12] for top, left in starts]
        assert part[..., 2].sum() == max(flags[square].sum() for square in squares)
        assert any((part[..., :2] == picture[square]).all() for square in squares)


def test_a_sample_that_is_no_larger_is_judged_whole():
    hole = np.ones((2, 16, 16, 1), np.float32)
    assert_array_equal(densest_part(hole, hole, 16), hole)
    assert_array_equal(densest_part(hole, hole, 128), hole)


@pytest.mark.parametrize("judged", [8, 64])
def test_the_loss_is_the_weighted_sum_of_its_terms(judged):
    images = keras.Input((None, None, 3))
    features = keras.Model(images, [images, keras.layers.AveragePooling2D(2)(images)])
    weights = LossWeights()
    painter = Painter(UnetConfig((2, 3), (3, 3)), weights, features, judged)
    painter.compile(keras.optimizers.SGD(1e-3), run_eagerly=True)
    painter.style_share.assign(0.5)
    target = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3), np.uint8)
    hole = np.zeros((2, 16, 16, 1), np.uint8)
    hole[:, 4:9, 5:13] = 255
    shown = np.where(hole, 0, target).astype(np.uint8)
    logs = painter.train_on_batch([shown, 255 - hole], [target, hole], return_dict=True)
    shares = {"style": 0.5}
    names = ("valid", "hole", "gradient", "perceptual", "style", "variation")
    expected = sum(getattr(weights, name) * shares.get(name, 1) * float(logs[name]) for name in names)
    assert float(logs["loss"]) == pytest.approx(expected, rel=1e-4)
    # An untrained network changes nothing outside the hole.
    assert {name for name in names if float(logs[name]) == 0} == {"valid"}


def test_terms_of_no_weight_are_not_reported():
    painter = Painter(UnetConfig((2,), (3,)), LossWeights(perceptual=0, style=0, variation=0), None, 8)
    assert set(painter.trackers) == {"valid", "hole", "gradient"}

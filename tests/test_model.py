"""The network: its layers against slow loops written from the paper, and the laws that it must keep."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from importlib.util import find_spec
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose, assert_array_equal

import model as network
from libs.crops import find_unknown, plan_crops
from libs.errors import WeightsError
from libs.folding import fold_to_cells, fold_weights
from libs.partial_conv import PartialConv2D, PartialUpConv2D, TrainedUpConv2D
from libs.smooth_fill import SmoothFill
from libs.unet import stored_shapes
from libs.weights import Weights, write_weights
from model import (
    SMOOTH_FILLS,
    UnetConfig,
    assign_weights,
    build_unet,
    load_predictor,
    load_unet,
    variables_by_name,
)

ROOT = Path(__file__).parent.parent
SMALL = UnetConfig(widths=(4, 6, 8), kernels=(5, 3, 3))
MODES = pytest.mark.parametrize("mode", [*SMOOTH_FILLS, "plain", "plain seen"])


def small(mode: str) -> UnetConfig:
    """A small network with that smooth fill; "plain" has plain convolutions, and none unless it is named too."""
    fill = mode.removeprefix("plain").strip() or "none"
    return UnetConfig(SMALL.widths, SMALL.kernels, fill, not mode.startswith("plain"))


def randomize(model: keras.Model, seed: int = 0) -> keras.Model:
    """The same model with seeded weights everywhere, in the last layer and in batch norm too."""
    rng = np.random.default_rng(seed)
    for name, variable in variables_by_name(model).items():
        low, high = (0.3, 2.0) if name.endswith(("gamma", "moving_variance")) else (-0.4, 0.4)
        variable.assign(rng.uniform(low, high, tuple(variable.shape)))
    return model


def random_sample(seed: int, height: int, width: int, batch: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """(B, H, W, 3) image and (B, H, W, 1) mask with about half of it hole, in lumps."""
    rng = np.random.default_rng(seed)
    lumps = rng.random((batch, -(-height // 4), -(-width // 4), 1)) < 0.5
    mask = lumps.repeat(4, axis=1).repeat(4, axis=2)[:, :height, :width].astype(np.float32)
    return rng.random((batch, height, width, 3), dtype=np.float32), mask


# Partial convolution


def slow_partial_convolution(x, m, kernel, bias, stride):
    """Eq. 1-2 of the paper, pixel by pixel in float64, on a mask with as many channels as the features.

    x, m: (H, W, C). "same" as Keras pads: ceil(H / stride) rows, an odd row of padding at the bottom.
    """
    side = len(kernel)
    height, width = -(-x.shape[0] // stride), -(-x.shape[1] // stride)
    y, mask = np.zeros((height, width, len(bias))), np.zeros((height, width, 1))
    missing = [max((n - 1) * stride + side - size, 0) for n, size in zip((height, width), x.shape, strict=False)]
    padding = [(count // 2, count - count // 2) for count in missing] + [(0, 0)]
    x, m = np.pad(x.astype(np.float64), padding), np.pad(m.astype(np.float64), padding)
    for row, column in np.ndindex(height, width):
        window = np.s_[row * stride : row * stride + side, column * stride : column * stride + side]
        known = m[window].sum()
        if known > 0:
            shown = (x[window] * m[window])[..., None] * kernel
            y[row, column] = shown.sum((0, 1, 2)) * (side * side * x.shape[2] / known) + bias
            mask[row, column] = 1
    return y, mask


def many_channels(masks, features) -> np.ndarray:
    """One-channel masks repeated to all channels of their branches, (B, H, W, all C)."""
    return np.concatenate([m.repeat(x.shape[-1], axis=-1) for m, x in zip(masks, features, strict=True)], axis=-1)


def random_branches(rng, height, width):
    """One or two branches of different channel counts, each with its own mask: none, all, or some known."""
    channels = rng.choice([1, 3, 4, 5], size=rng.integers(1, 3), replace=False)
    features = [rng.standard_normal((1, height, width, count), dtype=np.float32) for count in channels]
    shares = [rng.choice([0.0, 0.05, 0.5, 1.0]) for _ in channels]
    masks = [(rng.random((1, height, width, 1)) < share).astype(np.float32) for share in shares]
    return features, masks


def random_layer(rng, features, masks) -> PartialConv2D:
    layer = PartialConv2D(int(rng.integers(1, 5)), int(rng.choice([3, 5, 7])), int(rng.choice([1, 2])))
    layer(features, masks)
    layer.set_weights([rng.standard_normal(tuple(v.shape)) for v in layer.weights])
    return layer


@pytest.mark.parametrize("seed", range(40))
def test_partial_convolution_is_that_of_the_paper(seed):
    rng = np.random.default_rng(seed)
    features, masks = random_branches(rng, *rng.integers(1, 12, 2))
    layer = random_layer(rng, features, masks)
    y, mask = layer(features, masks)
    joined, known = np.concatenate(features, axis=-1)[0], many_channels(masks, features)[0]
    expected, expected_mask = slow_partial_convolution(joined, known, *layer.get_weights(), layer.strides)
    assert_allclose(np.asarray(y)[0], expected, rtol=1e-4, atol=1e-4)
    assert_array_equal(np.asarray(mask)[0], expected_mask)


@pytest.mark.parametrize("seed", range(20))
def test_one_channel_masks_do_what_masks_of_all_channels_do(seed):
    rng = np.random.default_rng(seed)
    features, masks = random_branches(rng, 9, 14)
    layer = random_layer(rng, features, masks)
    kernel, bias = layer.get_weights()
    known = many_channels(masks, features)
    joined = np.concatenate(features, axis=-1)
    total = np.asarray(ops.conv(known, np.ones((*kernel.shape[:3], 1), np.float32), layer.strides, padding="same"))
    plain = np.asarray(ops.conv(joined * known, kernel, layer.strides, padding="same"))
    expected = np.where(total > 0, plain * (kernel[..., 0].size / np.maximum(total, 1)) + bias, 0)
    assert_allclose(np.asarray(layer(features, masks)[0]), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("seed", range(10))
def test_what_lies_under_the_mask_never_matters_to_a_layer(seed):
    rng = np.random.default_rng(seed)
    features, masks = random_branches(rng, 10, 7)
    layer = random_layer(rng, features, masks)
    others = [np.where(m > 0, x, rng.choice([-1e30, 1e30], x.shape)) for x, m in zip(features, masks, strict=True)]
    others = [x.astype(np.float32) for x in others]
    assert_array_equal(np.asarray(layer(features, masks)[0]), np.asarray(layer(others, masks)[0]))


def test_everything_known_is_an_ordinary_convolution_away_from_the_border():
    rng = np.random.default_rng(0)
    features, masks = [rng.random((2, 12, 12, 3), dtype=np.float32)], [np.ones((2, 12, 12, 1), np.float32)]
    layer = random_layer(rng, features, masks)
    kernel, bias = layer.get_weights()
    plain = np.asarray(ops.conv(features[0], kernel, layer.strides, padding="same")) + bias
    inner = np.s_[:, 3:-3, 3:-3]
    assert_allclose(np.asarray(layer(features, masks)[0])[inner], plain[inner], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("seed", range(10))
def test_a_branch_told_to_be_known_is_only_quicker(seed):
    rng = np.random.default_rng(seed)
    features, masks = random_branches(rng, 9, 8)
    masks[0] = np.ones_like(masks[0])
    layer = random_layer(rng, features, masks)
    told = tuple(number for number, m in enumerate(masks) if m.all())
    quick = PartialConv2D(layer.filters, layer.kernel_size, layer.strides, known=told)
    quick(features, masks)
    quick.set_weights(layer.get_weights())
    for one, other in zip(layer(features, masks), quick(features, masks), strict=True):
        assert_array_equal(np.asarray(one), np.asarray(other))


@pytest.mark.parametrize("seed", range(20))
def test_large_masks_are_counted_as_all_masks_are(seed):
    rng = np.random.default_rng(seed)
    features, masks = random_branches(rng, *(2 * rng.integers(1, 9, 2)))
    layer = random_layer(rng, features, masks)
    quick = PartialConv2D(layer.filters, layer.kernel_size, layer.strides, large=True)
    quick(features, masks)
    quick.set_weights(layer.get_weights())
    for one, other in zip(layer(features, masks), quick(features, masks), strict=True):
        assert_allclose(np.asarray(one), np.asarray(other), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("strides", [1, 2])
def test_a_plain_layer_is_an_ordinary_convolution_up_to_the_border(strides):
    rng = np.random.default_rng(2)
    features = [rng.standard_normal((1, 9, 8, count), dtype=np.float32) for count in (3, 2)]
    masks = [(rng.random((1, 9, 8, 1)) < 0.5).astype(np.float32) for _ in features]
    layer = PartialConv2D(4, 5, strides, plain=True)
    layer(features, masks)
    kernel, bias = rng.standard_normal((5, 5, 5, 4), dtype=np.float32), rng.standard_normal(4, dtype=np.float32)
    layer.set_weights([kernel, bias])
    expected = keras.ops.conv(np.concatenate(features, -1), kernel, strides=strides, padding="same") + bias
    y, mask = layer(features, masks)
    assert_allclose(np.asarray(y), np.asarray(expected), rtol=1e-4, atol=1e-4)
    assert mask.shape == (*y.shape[:3], 1)


def test_a_plain_network_sees_the_mean_of_what_is_known_in_the_hole():
    model = randomize(build_unet(small("plain")))
    image, mask = random_sample(1, 16, 24, batch=2)
    mean = (image * mask).sum((1, 2), keepdims=True) / mask.sum((1, 2), keepdims=True)
    filled = image * mask + mean * (1 - mask)
    expected = np.asarray(model([filled, np.ones_like(mask)]))
    assert_allclose(np.asarray(model([image, mask])), expected, rtol=1e-4, atol=1e-4)


def test_a_layer_is_rebuilt_from_its_config():
    rng = np.random.default_rng(0)
    features, masks = random_branches(rng, 6, 6)
    layer = PartialConv2D(3, 5, 2, known=(0,), large=True, kernel_initializer="zeros", name="some_layer")
    again = keras.layers.deserialize(json.loads(json.dumps(keras.layers.serialize(layer))))
    assert again.get_config() == layer.get_config()
    assert_array_equal(np.asarray(again(features, masks)[0]), 0)


# Smooth fill


def slow_smooth_fill(image, known, levels):
    """Pull-push in float64: (H, W, 3) and (H, W) bool; what is known halves by means of 2 x 2, and comes back."""
    if levels == 0:
        return np.where(known[..., None], image, image[known].mean(axis=0) if known.any() else 0)
    height, width = known.shape[0] // 2, known.shape[1] // 2
    half, half_known = np.zeros((height, width, 3)), np.zeros((height, width), dtype=bool)
    for row, column in np.ndindex(height, width):
        cell = np.s_[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
        if known[cell].any():
            half[row, column], half_known[row, column] = image[cell][known[cell]].mean(axis=0), True
    coarse = slow_smooth_fill(half, half_known, levels - 1)
    filled = np.where(known[..., None], image, coarse.repeat(2, axis=0).repeat(2, axis=1))
    for _ in range(3):
        guess = np.zeros_like(filled)
        for row, column in np.ndindex(known.shape):
            guess[row, column] = filled[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2].mean((0, 1))
        filled = np.where(known[..., None], image, guess)
    return filled


@pytest.mark.parametrize("seed", range(8))
def test_the_smooth_fill_is_pull_push(seed):
    rng = np.random.default_rng(seed)
    image = rng.random((1, *8 * rng.integers(1, 4, 2), 3), dtype=np.float32)
    mask = (rng.random((*image.shape[:3], 1)) < rng.choice([0, 0.01, 0.1, 0.6])).astype(np.float32)
    expected = slow_smooth_fill(image[0].astype(np.float64), mask[0, ..., 0] > 0, 3)
    assert_allclose(np.asarray(SmoothFill(3)(image, mask))[0], expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("seed", range(10))
def test_the_smooth_fill_keeps_what_is_known_and_stays_in_its_range(seed):
    rng = np.random.default_rng(seed)
    image, mask = random_sample(seed, *16 * rng.integers(1, 4, 2))
    mask[0, 0, 0] = 1
    filled = np.asarray(SmoothFill(4)(image, mask))
    known = np.broadcast_to(mask > 0, image.shape)
    assert_array_equal(filled[known], image[known])
    assert filled.min() >= image[known].min() - 1e-6
    assert filled.max() <= image[known].max() + 1e-6


@pytest.mark.parametrize("seed", range(10))
def test_what_lies_under_the_hole_never_matters_to_the_smooth_fill(seed):
    image, mask = random_sample(seed, 24, 40)
    other = np.where(mask > 0, image, np.float32(1e30))
    assert_array_equal(np.asarray(SmoothFill(3)(image, mask)), np.asarray(SmoothFill(3)(other, mask)))


@pytest.mark.parametrize("colour", [(1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (0.2, 0.7, 0.3)])
def test_flat_surroundings_give_exactly_their_colour(colour):
    _, mask = random_sample(3, 64, 64)
    mask[0, 10:60, 10:60] = 0
    image = np.broadcast_to(np.float32(colour), (1, 64, 64, 3)) * mask
    assert np.abs(np.asarray(SmoothFill(6)(image, mask)) - np.float32(colour)).max() < 1e-6


def test_a_single_known_pixel_colours_everything():
    image, mask = np.zeros((1, 32, 32, 3), np.float32), np.zeros((1, 32, 32, 1), np.float32)
    image[0, 31, 0], mask[0, 31, 0] = (0.1, 0.5, 0.9), 1
    filled = np.asarray(SmoothFill(2)(image, mask))
    assert_allclose(filled, np.broadcast_to(np.float32([0.1, 0.5, 0.9]), filled.shape), atol=1e-6)


# The U-Net


@pytest.mark.parametrize("mode", ["seen", "added"])
def test_an_untrained_network_returns_the_smooth_fill(mode):
    image, mask = random_sample(0, 16, 32)
    expected = SmoothFill(3)(image * mask, mask)
    assert_array_equal(np.asarray(build_unet(small(mode))([image, mask])), np.asarray(expected))


@MODES
def test_what_lies_under_the_hole_never_matters_to_the_network(mode):
    model = randomize(build_unet(small(mode)))
    image, mask = random_sample(1, 32, 24, batch=2)
    other = np.where(mask > 0, image, np.float32(1e30))
    drawn = np.asarray(model([image, mask]))
    assert np.isfinite(drawn).all()
    assert np.ptp(drawn) > 0
    assert_array_equal(drawn, np.asarray(model([other, mask])))


@MODES
@pytest.mark.parametrize("size", [(8, 8), (24, 8), (16, 40)])
def test_every_multiple_of_the_stride_is_a_size_for_the_network(mode, size):
    image, mask = random_sample(2, *size)
    assert build_unet(small(mode))([image, mask]).shape == (1, *size, 3)
    assert small(mode).stride == 8


@MODES
@pytest.mark.parametrize("known", [0, 1])
def test_all_hole_and_no_hole_stay_finite(mode, known):
    image, mask = random_sample(2, 16, 16)
    drawn = np.asarray(randomize(build_unet(small(mode)))([image, np.full_like(mask, known)]))
    assert np.isfinite(drawn).all()


def test_one_level_is_a_network_too():
    image, mask = random_sample(2, 4, 6)
    assert build_unet(UnetConfig((3,), (3,)))([image, mask]).shape == image.shape


@MODES
def test_a_network_is_rebuilt_from_its_config(mode):
    model = randomize(build_unet(small(mode)))
    again = keras.Model.from_config(json.loads(json.dumps(model.get_config())))
    again.set_weights(model.get_weights())
    image, mask = random_sample(3, 16, 16)
    assert_array_equal(np.asarray(again([image, mask])), np.asarray(model([image, mask])))


@MODES
@pytest.mark.parametrize("share", [0.0, 0.5])
def test_what_the_network_takes_for_known_is_known(mode, share):
    model = randomize(build_unet(small(mode)))
    config = json.loads(json.dumps(model.get_config()))
    for layer in config["layers"]:
        if layer["class_name"] in ("PartialConv2D", "TrainedUpConv2D"):
            layer["config"]["known"] = []
    careful = keras.Model.from_config(config)
    careful.set_weights(model.get_weights())
    image, mask = random_sample(3, 16, 16)
    mask *= share > 0
    assert_array_equal(np.asarray(careful([image, mask])), np.asarray(model([image, mask])))


@pytest.mark.parametrize("known", [(), (0,), (0, 1)])
def test_a_kernel_that_enlarges_is_the_kernel_on_enlarged_features(known):
    rng = np.random.default_rng(4)
    skip, x = (rng.standard_normal(shape, dtype=np.float32) for shape in ((2, 10, 14, 3), (2, 5, 7, 4)))
    kernel, bias = rng.standard_normal((3, 3, 7, 5), dtype=np.float32), rng.standard_normal(5, dtype=np.float32)
    small = [np.ones(x.shape[:3], bool), rng.random(x.shape[:3]) < 0.5][1 not in known]
    mask = np.ones(skip.shape[:3], bool) if 0 in known else rng.random(skip.shape[:3]) < 0.3
    masks = [mask[..., None].astype("float32"), small.repeat(2, 1).repeat(2, 2)[..., None].astype("float32")]
    plain, quick, trained = (layer(5, 3, known=known) for layer in (PartialConv2D, PartialUpConv2D, TrainedUpConv2D))
    enlarged = [skip, x.repeat(2, 1).repeat(2, 2)]
    plain(enlarged, masks), quick([skip, x], masks), trained([skip, x], masks)
    for layer in (plain, trained):
        layer.set_weights([kernel, bias])
    quick.set_weights([kernel[:, :, :3], bias, fold_to_cells(kernel[:, :, 3:])])
    expected, expected_mask = plain(enlarged, masks)
    for layer in (quick, trained):
        y, updated = layer([skip, x], masks)
        assert_allclose(np.asarray(y), np.asarray(expected), rtol=1e-4, atol=1e-4)
        assert_array_equal(np.asarray(updated), np.asarray(expected_mask))


@MODES
@pytest.mark.parametrize("levels", [1, 3])
def test_the_arrays_that_a_network_is_said_to_have_are_those_it_has(mode, levels):
    config = replace(small(mode), widths=SMALL.widths[:levels], kernels=SMALL.kernels[:levels])
    variables = variables_by_name(build_unet(config))
    assert stored_shapes(config) == {name: tuple(variable.shape) for name, variable in variables.items()}


@MODES
def test_the_folded_network_is_the_same_function(mode):
    model = randomize(build_unet(small(mode)))
    given = {name: np.asarray(variable) for name, variable in variables_by_name(model).items()}
    folded = build_unet(small(mode), fold_weights(given, small(mode)))
    for seed in range(5):
        sample = random_sample(seed, 16, 24)
        expected = np.asarray(model(sample, training=False))
        assert_allclose(np.asarray(folded(sample)), expected, rtol=1e-4, atol=1e-4)


@MODES
@pytest.mark.parametrize("seed", range(6))
def test_a_part_is_drawn_as_in_the_whole(mode, seed):
    rng = np.random.default_rng(seed)
    given = {name: np.asarray(v) for name, v in variables_by_name(randomize(build_unet(small(mode)))).items()}
    arrays, cropped = fold_weights(given, small(mode)), int(rng.integers(1, 4))
    image, mask = random_sample(seed, *8 * rng.integers(2, 9, 2))
    height, width = mask.shape[1:3]
    part = np.s_[:, rng.integers(height) : rng.integers(height) + 9, rng.integers(width) : rng.integers(width) + 9]
    mask[part] = np.where(mask[part].any(), mask[part], 0)
    outside = np.ones(mask.shape, bool)
    outside[part] = False
    mask[outside] = 1
    top, left, bottom, right = wanted = find_unknown(mask)
    crops = plan_crops(wanted, (height, width), cropped)
    drawn = np.asarray(build_unet(small(mode), arrays, cropped)([image, mask, crops]))
    above, beside = crops[0, 1, 0, 1:3]
    assert drawn.shape[1:3] == tuple(crops[0, 1, 1, 1:3])
    drawn = drawn[:, top - above : bottom - above, left - beside : right - beside]
    whole = np.asarray(build_unet(small(mode), arrays)([image, mask]))
    assert_allclose(drawn, whole[:, top:bottom, left:right], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"widths": ()}, "widths must be one or more positive numbers"),
        ({"widths": (4, 0), "kernels": (3, 3)}, "widths must be one or more positive numbers"),
        ({"widths": (4, 1.5), "kernels": (3, 3)}, "must be whole numbers"),
        ({"widths": (4, 4), "kernels": (3,)}, "kernels must be 2 odd numbers"),
        ({"widths": (4, 4), "kernels": (3, 4)}, "kernels must be 2 odd numbers"),
        ({"partial": 1}, "partial must be true or false, got 1"),
        ({"smooth_fill": "maybe"}, "smooth_fill must be one of"),
    ],
)
def test_a_network_that_cannot_be_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        UnetConfig(**options)


def test_a_network_survives_its_way_through_json():
    assert UnetConfig(**json.loads(json.dumps(asdict(SMALL)))) == SMALL


# Training in mixed precision


@pytest.fixture
def bfloat16():
    keras.config.set_dtype_policy("mixed_bfloat16")
    yield
    keras.config.set_dtype_policy("float32")


def test_mixed_bfloat16_trains_without_nan(bfloat16):
    model = build_unet(SMALL)
    assert {str(variable.dtype) for variable in model.trainable_variables} == {"float32"}
    model.compile(keras.optimizers.Adam(0.01), "mae", jit_compile=False)
    image, mask = random_sample(4, 16, 16, batch=4)
    losses = [model.train_on_batch([image * mask, mask], image / 2) for _ in range(12)]
    assert np.isfinite(losses).all()
    assert losses[-1] < 0.7 * losses[0]
    assert np.asarray(model([image, mask])).dtype == np.float32


# Weights files


def save(path: Path, model: keras.Model, config: UnetConfig = SMALL, **changes) -> Path:
    """Write the network's arrays, some of them changed, or left out where None."""
    arrays = {name: np.asarray(variable) for name, variable in variables_by_name(model).items()}
    arrays = {name: array for name, array in {**arrays, **changes}.items() if array is not None}
    write_weights(path, Weights(asdict(config), arrays))
    return path


@MODES
def test_a_network_comes_back_from_its_file(mode, tmp_path):
    model = randomize(build_unet(small(mode)))
    again = load_unet(save(tmp_path / "model.h5", model, small(mode)))
    for one, other in zip(model.get_weights(), again.get_weights(), strict=True):
        assert_array_equal(one, other)


@MODES
def test_the_predictor_gives_the_same_bytes_every_time_and_nothing_beyond_black_and_white(mode, tmp_path):
    path = save(tmp_path / "model.h5", randomize(build_unet(small(mode))), small(mode))
    image, mask = random_sample(5, 24, 16, batch=2)
    drawn = [predict(image, mask) for predict in (load_predictor(path), load_predictor(path)) for _ in range(2)]
    assert drawn[0].dtype == np.float32
    assert drawn[0].shape == image.shape
    assert 0 <= drawn[0].min() < drawn[0].max() <= 1
    assert len({array.tobytes() for array in drawn}) == 1


def test_the_predictor_is_the_trained_network(tmp_path):
    model = randomize(build_unet(SMALL))
    image, mask = random_sample(5, 24, 16)
    drawn = load_predictor(save(tmp_path / "model.h5", model))(image, mask)
    assert_allclose(drawn, np.clip(np.asarray(model([image, mask], training=False)), 0, 1), rtol=1e-4, atol=1e-4)


def test_the_predictor_draws_where_something_is_unknown_and_leaves_the_rest_as_it_is(tmp_path):
    model = randomize(build_unet(SMALL))
    image, mask = random_sample(7, 64, 48, batch=2)
    mask[:, :20], mask[:, :, :10], mask[0, 40:] = 1, 1, 1
    drawn = load_predictor(save(tmp_path / "model.h5", model))(image, mask)
    whole = np.clip(np.asarray(model([image, mask], training=False)), 0, 1)
    top, left, bottom, right = find_unknown(mask)
    part = np.s_[:, top:bottom, left:right]
    assert_allclose(drawn[part], whole[part], rtol=1e-4, atol=1e-4)
    drawn[part] = image[part]
    assert_array_equal(drawn, image)


def test_lack_of_memory_is_a_memory_error_and_all_else_stays_what_it_is(tmp_path, monkeypatch):
    errors = pytest.importorskip("tensorflow").errors
    real, raised = network._compile, []

    def compile_failing(model):
        draw = real(model)

        def fail_or_draw(given):
            if raised:
                raise raised.pop()
            return draw(given)

        return fail_or_draw

    monkeypatch.setattr(network, "_compile", compile_failing)
    predict = load_predictor(save(tmp_path / "model.h5", randomize(build_unet(SMALL))))
    image, mask = random_sample(3, 32, 32)
    raised.append(errors.ResourceExhaustedError(None, None, "OOM when allocating tensor"))
    with pytest.raises(MemoryError, match="OOM when allocating tensor"):
        predict(image, mask)
    raised.append(RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 7 bytes"))  # as JAX says it
    with pytest.raises(MemoryError, match="Out of memory"):
        predict(image, mask)
    raised.append(errors.InvalidArgumentError(None, None, "a bug"))
    with pytest.raises(errors.InvalidArgumentError, match="a bug"):
        predict(image, mask)
    assert predict(image, mask).shape == image.shape


def test_the_predictor_in_bfloat16_draws_nearly_the_same_and_leaves_the_precision_as_it_was(tmp_path):
    path = save(tmp_path / "model.h5", randomize(build_unet(SMALL)))
    image, mask = random_sample(5, 24, 16)
    coarse, fine = load_predictor(path, "bfloat16")(image, mask), load_predictor(path)(image, mask)
    # Random kernels magnify each rounding; trained ones stay within a level or two of 255 (benchmarks/speed.py).
    assert 0 < np.abs(coarse - fine).mean() < 0.01
    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"draw/bias": None}, r"1 arrays are missing and 0 are not expected \(first: draw/bias\)"),
        ({"decoder_1_norm/beta": None}, r"1 arrays are missing and 0 are not expected \(first: decoder_1_norm/beta\)"),
        ({"extra/bias": np.zeros(1, np.float32)}, r"0 arrays are missing and 1 are not expected \(first: extra/bias\)"),
        ({"draw/bias": np.zeros(4, np.float32)}, r"draw/bias has shape \(4,\), expected \(3,\)"),
    ],
)
def test_arrays_that_do_not_fit_are_told_and_nothing_is_changed(changes, message, tmp_path):
    path = save(tmp_path / "model.h5", randomize(build_unet(SMALL)), **changes)
    for load in (load_unet, load_predictor):
        with pytest.raises(WeightsError, match=rf"model\.h5.*{message}.*get models/model\.h5 again") as failure:
            load(path)
        assert failure.value.exit_code == 3
    model = build_unet(SMALL)
    before = model.get_weights()
    arrays = {name: np.asarray(variable) + 1 for name, variable in variables_by_name(model).items()}
    arrays = {name: array for name, array in {**arrays, **changes}.items() if array is not None}
    with pytest.raises(WeightsError):
        assign_weights(model, Weights({}, arrays), path)
    for one, other in zip(before, model.get_weights(), strict=True):
        assert_array_equal(one, other)


@pytest.mark.parametrize("config", [{"depth": 3}, {"widths": [4, 4]}, {"widths": 4}, {"smooth_fill": "no"}])
def test_an_unknown_network_description_is_told(config, tmp_path):
    write_weights(tmp_path / "model.h5", Weights(config, {"a/b": np.zeros(1, np.float32)}))
    with pytest.raises(WeightsError, match=r"model\.h5: its network description is not one .*get models/model\.h5"):
        load_unet(tmp_path / "model.h5")


# The other backend

IN_JAX = """
import sys
import keras
import numpy as np
from libs.partial_conv import PartialConv2D, PartialUpConv2D
from model import load_predictor

assert keras.backend.backend() == "jax"
given = np.load(sys.argv[1])
layer = PartialConv2D(4, 5, 2)
features, masks = [given["image"], given["image"][..., :2]], [given["mask"], 1 - given["mask"]]
layer(features, masks)
layer.set_weights([given["kernel"], given["bias"]])
y, mask = layer(features, masks)
drawn = load_predictor(sys.argv[2])(given["image"], given["mask"])
np.savez(sys.argv[3], y=y, mask=mask, drawn=drawn)
"""


@pytest.mark.skipif(find_spec("jax") is None, reason="jax is not installed")
def test_the_jax_backend_draws_the_same(tmp_path):
    rng = np.random.default_rng(6)
    image, mask = random_sample(6, 32, 40)
    kernel, bias = rng.standard_normal((5, 5, 5, 4), dtype=np.float32), rng.standard_normal(4, dtype=np.float32)
    np.savez(tmp_path / "given.npz", image=image, mask=mask, kernel=kernel, bias=bias)
    config = UnetConfig((4, 6), (5, 3))
    save(tmp_path / "model.h5", randomize(build_unet(config)), config)
    files = [tmp_path / name for name in ("given.npz", "model.h5", "result.npz")]
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", IN_JAX, *map(str, files)], env=environment, check=True, cwd=ROOT)
    layer = PartialConv2D(4, 5, 2)
    features, masks = [image, image[..., :2]], [mask, 1 - mask]
    layer(features, masks)
    layer.set_weights([kernel, bias])
    y, updated = layer(features, masks)
    with np.load(files[2]) as result:
        assert_allclose(result["y"], np.asarray(y), rtol=1e-4, atol=1e-4)
        assert_array_equal(result["mask"], np.asarray(updated))
        assert_allclose(result["drawn"], load_predictor(files[1])(image, mask), rtol=1e-4, atol=1e-4)

"""The networks of two older programs: slow twins of their layers, and what the programs themselves computed."""

from pathlib import Path

import numpy as np
import pytest
from legacy_files import seeded_arrays, write_legacy
from numpy.testing import assert_allclose, assert_array_equal

from libs.inpaint import fill
from libs.legacy_unet import SETTINGS, GlobalMeanConv2D, LocalSumConv2D, make_legacy_predictor
from libs.settings import DEEPCREAMPY, FAMILIES, PCONV_KERAS
from libs.weights_legacy import read_legacy

GOLDEN = Path(__file__).parent / "golden"
FILES = {DEEPCREAMPY: "forward_v130_grid16.npz", PCONV_KERAS: "forward_pk_grid16.npz"}
SIDE = 512


@pytest.fixture(scope="session")
def predictors(tmp_path_factory):
    """Both networks with the numbers that the golden outputs were made with; one file of 131 MB, removed again."""
    path = write_legacy(tmp_path_factory.mktemp("legacy") / "their.h5", seeded_arrays())
    yield {family: make_legacy_predictor(read_legacy(path, family)) for family in FAMILIES}
    path.unlink()


def golden_image() -> np.ndarray:
    """(512, 512, 3) float32."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float64)
    red, green = 0.5 + 0.5 * np.sin(x / 37 + y / 91), 0.5 + 0.5 * np.cos(x / 53 - y / 29)
    return np.stack([red, green, ((x // 32 + y // 32) % 2) * 0.6 + 0.2], axis=-1).astype(np.float32)


def golden_mask(kind: str) -> np.ndarray:
    """(512, 512, 1) float32, 1 = known."""
    mask = np.ones((SIDE, SIDE, 1), np.float32)
    if kind == "nohole":
        return mask
    if kind == "allhole":
        return 0 * mask
    mask[180:300, 140:380] = 0
    mask[400:440, 10:90] = 0
    rows, columns = np.mgrid[:SIDE, :SIDE]
    if kind == "mosaic":
        mask[(rows + columns) % 2 == 0] = 1
    return mask


@pytest.mark.parametrize("kind", ["bar", "mosaic", "nohole"])
@pytest.mark.parametrize("family", FAMILIES)
def test_the_numbers_of_the_original_program_come_out(family, kind, predictors):
    drawn = predictors[family](golden_image()[None], golden_mask(kind)[None])
    expected = np.load(GOLDEN / FILES[family])[f"out_{kind}"]
    assert drawn.dtype == np.float32
    assert_allclose(drawn[0, ::16, ::16], expected, rtol=0, atol=1e-5)


def test_the_golden_outputs_tell_the_families_and_the_masks_apart():
    """Else agreeing with them would mean little."""
    one, other = (np.load(GOLDEN / name) for name in FILES.values())
    for kind in ("bar", "mosaic", "nohole"):
        assert np.abs(one[f"out_{kind}"] - other[f"out_{kind}"]).max() > 0.01
    for outputs in (one, other):
        assert np.abs(outputs["out_bar"] - outputs["out_nohole"]).max() > 2e-4


@pytest.mark.parametrize("family", FAMILIES)
def test_a_window_that_shows_nothing_is_refused(family, predictors):
    masks = np.stack([golden_mask("bar"), golden_mask("allhole")])
    with pytest.raises(ValueError, match="every window must show something known"):
        predictors[family](np.zeros((2, SIDE, SIDE, 3), np.float32), masks)


def test_a_picture_is_filled_in_the_windows_that_the_network_asks_for(predictors):
    predict = predictors[DEEPCREAMPY]
    assert predict.settings == SETTINGS[DEEPCREAMPY]
    pixels = np.random.default_rng(0).integers(0, 256, (90, 70, 3), dtype=np.uint8)
    hole = np.zeros((90, 70), bool)
    hole[20:60, 30:50] = True
    result = fill(pixels, hole, predict)
    assert_array_equal(result[~hole], pixels[~hole])
    assert not (result[hole] == pixels[hole]).all()


# The layers against loops


def make_branches(seed: int, size: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Two branches of 2 and 3 channels and their masks, two samples, known here and there."""
    rng = np.random.default_rng(seed)
    features = [rng.standard_normal((2, size, size, channels)).astype(np.float32) for channels in (2, 3)]
    masks = [(rng.random((2, size, size, 1)) < share).astype(np.float32) for share in (0.2, 0.05)]
    masks[0][:, 0, 0], masks[1][:, -1, -1] = 1, 1
    return features, masks


def padding_of(family: str, side: int, strides: int, size: int) -> int:
    """Zeros before the first row, as the family's framework pads."""
    if family == PCONV_KERAS:
        return (side - 1) // 2
    return max((-(-size // strides) - 1) * strides + side - size, 0) // 2


def slow_layer(family, branches, weights, strides):
    """One output number after the other, from the published arithmetic, with as many mask channels as features."""
    features, masks = branches
    kernel, bias = weights
    side, size = kernel.shape[0], features[0].shape[1]
    x = np.concatenate(features, axis=-1)[0].astype(np.float64)
    m = np.concatenate([np.repeat(m, x.shape[-1], -1) for x, m in zip(features, masks, strict=True)], axis=-1)[0]
    shown = x * m / m.mean(axis=(0, 1)) if family == DEEPCREAMPY else x * m
    before, out = padding_of(family, side, strides, size), -(-size // strides)
    padded, counted = (np.pad(a, ((before, side), (before, side), (0, 0))) for a in (shown, m.astype(np.float64)))
    y, known = np.zeros((out, out, kernel.shape[-1])), np.zeros((out, out, 1))
    for row, column in np.ndindex(out, out):
        place = slice(row * strides, row * strides + side), slice(column * strides, column * strides + side)
        count, drawn = counted[place].sum(), np.einsum("hwc,hwcf->f", padded[place], kernel)
        if family == PCONV_KERAS:
            known[row, column] = min(max(count, 0), 1)
            drawn = drawn * (side**2 / (count + 1e-8) * known[row, column])
        else:
            known[row, column] = count > 0
        y[row, column] = drawn + bias
    return y, known


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("side", "strides"), [(7, 2), (5, 2), (3, 2), (3, 1)])
@pytest.mark.parametrize(("family", "layer"), [(DEEPCREAMPY, GlobalMeanConv2D), (PCONV_KERAS, LocalSumConv2D)])
def test_a_layer_computes_what_its_family_publishes(family, layer, side, strides, seed):
    rng = np.random.default_rng(seed + 100)
    features, masks = make_branches(seed, 12)
    weights = rng.standard_normal((side, side, 5, 4)).astype(np.float32), rng.standard_normal(4).astype(np.float32)
    convolution = layer(4, side, strides)
    convolution.build([x.shape for x in features])
    convolution.set_weights(weights)
    y, known = (np.asarray(part) for part in convolution(features, masks))
    for number in range(2):
        sample = [[part[number : number + 1] for part in parts] for parts in (features, masks)]
        expected, expected_known = slow_layer(family, sample, weights, strides)
        assert_allclose(y[number], expected, rtol=1e-4, atol=1e-4)
        assert_array_equal(known[number], expected_known)


def test_settings_show_a_hole_and_half_its_size_around_it():
    for settings in SETTINGS.values():
        assert settings.window == settings.smallest == settings.step == SIDE
        assert SIDE - 5 <= settings.core * 1.5 <= SIDE

"""The loss: nothing for a perfect drawing, and otherwise what the paper's sums, written out slowly, say."""

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

from libs.training.losses import FEATURE_SCALE, LossWeights, feature_terms, pixel_terms

ALL = LossWeights()


def random_case(seed: int, side: int = 16):
    """Output, target (2, S, S, 3) and hole (2, S, S, 1), float32; the first sample's hole is larger."""
    rng = np.random.default_rng(seed)
    output, target = rng.random((2, 2, side, side, 3), dtype=np.float32)
    hole = np.zeros((2, side, side, 1), np.float32)
    hole[0, 2:12, 3:9], hole[1, 5:8, 6:10] = 1, 1
    return output, target, hole


def pixel_values(output, target, hole) -> dict[str, float]:
    return {name: float(value) for name, value in pixel_terms(output, target, hole, ALL).items()}


@pytest.fixture(scope="module")
def features() -> keras.Model:
    """Two maps: the picture itself, and some of its channels at half size."""
    images = keras.Input((None, None, 3))
    half = keras.layers.AveragePooling2D(2)(images)
    return keras.Model(images, [images * 57.4, half[..., :2] * 57.4])


def test_a_perfect_drawing_costs_nothing(features):
    _, target, hole = random_case(0)
    values = pixel_values(target, target, hole)
    assert [values[name] for name in ("valid", "hole", "gradient")] == [0, 0, 0]
    values = feature_terms(features, target, target, hole)
    assert [float(values[name]) for name in ("perceptual", "style")] == [0, 0]


def test_a_perfect_flat_drawing_does_not_vary_either():
    _, _, hole = random_case(0)
    flat = np.full((2, 16, 16, 3), 0.8, np.float32)
    assert set(pixel_values(flat, flat, hole).values()) == {0}


@pytest.mark.parametrize(("shade", "drawn"), [(1.0, 1.7), (0.0, -0.7)])
def test_beyond_pure_white_and_black_is_no_error(shade, drawn):
    _, _, hole = random_case(0)
    target, output = np.full((2, 16, 16, 3), shade, np.float32), np.full((2, 16, 16, 3), drawn, np.float32)
    values = pixel_values(output, target, hole)
    assert_allclose([values[name] for name in ("valid", "hole", "gradient")], 0, atol=1e-6)


@pytest.mark.parametrize("drawn", [1.7, -0.7])
def test_beyond_white_and_black_is_an_error_where_the_target_is_neither(drawn):
    _, _, hole = random_case(0)
    target, output = np.full((2, 16, 16, 3), 0.5, np.float32), np.full((2, 16, 16, 3), drawn, np.float32)
    assert_allclose(pixel_values(output, target, hole)["hole"], 1.2, rtol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_the_hole_term_is_the_mean_error_in_each_hole(seed):
    output, target, hole = random_case(seed)
    errors = [np.abs(o - t)[h[..., 0] == 1].mean() for o, t, h in zip(output, target, hole, strict=True)]
    assert_allclose(pixel_values(output, target, hole)["hole"], np.mean(errors), rtol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_the_valid_term_sees_only_what_is_outside_the_hole(seed):
    output, target, hole = random_case(seed)
    expected = (np.abs(output - target) * (1 - hole)).mean()
    assert_allclose(pixel_values(output, target, hole)["valid"], expected, rtol=1e-5)
    inside_only = np.where(hole == 1, output, target)
    assert pixel_values(inside_only, target, hole)["valid"] == 0


def test_a_small_hole_counts_as_much_as_a_large_one():
    target = np.full((1, 64, 64, 3), 0.5, np.float32)
    values = []
    for side in (6, 20, 50):
        hole = np.zeros((1, 64, 64, 1), np.float32)
        hole[:, 4 : 4 + side, 4 : 4 + side] = 1
        values.append(pixel_values(target + np.float32(0.25), target, hole)["hole"])
    assert_allclose(values, 0.25, rtol=1e-5)


def test_no_hole_at_all_is_finite():
    output, target, hole = random_case(0)
    assert np.isfinite(list(pixel_values(output, target, hole * 0).values())).all()


def slow_gradient(output, target, hole) -> float:
    """Mean slope of the error in the hole at three sizes, over the hole's share."""
    values = []
    for o, t, h in zip(output.astype(float), target, hole, strict=True):
        error = (o - t) * h
        for _ in range(3):
            corner = error[:-1, :-1]
            jumps = np.abs(error[1:, :-1] - corner) + np.abs(error[:-1, 1:] - corner)
            values.append(jumps.mean() / h.mean())
            error = (error[::2, ::2] + error[1::2, ::2] + error[::2, 1::2] + error[1::2, 1::2]) / 4
    return np.mean(values)


@pytest.mark.parametrize("seed", range(5))
def test_the_gradient_term_is_the_slope_of_the_error(seed):
    case = random_case(seed)
    assert_allclose(pixel_values(*case)["gradient"], slow_gradient(*case), rtol=1e-5)


def slow_variation(output, target, hole) -> float:
    """The paper's total variation: neighbours' differences in the hole and the ring of one pixel around it."""
    values = []
    for o, t, h in zip(output.astype(float), target, hole[..., 0], strict=True):
        composite, total = np.where(h[..., None] == 1, o, t), 0.0
        for row, column in np.ndindex(15, 15):
            if h[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2].any():
                total += np.abs(composite[row + 1, column] - composite[row, column]).sum()
                total += np.abs(composite[row, column + 1] - composite[row, column]).sum()
        values.append(total / (15 * 15 * 3) / h.mean())
    return np.mean(values)


@pytest.mark.parametrize("seed", range(5))
def test_the_variation_term_is_that_of_the_paper(seed):
    case = random_case(seed)
    assert_allclose(pixel_values(*case)["variation"], slow_variation(*case), rtol=1e-5)


def slow_gram(maps: np.ndarray) -> np.ndarray:
    """(H, W, C) -> (C, C): means of the products of two channels, over C."""
    gram = np.zeros((maps.shape[-1],) * 2)
    for one, other in np.ndindex(gram.shape):
        gram[one, other] = (maps[..., one].astype(float) * maps[..., other]).mean() / maps.shape[-1]
    return gram


@pytest.mark.parametrize("seed", range(5))
def test_the_feature_terms_are_those_of_the_paper(seed, features):
    output, target, hole = random_case(seed)
    perceptual, style = [], []
    for o, t, h in zip(output, target, hole, strict=True):
        half = [x.reshape(8, 2, 8, 2, 3).mean((1, 3))[..., :2] for x in (o, t)]
        for drawn, true in ((o, t), half):
            perceptual.append(np.abs(drawn - true).mean() / h.mean())
            style.append(np.abs(slow_gram(drawn) - slow_gram(true)).mean() / h.mean())
    values = feature_terms(features, output, target, hole)
    assert FEATURE_SCALE == 1 / 57.4
    assert_allclose(float(values["perceptual"]), 2 * np.mean(perceptual), rtol=1e-4)
    assert_allclose(float(values["style"]), 2 * np.mean(style), rtol=1e-3)


def test_squared_errors_are_means_over_the_hole():
    output, target, hole = random_case(4)
    values = pixel_terms(output, target, hole, LossWeights(square=1.0))
    cases = zip(output, target, hole[..., 0] > 0, strict=True)
    inside = [np.square(drawn - true)[where].mean() for drawn, true, where in cases]
    assert_allclose(float(values["square"]), np.mean(inside), rtol=1e-5)


def test_terms_of_no_weight_are_not_computed():
    terms = pixel_terms(*random_case(0), LossWeights(gradient=0, variation=0))
    assert set(terms) == {"valid", "hole"}
    assert not LossWeights(perceptual=0, style=0).needs_features
    assert LossWeights(perceptual=0, style=1).needs_features

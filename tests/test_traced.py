"""The network as it was traced once: it draws what Keras' network draws, and gives way where it cannot."""

import json
import logging
import subprocess
import sys
import zipfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image
from place import draw_page, write_tiny_weights

from libs import graph_session, traced, tracing
from libs.folding import fold_weights
from libs.network import load_network
from libs.unet import UnetConfig, stored_shapes
from libs.weights import Weights, write_weights
from libs.weights_network import Folded, read_folded
from model import load_predictor

ROOT = Path(__file__).parent.parent
NOWHERE = Path("nowhere.h5")
PRECISIONS = pytest.mark.parametrize("precision", tracing.PRECISIONS)
SIZES = [(128, 128), (128, 256), (384, 128)]


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    """Those of a usual network that draws something, whatever."""
    rng, made = np.random.default_rng(2), {}
    for name, shape in stored_shapes(UnetConfig()).items():
        wide = (2 / np.prod(shape[:-1])) ** 0.5 if name.endswith("kernel") else 0.1
        low = 1.0 if name.endswith(("gamma", "moving_variance")) else 0.0
        made[name] = np.float32(low) + np.float32(wide) * rng.standard_normal(shape, np.float32).clip(-2, 2)
    return made


@pytest.fixture(scope="module")
def weights(arrays) -> Folded:
    return Folded(UnetConfig(), fold_weights(arrays, UnetConfig()))


def paint_windows(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Images and masks of one size: a speck, a bar up to two borders, or nothing known; two at once at times."""
    rng = np.random.default_rng(seed)
    height, width = SIZES[seed % len(SIZES)]
    batch = 1 + seed % 2
    images = rng.random((batch, height // 16, width // 16, 3), np.float32).repeat(16, 1).repeat(16, 2)
    masks = np.ones((batch, height, width, 1), np.float32)
    top, left = rng.integers(0, height - 40), rng.integers(0, width - 40)
    holes = [np.s_[0, top : top + 3, left : left + 2], np.s_[:, top : top + 30], np.s_[:]]
    masks[holes[seed // 2 % 3]] = 0
    return images * masks, masks


@PRECISIONS
def test_it_draws_the_same_bytes_as_the_network_of_keras(precision, weights):
    quick, slow = traced.load_traced(weights, precision), load_predictor(NOWHERE, precision, weights=weights)
    for seed in range(6):
        images, masks = paint_windows(seed)
        drawn = quick(images, masks)
        assert drawn.dtype == np.float32
        assert drawn.shape == images.shape
        assert 0.05 < drawn[masks[..., 0] == 0].std() < 0.5
        assert_array_equal(drawn, slow(images, masks))


@PRECISIONS
def test_the_file_holds_what_the_network_is_now(precision):
    """If this fails, `python -m libs.tracing` makes the file anew."""
    with zipfile.ZipFile(traced.TRACED) as file:
        if json.loads(file.read(tracing.VERSIONS)) != tracing.describe_versions():
            pytest.skip("other versions may trace the same network in another way")
        assert file.read(f"{precision}.pb") == tracing.trace(UnetConfig(), precision)


def test_the_same_network_makes_the_same_file(tmp_path, monkeypatch):
    monkeypatch.setattr(tracing, "TRACED", tmp_path / "traced.zip")
    monkeypatch.setattr(tracing, "trace", lambda config, precision: precision.encode() * 1000)
    tracing.main()
    first = (tmp_path / "traced.zip").read_bytes()
    tracing.main()
    assert (tmp_path / "traced.zip").read_bytes() == first


def test_a_network_of_another_shape_is_traced_anew(tmp_path, caplog):
    write_tiny_weights(tmp_path / "model.h5")
    caplog.set_level(logging.INFO, "decensor")
    assert traced.load_traced(read_folded(tmp_path / "model.h5"), "float32") is None
    assert "not of the usual shape" in caplog.text
    images, masks = np.full((1, 4, 4, 3), 0.5, np.float32), np.zeros((1, 4, 4, 1), np.float32)
    assert load_network(tmp_path / "model.h5", "float32")(images, masks).shape == images.shape


def test_where_the_library_cannot_be_used_the_network_is_traced_anew(monkeypatch, caplog, weights):
    def refuse():
        raise graph_session.UnusableError("no library today")

    monkeypatch.setattr(graph_session, "open_library", refuse)
    caplog.set_level(logging.INFO, "decensor")
    images, masks = paint_windows(2)
    drawn = load_network(NOWHERE, weights=weights)(images, masks)
    assert "traced anew: no library today" in caplog.text
    monkeypatch.undo()
    assert_array_equal(drawn, load_network(NOWHERE, weights=weights)(images, masks))


def test_a_picture_is_filled_without_anything_of_keras(tmp_path, arrays):
    write_weights(tmp_path / "model.h5", Weights(asdict(UnetConfig()), arrays))
    (tmp_path / "in").mkdir()
    Image.fromarray(draw_page()).save(tmp_path / "in" / "page.png")
    look = "import sys, decensor; code = decensor.main(sys.argv[1:]); sys.exit(code or 'keras' in sys.modules)"
    options = ["--decensor_input_path", tmp_path / "in", "--decensor_output_path", tmp_path / "out"]
    options += ["--model", tmp_path / "model.h5"]
    run = subprocess.run([sys.executable, "-c", look, *options], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 hole filled" in run.stdout
    assert (np.asarray(Image.open(tmp_path / "out" / "page.png"))[10:20, 10:20] != (0, 255, 0)).any(axis=-1).all()

"""What the program tells of a weights file before it uses it."""

import numpy as np
import pytest
from legacy_files import Dialect, seeded_arrays, write_legacy

from libs import weights_legacy
from libs.errors import WeightsError
from libs.settings import DEEPCREAMPY, PCONV_KERAS
from libs.weights import Weights, write_weights
from libs.weights_kinds import describe_choice, describe_weights, read_kind


@pytest.fixture
def own(tmp_path):
    training = {"samples": 12, "losses": {"hole": 0.123456, "valid": 1.0}}
    path = tmp_path / "own.h5"
    write_weights(path, Weights({"widths": [4, 6]}, {"a/kernel": np.zeros((3, 2), np.float16)}, training))
    return path


@pytest.fixture
def theirs(tmp_path, monkeypatch):
    monkeypatch.setattr(weights_legacy, "ENCODER", ((7, 3, 2), (5, 2, 4)))
    monkeypatch.setattr(weights_legacy, "DECODER", ((3, 6, 2), (3, 5, 3)))
    return write_legacy(tmp_path / "their.h5", seeded_arrays(), Dialect(PCONV_KERAS))


def test_own_weights_are_described_with_their_training(own):
    assert describe_weights(own) == [
        f"{own}: this program's own weights, format 1",
        "  arrays: 1 in 1 layers, 6 numbers, float16",
        f"  size: {own.stat().st_size:,} bytes",
        "  network: widths 4 6",
        "  training: losses (hole 0.1235, valid 1), samples 12",
    ]


def test_weights_without_a_training_summary_say_so(tmp_path):
    write_weights(tmp_path / "own.h5", Weights({}, {"a/b": np.zeros(1, np.float32)}))
    assert describe_weights(tmp_path / "own.h5")[-1] == "  training: nothing recorded"


def test_their_weights_are_described_with_the_family(theirs):
    first, arrays, size = describe_weights(theirs)
    assert first == (
        f"{theirs}: taken for weights of PConv-Keras, as its layer names hint; --model_family would name another"
    )
    assert arrays == "  arrays: 18 in 7 layers, 784 numbers, float32"
    assert size == f"  size: {theirs.stat().st_size:,} bytes"
    first, *_ = describe_weights(theirs, DEEPCREAMPY)
    assert first == f"{theirs}: taken for weights of DeepCreamPy 1.0 to 1.3, as --model_family says"


def test_a_choice_is_only_told_for_their_weights(own, theirs, tmp_path):
    assert describe_choice(own) == []
    assert describe_choice(tmp_path / "missing.h5") == []
    assert "PConv-Keras" in describe_choice(theirs)[0]


def test_a_family_for_own_weights_is_told(own):
    read_kind(own)
    with pytest.raises(WeightsError, match="own weights, not of PConv-Keras; leave --model_family out"):
        read_kind(own, PCONV_KERAS)


def test_neither_kind_is_used_when_broken(own, theirs):
    for path in (own, theirs):
        path.write_bytes(path.read_bytes()[:-9])
        with pytest.raises(WeightsError, match="broken or incomplete weights file"):
            read_kind(path)
        with pytest.raises(WeightsError, match="broken or incomplete weights file"):
            describe_weights(path)

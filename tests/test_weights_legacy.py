"""Files of two older programs come back as they were written, whatever their dialect; all else is one sentence."""

import h5py
import numpy as np
import pytest
from legacy_files import Dialect, seeded_arrays, write_legacy
from numpy.testing import assert_array_equal

from libs import weights_legacy
from libs.errors import WeightsError
from libs.settings import DEEPCREAMPY, FAMILIES, PCONV_KERAS
from libs.weights import Weights, write_weights
from libs.weights_legacy import (
    choose_family,
    expected_layers,
    guess_family,
    is_legacy,
    read_legacy,
)

DIALECTS = [
    Dialect(),
    Dialect(PCONV_KERAS),
    Dialect(first=49),
    Dialect(whole_model=True),
    Dialect(PCONV_KERAS, mask_kernels=True),
    Dialect(PCONV_KERAS, first=17, whole_model=True, mask_kernels=True),
]


@pytest.fixture
def narrow(monkeypatch):
    """The same layers with few channels: files of kilobytes instead of 131 MB."""
    monkeypatch.setattr(weights_legacy, "ENCODER", ((7, 3, 2), (5, 2, 4), (3, 4, 4)))
    monkeypatch.setattr(weights_legacy, "DECODER", ((3, 8, 4), (3, 6, 2), (3, 5, 3)))


@pytest.fixture
def arrays(narrow):
    return seeded_arrays()


@pytest.fixture
def path(tmp_path, arrays):
    return write_legacy(tmp_path / "their.h5", arrays)


def complain(path, family=None) -> str:
    """The sentence about a file; it must name the file, be one line, and be an error of weights."""
    with pytest.raises(WeightsError) as failure:
        read_legacy(path, family)
    sentence = str(failure.value)
    assert failure.value.exit_code == 3
    assert sentence.startswith(f"{path}: ")
    assert "\n" not in sentence
    return sentence


def layer_of(file: h5py.File, start: str) -> h5py.Group:
    return next(file[name][name] for name in file if name.startswith(start))


def test_the_published_layers_and_numbers_are_expected():
    layers = expected_layers()
    assert len(layers) == 31
    assert sum(int(np.prod(shape)) for _, shapes in layers for shape in shapes.values()) == 32_876_128


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_every_dialect_comes_back_as_it_was_written(dialect, tmp_path, arrays):
    path = write_legacy(tmp_path / "their.h5", arrays, dialect)
    assert is_legacy(path)
    weights = read_legacy(path)
    assert weights.family == dialect.family
    assert sorted(weights.arrays) == sorted(arrays)
    for name, array in arrays.items():
        assert weights.arrays[name].dtype == np.float32
        assert_array_equal(weights.arrays[name], array)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_family_that_is_asked_for_counts_more_than_the_names(family, path):
    assert guess_family(path) == DEEPCREAMPY
    assert read_legacy(path, family).family == family


def test_names_that_hint_at_no_family_need_the_option(tmp_path, arrays):
    path = write_legacy(tmp_path / "their.h5", arrays, Dialect(hints=False))
    assert guess_family(path) == ""
    assert "add --model_family deepcreampy (DeepCreamPy 1.x) or --model_family pconv-keras" in complain(path)
    assert choose_family(path, PCONV_KERAS) == read_legacy(path, PCONV_KERAS).family == PCONV_KERAS


def test_only_files_of_keras_2_are_taken_for_legacy_ones(tmp_path):
    write_weights(tmp_path / "own.h5", Weights({}, {"layer/kernel": np.zeros(1, np.float32)}))
    (tmp_path / "broken.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    for name in ("own.h5", "broken.h5", "missing.h5"):
        assert not is_legacy(tmp_path / name)


def test_a_missing_file_and_one_that_is_not_hdf5_are_told(tmp_path):
    assert "there is no such weights file" in complain(tmp_path / "their.h5")
    (tmp_path / "their.h5").write_bytes(b"PK\x03\x04 a zip")
    assert "not an HDF5 file (10 bytes)" in complain(tmp_path / "their.h5")


def test_a_file_of_another_program_is_told(tmp_path):
    with h5py.File(tmp_path / "their.h5", "w") as file:
        file["conv/kernel"] = np.zeros(3, np.float32)
    assert "broken or incomplete weights file" in complain(tmp_path / "their.h5")


@pytest.mark.parametrize("family", [None, DEEPCREAMPY])
def test_a_truncated_file_is_told_wherever_it_ends(family, path):
    content = path.read_bytes()
    for length in {8, 9, 100, *range(512, len(content), 997), len(content) - 1}:
        path.write_bytes(content[:length])
        sentence = complain(path, family)
        assert "broken or incomplete weights file" in sentence or "not an HDF5 file" in sentence


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_told_with_its_place(number, tmp_path, arrays):
    arrays["partial_2_norm/gamma"][1] = number
    path = write_legacy(tmp_path / "their.h5", arrays)
    assert "partial_2_norm/gamma holds numbers that are not finite" in complain(path)


def test_a_mask_kernel_that_does_not_only_count_is_told(tmp_path, arrays):
    path = write_legacy(tmp_path / "their.h5", arrays, Dialect(mask_kernels=True))
    with h5py.File(path, "a") as file:
        layer_of(file, "p_conv2d_4")["Variable:0"][0, 0, 0, 0] = 2
    assert "layer p_conv2d_4 weighs its mask by other numbers than ones" in complain(path)


def test_another_network_is_told_with_what_was_found(tmp_path, arrays, monkeypatch):
    path = write_legacy(tmp_path / "their.h5", arrays)
    monkeypatch.setattr(weights_legacy, "ENCODER", ((7, 3, 2), (5, 2, 4), (3, 4, 5)))
    assert "(layer p_conv2d_3 has shapes [(3, 3, 4, 4), (4,)], expected [(3, 3, 4, 5), (5,)])" in complain(path)
    monkeypatch.setattr(weights_legacy, "ENCODER", ((7, 3, 2), (5, 2, 4)))
    assert "another network (11 layers with numbers, expected 9)" in complain(path)


def put_link_to_another_file(layer):
    del layer["bias:0"]
    layer["bias:0"] = h5py.ExternalLink("other.h5", "/bias")


def put_soft_link(layer):
    del layer["bias:0"]
    layer["bias:0"] = h5py.SoftLink("/elsewhere")


def put_second_name(layer):
    layer["again"] = layer["bias:0"]


def put_whole_numbers(layer):
    shape = layer["bias:0"].shape
    del layer["bias:0"]
    layer["bias:0"] = np.zeros(shape, np.int32)


def put_group(layer):
    del layer["bias:0"]
    layer.create_group("bias:0")


def put_size_without_numbers(layer):
    shape = layer["img_kernel:0"].shape
    del layer["img_kernel:0"]
    layer.create_dataset("img_kernel:0", shape, np.float32)


def put_huge_size(layer):
    del layer["img_kernel:0"]
    layer.create_dataset("img_kernel:0", (1 << 20, 1 << 20), np.float32, chunks=(1024, 1024), compression="gzip")


def leave_out_array(layer):
    del layer["bias:0"]


def leave_out_names(layer):
    del layer.parent.attrs["weight_names"]


def put_number_for_names(layer):
    layer.parent.attrs["weight_names"] = 3


def put_numbers_for_names(layer):
    layer.parent.attrs["weight_names"] = np.arange(3)


def put_names_elsewhere(layer):
    layer.parent.attrs["weight_names"] = np.array([b"../../etc/passwd", b"/etc/passwd"])


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (put_link_to_another_file, "p_conv2d_2/bias:0 is not in the file itself"),
        (put_soft_link, "p_conv2d_2/bias:0 is not in the file itself"),
        (put_second_name, "p_conv2d_2/bias:0 has more than one name"),
        (put_whole_numbers, "p_conv2d_2 holds something else than arrays of numbers"),
        (put_group, "p_conv2d_2 holds something else than arrays of numbers"),
        (put_size_without_numbers, "should have 800 bytes, but 0 are in the file"),
        (put_huge_size, "should have 4398046511104 bytes, but 0 are in the file"),
        (leave_out_array, "p_conv2d_2/bias:0 is not in the file itself"),
        (leave_out_names, "weight_names"),
        (put_number_for_names, "weight_names is not a row of names"),
        (put_numbers_for_names, "weight_names is not a row of names"),
        (put_names_elsewhere, "../../etc/passwd is not in the file itself"),
    ],
)
def test_an_odd_structure_is_told(spoil, message, path):
    with h5py.File(path, "a") as file:
        spoil(layer_of(file, "p_conv2d_2"))
    sentence = complain(path)
    assert f"{path}: broken or incomplete weights file (" in sentence
    assert message in sentence


def test_names_without_any_layer_are_told(tmp_path):
    with h5py.File(tmp_path / "their.h5", "w") as file:
        file.attrs["layer_names"] = np.zeros(0)
    assert "another network (0 layers with numbers" in complain(tmp_path / "their.h5", DEEPCREAMPY)

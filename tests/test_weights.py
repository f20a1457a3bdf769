"""Weights files come back as they were written; everything else is one clear sentence and exit code 3."""

import json

import h5py
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from libs.errors import WeightsError
from libs.weights import WHERE_TO_GET, Weights, read_arrays, read_weights, write_weights

CONFIG = {"widths": [4, 6], "smooth_fill": "seen"}
TRAINING = {"samples": 1200, "losses": {"hole": 0.25}}


def make_weights(kind: type = np.float16) -> Weights:
    rng = np.random.default_rng(0)
    shapes = {"draw/bias": (3,), "draw/kernel": (3, 3, 8, 3), "encoder_1/kernel": (5, 5, 3, 4), "norm/scalar": ()}
    arrays = {name: np.asarray(rng.standard_normal(shape), dtype=kind) for name, shape in shapes.items()}
    return Weights(CONFIG, arrays, TRAINING)


@pytest.fixture
def path(tmp_path):
    write_weights(tmp_path / "model.h5", make_weights())
    return tmp_path / "model.h5"


def assert_equal(one: Weights, other: Weights) -> None:
    assert (one.config, one.training) == (other.config, other.training)
    assert sorted(one.arrays) == sorted(other.arrays)
    for name, array in one.arrays.items():
        assert array.dtype == other.arrays[name].dtype
        assert_array_equal(array, other.arrays[name])


def complain(path) -> str:
    """The sentence about a file; it must name the file, say where to get the right one, and be one line."""
    with pytest.raises(WeightsError) as failure:
        read_weights(path)
    sentence = str(failure.value)
    assert failure.value.exit_code == 3
    assert sentence.startswith(f"{path}: ")
    assert sentence.endswith(WHERE_TO_GET)
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize("kind", [np.float16, np.float32])
def test_weights_come_back_as_they_were_written(kind, tmp_path):
    write_weights(tmp_path / "model.h5", make_weights(kind))
    assert_equal(read_weights(tmp_path / "model.h5"), make_weights(kind))


def test_the_same_weights_are_the_same_bytes(path, tmp_path):
    write_weights(tmp_path / "again.h5", make_weights())
    assert (tmp_path / "again.h5").read_bytes() == path.read_bytes()


def test_writing_replaces_an_older_file_and_leaves_nothing_beside_it(path, tmp_path):
    write_weights(path, make_weights(np.float32))
    assert_equal(read_weights(path), make_weights(np.float32))
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "array"),
    [("draw/bias", np.zeros(3)), ("draw/bias", np.zeros(3, np.int32)), ("bias", np.zeros(3, np.float32))],
)
def test_only_layers_of_float16_and_float32_are_written(name, array, tmp_path):
    with pytest.raises(ValueError, match=rf"{name} must be layer/array and float16 or float32"):
        write_weights(tmp_path / "model.h5", Weights({}, {name: array}))
    assert not list(tmp_path.iterdir())


def test_a_missing_file_is_told(tmp_path):
    assert "there is no such weights file" in complain(tmp_path / "model.h5")


def test_a_folder_is_no_weights_file(tmp_path):
    assert "there is no such weights file" in complain(tmp_path)


@pytest.mark.parametrize("content", [b"", b"version https://git-lfs.github.com/spec/v1\n", b"\x89PNG\r\n\x1a\n" * 99])
def test_a_file_that_is_not_hdf5_is_told_with_its_size(content, tmp_path):
    path = tmp_path / "model.h5"
    path.write_bytes(content)
    assert f"not an HDF5 file ({len(content)} bytes), expected a weights file" in complain(path)


def test_a_truncated_file_is_told_wherever_it_ends(path):
    content = path.read_bytes()
    for length in {8, 9, 100, *range(512, len(content), 97), len(content) - 1}:
        path.write_bytes(content[:length])
        sentence = complain(path)
        assert "broken or incomplete weights file" in sentence or "not an HDF5 file" in sentence


def test_weights_of_another_program_are_told_with_what_they_hold(tmp_path):
    path = tmp_path / "model.h5"
    with h5py.File(path, "w") as file:
        file["model_weights/conv2d/kernel"] = np.zeros(3)
        file["optimizer_weights"] = np.zeros(3)
    sentence = complain(path)
    assert "weights of another program (it holds model_weights, optimizer_weights)" in sentence
    assert "expected the format 'decensor weights'" in sentence


def test_an_empty_hdf5_file_is_told(tmp_path):
    with h5py.File(tmp_path / "model.h5", "w"):
        pass
    assert "it holds nothing" in complain(tmp_path / "model.h5")


def test_a_newer_format_is_told_with_both_versions(path):
    with h5py.File(path, "a") as file:
        file.attrs["format_version"] = 2
    assert "format version 2, this program reads version 1; get a newer program, or " in complain(path)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_told_with_its_place(number, tmp_path):
    weights = make_weights()
    weights.arrays["draw/kernel"][2, 1, 7, 0] = number
    write_weights(tmp_path / "model.h5", weights)
    assert "draw/kernel holds numbers that are not finite" in complain(tmp_path / "model.h5")


def test_a_changed_number_does_not_match_the_checksum(path):
    with h5py.File(path, "a") as file:
        file["draw/kernel"][0, 0, 0, 0] += 1
    assert "do not match its own checksum" in complain(path)


def test_a_missing_and_a_surplus_array_do_not_match_the_checksum(path):
    with h5py.File(path, "a") as file:
        del file["draw/bias"]
    assert "do not match its own checksum" in complain(path)
    write_weights(path, make_weights())
    with h5py.File(path, "a") as file:
        file["draw/more"] = np.zeros(3, np.float16)
    assert "do not match its own checksum" in complain(path)


def test_another_shape_of_the_same_numbers_does_not_match_the_checksum(path):
    with h5py.File(path, "a") as file:
        turned = file["draw/kernel"][()].reshape(3, 3, 3, 8)
        del file["draw/kernel"]
        file["draw/kernel"] = turned
    assert "do not match its own checksum" in complain(path)


def put_array_for_group(file):
    file["layer"] = np.zeros(3, np.float16)


def put_group_for_array(file):
    file.create_group("draw/deeper")


def put_text_for_array(file):
    file["draw/text"] = "hello"


def put_whole_numbers_for_array(file):
    file["draw/counts"] = np.arange(3)


def put_broken_link(file):
    file["draw/link"] = h5py.SoftLink("/nowhere")


def put_link_to_another_file(file):
    file["draw/link"] = h5py.ExternalLink("other.h5", "/draw/kernel")


def put_second_name(file):
    file["draw/again"] = file["draw/kernel"]


def put_circle(file):
    file["draw/again"] = file["draw"]


def put_numbers_of_another_file(file):
    file.create_dataset("draw/other", (4,), np.float32, external=[("/etc/hostname", 0, 16)])


def put_view_of_another_file(file):
    layout = h5py.VirtualLayout((3,), np.float16)
    layout[:] = h5py.VirtualSource("other.h5", "draw/bias", (3,))
    file.create_virtual_dataset("draw/view", layout)


def put_unknown_filter(file):
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_chunk((4,))
    plan.set_filter(32015, h5py.h5z.FLAG_OPTIONAL)  # a number of a plugin that HDF5 would look for
    h5py.h5d.create(file["draw"].id, b"plugged", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((4,)), plan)


def put_size_without_numbers(file):
    file.create_dataset("draw/huge", (1 << 40,), np.float32)


def put_packed_size_without_numbers(file):
    file.create_dataset("draw/huge", (1 << 30,), np.float32, chunks=(1 << 20,), compression="gzip")


def put_broken_json(file):
    file.attrs["config"] = "{'widths': 3}"


def put_list_for_config(file):
    file.attrs["config"] = json.dumps([1, 2])


def put_array_for_config(file):
    file.attrs["config"] = np.arange(4)


def put_nothing_for_config(file):
    file.attrs["config"] = h5py.Empty("f")


def put_array_for_version(file):
    file.attrs["format_version"] = np.arange(4)


def leave_out_checksum(file):
    del file.attrs["sha256"]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (put_array_for_group, "layer is not a group of arrays"),
        (put_group_for_array, "draw/deeper is not an array of float16 or float32"),
        (put_text_for_array, "draw/text is not an array of float16 or float32"),
        (put_whole_numbers_for_array, "draw/counts is not an array of float16 or float32"),
        (put_broken_link, "link is not in the file itself"),
        (put_link_to_another_file, "link is not in the file itself"),
        (put_second_name, "has more than one name"),
        (put_circle, "has more than one name"),
        (put_numbers_of_another_file, "draw/other does not hold its numbers plainly"),
        (put_view_of_another_file, "draw/view does not hold its numbers plainly"),
        (put_unknown_filter, "draw/plugged does not hold its numbers plainly"),
        (put_size_without_numbers, "draw/huge should have 4398046511104 bytes, but 0 are in the file"),
        (put_packed_size_without_numbers, "draw/huge should have 4294967296 bytes, but 0 are in the file"),
        (put_broken_json, "Expecting property name"),
        (put_list_for_config, "config and training must be JSON objects"),
        (put_array_for_config, "config is not a text"),
        (put_nothing_for_config, "config is not a text"),
        (put_array_for_version, ""),
        (leave_out_checksum, "sha256"),
    ],
)
def test_an_odd_structure_is_told(spoil, message, path):
    with h5py.File(path, "a") as file:
        spoil(file)
    with pytest.raises(WeightsError, match=rf"broken or incomplete weights file \(.*({message}).*\), expected a whole"):
        read_weights(path)
    complain(path)


def test_an_array_for_the_name_of_the_format_is_told(path):
    with h5py.File(path, "a") as file:
        file.attrs["format"] = np.arange(4)
    complain(path)


@pytest.mark.parametrize("share", [0.25, 1.0], ids=["in the head", "anywhere"])
def test_no_changed_byte_goes_unnoticed(share, path):
    """Nor does one crash HDF5, which it would do in files of HDF5 1.8."""
    content, right = path.read_bytes(), make_weights()
    rng = np.random.default_rng(1)
    noticed = 0
    for _ in range(100):
        changed = bytearray(content)
        changed[rng.integers(int(share * len(content)))] ^= int(rng.integers(1, 256))
        path.write_bytes(changed)
        try:
            weights = read_weights(path)
        except WeightsError:
            noticed += 1
        else:
            assert_equal(weights, right)
    assert noticed > 50


def test_every_array_of_a_foreign_file_is_read_under_its_full_path(tmp_path):
    with h5py.File(tmp_path / "foreign.h5", "w") as file:
        file["a/b/c"], file["d"] = np.arange(3), np.float32(2)
    arrays = read_arrays(tmp_path / "foreign.h5", "get it again")
    assert sorted(arrays) == ["a/b/c", "d"]
    assert_array_equal(arrays["a/b/c"], [0, 1, 2])


def test_a_foreign_file_that_cannot_be_read_is_told_with_the_advice_of_the_one_who_asks(path, tmp_path):
    with pytest.raises(WeightsError, match=r"there is no such weights file; get it again$"):
        read_arrays(tmp_path / "missing.h5", "get it again")
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(WeightsError, match=r"broken or incomplete HDF5 file \(.*\); get it again$"):
        read_arrays(path, "get it again")

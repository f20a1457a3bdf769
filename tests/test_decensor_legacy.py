"""The command line with weights files of other programs."""

import pytest
from legacy_files import Dialect, seeded_arrays, write_legacy
from place import draw_page, grey

from libs import engine, weights_legacy
from libs.settings import PCONV_KERAS


@pytest.fixture
def narrow(monkeypatch):
    monkeypatch.setattr(weights_legacy, "ENCODER", ((7, 3, 2), (5, 2, 4)))
    monkeypatch.setattr(weights_legacy, "DECODER", ((3, 6, 2), (3, 5, 3)))


@pytest.fixture
def asked(monkeypatch):
    """What the network was loaded with."""
    asked = []
    monkeypatch.setattr(engine, "load_network", lambda *network: asked.append(network) or grey)
    return asked


def write_theirs(place, **dialect):
    return write_legacy(place.home / "their.h5", seeded_arrays(), Dialect(**dialect))


def test_their_weights_just_work_and_the_family_is_told(place, narrow, asked):
    path = write_theirs(place)
    place.put("page.png", draw_page())
    code, lines, error = place.run("--model", str(path))
    assert (code, error) == (0, "")
    assert lines[0] == (
        f"{path}: taken for weights of DeepCreamPy 1.0 to 1.3, as its layer names hint; "
        "--model_family would name another"
    )
    assert "1 hole filled" in lines[1]
    assert [(network[0], network[2]) for network in asked] == [(path, None)]


def test_the_option_overrides_the_hint(place, narrow, asked):
    path = write_theirs(place)
    place.put("page.png", draw_page())
    _, lines, _ = place.run("--model", str(path), "--model_family", PCONV_KERAS)
    assert lines[0] == f"{path}: taken for weights of PConv-Keras, as --model_family says"
    assert asked[0][2] == PCONV_KERAS


def test_a_file_that_hints_at_nothing_needs_the_option(place, narrow, no_network):
    path = write_theirs(place, hints=False)
    place.put("page.png", draw_page())
    code, lines, error = place.run("--model", str(path))
    assert (code, lines) == (3, [])
    assert error == (
        f"decensor: {path}: its layer names do not tell which program it is from; "
        "add --model_family deepcreampy (DeepCreamPy 1.x) or --model_family pconv-keras\n"
    )


def test_a_broken_file_of_theirs_is_told_before_anything_is_written(place, narrow, no_network):
    path = write_theirs(place)
    path.write_bytes(path.read_bytes()[:-100])
    place.put("page.png", draw_page())
    code, _, error = place.run("--model", str(path))
    assert code == 3
    assert f"decensor: {path}: broken or incomplete weights file" in error
    assert not place.results.exists()


def test_a_family_for_this_programs_own_weights_is_told(place, no_network):
    place.put("page.png", draw_page())
    code, _, error = place.run("--model_family", PCONV_KERAS)
    assert code == 3
    assert "this program's own weights, not of PConv-Keras; leave --model_family out" in error


def test_an_unknown_family_is_told_with_those_there_are(place):
    code, _, error = place.run("--model_family", "caffe")
    assert code == 2
    assert "'deepcreampy', 'pconv-keras'" in error


def test_a_file_is_described_without_the_network_and_without_pictures(place, narrow, no_network):
    place.inputs.rmdir()
    path = write_theirs(place, family=PCONV_KERAS)
    code, lines, error = place.run("--model_info", str(path))
    assert (code, error) == (0, "")
    assert lines == [
        f"{path}: taken for weights of PConv-Keras, as its layer names hint; --model_family would name another",
        "  arrays: 18 in 7 layers, 784 numbers, float32",
        f"  size: {path.stat().st_size:,} bytes",
    ]


def test_a_file_that_hints_at_nothing_is_described_with_the_option_that_it_needs(place, narrow):
    path = write_theirs(place, hints=False)
    code, lines, error = place.run("--model_info", str(path))
    assert (code, error, len(lines)) == (0, "", 3)
    both = "weights of DeepCreamPy 1.0 to 1.3 or PConv-Keras"
    assert lines[0] == f"{path}: {both}; its layer names do not tell which, add --model_family"
    _, lines, _ = place.run("--model_info", str(path), "--model_family", PCONV_KERAS)
    assert lines[0] == f"{path}: taken for weights of PConv-Keras, as --model_family says"


def test_describing_a_file_that_cannot_be_used_tells_why(place):
    code, lines, error = place.run("--model_info", str(place.home / "their.h5"))
    assert (code, lines) == (3, [])
    assert error.startswith(f"decensor: {place.home / 'their.h5'}: there is no such weights file; ")

"""What is finished already."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from libs.ledger import NAME, Ledger, digest_file, digest_settings


@pytest.fixture
def files(tmp_path) -> tuple[Path, Path, Path]:
    """A painted picture, its original and its result, in folders of their own."""
    paths = tuple(tmp_path / name / "é page.png" for name in ("painted", "original", "results"))
    for path in paths:
        path.parent.mkdir()
        path.write_bytes(path.parent.name.encode())
    return paths


def remember(files: tuple[Path, Path, Path], settings: str = "one") -> None:
    painted, original, result = files
    ledger = Ledger(result.parent, settings)
    ledger.remember(result, ledger.look_at(painted, original))


def is_finished(files: tuple[Path, Path, Path], settings: str = "one", with_original: bool = True) -> bool:
    painted, original, result = files
    ledger = Ledger(result.parent, settings)
    return ledger.is_finished(result, ledger.look_at(painted, original if with_original else None))


def test_a_result_is_finished_only_once_it_is_remembered(files):
    assert not is_finished(files)
    remember(files)
    assert is_finished(files)


@pytest.mark.parametrize("changed", [0, 1, 2])
def test_any_changed_byte_of_any_file_undoes_it(files, changed):
    remember(files)
    content = bytearray(files[changed].read_bytes())
    content[-1] ^= 1
    files[changed].write_bytes(content)
    assert not is_finished(files)


def test_other_settings_or_no_original_undo_it(files):
    remember(files)
    assert not is_finished(files, settings="other")
    assert not is_finished(files, with_original=False)


def test_a_hole_picture_counts_by_what_is_in_it(files, tmp_path):
    painted, original, result = files
    holes = tmp_path / "holes.png"
    holes.write_bytes(b"holes")
    ledger = Ledger(result.parent, "one")
    ledger.remember(result, ledger.look_at(painted, original, holes))
    ledger = Ledger(result.parent, "one")
    assert ledger.is_finished(result, ledger.look_at(painted, original, holes))
    assert not ledger.is_finished(result, ledger.look_at(painted, original))
    assert not ledger.is_finished(result, ledger.look_at(painted, holes, original))
    holes.write_bytes(b"other")
    assert not ledger.is_finished(result, ledger.look_at(painted, original, holes))
    assert ledger.look_at(painted, original, tmp_path / "gone.png") is None


def test_a_missing_result_undoes_it_and_the_same_result_again_is_finished(files):
    remember(files)
    content = files[2].read_bytes()
    files[2].unlink()
    assert not is_finished(files)
    files[2].write_bytes(content)
    assert is_finished(files)


def test_the_last_word_counts(files):
    remember(files, "one")
    remember(files, "other")
    assert is_finished(files, "other")
    assert not is_finished(files, "one")


def test_the_results_may_move_together(files, tmp_path):
    remember(files)
    moved = files[2].parent.rename(tmp_path / "elsewhere") / files[2].name
    assert is_finished((*files[:2], moved))


def test_results_of_the_same_name_in_different_folders_are_different(files):
    painted, original, result = files
    inner = result.parent / "chapter" / result.name
    inner.parent.mkdir()
    inner.write_bytes(result.read_bytes())
    ledger = Ledger(result.parent, "one")
    ledger.remember(inner, ledger.look_at(painted, original))
    ledger = Ledger(result.parent, "one")
    assert ledger.is_finished(inner, ledger.look_at(painted, original))
    assert not is_finished(files)


def test_a_line_cut_off_anywhere_loses_at_most_itself(files):
    remember(files)
    ledger = files[2].parent / NAME
    whole = ledger.read_bytes()
    second = (files[0], files[1], files[2].with_name("second.png"))
    second[2].write_bytes(b"second")
    for length in range(len(whole)):
        ledger.write_bytes(whole[:length])
        assert not is_finished(files)
        remember(second)
        assert is_finished(second)
        assert not is_finished(files)


def test_a_spoilt_ledger_is_no_error_and_never_says_finished(files):
    remember(files)
    ledger = files[2].parent / NAME
    whole = ledger.read_bytes()
    rng = np.random.default_rng(0)
    odd = [b"null", b"[1]", b'{"name": 7}', b"{}", b"\xff\xfe\0", b"[" * 100_000, b'{"name": "x", "settings": []}']
    for content in odd:
        ledger.write_bytes(content)
        assert not is_finished(files)
    for _ in range(200):
        spoilt = bytearray(whole)
        spoilt[rng.integers(1, len(spoilt))] ^= 1 << rng.integers(7)
        ledger.write_bytes(spoilt)
        assert not is_finished(files)


def test_what_cannot_be_remembered_is_no_error(files):
    (files[2].parent / NAME).mkdir()
    remember(files)
    assert not is_finished(files)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_nothing_is_known_of_what_is_no_file(files):
    os.mkfifo(files[0].with_name("pipe.png"))
    ledger = Ledger(files[2].parent, "one")
    for path in (files[0].with_name("pipe.png"), files[0].parent, files[0].with_name("gone.png")):
        assert ledger.look_at(path, None) is None
        assert ledger.look_at(files[0], path) is None


def test_a_line_is_plain_text_whatever_the_name(files):
    painted, original, result = files
    odd = result.with_name("broken\udc80 表.png")
    try:
        odd.write_bytes(b"result")
    except (OSError, UnicodeError):
        pytest.skip("this system has no such names")
    remember((painted, original, odd))
    line = (odd.parent / NAME).read_text("ascii").split("\n")[-1]
    assert json.loads(line)["name"] == odd.name
    assert is_finished((painted, original, odd))


def test_settings_differ_by_every_value_and_by_the_weights(tmp_path):
    weights = tmp_path / "model.h5"
    digests = {digest_settings({"color": (0, 255, 0)}, weights)}
    weights.write_bytes(b"weights")
    digests.add(digest_settings({"color": (0, 255, 0)}, weights))
    digests.add(digest_settings({"color": (0, 255, 1)}, weights))
    digests.add(digest_settings({"colour": (0, 255, 0)}, weights))
    assert len(digests) == 4
    assert digest_settings({"a": 1, "b": 2}, weights) == digest_settings({"b": 2, "a": 1}, weights)


def test_large_files_are_digested_piece_by_piece(tmp_path):
    path = tmp_path / "large"
    path.write_bytes(b"x" * 3_000_001)
    assert len(digest_file(path)) == 32
    assert digest_file(path) != digest_file(Path(__file__))

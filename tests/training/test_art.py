"""Art is found wherever it lies, kept within the memory given, and what cannot be used is told or left out."""

import os
import tarfile

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from libs.errors import UsageError
from libs.pictures import Picture, read_picture, write_picture
from libs.training import art
from libs.training.art import Art, ArtFolder, find_art, open_art

SIDES = 160 * 144 * 3  # bytes of one picture in the folder


def draws(source: Art, count: int, seed: int = 0) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [source.draw(rng) for _ in range(count)]


def test_pictures_are_found_in_sub_folders_too(art_folder, tmp_path):
    (art_folder / "SOURCES.md").write_text("where they are from")
    (art_folder / "._0.png").write_bytes(b"what a Mac leaves")
    found = find_art(art_folder, tmp_path / "unpacked")
    assert [path.name for path in found] == ["0.png", "1.png", "2.png", "3.png", "4.png"]


def test_tar_shards_are_unpacked_once(art_folder, tmp_path):
    shards = tmp_path / "shards"
    for place in (shards / "train-00.tar", shards / "more" / "train-00.tar"):
        place.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(place, "w") as archive:
            archive.add(art_folder / "0.png", f"{place.parent.name}.png")
    found = find_art(shards, tmp_path / "unpacked")
    assert sorted(path.name for path in found) == ["more.png", "shards.png"]
    times = [os.stat(path).st_mtime_ns for path in found]
    assert find_art(shards, tmp_path / "unpacked") == found
    assert [os.stat(path).st_mtime_ns for path in found] == times


def test_what_an_interrupted_unpacking_left_is_not_used(art_folder, tmp_path):
    shards, left = tmp_path / "shards", tmp_path / "unpacked" / "train-00.part"
    shards.mkdir()
    left.mkdir(parents=True)
    (left / "half.png").write_bytes(b"half")
    with tarfile.open(shards / "train-00.tar", "w") as archive:
        archive.add(art_folder / "0.png", "whole.png")
    assert [path.name for path in find_art(shards, tmp_path / "unpacked")] == ["whole.png"]


def test_a_broken_shard_is_told(tmp_path):
    (tmp_path / "train-00.tar").write_bytes(b"no tar")
    with pytest.raises(UsageError, match=r"train-00\.tar: cannot unpack it \(.*\); copy it again"):
        find_art(tmp_path, tmp_path / "unpacked")


def test_a_missing_and_an_empty_folder_are_told(tmp_path):
    with pytest.raises(UsageError, match="nowhere: there is no such folder"):
        find_art(tmp_path / "nowhere", tmp_path / "unpacked")
    with pytest.raises(UsageError, match="no pictures in it; choose a folder with PNG, WebP or JPEG"):
        find_art(tmp_path, tmp_path / "unpacked")


def test_drawn_are_the_pictures_of_the_files(art_folder):
    paths = find_art(art_folder, art_folder / "unpacked")
    files = {read_picture(path).pixels.tobytes() for path in paths}
    assert {pixels.tobytes() for pixels in draws(Art(paths, 10 * SIDES, 64), 60)} == files


@pytest.mark.parametrize("pictures", [0, 0.5, 1, 2.5, 10])
def test_the_cache_stays_within_its_bytes_and_every_picture_is_seen(pictures, art_folder):
    source = Art(find_art(art_folder, art_folder / "unpacked"), int(pictures * SIDES), 64)
    seen = set()
    for pixels in draws(source, 200):
        seen.add(pixels.tobytes())
        assert source.bytes_kept <= source.cache_bytes
    assert len(seen) == 5


def test_a_full_cache_spares_most_of_the_decoding(art_folder, monkeypatch):
    decoded = []
    monkeypatch.setattr(art, "read_picture", lambda path: decoded.append(path) or read_picture(path))
    draws(Art(find_art(art_folder, art_folder / "unpacked"), 2 * SIDES, 64), 400)
    assert len(decoded) < 0.2 * 400


def test_equal_seeds_draw_equal_pictures_while_all_fit(art_folder):
    source = Art(find_art(art_folder, art_folder / "unpacked"), 10 * SIDES, 64)
    for one, other in zip(draws(source, 20, 3), draws(source, 20, 3), strict=True):
        assert_array_equal(one, other)


def test_unreadable_and_too_small_pictures_are_left_out(art_folder):
    (art_folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    write_picture(art_folder / "small.png", Picture(np.zeros((63, 500, 3), np.uint8)))
    source = Art(find_art(art_folder, art_folder / "unpacked"), 10 * SIDES, 64)
    assert all(min(pixels.shape[:2]) >= 64 for pixels in draws(source, 100))
    assert source.left_out == 2


def test_when_no_picture_is_left_that_is_told(art_folder):
    source = Art(find_art(art_folder, art_folder / "unpacked"), 10 * SIDES, 1000)
    with pytest.raises(UsageError, match="all 5 are unreadable or smaller than 1000 pixels a side; choose"):
        source.draw(np.random.default_rng(0))


def test_what_is_transparent_is_white(tmp_path):
    pixels, alpha = np.zeros((64, 64, 3), np.uint8), np.zeros((64, 64), np.uint8)
    alpha[:32] = 255
    write_picture(tmp_path / "figure.png", Picture(pixels, alpha))
    drawn = Art([tmp_path / "figure.png"], SIDES, 64).draw(np.random.default_rng(0))
    assert_array_equal(np.unique(drawn[:32]), 0)
    assert_array_equal(np.unique(drawn[32:]), 255)


def test_a_folder_is_opened_once(art_folder, tmp_path):
    folder = ArtFolder(art_folder, tmp_path / "unpacked", SIDES, 64)
    assert open_art(folder) is open_art(ArtFolder(art_folder, tmp_path / "unpacked", SIDES, 64))
    assert len(open_art(folder).paths) == 5

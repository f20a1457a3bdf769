"""Shares of folders: who belongs where, what is drawn how often, and what is told when it cannot be."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from libs.errors import UsageError
from libs.pictures import Picture, write_picture
from libs.training.art import ArtFolder, open_art
from libs.training.shares import Share, group_by_share, parse_share

ROOT = Path("/art")
PATHS = [ROOT / name for name in ("manga/a.png", "manga/sub/b.png", "comic_1/c.png", "comic_2/d.png", "e.png")]


def test_a_share_is_read_and_told_as_it_is_written():
    share = parse_share("manga,comic*=0.25")
    assert share == Share(("manga", "comic*"), 0.25)
    assert str(share) == "manga,comic*=0.25"


@pytest.mark.parametrize(
    "text", ["", "manga", "manga=", "manga=many", "manga=0", "=0.5", "manga,=0.5", "a=1.5", "a=nan"]
)
def test_what_is_no_share_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        parse_share(text)


def test_pictures_belong_to_the_first_share_that_fits_and_the_others_get_the_rest():
    shares = [parse_share(text) for text in ("sub=0.1", "manga,comic_?=0.5")]
    assert group_by_share(PATHS, [ROOT], shares) == [
        (0.1, PATHS[1:2]),
        (0.5, [PATHS[0], *PATHS[2:4]]),
        (0.4, PATHS[4:]),
    ]


def test_without_shares_all_pictures_are_equal():
    assert group_by_share(PATHS, [ROOT], []) == [(1.0, PATHS)]


def test_folders_above_the_root_do_not_count():
    with pytest.raises(UsageError, match=r"--share art=0\.5: no picture left for it; the folders are comic_1, comic_2"):
        group_by_share(PATHS, [ROOT], [parse_share("art=0.5")])


def test_more_than_everything_is_refused():
    with pytest.raises(UsageError, match=r"add up to 1 or less, got 1\.2"):
        group_by_share(PATHS, [ROOT], [parse_share("manga=0.6"), parse_share("comic*=0.6")])


def test_what_no_share_is_left_for_is_not_drawn():
    assert group_by_share(PATHS, [ROOT], [parse_share("manga=1")]) == [(1.0, PATHS[:2])]


@pytest.mark.parametrize("cached", [2, 100])
def test_folders_are_drawn_by_their_shares_whatever_fits_into_the_cache(cached, tmp_path):
    """The red channel tells the folder: one picture in `few`, nine beside it."""
    for number in range(10):
        place = tmp_path / "art" / ("few" if number == 0 else "many")
        place.mkdir(parents=True, exist_ok=True)
        write_picture(place / f"{number}.png", Picture(np.full((64, 64, 3), number, np.uint8)))
    size = 64 * 64 * 3
    folder = ArtFolder(tmp_path / "art", tmp_path / "run" / "unpacked", cached * size, 64, (Share(("few",), 0.4),))
    art, rng = open_art(folder), np.random.default_rng(0)
    counts = Counter(int(art.draw(rng)[0, 0, 0]) for _ in range(3000))
    assert counts[0] / 3000 == pytest.approx(0.4, abs=0.04)
    assert set(counts) == set(range(10))
    assert art.bytes_kept <= cached * size


def test_a_group_without_usable_pictures_gives_its_share_to_the_others(tmp_path):
    for name in ("good", "bad"):
        (tmp_path / "art" / name).mkdir(parents=True)
    write_picture(tmp_path / "art" / "good" / "1.png", Picture(np.full((64, 64, 3), 7, np.uint8)))
    (tmp_path / "art" / "bad" / "2.png").write_bytes(b"broken")
    folder = ArtFolder(tmp_path / "art", tmp_path / "run" / "unpacked", 0, 64, (Share(("bad",), 0.9),))
    art, rng = open_art(folder), np.random.default_rng(0)
    assert {int(art.draw(rng)[0, 0, 0]) for _ in range(20)} == {7}
    assert art.left_out == 1

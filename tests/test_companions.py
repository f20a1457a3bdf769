"""The picture that goes with a painted one is found by its name, whatever its case, accents and ending."""

import unicodedata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from libs.companions import find_companion
from libs.errors import PictureError
from libs.pictures_find import find_pictures, group_by_stem


def put(folder: Path, name: str, height: int, width: int) -> None:
    Image.fromarray(np.zeros((height, width, 3), np.uint8)).save(folder / name)


@pytest.mark.parametrize("kind", ["original", "hole picture"])
def test_it_is_found_by_its_name_without_the_ending(kind, tmp_path):
    found = group_by_stem([tmp_path / "Page.bmp", tmp_path / "other.png"])
    assert find_companion(tmp_path / "page.jpg", kind, found, tmp_path) == tmp_path / "Page.bmp"
    assert find_companion(tmp_path / "page2.jpg", kind, found, tmp_path) is None


def test_it_is_found_in_any_letter_case_and_unicode_form(tmp_path):
    painted = Path(unicodedata.normalize("NFC", "Café 2.png"))
    for name in (unicodedata.normalize("NFD", "CAFÉ 2.JPG"), "cafe 2.png"):
        (tmp_path / name).touch()
    found = group_by_stem(find_pictures(tmp_path))
    assert find_companion(painted, "original", found, tmp_path).suffix == ".JPG"


def test_several_are_told_by_name_and_size(tmp_path):
    """Also one that is no picture, and a painted one that is gone."""
    put(tmp_path, "sea.png", 30, 40)
    put(tmp_path, "Sea.jpg", 60, 80)
    (tmp_path / "SEA.webp").write_bytes(b"no picture")
    painted = tmp_path / "painted" / "sea.png"
    painted.parent.mkdir()
    found = group_by_stem(find_pictures(tmp_path))
    with pytest.raises(PictureError) as told:
        find_companion(painted, "original", found, tmp_path)
    assert "3 originals: " in str(told.value)
    for words in ("sea.png (40 x 30)", "Sea.jpg (80 x 60)", "SEA.webp (cannot be read)", "sea.png (cannot be read)"):
        assert words in str(told.value)
    put(painted.parent, "sea.png", 60, 80)
    with pytest.raises(PictureError, match=r"leave only the one that fits sea\.png \(80 x 60\)"):
        find_companion(painted, "hole picture", found, tmp_path)

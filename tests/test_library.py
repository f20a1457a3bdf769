"""The README's example for programs: it runs as it is written there."""

import re
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image
from place import GREEN, draw_page

from libs.weights import Weights, write_weights
from model import UnetConfig, build_unet, variables_by_name

README = Path(__file__).parent.parent / "README.md"
BLOCK = re.compile(r"<!-- library example -->\n```python\n(.*?)```\n<!-- end of library example -->", re.DOTALL)


@pytest.fixture
def example():
    return BLOCK.search(README.read_text("utf-8"))[1]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder with a small painted page and a small network where the program's own are."""
    for folder in ("decensor_input", "models"):
        (tmp_path / folder).mkdir()
    Image.fromarray(draw_page()).save(tmp_path / "decensor_input" / "example.png")
    network = build_unet(UnetConfig(widths=(4, 4), kernels=(3, 3)))
    arrays = {name: np.asarray(variable).astype(np.float32) for name, variable in variables_by_name(network).items()}
    config = {"widths": [4, 4], "kernels": [3, 3], "smooth_fill": "seen"}
    write_weights(tmp_path / "models" / "model.h5", Weights(config, arrays))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_example_is_ten_lines(example):
    assert len([line for line in example.splitlines() if line.strip()]) <= 10


def test_the_example_redraws_what_is_painted(example, home):
    exec(compile(example, str(README), "exec"), {})
    (written,) = home.glob("*.png")
    result, pixels = np.asarray(Image.open(written)), draw_page()
    hole = (pixels == GREEN).all(axis=-1)
    assert_array_equal(result[~hole], pixels[~hole])
    assert not (result[hole] == GREEN).all(axis=-1).any()

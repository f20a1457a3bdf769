"""The network for mosaics: as its papers have it, as it is trained, and the weights that come with it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import ndimage

from benchmarks.mosaics import Pixelation, block_means, pixelate
from libs.errors import WeightsError
from libs.mosaic_network import CELL, MosaicConfig, bind_depixelator, load_depixelator, name_layers, stored_shapes
from libs.training.mosaic_layers import build_mosaic_network
from libs.weights import Weights, write_weights
from model import variables_by_name
from tests.mosaics import draw_scene

SMALL = MosaicConfig(5, 2)
SIZES = [(2, 2), (3, 7), (9, 4)]


def make_arrays(seed, config=SMALL):
    rng = np.random.default_rng(seed)
    return {
        name: (rng.standard_normal(shape) * 0.5 / np.sqrt(np.prod(shape[:-1]))).astype(np.float32)
        for name, shape in stored_shapes(config).items()
    }


def make_page(seed, cells):
    """Two pictures with cells of one colour in their holes, which end anywhere."""
    rng = np.random.default_rng(seed)
    shape = (2, cells[0] * CELL, cells[1] * CELL)
    images = rng.random((*shape, 3), dtype=np.float32)
    holes = np.zeros((*shape, 1), bool)
    holes[0, : rng.integers(1, shape[1]), : rng.integers(1, shape[2])] = True
    holes[1] = True
    means = images.reshape(2, cells[0], CELL, cells[1], CELL, 3).mean(axis=(2, 4))
    images = np.where(holes, means.repeat(CELL, axis=1).repeat(CELL, axis=2), images)
    return images, 1 - holes.astype(np.float32)


def twin(config, arrays, image, mask):
    """The network of one picture, written from the papers, number by number, in float64."""

    def layer(name, x):
        kernel, bias = arrays[f"{name}/kernel"].astype(float), arrays[f"{name}/bias"]
        maps = []
        for out in range(kernel.shape[-1]):
            parts = [ndimage.correlate(x[..., i], kernel[..., i, out], mode="mirror") for i in range(x.shape[-1])]
            maps.append(sum(parts) + bias[out])
        return np.stack(maps, axis=-1)

    height, width = (side // CELL for side in mask.shape[:2])
    seen = np.zeros((height, width, 4 * CELL**2))
    means = np.zeros((height, width, 3))
    for row, column in np.ndindex(height, width):
        cell = np.s_[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL]
        numbers = np.concatenate([image[cell], 1 - mask[cell]], axis=-1)
        seen[row, column] = [number for r, c in np.ndindex(CELL, CELL) for number in numbers[r, c]]
        means[row, column] = image[cell].mean(axis=(0, 1))
    x = layer("first", seen - 0.5)
    for first, second in name_layers(config):
        x = x + layer(second, np.maximum(layer(first, x), 0))
    details = layer("last", x)
    drawn = np.zeros(image.shape)
    for row, column in np.ndindex(height, width):
        cell = np.s_[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL]
        for r, c in np.ndindex(CELL, CELL):
            place = row + (r + 0.5) / CELL - 0.5, column + (c + 0.5) / CELL - 0.5
            (up, low), (left, right) = ((int(np.floor(p)), int(np.floor(p)) + 1) for p in place)
            down, across = place[0] - up, place[1] - left
            ends = [(up, left), (up, right), (low, left), (low, right)]
            shares = [(1 - down) * (1 - across), (1 - down) * across, down * (1 - across), down * across]
            known = [means[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)] for y, x in ends]
            smooth = sum(share * colour for share, colour in zip(shares, known, strict=True))
            number = (r * CELL + c) * 3
            drawn[cell][r, c] = smooth + details[row, column, number : number + 3]
        if not mask[cell].any():
            drawn[cell] += means[row, column] - drawn[cell].mean(axis=(0, 1))
    return np.clip(drawn, 0, 1)


@pytest.mark.parametrize("cells", SIZES, ids=str)
@pytest.mark.parametrize("seed", range(2))
def test_it_is_what_the_papers_say(seed, cells):
    arrays, (images, masks) = make_arrays(seed), make_page(seed, cells)
    drawn = bind_depixelator(SMALL, arrays)(images, masks)
    assert drawn.dtype == np.float32
    for each, image, mask in zip(drawn, images, masks, strict=True):
        assert_allclose(each, twin(SMALL, arrays, image, mask), atol=2e-6)


@pytest.mark.parametrize("cells", SIZES, ids=str)
def test_what_is_trained_draws_the_same(cells):
    arrays, (images, masks) = make_arrays(3), make_page(3, cells)
    model = build_mosaic_network(SMALL)
    variables = variables_by_name(model)
    assert {name: tuple(variable.shape) for name, variable in variables.items()} == stored_shapes(SMALL)
    for name, variable in variables.items():
        variable.assign(arrays[name])
    trained = np.clip(np.asarray(model.predict_on_batch([images, masks])), 0, 1)
    assert_allclose(bind_depixelator(SMALL, arrays)(images, masks), trained, atol=2e-6)


@pytest.mark.parametrize("seed", range(4))
def test_a_cell_of_which_only_the_block_is_known_keeps_its_mean(seed):
    images, masks = make_page(seed, (5, 6))
    images = 0.3 + 0.4 * images  # nothing is clipped then
    arrays = {name: 0.2 * array for name, array in make_arrays(seed).items()}
    drawn = bind_depixelator(SMALL, arrays)(images, masks)[1]
    means = [part.reshape(5, CELL, 6, CELL, 3).mean(axis=(1, 3)) for part in (drawn, images[1])]
    assert np.ptp(drawn[:CELL, :CELL]) > 0.01
    assert_allclose(*means, atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_it_draws_nearer_to_the_truth_than_interpolation(seed):
    scene = draw_scene(20 * CELL, 24 * CELL, seed)
    hole = np.zeros(scene.shape[:2], bool)
    hole[4 * CELL : 14 * CELL, 5 * CELL : 19 * CELL] = True
    pixelation = Pixelation(CELL, CELL, 0, 0)
    image = pixelate(scene, hole, pixelation) / np.float32(255)
    drawn = load_depixelator()(image[None], ~hole[None, ..., None] * np.float32(1))[0]
    means = block_means(scene, pixelation).reshape(20, 24, 3) / 255
    smooth = ndimage.zoom(means, (CELL, CELL, 1), order=1, mode="nearest", grid_mode=True)
    errors = [np.square(each - scene / 255)[hole].mean() for each in (drawn, smooth)]
    assert errors[0] < 0.8 * errors[1]  # 0.60 to 0.72


def test_it_is_loaded_once_and_draws_the_same_each_time():
    images, masks = make_page(1, (4, 5))
    assert load_depixelator() is load_depixelator()
    assert_array_equal(load_depixelator()(images, masks), load_depixelator()(images, masks))


@pytest.mark.parametrize("config", [{"width": 0}, {"depth": 1.5}, {"width": "64"}, {"widths": [1]}])
def test_a_file_of_another_network_is_told(config, tmp_path):
    path = tmp_path / "other.h5"
    write_weights(path, Weights(config, make_arrays(0)))
    with pytest.raises(WeightsError, match=r"other.h5: its network description .*; get models/mosaic.h5 again"):
        load_depixelator(path)


def test_wrong_arrays_and_no_file_are_told(tmp_path):
    path = tmp_path / "odd.h5"
    write_weights(path, Weights({"width": 5, "depth": 3}, make_arrays(0)))
    with pytest.raises(WeightsError, match=r"odd.h5: 4 arrays are missing .*; get models/mosaic.h5 again"):
        load_depixelator(path)
    with pytest.raises(WeightsError, match=r"there is no such weights file; get models/mosaic.h5 again"):
        load_depixelator(tmp_path / "none.h5")

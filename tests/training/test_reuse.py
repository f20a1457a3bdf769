"""A batch used again: other pictures to draw, by the same rules as before."""

import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_array_equal

from libs.training.reuse import exchange_holes, mirror
from libs.training.samples import Batch

HINT = 7


def make_batch(seed: int, size: int = 4) -> Batch:
    rng = np.random.default_rng(seed)
    targets = rng.integers(10, 256, (size, 12, 10, 3)).astype(np.uint8)
    holes = np.where(rng.random((size, 12, 10, 1)) < 0.3, 255, 0).astype(np.uint8)
    images = np.where(holes, np.uint8(HINT), targets)
    return Batch(images, 255 - holes, targets, holes)


def use_again(change, batch: Batch, number: int) -> Batch:
    sent = Batch(*(ops.convert_to_tensor(array) for array in vars(batch).values()))
    changed = change(sent, number)
    return Batch(*(ops.convert_to_numpy(array) for array in vars(changed).values()))


@pytest.mark.parametrize("number", range(1, 6))
@pytest.mark.parametrize("seed", range(3))
def test_pictures_get_one_another_s_holes(seed, number):
    batch = make_batch(seed)
    changed = use_again(exchange_holes, batch, number)
    for array in vars(changed).values():
        assert array.dtype == np.uint8
    assert_array_equal(changed.masks, 255 - changed.holes)
    assert_array_equal(changed.images, np.where(changed.holes, 0, changed.targets))
    for place in range(4):
        one, other = changed.targets[place], batch.targets[place]
        assert_array_equal(one, other[:, ::-1] if number % 2 else other[..., [2, 0, 1]])
        one, other = changed.holes[place], batch.holes[(place - number) % 4]
        assert_array_equal(one, other if number % 2 else other[::-1])


@pytest.mark.parametrize("number", range(1, 4))
def test_what_belongs_together_is_mirrored_together(number):
    batch = make_batch(number)
    changed = use_again(mirror, batch, number)
    assert (changed.targets != batch.targets).any()
    back = [array[:, :, ::-1] if number % 2 else array[:, ::-1] for array in vars(changed).values()]
    colours = [(channel + number) % 3 for channel in range(3)]
    assert_array_equal(back[0][..., colours], batch.images)
    assert_array_equal(back[1], batch.masks)
    assert_array_equal(back[2][..., colours], batch.targets)
    assert_array_equal(back[3], batch.holes)

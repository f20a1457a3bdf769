"""The part of a sample that the feature terms look at."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from libs.training.painter import densest_part


@pytest.mark.parametrize("seed", range(5))
def test_features_look_at_a_square_cut_from_the_sample_where_most_of_the_hole_is(seed):
    rng = np.random.default_rng(seed)
    arrays = rng.random((3, 32, 32, 2), dtype=np.float32)
    hole = (rng.random((3, 32, 32, 1)) < rng.random((3, 1, 1, 1))).astype(np.float32)
    hole[:, : rng.integers(0, 20), : rng.integers(0, 20)] = 0
    parts = np.asarray(densest_part(np.concatenate([arrays, hole], axis=-1), hole, 16))
    assert parts.shape == (3, 16, 16, 3)
    for part, sample, one in zip(parts, arrays, hole, strict=True):
        places = [np.s_[row : row + 16, column : column + 16] for row in range(0, 17, 4) for column in range(0, 17, 4)]
        (place,) = [place for place in places if np.array_equal(sample[place], part[..., :2])]
        assert one[place].sum() == max(one[other].sum() for other in places)


def test_a_sample_no_larger_than_the_part_is_looked_at_whole():
    arrays = np.random.default_rng(0).random((2, 16, 16, 3), dtype=np.float32)
    assert_array_equal(densest_part(arrays, arrays[..., :1], 16), arrays)

"""Batches in files: the same batch comes out, and no file stays."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from libs.errors import UsageError
from libs.training.samples import Batch
from libs.training.sending import batch_folder, make_to_file, receive


def make(seed: tuple[int, ...], size: int, side: int) -> Batch:
    rng = np.random.default_rng(seed)
    return Batch(*(rng.integers(0, 256, (size, side, side, depth)).astype(np.uint8) for depth in (3, 1, 3, 1)))


def assert_same(one: Batch, other: Batch) -> None:
    for array, its in zip(vars(one).values(), vars(other).values(), strict=True):
        assert array.dtype == its.dtype
        assert_array_equal(array, its)


def test_a_batch_comes_through_a_file(tmp_path):
    folder = tmp_path / "run" / "batches"
    paths = [make_to_file(make, folder, (3, number), 2, 8) for number in range(12)]
    for number in reversed(range(12)):
        assert_same(receive(paths[number]), make((3, number), 2, 8))
    assert list(folder.iterdir()) == []


def test_a_batch_from_this_process_needs_no_file():
    batch = make((1,), 2, 8)
    assert receive(batch) is batch


def test_what_a_killed_run_left_is_removed_and_so_is_all_in_the_end(tmp_path):
    left = make_to_file(make, tmp_path / "batches", (1, 1), 2, 8)
    with batch_folder(tmp_path) as folder:
        assert not left.exists()
        make_to_file(make, folder, (1, 2), 2, 8)
        assert len(list(folder.iterdir())) == 1
    assert not folder.exists()


def test_where_nothing_can_be_written_is_told(tmp_path):
    (tmp_path / "batches").write_text("no folder")
    with pytest.raises(UsageError, match=r"batches: cannot keep samples there \(.*\); make room or allow writing"):
        make_to_file(make, tmp_path / "batches", (1, 1), 2, 8)

"""Batches on their way from the processes that make them, in files: through a pipe they cost more than a GPU's step."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from libs.errors import UsageError
from libs.training.samples import Batch

ARRAYS = len(Batch.__dataclass_fields__)


@contextmanager
def batch_folder(run: Path) -> Iterator[Path]:
    """Where a run's batches lie until they are used; what a killed run left there is removed, as is all in the end."""
    folder = run / "batches"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def make_to_file(
    make: Callable[[tuple[int, ...], int, int], Batch], folder: Path, seed: tuple[int, ...], size: int, side: int
) -> Path:
    """`make(seed, size, side)` in a new file of a folder, which is made; UsageError if that cannot be written."""
    batch = make(seed, size, side)
    path = folder / ("-".join(map(str, seed)) + ".batch")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open(path, "wb") as file:
            for array in vars(batch).values():
                np.save(file, array)
    except OSError as error:
        raise UsageError(
            f"{folder}: cannot keep samples there ({error}); make room or allow writing, and give the same command "
            f"again: it goes on"
        ) from error
    return path


def receive(made: Batch | Path) -> Batch:
    """The batch itself, or what `make_to_file` wrote, whose file is removed."""
    if isinstance(made, Batch):
        return made
    with open(made, "rb") as file:
        batch = Batch(*(np.load(file) for _ in range(ARRAYS)))
    made.unlink()
    return batch

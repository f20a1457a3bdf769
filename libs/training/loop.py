"""The training loop: batches in, weights, state and previews out, resumable after a kill."""

import json
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import asdict
from itertools import takewhile
from pathlib import Path
from zipfile import BadZipFile

import keras
import numpy as np
from keras import ops

from libs.errors import DecensorError, PictureError, UsageError
from libs.pictures import Picture, write_picture
from libs.pipeline import work_behind
from libs.settings import GREEN
from libs.shortage import lack_of_memory_as_usual
from libs.training.painter import Painter
from libs.training.plan import Progress, TrainingSettings, batch_size, crop_side, learning_rate, ramp
from libs.training.samples import Batch, to_bytes
from libs.training.sending import receive
from libs.weights import Weights, write_weights
from model import variables_by_name

AVERAGE_EVERY = 10
PREVIEW_SEED = 2**32
WEIGHTS, STATE, PREVIEW = "weights.h5", "state.npz", "preview.png"


def train(
    painter: Painter,
    make: Callable[[tuple[int, ...], int, int], Batch | Path],
    executor: Executor,
    settings: TrainingSettings,
    report: Callable[[Progress, bool], None],
) -> Progress:
    """Train until the run's end or Ctrl-C, saving on the way; `make(seed, size, side)` runs in `executor`.

    It gives a batch or, from another process, what `receive` makes one of.
    `report(progress, saved)` is called after every step. A run folder with a state in it is gone on with.
    UsageError if that state or folder cannot be used, or no batch made; DecensorError if the weights diverge;
    MemoryError if there is too little for a step.
    """
    _make_folder(settings.run)
    shown = receive(executor.submit(make, (settings.seed, PREVIEW_SEED), 8, settings.crops[-1][0]).result())
    run = Run(painter, settings, shown)
    run.resume()
    run.save()  # what would be in its way is told now, not after minutes of work
    start = saved = time.monotonic()
    before = run.progress.seconds
    try:
        for batch in _batches(make, executor, settings, run.progress, painter.change):
            run.step(batch)
            run.progress.seconds = before + time.monotonic() - start
            due = time.monotonic() - saved > 60 * settings.save_minutes
            if due:
                run.save()
                saved = time.monotonic()
            report(run.progress, due)
    except MemoryError:  # half a step done, and on JAX its arrays gone: what was saved before is the better state
        raise
    except BaseException:
        run.save()
        raise
    run.save()
    return run.progress


def _make_folder(folder: Path) -> None:
    """UsageError now rather than at the first save."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot make this folder ({error.strerror}); choose another --run") from error


def read_progress(run: Path) -> Progress | None:
    """How far the run in a folder has come, None if none was begun there; UsageError if its state is broken."""
    path = run / STATE
    if not path.exists():
        return None
    with _usable_state(path), np.load(path) as state:
        return Progress(**json.loads(state["progress"].tobytes()))


@contextmanager
def _usable_state(path: Path) -> Iterator[None]:
    """UsageError in place of what reading a broken state, or using another network's, raises."""
    try:
        yield
    except (OSError, EOFError, KeyError, TypeError, ValueError, BadZipFile) as error:
        raise UsageError(
            f"{path}: cannot go on from this state ({error}); choose another --run folder, or delete it"
        ) from error


def _batches(
    make: Callable, executor: Executor, settings: TrainingSettings, progress: Progress, change: Callable
) -> Iterator[Batch]:
    """Batches as the engine's arrays, made and sent to it ahead of the steps that use them, until the run's end."""
    sent = work_behind(_make_ahead(make, executor, settings, progress), _send)
    used = (change(batch, number) if number else batch for batch in sent for number in range(settings.reuse))
    return takewhile(lambda _: progress.share(settings) < 1, used)


def _make_ahead(
    make: Callable, executor: Executor, settings: TrainingSettings, progress: Progress
) -> Iterator[tuple[Future[Batch | Path]]]:
    pending: deque[Future[Batch | Path]] = deque()
    number = progress.step
    try:
        while progress.share(settings) < 1:
            while len(pending) < settings.ahead:
                side = crop_side(settings, progress.share(settings))
                pending.append(executor.submit(make, (settings.seed, number), batch_size(settings, side), side))
                number += 1
            yield (pending.popleft(),)
    finally:
        for future in pending:
            future.cancel()


def _send(making: Future[Batch | Path]) -> Batch:
    batch = receive(making.result())
    with lack_of_memory_as_usual():
        return Batch(*(ops.convert_to_tensor(array) for array in vars(batch).values()))


class Run:
    """One training run in a folder: `weights.h5` (averaged), `state.npz`, `preview.png`."""

    def __init__(self, painter: Painter, settings: TrainingSettings, shown: Batch):
        self.painter = painter
        self.settings = settings
        self.shown = shown
        self.progress = Progress()
        self.variables = variables_by_name(painter.network)
        self.average = {name: ops.copy(variable.value) for name, variable in self.variables.items()}
        painter.optimizer.build(painter.trainable_variables)
        self.shape = None

    def step(self, batch: Batch) -> None:
        """One optimizer step; `progress` moves on."""
        progress, share = self.progress, self.progress.share(self.settings)
        self.painter.optimizer.learning_rate = learning_rate(self.settings, progress)
        self.painter.style_share.assign(ramp(share, self.settings.style_from))
        self.painter.adversarial_share.assign(ramp(share, self.settings.adversarial_from))
        if batch.images.shape != self.shape:  # else TensorFlow would trace for any size, and the loss needs to know it
            self.painter.make_train_function(force=True)
            self.shape = batch.images.shape
        with lack_of_memory_as_usual():
            logs = self.painter.train_on_batch(
                [batch.images, batch.masks], [batch.targets, batch.holes], return_dict=True
            )
        progress.losses = {name: float(value) for name, value in logs.items()}
        progress.step += 1
        progress.samples += len(batch.images)
        if progress.step % AVERAGE_EVERY == 0:
            self._move_average()

    def _move_average(self) -> None:
        # A young average forgets faster, so that it does not hold on to the untrained start.
        kept = min(self.settings.average, _longest_average(self.progress.step)) ** AVERAGE_EVERY
        # Where the variables are: for a GPU the copies would cost more than a step.
        for name, variable in self.variables.items():
            self.average[name] = kept * self.average[name] + (1 - kept) * ops.convert_to_tensor(variable)

    def save(self) -> None:
        """Write weights, state and preview, each whole or not at all; DecensorError, and none, after divergence."""
        run, summary = self.settings.run, asdict(self.progress)
        average = _copy(self.average)
        arrays = {name: array.astype(np.float16) for name, array in average.items()}
        state = _copy(self._places())
        self._check_finite({**arrays, **state})
        state |= {f"average/{name}": array for name, array in average.items()}
        with _room_for(run):
            write_weights(run / WEIGHTS, Weights(asdict(self.painter.config), arrays, summary))
            _write_state(run / STATE, summary, state)
            write_picture(run / PREVIEW, Picture(self._preview()))

    def _check_finite(self, arrays: dict[str, np.ndarray]) -> None:
        for name, array in arrays.items():
            if not np.isfinite(array).all():
                raise DecensorError(
                    f"{self.settings.run}: training has diverged, {name} is not finite after step "
                    f"{self.progress.step}; what was saved before is kept, go on from it with a lower --rate"
                )

    def _places(self) -> dict[str, keras.Variable]:
        """Every variable that training changes, under its name in the state file."""
        optimizer = enumerate(self.painter.optimizer.variables)
        now = {f"now/{name}": variable for name, variable in self.variables.items()}
        if self.painter.critic:
            now |= {f"critic/{name}": variable for name, variable in variables_by_name(self.painter.critic).items()}
        return now | {f"optimizer/{number}": variable for number, variable in optimizer}

    def resume(self) -> None:
        """Go on from the folder's state, if there is one; UsageError if it is another network's or broken."""
        path = self.settings.run / STATE
        if not path.exists():
            return
        with _usable_state(path), np.load(path) as state:
            self._restore({name: state[name] for name in state.files})

    def _restore(self, state: dict[str, np.ndarray]) -> None:
        """Take over a state; KeyError, TypeError or ValueError before anything changes if it does not fit."""
        progress = Progress(**json.loads(state["progress"].tobytes()))
        places, averages = self._places(), {f"average/{name}": name for name in self.variables}
        surplus = set(state) - set(places) - set(averages) - {"progress"}
        if surplus:
            raise ValueError(f"it holds {min(surplus)}, which this network has not")
        for name, variable in places.items():
            if state[name].shape != tuple(variable.shape):
                raise ValueError(f"{name} has shape {state[name].shape}, expected {tuple(variable.shape)}")
        self.average = {name: ops.convert_to_tensor(state[key]) for key, name in averages.items()}
        self.progress = progress
        _assign(places, state)

    def _preview(self) -> np.ndarray:
        """(H, W, 3) uint8: what the averaged network makes of eight fixed samples; rows: shown, drawn, true."""
        now = _copy(self.variables)
        _assign(self.variables, _copy(self.average))
        try:
            drawn = self.painter.predict_on_batch([self.shown.images, self.shown.masks])
        finally:
            _assign(self.variables, now)
        drawn = to_bytes(np.clip(drawn, 0, 1))
        # In a hole there is nothing to see but a mosaic.
        nothing = (self.shown.masks == 0) & ~self.shown.images.any(axis=-1, keepdims=True)
        shown = np.where(nothing, np.array(GREEN, np.uint8), self.shown.images)
        rows = [shown, np.where(self.shown.holes > 0, drawn, self.shown.targets), self.shown.targets]
        return np.vstack([np.hstack(list(row)) for row in rows])


@contextmanager
def _room_for(run: Path) -> Iterator[None]:
    """UsageError, and no half-written file, if a run's folder does not take what is written there."""
    try:
        yield
    except (OSError, RuntimeError, PictureError) as error:  # HDF5 raises the second where a disk is full
        for name in (WEIGHTS, STATE, PREVIEW):
            (run / f"{name}.part").unlink(missing_ok=True)
        raise UsageError(
            f"{run}: cannot save there ({error}); make room or allow writing, and give the same command again: "
            f"it goes on from what was saved before"
        ) from error


def _write_state(path: Path, summary: dict, arrays: dict[str, np.ndarray]) -> None:
    """Write an .npz whole or not at all (`NAME.part`, then renamed)."""
    part = Path(f"{path}.part")
    with open(part, "wb") as file:
        np.savez(file, progress=np.frombuffer(json.dumps(summary).encode(), np.uint8), **arrays)
    os.replace(part, path)


def _copy(variables: dict[str, keras.Variable]) -> dict[str, np.ndarray]:
    return {name: np.array(keras.ops.convert_to_numpy(variable)) for name, variable in variables.items()}


def _assign(variables: dict[str, keras.Variable], arrays: dict[str, np.ndarray]) -> None:
    for name, variable in variables.items():
        variable.assign(arrays[name])


def _longest_average(step: int) -> float:
    """Highest useful decay of a moving average that is `step` steps old."""
    return (1 + step) / (10 + step)

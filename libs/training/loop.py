"""The training loop: batches in, weights, state and previews out, resumable after a kill."""

import json
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from zipfile import BadZipFile

import keras
import numpy as np

from libs.errors import DecensorError, UsageError
from libs.pictures import Picture, write_picture
from libs.training.painter import Painter
from libs.training.samples import Batch
from libs.weights import Weights, write_weights
from model import variables_by_name

AVERAGE_EVERY = 10
PREVIEW_SEED = 2**32
SMALLEST_RATE_SHARE = 0.02


@dataclass(frozen=True)
class TrainingSettings:
    """One run. It ends after `samples` or `minutes`, whichever comes first (None: no such limit).

    crops: sides in pixels, and the share of the run each gets; batch: samples a step at the last crop (smaller
    crops get more, so that a step costs alike); rate: Adam's highest; average: of the weights that are kept.
    style_from: share of the run after which the style term is ramped in over a tenth of it.
    """

    run: Path
    crops: tuple[tuple[int, float], ...] = ((128, 0.3), (256, 0.7))
    batch: int = 8
    rate: float = 4e-4
    warm_up_steps: int = 200
    average: float = 0.999
    style_from: float = 0.35
    samples: int | None = None
    minutes: float | None = None
    save_minutes: float = 3.0
    ahead: int = 3
    seed: int = 1

    def __post_init__(self) -> None:
        if self.samples is None and self.minutes is None:
            raise ValueError("a run needs an end: samples, minutes or both")
        for name in ("samples", "minutes", "batch", "rate", "warm_up_steps", "ahead"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"{name} must be more than 0, got {value}")
        if not self.crops or abs(sum(share for _, share in self.crops) - 1) > 1e-6:
            raise ValueError(f"the shares of the crops must add up to 1, got {self.crops}")
        if min(side for side, _ in self.crops) < 1 or min(share for _, share in self.crops) < 0:
            raise ValueError(f"the sides and shares of the crops must not be negative, got {self.crops}")


@dataclass
class Progress:
    """How far a run has come; what resuming needs beside the arrays."""

    step: int = 0
    samples: int = 0
    seconds: float = 0.0
    losses: dict = field(default_factory=dict)

    def share(self, settings: TrainingSettings) -> float:
        """In [0, 1]: the larger of the shares of samples and of time that are used up."""
        of_samples = self.samples / settings.samples if settings.samples else 0.0
        of_time = self.seconds / 60 / settings.minutes if settings.minutes else 0.0
        return min(max(of_samples, of_time), 1.0)

    def seconds_left(self, settings: TrainingSettings) -> float:
        share = self.share(settings)
        return self.seconds * (1 - share) / share if share else float("inf")


def train(
    painter: Painter,
    make: Callable[[tuple[int, ...], int, int], Batch],
    executor: Executor,
    settings: TrainingSettings,
    report: Callable[[Progress, bool], None],
) -> Progress:
    """Train until the run's end or Ctrl-C, saving on the way; `make(seed, size, side)` runs in `executor`.

    `report(progress, saved)` is called after every step. A run folder with a state in it is gone on with.
    UsageError if that state or folder cannot be used, or no batch made; DecensorError if the weights diverge.
    """
    _make_folder(settings.run)
    shown = executor.submit(make, (settings.seed, PREVIEW_SEED), 8, settings.crops[-1][0]).result()
    run = Run(painter, settings, shown)
    run.resume()
    start = saved = time.monotonic()
    before = run.progress.seconds
    try:
        for batch in _batches(make, executor, settings, run.progress):
            run.step(batch)
            run.progress.seconds = before + time.monotonic() - start
            due = time.monotonic() - saved > 60 * settings.save_minutes
            if due:
                run.save()
                saved = time.monotonic()
            report(run.progress, due)
    finally:
        run.save()
    return run.progress


def _make_folder(folder: Path) -> None:
    """UsageError now rather than at the first save."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot make this folder ({error.strerror}); choose another --run") from error


def _batches(make: Callable, executor: Executor, settings: TrainingSettings, progress: Progress) -> Iterator[Batch]:
    """Batches made ahead of the steps that use them, until the run's end."""
    pending: deque = deque()
    number = progress.step
    try:
        while progress.share(settings) < 1:
            while len(pending) < settings.ahead:
                side = crop_side(settings, progress.share(settings))
                pending.append(executor.submit(make, (settings.seed, number), batch_size(settings, side), side))
                number += 1
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()


class Run:
    """One training run in a folder: `weights.h5` (averaged), `state.npz`, `preview.png`."""

    def __init__(self, painter: Painter, settings: TrainingSettings, shown: Batch):
        self.painter = painter
        self.settings = settings
        self.shown = shown
        self.progress = Progress()
        self.variables = variables_by_name(painter.unet)
        self.average = _copy(self.variables)
        painter.optimizer.build(painter.trainable_variables)

    def step(self, batch: Batch) -> None:
        """One optimizer step; `progress` moves on."""
        progress, share = self.progress, self.progress.share(self.settings)
        self.painter.optimizer.learning_rate = learning_rate(self.settings, progress)
        self.painter.style_share.assign(np.clip((share - self.settings.style_from) / 0.1, 0, 1))
        targets = np.concatenate([batch.targets, batch.holes], axis=-1)
        logs = self.painter.train_on_batch([batch.images, batch.masks], targets, return_dict=True)
        progress.losses = {name: float(value) for name, value in logs.items()}
        progress.step += 1
        progress.samples += len(batch.images)
        if progress.step % AVERAGE_EVERY == 0:
            self._move_average()

    def _move_average(self) -> None:
        # A young average forgets faster, so that it does not hold on to the untrained start.
        kept = min(self.settings.average, _longest_average(self.progress.step)) ** AVERAGE_EVERY
        now = _copy(self.variables)
        self.average = {name: kept * array + (1 - kept) * now[name] for name, array in self.average.items()}

    def save(self) -> None:
        """Write weights, state and preview, each whole or not at all; DecensorError, and none, after divergence."""
        run, summary = self.settings.run, asdict(self.progress)
        arrays = {name: array.astype(np.float16) for name, array in self.average.items()}
        state = _copy(self._places())
        self._check_finite({**arrays, **state})
        state |= {f"average/{name}": array for name, array in self.average.items()}
        try:
            write_weights(run / "weights.h5", Weights(asdict(self.painter.unet_config), arrays, summary))
            _write_state(run / "state.npz", summary, state)
        except OSError as error:
            raise UsageError(f"{run}: cannot save there ({error}); make room or allow writing") from error
        write_picture(run / "preview.png", Picture(self._preview()))

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
        return now | {f"optimizer/{number}": variable for number, variable in optimizer}

    def resume(self) -> None:
        """Go on from the folder's state, if there is one; UsageError if it is another network's or broken."""
        path = self.settings.run / "state.npz"
        if not path.exists():
            return
        try:
            with np.load(path) as state:
                self._restore({name: state[name] for name in state.files})
        except (OSError, EOFError, KeyError, TypeError, ValueError, BadZipFile) as error:
            raise UsageError(
                f"{path}: cannot go on from this state ({error}); choose another --run folder, or delete it"
            ) from error

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
        self.average = {name: state[key] for key, name in averages.items()}
        self.progress = progress
        _assign(places, state)

    def _preview(self) -> np.ndarray:
        """(H, W, 3) uint8: what the averaged network makes of eight fixed samples; rows: shown, drawn, true."""
        now = _copy(self.variables)
        _assign(self.variables, self.average)
        try:
            drawn = np.asarray(self.painter.unet([self.shown.images, self.shown.masks], training=False))
        finally:
            _assign(self.variables, now)
        hole = self.shown.holes
        green = self.shown.images + (1 - self.shown.masks) * np.array([0, 1, 0], np.float32)
        rows = [green, drawn * hole + self.shown.targets * (1 - hole), self.shown.targets]
        sheet = np.vstack([np.hstack(list(row)) for row in rows])
        return np.round(np.clip(sheet, 0, 1) * 255).astype(np.uint8)


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


def batch_size(settings: TrainingSettings, side: int) -> int:
    """Samples a step, twice as many at half the side."""
    return max(1, round(settings.batch * settings.crops[-1][0] / side))


def crop_side(settings: TrainingSettings, share: float) -> int:
    """Side in pixels of the crops at this share of the run."""
    for side, part in settings.crops:
        share -= part
        if share < 0:
            return side
    return settings.crops[-1][0]


def learning_rate(settings: TrainingSettings, progress: Progress) -> float:
    """Linear warm-up, then a cosine down to a fiftieth."""
    cosine = 0.5 * (1 + np.cos(np.pi * progress.share(settings)))
    falling = SMALLEST_RATE_SHARE + (1 - SMALLEST_RATE_SHARE) * cosine
    return settings.rate * falling * min(1.0, (progress.step + 1) / settings.warm_up_steps)

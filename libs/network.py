"""The network as a function, loaded when it is sure to be needed, here or by a worker of a cluster."""

import gc
import platform
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from libs.errors import UsageError, WeightsError
from libs.inpaint import Predict
from libs.ledger import digest_file
from libs.mosaic_network import WEIGHTS as MOSAIC_WEIGHTS
from libs.options import Options, __version__
from libs.traced import load_traced
from libs.weights_legacy import LegacyWeights
from libs.weights_network import Folded, read_folded


def load_network(
    path: Path, precision: str = "float32", family: str | None = None, weights: Folded | LegacyWeights | None = None
) -> Predict:
    """`libs.traced.load_traced`, or else `model.load_predictor`, imported when it is sure to be needed.

    To import Keras costs seconds. Meanwhile no garbage is collected: looking through the hundreds of thousands of new
    objects, which are all there to stay, is a fifth of those seconds.
    """
    weights = weights or read_folded(path, family)
    traced = load_traced(weights, precision) if isinstance(weights, Folded) else None
    if traced is not None:
        return traced
    gc.disable()
    try:
        # TensorFlow keeps the errors of imports that failed, they the frames that led there, and those all that these
        # hold, perhaps a page: in a thread that is little.
        with ThreadPoolExecutor(1, "import") as importer:
            load_predictor = importer.submit(_import_model).result()
        return load_predictor(path, precision, family, weights)
    finally:
        gc.freeze()
        gc.enable()


def _import_model() -> Callable[..., Predict]:
    try:
        from model import load_predictor
    except UnicodeError as error:
        # On Windows TensorFlow prints what it lacks, in signs that many a console does not know.
        raise ImportError("TensorFlow lacks a part") from error
    return load_predictor


def weights_of(options: Options) -> tuple[Path, ...]:
    """The files of the networks that draw."""
    return (options.model, MOSAIC_WEIGHTS) if options.draws_mosaics else (options.model,)


def load_same(
    load: Callable[..., Predict], version: str, digests: tuple[str, ...], path: str, *settings: str | None
) -> Predict:
    """On a worker: load(path, *settings), if it has this version of the program and the weights of these digests.

    digests: of the file `path`, and where mosaics are drawn of the program's own file for them. Only these are sent,
    not the weights; UsageError or WeightsError tells what to put where.
    """
    if version != __version__:
        raise UsageError(
            f"the worker on {platform.node()} has version {__version__} of this program, not {version}; "
            "install the same on all machines"
        )
    for file, digest in zip((Path(path), MOSAIC_WEIGHTS), digests, strict=False):
        _check_same(file, digest)
    return load(Path(path), *settings)


def _check_same(path: Path, digest: str) -> None:
    """WeightsError if a worker's file is not the one with this digest."""
    try:
        found = digest_file(path)
    except OSError:
        found = ""
    if found != digest:
        there = "another file" if found else "no file that it can read"
        raise WeightsError(
            f"the worker on {platform.node()} has {there} as {path}; put this machine's weights file there, too"
        )

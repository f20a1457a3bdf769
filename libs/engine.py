"""Options -> who draws: the network in this process, loaded when it is sure to be needed, or a cluster's workers."""

import functools
import logging
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from libs.drawing import Draw, draw_page
from libs.errors import UsageError
from libs.ledger import digest_file
from libs.mosaic_network import load_depixelator
from libs.network import load_network, load_same, weights_of
from libs.options import Options, __version__
from libs.results import make_results_folder
from libs.weights_kinds import read_kind
from libs.weights_network import read_folded

STANDARD_ERROR = 2  # the file descriptor

logger = logging.getLogger("decensor")


@dataclass(frozen=True)
class Engine:
    """start: gives drawing, when it is needed; WeightsError or UsageError before anything is written.

    elsewhere: drawing is not this process's work, and up to `at_once` pages should be drawn at the same time.
    """

    start: Callable[[], Draw]
    elsewhere: bool = False
    at_once: int = 1


def choose_engine(options: Options) -> AbstractContextManager[Engine]:
    """The cluster if one is named, else the network here; WeightsError or UsageError if it cannot be used."""
    return _use_cluster(options) if options.dask else _use_network(options)


@contextmanager
def _use_network(options: Options) -> Iterator[Engine]:
    """Weights are read while the first picture is, so that neither waits for the other."""
    with ThreadPoolExecutor(1, "weights") as reader:
        reading = [reader.submit(read_folded, options.model, options.model_family)]
        if options.draws_mosaics:
            reading.append(reader.submit(load_depixelator))
        yield Engine(functools.partial(_start_network, options, reading))


def _start_network(options: Options, reading: list[Future]) -> Draw:
    """Drawing by the networks in this process; of `reading` the first is taken out, for it is in the network then."""
    weights = reading.pop(0).result()  # a wrong file is told before TensorFlow's seconds
    for other in reading:
        other.result()
    make_results_folder(options.folders.results)
    started = time.perf_counter()
    with nullcontext() if options.verbose else _without_chatter():
        predict = load_network(options.model, options.precision, options.model_family, weights)
    logger.info("%s loaded in %.1f s, %s", options.model, time.perf_counter() - started, options.precision)
    return functools.partial(draw_page, predict)


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Meanwhile nothing reaches the standard error output, not even from C libraries.

    TensorFlow's start-up lines bypass `sys.stderr` and its own log level.
    """
    try:
        saved = os.dup(STANDARD_ERROR)
    except OSError:  # a windowed program has none
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, STANDARD_ERROR)
        yield
    finally:
        os.dup2(saved, STANDARD_ERROR)
        os.close(saved)
        os.close(nowhere)


@contextmanager
def _use_cluster(options: Options) -> Iterator[Engine]:
    try:
        from libs import cluster
    except ImportError as error:
        raise UsageError("--dask needs the package distributed; pip install -r requirements-dask.txt") from error
    read_kind(options.model, options.model_family)  # a wrong file is told before anything is sent
    if options.draws_mosaics:
        load_depixelator()
    model = options.model.absolute()
    digests = tuple(digest_file(path) for path in weights_of(options))
    arguments = (load_network, __version__, digests, str(model), options.precision, options.model_family)
    with cluster.connect(options.dask, cluster.Network(load_same, arguments)) as connected:
        yield Engine(functools.partial(_start_cluster, options, connected.compute), True, connected.at_once)


def _start_cluster(options: Options, compute: Callable) -> Draw:
    """Drawing by the cluster's workers."""
    make_results_folder(options.folders.results)
    return functools.partial(compute, draw_page)

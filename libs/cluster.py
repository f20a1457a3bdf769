"""Work for the network, done by a Dask cluster: this machine reads and writes pictures, its workers draw.

Every worker needs this program, the same version, and the weights file under the same path; no other file is shared,
pages go over the wire (`libs.drawing`). It must be started so that it finds them: `PYTHONPATH=. dask worker
tcp://HOST:PORT` in the program's folder.
"""

import logging
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from distributed import Client, KilledWorker
from distributed.client import FutureCancelledError
from distributed.comm import CommClosedError

from libs.errors import DecensorError, PictureError, UsageError

CONNECT_SECONDS = 10
# After this long without any worker the cluster counts as gone.
PATIENCE_SECONDS = 60
# Tasks sent ahead for every thread of the workers, so that none waits for this machine.
AHEAD = 2
MOST_AT_ONCE = 64
GONE = (FutureCancelledError, CommClosedError, OSError)
START = "start the workers in the program's folder with: PYTHONPATH=. dask worker"

_loading = threading.Lock()
_loaded: dict[tuple, Any] = {}


@dataclass(frozen=True)
class Network:
    """How a worker gets its network: load(*arguments), once in its life for the same arguments."""

    load: Callable
    arguments: tuple


@dataclass(frozen=True)
class Cluster:
    """A connection. compute(function, ...) is function(network, ...) on some worker, and blocks until it is done.

    at_once: how many threads should call `compute` at the same time to keep all workers busy.
    """

    compute: Callable
    at_once: int


@contextmanager
def connect(address: str, network: Network) -> Iterator[Cluster]:
    """The cluster of a scheduler, tcp://HOST:PORT; UsageError if it cannot be used as it is."""
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # it would write tracebacks of what is told below
    warnings.filterwarnings("ignore", message="Sending large graph")  # pages are large, and each is sent once
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"cannot reach a Dask scheduler at {address} ({error}); start one with: dask scheduler"
        ) from error
    with client:
        threads = _count_threads(client, address)

        def compute(function: Callable, *arguments: Any) -> Any:
            try:
                return _wait(client, client.submit(_compute, network, function, arguments, pure=False))
            except GONE as error:
                raise DecensorError(
                    "the Dask cluster is gone; results that were finished stay, start again for the others"
                ) from error

        yield Cluster(compute, min(AHEAD * threads, MOST_AT_ONCE))


def _count_threads(client: Client, address: str) -> int:
    """Of all workers; UsageError if there are none, or some cannot run this program."""
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except OSError as error:
        raise UsageError(f"the scheduler at {address} has no workers; {START} {address}") from error
    for answer in client.run(_is_here, on_error="return").values():
        if answer is not True:
            raise UsageError(f"a worker of {address} does not find this program ({answer}); {START} {address}")
    return sum(client.nthreads().values())


def _is_here() -> bool:
    """Runs on each worker: to be called at all, it must have been imported."""
    return True


def _compute(network: Network, function: Callable, arguments: tuple) -> Any:
    """Runs on a worker."""
    with _loading:
        if network.arguments not in _loaded:
            _loaded[network.arguments] = network.load(*network.arguments)
    return function(_loaded[network.arguments], *arguments)


def _wait(client: Client, future: Any) -> Any:
    """The result of a task; PictureError if it seems to stop workers, one of `GONE` if there are none any more."""
    while True:
        try:
            return future.result(timeout=PATIENCE_SECONDS)
        except KilledWorker as error:
            raise PictureError(
                "the workers that drew it stopped, one after the other; fill it without --dask"
            ) from error
        except TimeoutError:
            if not client.nthreads():
                raise

"""What workers of a cluster run in tests; they import it, so it imports little."""

import os
import time
from pathlib import Path

import numpy as np


def load_slow(path, *settings):
    """A network that takes a while and draws a shade of what it sees; out of memory where the first corner is white.

    Each load leaves a file beside the weights, named after its process.
    """
    (Path(path).parent / f"loaded-{os.getpid()}-{time.monotonic_ns()}").touch()

    def predict(images, masks):
        time.sleep(0.04)
        if images[0, 0, 0, 0] == 1:
            raise MemoryError
        ramp = np.linspace(0, 0.5, images.shape[1])[:, None] + np.linspace(0, 0.2, images.shape[2])
        return np.repeat(ramp[None, ..., None] + 0.3 * images.mean(), 3, axis=-1).astype(np.float32)

    return predict


def tell_process(predict, number, seconds=0.0):
    """The worker's process and the number, after a while."""
    time.sleep(seconds)
    return os.getpid(), number


def die(predict):
    os._exit(1)

"""Several GPUs (or what counts as such) share the samples of every step."""

import keras


def count_devices() -> int:
    """GPUs here, or without any, the processors that the engine was told to tell apart (usually 1)."""
    return len(keras.distribution.list_devices())


def share_steps() -> int:
    """Divide the batches of all networks built from now on among all devices; how many share them.

    Keras can do so on its JAX backend only; with any other it is 1.
    """
    devices = keras.distribution.list_devices()
    if keras.backend.backend() != "jax" or len(devices) < 2:
        return 1
    together = keras.distribution.DataParallel(devices=devices, auto_shard_dataset=False)
    keras.distribution.set_distribution(together)
    return len(devices)

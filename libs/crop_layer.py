"""The parts of its levels that the network draws, as `libs.crops.plan_crops` tells them in a tensor.

Of each level there are two cuts, of what is there of the deeper level and of its own: the first place (4,), height and
width. Tracing a cut takes milliseconds, so that their tensors are made once for all that is cut.
"""

import keras
from keras import ops


def unstack_crops(crops) -> list:
    """(levels, 2, 2, 4) -> for each level the two cuts."""
    rows = ops.unstack(ops.reshape(crops, (-1, 4)))
    cuts = [(first, *ops.unstack(size)[1:3]) for first, size in zip(rows[::2], rows[1::2], strict=True)]
    return list(zip(cuts[::2], cuts[1::2], strict=True))


@keras.saving.register_keras_serializable(package="decensor")
class Crop(keras.layers.Layer):
    """A part of features (B, H, W, C), told by a cut.

    The size of what comes out is known when it runs, and not before: not every backend can compile that.
    """

    def call(self, features, first, height, width):
        """(B, H, W, C), and the cut -> (B, height, width, C)."""
        return crop(features, first, height, width)

    def compute_output_spec(self, features, first, height, width):
        return keras.KerasTensor((features.shape[0], None, None, features.shape[-1]), dtype=features.dtype)


def crop(features, first, height, width):
    return ops.slice(features, first, (-1, height, width, features.shape[-1]))

"""A soft colour for all that is unknown, which the network sees and draws on.

`mask` is the paper's: float32, one channel, 1 = known, 0 = hole. Only `keras` and `keras.ops` are used, so that one
text runs on the TensorFlow and on the JAX backend.
"""

import keras
from keras import ops

from libs.crop_layer import crop
from libs.partial_conv import EPSILON


@keras.saving.register_keras_serializable(package="decensor")
class SmoothFill(keras.layers.Layer):
    """A soft colour for every hole pixel, from known ones alone: the pull-push pyramid (Gortler et al. 1996).

    Pull: means of the known pixels of 2 x 2 cells, `levels` times; what then is unknown gets the mean of all.
    Push: back up, each level keeping what it knows and smoothing what it does not.
    """

    SMOOTHINGS = 3
    LARGE = 2  # of so many levels, from the picture on, there are many pixels

    def __init__(self, levels: int, **options):
        super().__init__(autocast=False, **{**options, "dtype": "float32"})
        self.levels = levels

    def call(self, image, known, crops=None):
        """(B, H, W, 3) and its mask (B, H, W, 1) -> (B, H, W, 3) float32; the image itself where it is 1.

        H and W must be multiples of 2 to the number of levels. crops: as `unstack_crops` gives them; outside those of
        the levels' own all is known.
        """
        colour, known = ops.cast(image, "float32") * known, ops.cast(known, "float32")
        pyramid = []
        for _ in range(self.levels):
            pyramid.append((colour, known))
            colour, known = self._pull(colour, known)
        total = ops.sum(known, axis=(1, 2), keepdims=True)
        mean = ops.sum(colour, axis=(1, 2), keepdims=True) / ops.maximum(total, EPSILON)
        filled = colour + (1 - known) * mean
        for number in reversed(range(self.levels)):
            (colour, known), average = pyramid[number], _average_few
            if number < len(crops or ()):
                deeper, own = crops[number]
                filled, colour, known = crop(filled, *deeper), crop(colour, *own), crop(known, *own)
                average = _make_average(*own[1:], colour.shape[-1]) if number < self.LARGE else average
            filled = self._push(filled, colour, known, average)
        return self._put_back(filled - colour, pyramid[0][0], *own) if crops else filled

    def _put_back(self, difference, image, first, height, width):
        """The image with what was added to a crop of it."""
        _, top, left, _ = ops.unstack(first)
        _, whole_height, whole_width, _ = ops.shape(image)
        below, beside = whole_height - top - height, whole_width - left - width
        return image + ops.pad(difference, [(0, 0), (top, below), (left, beside), (0, 0)])

    def _pull(self, colour, known):
        """Half as large; a colour is 0 where it is not known."""
        share = ops.average_pool(known, 2, 2, padding="same")
        colour = ops.average_pool(colour, 2, 2, padding="same") / ops.maximum(share, EPSILON)
        return colour, ops.minimum(4 * share, 1)

    def _push(self, coarse, colour, known, average):
        """Nearest x 2 and one 3 x 3 mean are as good as bilinear; each further mean nears Laplace's equation."""
        double = ops.depth_to_space(ops.concatenate([coarse] * 4, axis=-1), 2)
        unknown = 1 - known
        filled = colour + unknown * double
        for _ in range(self.SMOOTHINGS):
            filled = colour + unknown * average(filled)
        return filled

    def compute_output_shape(self, image_shape, known_shape, crops_shape=None):
        return image_shape

    def get_config(self) -> dict:
        return {**super().get_config(), "levels": self.levels}


def _average_few(image):
    """(B, H, W, C): each pixel the mean of the 3 x 3 around it, as far as they lie in the image."""
    return ops.average_pool(image, 3, 1, padding="same")


def _make_average(height, width, channels):
    """The same but for rounding as a function for images of one size, traced slower and ten times as quick.

    First down, then across, each time with all numbers that lie side by side in memory taken for channels.
    """
    turns = []
    for down, across in ((height, width), (width, height)):
        turns.append((ops.stack([-1, down, 1, across * channels]), ops.stack([-1, down, across, channels])))

    def average(image):
        for as_rows, as_image in turns:
            means = ops.average_pool(ops.reshape(image, as_rows), (3, 1), 1, padding="same")
            image = ops.transpose(ops.reshape(means, as_image), (0, 2, 1, 3))
        return image

    return average

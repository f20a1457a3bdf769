"""The layers that the network is made of: partial convolutions and the smooth fill.

`mask` is the paper's: float32, one channel, 1 = known, 0 = hole. Only `keras` and `keras.ops` are used, so that one
text runs on the TensorFlow and on the JAX backend.
"""

import functools
import operator

import keras
import numpy as np
from keras import ops

from libs.folding import fold_upsampling

EPSILON = 1e-6
LEAKY_SLOPE = 0.2


@keras.saving.register_keras_serializable(package="decensor")
class PartialConv2D(keras.layers.Layer):
    """Partial convolution of one or more branches, each with its own one-channel mask (paper, eq. 1-2).

    y = (conv(x * m) * (k * k * C / sum(m)) + b) where sum(m) > 0, else 0; m' = 1 where sum(m) > 0, else 0.
    sum(m) runs over the k x k neighbourhood and over all C channels of all branches; zero padding ("same")
    counts as hole. With one-channel masks that sum is a box filter a branch, weighted by its channel count.

    known: numbers of the branches whose mask is 1 everywhere; their features need no multiplication by it.
    plain: an ordinary convolution instead, for comparison, to which all is known and padding is black.
    """

    def __init__(self, filters, kernel_size, strides=1, known=(), plain=False, **options):
        self.kernel_initializer = keras.initializers.get(options.pop("kernel_initializer", "he_normal"))
        self.bias_initializer = keras.initializers.get(options.pop("bias_initializer", "zeros"))
        super().__init__(autocast=False, **options)
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides
        self.known = tuple(known)
        self.plain = plain

    def build(self, features_shape, masks_shape=None) -> None:
        channels = sum(shape[-1] for shape in features_shape)
        side = self.kernel_size
        self.kernel = self.add_weight(
            name="kernel", shape=(side, side, channels, self.filters), initializer=self.kernel_initializer
        )
        self.bias = self.add_weight(name="bias", shape=(self.filters,), initializer=self.bias_initializer)

    def call(self, features, masks):
        """Lists of (B, H, W, C) features and their (B, H, W, 1) masks -> features and mask, ceil(H / strides)."""
        if self.plain:
            mask = masks[0][:, :: self.strides, :: self.strides]
            return self._convolve([self._compute(x) for x in features]) + self._compute(self.bias), mask
        count = self._count_known(features, masks)
        mask = ops.cast(count > 0, "float32")
        share = mask * (self.kernel_size**2 * sum(x.shape[-1] for x in features)) / (count + EPSILON)
        y = self._convolve([self._show(*branch) for branch in enumerate(zip(features, masks, strict=True))])
        y = y * self._compute(share)
        if len(self.known) == len(features):
            return y + self._compute(self.bias), mask
        return y + self._compute(self.bias) * self._compute(mask), mask

    def _convolve(self, shown):
        joined = ops.concatenate(shown, axis=-1) if len(shown) > 1 else shown[0]
        return ops.conv(joined, self._compute(self.kernel), strides=self.strides, padding="same")

    def _show(self, number, branch):
        """A branch's features, 0 where they are not known."""
        x, m = branch
        return self._compute(x) if number in self.known else self._compute(x) * self._compute(m)

    def _count_known(self, features, masks):
        """Known input numbers under the kernel at each output pixel, (B, H', W', 1) float32."""
        channels, masks = [x.shape[-1] for x in features], [ops.cast(m, "float32") for m in masks]
        if len(self.known) == len(features):  # all of one mask
            weighted = sum(channels) * masks[0]
        else:
            weighted = functools.reduce(operator.add, map(operator.mul, channels, masks))
        side = self.kernel_size
        box = ops.ones((side, side, 1, 1), dtype="float32")
        return ops.conv(weighted, box, strides=self.strides, padding="same")

    def _compute(self, x):
        return ops.cast(x, self.compute_dtype)

    def compute_output_spec(self, features, masks):
        batch, height, width = features[0].shape[:3]
        height = None if height is None else -(-height // self.strides)
        width = None if width is None else -(-width // self.strides)
        y = keras.KerasTensor((batch, height, width, self.filters), dtype=self.compute_dtype)
        return y, keras.KerasTensor((batch, height, width, 1), dtype="float32")

    def get_config(self) -> dict:
        initializer = keras.initializers.serialize(self.kernel_initializer)
        sizes = {"filters": self.filters, "kernel_size": self.kernel_size, "strides": self.strides}
        return {
            **super().get_config(),
            **sizes,
            "known": self.known,
            "plain": self.plain,
            "kernel_initializer": initializer,
        }


@keras.saving.register_keras_serializable(package="decensor")
class PartialUpConv2D(PartialConv2D):
    """What PartialConv2D makes of skip branches and of one last branch, nearest x 2, without enlarging that.

    Nearest x 2 and a 3 x 3 kernel are one transposed convolution with a 4 x 4 kernel and stride 2, of less than half
    the work (`fold_upsampling` gives the kernel). The last features come at half size, all masks at full size.
    """

    def build(self, features_shape, masks_shape=None) -> None:
        *skips, last = features_shape
        super().build(skips)
        self.skips = len(skips)
        self.up_kernel = self.add_weight(
            name="up_kernel", shape=(4, 4, self.filters, last[-1]), initializer=self.kernel_initializer
        )

    def _convolve(self, shown):
        y = super()._convolve(shown[:-1])
        return y + ops.conv_transpose(shown[-1], self._compute(self.up_kernel), strides=2, padding="same")

    def _show(self, number, branch):
        x, m = branch
        half = number == self.skips and number not in self.known
        return super()._show(number, (x, m[:, ::2, ::2]) if half else branch)


@keras.saving.register_keras_serializable(package="decensor")
class TrainedUpConv2D(PartialUpConv2D):
    """PartialUpConv2D as it is trained: with the one kernel that PartialConv2D has, folded at every call."""

    def build(self, features_shape, masks_shape=None) -> None:
        PartialConv2D.build(self, features_shape)
        self.skips = len(features_shape) - 1

    def _convolve(self, shown):
        skips, folded = shown[:-1], fold_upsampling(self.kernel[:, :, -shown[-1].shape[-1] :], ops)
        joined = ops.concatenate(skips, axis=-1) if len(skips) > 1 else skips[0]
        kernel = self._compute(self.kernel[:, :, : joined.shape[-1]])
        y = ops.conv(joined, kernel, strides=self.strides, padding="same")
        return y + ops.conv_transpose(shown[-1], self._compute(folded), strides=2, padding="same")


@keras.saving.register_keras_serializable(package="decensor")
class Crop(keras.layers.Layer):
    """A part of features, told by one of the pairs of tensors that `libs.crops.plan_crops` gives.

    The size of what comes out is known when it runs, and not before: not every backend can compile that.
    """

    def call(self, features, first, size):
        """(B, H, W, C), its first place (4,) and its size (4,), of which C is not looked at -> (B, H', W', C)."""
        return crop(features, first, size)

    def compute_output_spec(self, features, first, size):
        return keras.KerasTensor((features.shape[0], None, None, features.shape[-1]), dtype=features.dtype)


def crop(features, first, size):
    _, height, width, _ = ops.unstack(size)
    return ops.slice(features, first, (-1, height, width, features.shape[-1]))


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

        H and W must be multiples of 2 to the number of levels. crops: for some levels, from the
        picture on, two pairs as for `Crop`, of what is there of the deeper level and of its own, outside which all is
        known; tracing a crop takes milliseconds, so that they come as tensors of their own.
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
            colour, known = pyramid[number]
            if number < len(crops or ()):
                deeper, own = crops[number]
                filled, colour, known = crop(filled, *deeper), crop(colour, *own), crop(known, *own)
            filled = self._push(filled, colour, known, _make_average(colour) if number < self.LARGE else _average_few)
        return self._put_back(filled - colour, pyramid[0][0], *own) if crops else filled

    def _put_back(self, difference, image, first, size):
        """The image with what was added to a crop of it."""
        (_, top, left, _), (_, height, width, _) = ops.unstack(first), ops.unstack(size)
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
        double = ops.conv_transpose(coarse, np.broadcast_to(np.eye(3, dtype="float32"), (2, 2, 3, 3)), strides=2)
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


def _make_average(like):
    """The same as a function for images of one size, traced slower and ten times as quick.

    First down, then across, each time with all numbers that lie side by side in memory taken for channels.
    """
    batch, height, width, channels = ops.shape(like)

    def average(image):
        for down, across in ((height, width), (width, height)):
            rows = ops.reshape(image, (batch, down, 1, -1))
            means = ops.reshape(ops.average_pool(rows, (3, 1), 1, padding="same"), (batch, down, across, channels))
            image = ops.transpose(means, (0, 2, 1, 3))
        return image

    return average

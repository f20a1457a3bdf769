"""Partial convolutions, the layers that the network is made of.

`mask` is the paper's: float32, one channel, 1 = known, 0 = hole. Only `keras` and `keras.ops` are used, so that one
text runs on the TensorFlow and on the JAX backend.
"""

import functools
import operator

import keras
from keras import ops

from libs.folding import fold_upsampling

EPSILON = 1e-6
LEAKY_SLOPE = 0.2
# One pixel all around (B, H, W, C).
RING = ((0, 0), (1, 1), (1, 1), (0, 0))


@keras.saving.register_keras_serializable(package="decensor")
class PartialConv2D(keras.layers.Layer):
    """Partial convolution of one or more branches, each with its own one-channel mask (paper, eq. 1-2).

    y = (conv(x * m) * (k * k * C / sum(m)) + b) where sum(m) > 0, else 0; m' = 1 where sum(m) > 0, else 0.
    sum(m) runs over the k x k neighbourhood and over all C channels of all branches; zero padding ("same")
    counts as hole. With one-channel masks that sum is a box filter a branch, weighted by its channel count.

    known: numbers of the branches whose mask is 1 everywhere; their features need no multiplication by it.
    plain: an ordinary convolution instead, for comparison, to which all is known and padding is black.
    large: the masks are so large, and multiples of the strides, that known inputs are worth counting by rows.
    """

    def __init__(self, filters, kernel_size, strides=1, known=(), plain=False, **options):
        self.large = options.pop("large", False)
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
        share, mask = self.weigh(features, masks)
        shown = [self._show(*branch) for branch in enumerate(zip(features, masks, strict=True))]
        bias = self._compute(self.bias)
        bias = bias if self.known else bias * self._compute(mask)
        return self._convolve(shown) * self._compute(share) + bias, mask

    def weigh(self, features, masks):
        """By how much to multiply the sums, 0 where nothing is known, and the mask; (B, H', W', 1)."""
        count = self._count_known(features, masks)
        share = self.kernel_size**2 * sum(x.shape[-1] for x in features) / (count + EPSILON)
        if self.known:
            return share, ops.ones_like(count)
        mask = ops.cast(count > 0, "float32")
        return share * mask, mask

    def _convolve(self, shown):
        return self._convolve_by(self.kernel, shown)

    def _convolve_by(self, kernel, shown):
        joined = ops.concatenate(shown, axis=-1) if len(shown) > 1 else shown[0]
        return ops.conv(joined, self._compute(kernel), strides=self.strides, padding="same")

    def _show(self, number, branch):
        """A branch's features, 0 where they are not known."""
        x, m = branch
        return self._compute(x) if number in self.known else self._compute(x) * self._compute(m)

    def _count_known(self, features, masks):
        """Known input numbers under the kernel at each output pixel, (B, H', W', 1) float32."""
        channels, masks = [x.shape[-1] for x in features], [ops.cast(m, "float32") for m in masks]
        if len(self.known) == len(features):  # what is missing lies beyond the edges, above and beside alike
            down, across = masks[0][:, :, :1], masks[0][:, :1]
            return self._count(sum(channels) * down, (self.kernel_size, 1)) * self._count(across, (1, self.kernel_size))
        weighted = functools.reduce(operator.add, map(operator.mul, channels, masks))
        if self.large and self.kernel_size >= self.strides:
            return self._count_by_rows(weighted)
        return self._count(weighted, (self.kernel_size, self.kernel_size))

    def _count(self, weighted, box):
        """Sums over boxes of the (height, width) given."""
        return ops.conv(weighted, ops.ones((*box, 1, 1), dtype="float32"), strides=self.strides, padding="same")

    def _count_by_rows(self, weighted):
        """The same, down and across in turn, with what lies side by side in a row taken for channels."""
        side, strides = self.kernel_size, self.strides
        before = (side - strides) // 2
        around = (before, side - strides - before)
        weighted = ops.pad(weighted, ((0, 0), around, around, (0, 0)))
        for axes in ((0, 1, 3, 2), (0, 3, 2, 1)):
            weighted = ops.average_pool(ops.transpose(weighted, axes), (side, 1), (strides, 1), padding="valid")
        return side**2 * ops.transpose(weighted, (0, 3, 1, 2))

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
            "large": self.large,
            "kernel_initializer": initializer,
        }


@keras.saving.register_keras_serializable(package="decensor")
class PartialUpConv2D(PartialConv2D):
    """What PartialConv2D makes of skip branches and of one last branch, nearest x 2, without enlarging that.

    Nearest x 2 and a 3 x 3 kernel are one 2 x 2 kernel that gives the four pixels between four places, with less than
    half the work (`fold_to_cells` gives the kernel). The last features come at half size, all masks at full size.
    """

    def build(self, features_shape, masks_shape=None) -> None:
        *skips, last = features_shape
        super().build(skips)
        self.skips = len(skips)
        self.up_kernel = self.add_weight(
            name="up_kernel", shape=(2, 2, last[-1], 4 * self.filters), initializer=self.kernel_initializer
        )

    def _convolve(self, shown):
        y = super()._convolve(shown[:-1])
        cells = ops.conv(ops.pad(shown[-1], RING), self._compute(self.up_kernel), padding="valid")
        return y + ops.depth_to_space(cells, 2)[:, 1:-1, 1:-1]

    def _show(self, number, branch):
        x, m = branch
        half = number == self.skips and number not in self.known
        return super()._show(number, (x, m[:, ::2, ::2]) if half else branch)


@keras.saving.register_keras_serializable(package="decensor")
class TrainedUpConv2D(PartialUpConv2D):
    """PartialUpConv2D as it is trained: with the one kernel that PartialConv2D has, folded at every call.

    Its transposed convolution is slower than cells, but quicker to train.
    """

    def build(self, features_shape, masks_shape=None) -> None:
        PartialConv2D.build(self, features_shape)
        self.skips = len(features_shape) - 1

    def _convolve(self, shown):
        *skips, last = shown
        # Split, not sliced: a slice's gradient is filled up with zeros to the whole kernel's size.
        kernel, enlarging = ops.split(self.kernel, [sum(x.shape[-1] for x in skips)], axis=2)
        folded = self._compute(fold_upsampling(enlarging, ops))
        return self._convolve_by(kernel, skips) + ops.conv_transpose(last, folded, strides=2, padding="same")

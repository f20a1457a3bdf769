"""The networks of two older programs, for weights files that people own already.

Both are the U-Net of Liu et al. 2018 (arXiv 1804.07723) at full width, with 8 levels, 512 x 512 pixels and without
smooth fill; each family renormalises in its own way, and its weights depend on that way to the letter. All
channels of a mask are equal in both, so here a mask has one. Batch norm is folded into the kernels.
"""

import keras
import numpy as np
from keras import ops

from libs.folding import fold_batch_norm
from libs.inpaint import FillSettings, Predict
from libs.partial_conv import LEAKY_SLOPE
from libs.settings import DEEPCREAMPY, PCONV_KERAS
from libs.shortage import lack_of_memory_as_usual
from libs.weights_legacy import DECODER, ENCODER, LegacyWeights

SIDE = 512
EPSILON = 1e-8
# A hole and half its size around it: 340 * 3 / 2 = 510. What the global mean is taken over must be picture.
WINDOWS = {"window": SIDE, "smallest": SIDE, "step": SIDE, "margin": 86, "mirrored": True}
SETTINGS = {
    # Its first layers do not weigh up for few known pixels nearby, so that sparse hints would be nearly unseen.
    DEEPCREAMPY: FillSettings(**WINDOWS, pitch=1),
    PCONV_KERAS: FillSettings(**WINDOWS),
}


class LegacyConv2D(keras.layers.Layer):
    """Partial convolution of one or more branches (features and one-channel mask), as a family computes it."""

    def __init__(self, filters: int, kernel_size: int, strides: int = 1, **options):
        super().__init__(**options)
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides

    def build(self, features_shape, masks_shape=None) -> None:
        side, channels = self.kernel_size, sum(shape[-1] for shape in features_shape)
        self.kernel = self.add_weight(name="kernel", shape=(side, side, channels, self.filters), initializer="zeros")
        self.bias = self.add_weight(name="bias", shape=(self.filters,), initializer="zeros")

    def compute_output_spec(self, features, masks):
        batch, height, width = features[0].shape[:3]
        size = batch, -(-height // self.strides), -(-width // self.strides)
        return keras.KerasTensor((*size, self.filters)), keras.KerasTensor((*size, 1))

    def _count(self, masks, padding: str):
        """Sum of (B, H, W, 1) masks under the kernel."""
        side = self.kernel_size
        return ops.conv(sum(masks), ops.ones((side, side, 1, 1)), strides=self.strides, padding=padding)


class GlobalMeanConv2D(LegacyConv2D):
    """Family `deepcreampy`: y = conv(x * m / n) + b, n the mean of m over the whole window; m' = any known.

    TensorFlow's "same" padding, uneven at stride 2. Not a number where nothing is known in the window.
    """

    def call(self, features, masks):
        shown = [x * (m / ops.mean(m, axis=(1, 2), keepdims=True)) for x, m in zip(features, masks, strict=True)]
        y = ops.conv(ops.concatenate(shown, axis=-1), self.kernel, strides=self.strides, padding="same") + self.bias
        return y, ops.cast(self._count(masks, "same") > 0, "float32")


class LocalSumConv2D(LegacyConv2D):
    """Family `pconv-keras`: y = conv(x * m) * (k * k / (s + 1e-8) * m') + b; s counts all channels, m' = clip(s, 0, 1).

    k * k and not k * k * C: the published numbers depend on it. Padded by (k - 1) // 2 zeros on every side.
    """

    def call(self, features, masks):
        side = (self.kernel_size - 1) // 2
        padding = ((0, 0), (side, side), (side, side), (0, 0))
        shown = ops.concatenate([x * m for x, m in zip(features, masks, strict=True)], axis=-1)
        count = self._count([ops.pad(m * x.shape[-1], padding) for x, m in zip(features, masks, strict=True)], "valid")
        known = ops.clip(count, 0, 1)
        y = ops.conv(ops.pad(shown, padding), self.kernel, strides=self.strides, padding="valid")
        return y * (self.kernel_size**2 / (count + EPSILON) * known) + self.bias, known


CONVOLUTIONS = {DEEPCREAMPY: GlobalMeanConv2D, PCONV_KERAS: LocalSumConv2D}


def build_legacy_unet(family: str) -> keras.Model:
    """Model [image (B, 512, 512, 3), mask (B, 512, 512, 1)] -> (B, 512, 512, 3) float32 in (0, 1)."""
    convolution = CONVOLUTIONS[family]
    image, mask = keras.Input((SIDE, SIDE, 3), name="image"), keras.Input((SIDE, SIDE, 1), name="mask")
    skips = [(image, mask)]
    for number, (side, _, filters) in enumerate(ENCODER, 1):
        x, m = skips[-1]
        x, m = convolution(filters, side, 2, name=f"partial_{number}")([x], [m])
        skips.append((keras.layers.ReLU(name=f"partial_{number}_relu")(x), m))
    x, m = skips.pop()
    for number, (side, _, filters) in enumerate(DECODER, len(ENCODER) + 1):
        x = keras.layers.UpSampling2D(2, name=f"upsample_{number}")(x)
        m = keras.layers.UpSampling2D(2, name=f"upsample_{number}_mask")(m)
        skip, known = skips.pop()
        x, m = convolution(filters, side, name=f"partial_{number}")([skip, x], [known, m])
        x = keras.layers.LeakyReLU(LEAKY_SLOPE, name=f"partial_{number}_relu")(x)
    colours = keras.layers.Conv2D(3, 1, activation="sigmoid", name="colours")(x)
    return keras.Model([image, mask], colours, name=family.replace("-", "_"))


def make_legacy_predictor(weights: LegacyWeights) -> Predict:
    """predict(images (B, 512, 512, 3), masks (B, 512, 512, 1)) -> (B, 512, 512, 3), and `predict.settings` for it.

    MemoryError from `predict` if memory does not suffice.
    """
    model = build_legacy_unet(weights.family)
    arrays = fold_batch_norm(weights.arrays)
    for layer in model.layers:
        for variable in layer.weights:
            variable.assign(arrays[f"{layer.name}/{variable.name}"])
    model.compile(jit_compile="auto" if keras.backend.backend() == "jax" else False)

    def predict(images: np.ndarray, masks: np.ndarray) -> np.ndarray:
        if not masks.any(axis=(1, 2, 3)).all():
            raise ValueError("every window must show something known")
        with lack_of_memory_as_usual():
            return model.predict_on_batch([images, masks])

    # The first call traces; now, so that no picture's time has it.
    predict(np.zeros((1, SIDE, SIDE, 3), np.float32), np.ones((1, SIDE, SIDE, 1), np.float32))
    predict.settings = SETTINGS[weights.family]
    return predict

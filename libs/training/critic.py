"""The adversarial stage: a critic that tells drawn patches from true ones, and what it and the painter lose.

A PatchGAN (Isola et al. 2017) with spectral norm (Miyato et al. 2018) and the hinge loss (Lim & Ye 2017). It sees the
hole with its surroundings, and is asked about the patches that touch the hole: all others are true in both.
"""

from collections.abc import Sequence

import keras
from keras import ops

EPSILON = 1e-12
LEAKY_SLOPE = 0.2
KERNEL = 4
HALVINGS = 3


@keras.saving.register_keras_serializable(package="decensor")
class SpectralConv2D(keras.layers.Layer):
    """Convolution whose kernel, as a matrix of (k * k * C, filters), is divided by its largest singular value.

    That value comes from one step of power iteration a training call, from where the last one ended.
    """

    def __init__(self, filters, strides=1, **options):
        super().__init__(autocast=False, **options)
        self.filters = filters
        self.strides = strides

    def build(self, shape) -> None:
        self.kernel = self.add_weight(
            name="kernel", shape=(KERNEL, KERNEL, shape[-1], self.filters), initializer="glorot_normal"
        )
        self.bias = self.add_weight(name="bias", shape=(self.filters,), initializer="zeros")
        # float32 under every policy: bfloat16 would not let the iteration settle.
        self.direction = self.add_weight(
            name="direction",
            shape=(1, self.filters),
            initializer="random_normal",
            trainable=False,
            dtype="float32",
        )

    def call(self, x, training=False, learning=True):
        """(B, H, W, C) -> (B, ceil(H / strides), ceil(W / strides), filters); gradients to itself if learning."""
        kernel, bias = (ops.cast(variable.value, "float32") for variable in (self.kernel, self.bias))
        kernel = kernel / self._largest_singular_value(kernel, training)
        if not learning:
            kernel, bias = ops.stop_gradient(kernel), ops.stop_gradient(bias)
        y = ops.conv(x, ops.cast(kernel, self.compute_dtype), strides=self.strides, padding="same")
        return y + ops.cast(bias, self.compute_dtype)

    def _largest_singular_value(self, kernel, training: bool):
        matrix = ops.reshape(kernel, (-1, self.filters))
        fixed = ops.stop_gradient(matrix)
        right = ops.convert_to_tensor(self.direction)
        left = _unit(ops.matmul(right, ops.transpose(fixed)))
        if training:
            right = _unit(ops.matmul(left, fixed))
            self.direction.assign(right)
        else:
            right = _unit(right)
        left, right = ops.stop_gradient(left), ops.stop_gradient(right)
        return ops.sum(ops.matmul(left, matrix) * right) + EPSILON

    def compute_output_shape(self, shape):
        return (shape[0], *(None if side is None else -(-side // self.strides) for side in shape[1:3]), self.filters)

    def get_config(self) -> dict:
        return {**super().get_config(), "filters": self.filters, "strides": self.strides}


def _unit(row):
    return row / (ops.norm(row) + EPSILON)


class Critic(keras.Model):
    """(B, H, W, 3) images and (B, H, W, 1) holes -> (B, H / 8, W / 8, 1) float32: above 0 means true."""

    def __init__(self, widths: Sequence[int] = (64, 128, 256, 256)):
        super().__init__(name="critic")
        if len(widths) < HALVINGS:
            raise ValueError(f"widths must be {HALVINGS} numbers or more, got {widths}")
        self.steps = [
            SpectralConv2D(width, 2 if number <= HALVINGS else 1, name=f"critic_{number}")
            for number, width in enumerate(widths, 1)
        ]
        self.last = SpectralConv2D(1, name="critic_last")

    def call(self, image, hole, training=False, learning=True):
        x = ops.concatenate([ops.cast(image, "float32") * 2 - 1, hole], axis=-1)
        x = ops.cast(x, self.compute_dtype)
        for step in self.steps:
            x = ops.leaky_relu(step(x, training=training, learning=learning), LEAKY_SLOPE)
        return ops.cast(self.last(x, training=training, learning=learning), "float32")


def critic_terms(critic: Critic, drawn, target, hole, training: bool = True) -> dict:
    """Terms "adversarial", what the painter loses, and "critic", what the critic loses, with gradients only to it.

    drawn: the target with the drawing in its hole; drawn, target: (B, H, W, 3); hole: (B, H, W, 1), 1 = hole.
    """
    size = ops.shape(hole)[0]
    both = ops.concatenate([ops.stop_gradient(drawn), target], axis=0)
    told = critic(both, ops.concatenate([hole, hole], axis=0), training=training)
    where = _patches_of(hole)
    of_drawn = critic(drawn, hole, training=False, learning=False)
    wrong = ops.relu(1 + told[:size]) + ops.relu(1 - told[size:])
    return {"adversarial": _mean_where(-of_drawn, where), "critic": _mean_where(wrong, where)}


def _patches_of(hole):
    """(B, H, W, 1) -> (B, h, w, 1), 1 for the critic's patches whose middle the hole touches."""
    return ops.max_pool(hole, 2**HALVINGS, 2**HALVINGS, padding="same")


def _mean_where(values, where):
    return ops.sum(values * where) / ops.maximum(ops.sum(where), 1.0)

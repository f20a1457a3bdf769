"""The network: a U-Net of partial convolutions (Liu et al. 2018, arXiv 1804.07723) and its loader.

Here `mask` is the paper's: float32, one channel, 1 = known, 0 = hole. Images are RGB in [0, 1], channels
last. Only `keras` and `keras.ops` are used, so that one text runs on the TensorFlow and on the JAX backend.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from keras import ops

from libs.errors import WeightsError
from libs.inpaint import Predict
from libs.weights import WHERE_TO_GET, Weights, read_weights

EPSILON = 1e-6
BATCH_NORM_EPSILON = 1e-3
LEAKY_SLOPE = 0.2
NORM_ARRAYS = ("gamma", "beta", "moving_mean", "moving_variance")
WITHOUT_NORM = ("encoder_1", "draw")
SMOOTH_FILLS = ("seen", "added", "none")


@dataclass(frozen=True)
class UnetConfig:
    """What a weights file records of its network.

    widths: encoder channels, one number a level; every level halves height and width.
    kernels: encoder kernel sides, one a level.
    smooth_fill: "seen" (second input branch, and the drawing is added to it), "added" (only the latter) or
    "none".
    """

    widths: tuple[int, ...] = (48, 96, 192, 384, 384, 384, 384)
    kernels: tuple[int, ...] = (7, 5, 5, 3, 3, 3, 3)
    smooth_fill: str = "seen"

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", tuple(self.widths))
        object.__setattr__(self, "kernels", tuple(self.kernels))
        if not all(isinstance(number, int) for number in self.widths + self.kernels):
            raise ValueError(f"widths and kernels must be whole numbers, got {self.widths} and {self.kernels}")
        if not self.widths or min(self.widths) < 1:
            raise ValueError(f"widths must be one or more positive numbers, got {self.widths}")
        if len(self.kernels) != len(self.widths) or any(side < 1 or side % 2 == 0 for side in self.kernels):
            raise ValueError(f"kernels must be {len(self.widths)} odd numbers, got {self.kernels}")
        if self.smooth_fill not in SMOOTH_FILLS:
            raise ValueError(f"smooth_fill must be one of {SMOOTH_FILLS}, got {self.smooth_fill!r}")

    @property
    def stride(self) -> int:
        """Height and width of every input must be multiples of this."""
        return 2 ** len(self.widths)


@keras.saving.register_keras_serializable(package="decensor")
class PartialConv2D(keras.layers.Layer):
    """Partial convolution of one or more branches, each with its own one-channel mask (paper, eq. 1-2).

    y = (conv(x * m) * (k * k * C / sum(m)) + b) where sum(m) > 0, else 0; m' = 1 where sum(m) > 0, else 0.
    sum(m) runs over the k x k neighbourhood and over all C channels of all branches; zero padding ("same")
    counts as hole. With one-channel masks that sum is a box filter a branch, weighted by its channel count.

    known: numbers of the branches whose mask is 1 everywhere; their features need no multiplication by it.
    """

    def __init__(self, filters, kernel_size, strides=1, known=(), kernel_initializer="he_normal", **options):
        super().__init__(autocast=False, **options)
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides
        self.known = tuple(known)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, features_shape, masks_shape=None) -> None:
        channels = sum(shape[-1] for shape in features_shape)
        side = self.kernel_size
        self.kernel = self.add_weight(
            name="kernel", shape=(side, side, channels, self.filters), initializer=self.kernel_initializer
        )
        self.bias = self.add_weight(name="bias", shape=(self.filters,), initializer="zeros")

    def call(self, features, masks):
        """Lists of (B, H, W, C) features and their (B, H, W, 1) masks -> features and mask, ceil(H / strides)."""
        count = self._count_known(features, masks)
        mask = ops.cast(count > 0, "float32")
        share = mask * (self.kernel_size**2 * sum(x.shape[-1] for x in features)) / (count + EPSILON)
        shown = [self._show(*branch) for branch in enumerate(zip(features, masks, strict=True))]
        joined = ops.concatenate(shown, axis=-1) if len(shown) > 1 else shown[0]
        y = ops.conv(joined, self._compute(self.kernel), strides=self.strides, padding="same")
        y = y * self._compute(share)
        if len(self.known) == len(features):
            return y + self._compute(self.bias), mask
        return y + self._compute(self.bias) * self._compute(mask), mask

    def _show(self, number, branch):
        """A branch's features, 0 where they are not known."""
        x, m = branch
        return self._compute(x) if number in self.known else self._compute(x) * self._compute(m)

    def _count_known(self, features, masks):
        """Known input numbers under the kernel at each output pixel, (B, H', W', 1) float32."""
        weighted = sum(x.shape[-1] * ops.cast(m, "float32") for x, m in zip(features, masks, strict=True))
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
        return {**super().get_config(), **sizes, "known": self.known, "kernel_initializer": initializer}


@keras.saving.register_keras_serializable(package="decensor")
class SmoothFill(keras.layers.Layer):
    """A soft colour for every hole pixel, from known ones alone: the pull-push pyramid (Gortler et al. 1996).

    Pull: means of the known pixels of 2 x 2 cells, `levels` times; what then is unknown gets the mean of all.
    Push: back up, each level keeping what it knows and smoothing what it does not.
    """

    SMOOTHINGS = 3

    def __init__(self, levels: int, **options):
        super().__init__(autocast=False, **{**options, "dtype": "float32"})
        self.levels = levels

    def call(self, image, known):
        """(B, H, W, 3) and its mask (B, H, W, 1) -> (B, H, W, 3) float32; the image itself where it is 1.

        H and W must be multiples of 2 to the number of levels.
        """
        colour, known = ops.cast(image, "float32") * known, ops.cast(known, "float32")
        pyramid = []
        for _ in range(self.levels):
            pyramid.append((colour, known))
            colour, known = self._pull(colour, known)
        total = ops.sum(known, axis=(1, 2), keepdims=True)
        mean = ops.sum(colour * known, axis=(1, 2), keepdims=True) / ops.maximum(total, EPSILON)
        filled = colour * known + (1 - known) * mean
        for colour, known in reversed(pyramid):
            filled = self._push(filled, colour, known)
        return filled

    def _pull(self, colour, known):
        share = ops.average_pool(known, 2, 2, padding="same")
        colour = ops.average_pool(colour * known, 2, 2, padding="same") / ops.maximum(share, EPSILON)
        return colour, ops.minimum(4 * share, 1)

    def _push(self, coarse, colour, known):
        """Nearest x 2 and one 3 x 3 mean are as good as bilinear; each further mean nears Laplace's equation."""
        filled = colour * known + (1 - known) * ops.repeat(ops.repeat(coarse, 2, axis=1), 2, axis=2)
        for _ in range(self.SMOOTHINGS):
            guess = ops.average_pool(filled, 3, 1, padding="same")
            filled = colour * known + (1 - known) * guess
        return filled

    def compute_output_shape(self, image_shape, known_shape):
        return image_shape

    def get_config(self) -> dict:
        return {**super().get_config(), "levels": self.levels}


def build_unet(config: UnetConfig, batch_norm: bool = True) -> keras.Model:
    """Model [image (B, H, W, 3), mask (B, H, W, 1)] -> (B, H, W, 3) float32, linear, not clipped.

    H and W must be multiples of `config.stride`. Without batch norm it has the shape of the folded network, and
    zeros for kernels, as they are to be assigned: drawing random ones takes longer than all the rest of building.
    """
    initializer = "he_normal" if batch_norm else "zeros"
    image = keras.Input((None, None, 3), name="image")
    mask = keras.Input((None, None, 1), name="mask", dtype="float32")
    smooth, guide = _smooth_guide(config, image, mask)
    ones = ops.ones_like(mask)
    seen = config.smooth_fill == "seen"
    skips = [([image, guide], [mask, ones])] if seen else [([image], [mask])]
    # Seen everywhere, the smooth fill makes all that follows known everywhere.
    known = (0, 1) if seen else ()
    for number, (width, kernel) in enumerate(zip(config.widths, config.kernels, strict=True), 1):
        places = known[-1:] if number == 1 else known[:1]
        # The picture has 256 levels, bfloat16 only 128 between white and half of it: the first layer is exact.
        options = {"name": f"encoder_{number}", **({"dtype": "float32"} if number == 1 else {})}
        x, m = PartialConv2D(width, kernel, 2, places, initializer, **options)(*skips[-1])
        if batch_norm and number > 1:
            x = _batch_norm(f"encoder_{number}_norm")(x)
        skips.append(([keras.layers.ReLU(name=f"encoder_{number}_relu")(x)], [m]))
    (x,), (m,) = skips.pop()
    for number in range(len(config.widths) - 1, 0, -1):
        x, m = _upsample(x, m, number + 1)
        features, masks = skips[number]
        decoder = PartialConv2D(config.widths[number - 1], 3, 1, known, initializer, name=f"decoder_{number}")
        x, m = decoder([*features, x], [*masks, m])
        if batch_norm:
            x = _batch_norm(f"decoder_{number}_norm")(x)
        x = keras.layers.LeakyReLU(LEAKY_SLOPE, name=f"decoder_{number}_relu")(x)
    x, m = _upsample(x, m, 1)
    if smooth is None:
        drawing, _ = PartialConv2D(3, 3, kernel_initializer=initializer, name="draw")([image, x], [mask, m])
        return keras.Model([image, mask], ops.cast(drawing, "float32"), name="unet")
    draw = PartialConv2D(3, 3, known=(1, 2) if seen else (1,), kernel_initializer="zeros", name="draw")
    drawing, _ = draw([image, guide, x], [mask, ones, m])
    return keras.Model([image, mask], smooth + ops.cast(drawing, "float32"), name="unet")


def _smooth_guide(config: UnetConfig, image, mask):
    """The smooth fill, and what the network sees of it, known everywhere: fill and mask, (B, H, W, 4)."""
    if config.smooth_fill == "none":
        return None, None
    smooth = SmoothFill(len(config.widths), name="smooth_fill")(image, mask)
    return smooth, ops.concatenate([smooth, mask], axis=-1)


def _upsample(x, m, number: int):
    """Features and mask of level `number`, nearest x 2."""
    x = keras.layers.UpSampling2D(2, name=f"upsample_{number}")(x)
    return x, keras.layers.UpSampling2D(2, dtype="float32", name=f"upsample_{number}_mask")(m)


def _batch_norm(name: str) -> keras.layers.Layer:
    return keras.layers.BatchNormalization(epsilon=BATCH_NORM_EPSILON, name=name)


def load_unet(path: Path) -> keras.Model:
    """The network of a weights file, as it was trained, with batch norm; WeightsError names what does not fit."""
    weights = read_weights(path)
    model = build_unet(config_of(weights, path))
    assign_weights(model, weights, path)
    return model


def config_of(weights: Weights, path: Path) -> UnetConfig:
    """The network that a weights file was made for; WeightsError if this program cannot build it."""
    try:
        return UnetConfig(**weights.config)
    except (TypeError, ValueError) as error:
        raise WeightsError(
            f"{path}: its network description is not one this program knows ({error}); {WHERE_TO_GET}"
        ) from error


def variables_by_name(model: keras.Model) -> dict[str, keras.Variable]:
    """Every variable of the network under `layer/variable`, as in the weights file."""
    return {f"{layer.name}/{variable.name}": variable for layer in model.layers for variable in layer.weights}


def assign_weights(model: keras.Model, weights: Weights, path: Path) -> None:
    """Put a file's arrays into a network of the same names and shapes, or WeightsError and no change."""
    variables = variables_by_name(model)
    _check_arrays(weights, {name: tuple(variable.shape) for name, variable in variables.items()}, path)
    for name, variable in variables.items():
        variable.assign(weights.arrays[name].astype("float32"))


def _check_arrays(weights: Weights, shapes: dict[str, tuple[int, ...]], path: Path) -> None:
    """WeightsError unless the file has arrays of exactly these names and shapes."""
    missing = sorted(set(shapes) - set(weights.arrays))
    surplus = sorted(set(weights.arrays) - set(shapes))
    if missing or surplus:
        raise WeightsError(
            f"{path}: {len(missing)} arrays are missing and {len(surplus)} are not expected "
            f"(first: {(missing + surplus)[0]}); {WHERE_TO_GET}"
        )
    for name, shape in shapes.items():
        if weights.arrays[name].shape != shape:
            raise WeightsError(
                f"{path}: {name} has shape {weights.arrays[name].shape}, expected {shape}; {WHERE_TO_GET}"
            )


def fold_batch_norm(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays, float32, of a network without batch norm that computes the same in inference.

    Each norm's scale goes into the kernel before it, its shift into the bias.
    """
    folded = {name: array.astype("float32") for name, array in arrays.items() if "_norm/" not in name}
    for layer in sorted({name.split("_norm/")[0] for name in arrays if "_norm/" in name}):
        gamma, beta, mean, variance = (arrays[f"{layer}_norm/{name}"].astype("float32") for name in NORM_ARRAYS)
        scale = gamma / np.sqrt(variance + BATCH_NORM_EPSILON)
        folded[f"{layer}/kernel"] = folded[f"{layer}/kernel"] * scale
        folded[f"{layer}/bias"] = (folded[f"{layer}/bias"] - mean) * scale + beta
    return folded


def _load_folded(path: Path) -> tuple[keras.Model, int]:
    """The network of a weights file without batch norm, built only once for a quick start, and its stride."""
    weights = read_weights(path)
    config = config_of(weights, path)
    model = build_unet(config, batch_norm=False)
    variables = variables_by_name(model)
    shapes = {name: tuple(variable.shape) for name, variable in variables.items()}
    for layer in model.layers:
        if isinstance(layer, PartialConv2D) and layer.name not in WITHOUT_NORM:
            shapes |= {f"{layer.name}_norm/{name}": (layer.filters,) for name in NORM_ARRAYS}
    _check_arrays(weights, shapes, path)
    for name, array in fold_batch_norm(weights.arrays).items():
        variables[name].assign(array)
    return model, config.stride


def load_predictor(path: Path, precision: str = "float32") -> Predict:
    """predict(images (B, H, W, 3) float32 in [0, 1], masks (B, H, W, 1)) -> (B, H, W, 3) float32 in [0, 1].

    H and W must be multiples of 2 to the number of levels (128 for the default network). precision: "float32", or
    "bfloat16" for convolutions in that type, twice as fast where the processor has it. WeightsError if the file is
    not one for this program.
    """
    usual = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        model, stride = _load_folded(path)
    finally:
        keras.config.set_dtype_policy(usual)
    draw = _compile(model)

    def predict(images: np.ndarray, masks: np.ndarray) -> np.ndarray:
        return np.clip(ops.convert_to_numpy(draw([images, masks])), 0.0, 1.0)

    # The first call traces; now, so that no picture's time has it.
    predict(np.zeros((1, stride, stride, 3), np.float32), np.ones((1, stride, stride, 1), np.float32))
    return predict


def _compile(model: keras.Model) -> Callable:
    """The network as a function of [images, masks], in inference.

    On TensorFlow it is traced once for all sizes, by `predict_on_batch` it would be three times, a second each.
    """
    if keras.backend.backend() != "tensorflow":
        model.compile(jit_compile="auto")
        return model.predict_on_batch
    archive = keras.export.ExportArchive()
    archive.track(model)
    signature = [keras.InputSpec(shape=given.shape, dtype="float32") for given in model.inputs]
    return archive.add_endpoint("draw", lambda given: model(given, training=False), input_signature=[signature])

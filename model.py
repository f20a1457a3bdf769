"""The network: a U-Net of partial convolutions (Liu et al. 2018, arXiv 1804.07723) and its loader.

Here `mask` is the paper's: float32, one channel, 1 = known, 0 = hole. Images are RGB in [0, 1], channels
last. Only `keras` and `keras.ops` are used, so that one text runs on the TensorFlow and on the JAX backend.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import keras
import numpy as np
from keras import ops

from libs.crop_layer import Crop, unstack_crops
from libs.crops import CROPPED, draw_where_unknown
from libs.folding import BATCH_NORM_EPSILON
from libs.inpaint import Predict
from libs.legacy_unet import make_legacy_predictor
from libs.partial_conv import LEAKY_SLOPE, PartialConv2D, PartialUpConv2D, TrainedUpConv2D
from libs.shortage import lack_of_memory_as_usual
from libs.smooth_fill import SmoothFill
from libs.unet import SMOOTH_FILLS, UnetConfig
from libs.weights import Weights, read_weights
from libs.weights_legacy import LegacyWeights
from libs.weights_network import Folded, check_arrays, config_of, read_folded

__all__ = ["SMOOTH_FILLS", "UnetConfig", "build_unet", "load_predictor", "load_unet"]

Arrays = Mapping[str, np.ndarray]


def build_unet(config: UnetConfig, arrays: Arrays | None = None, cropped: int = 0) -> keras.Model:
    """Model [image (B, H, W, 3), mask (B, H, W, 1)] -> (B, H, W, 3) float32, linear, not clipped.

    H and W must be multiples of `config.stride`. Given the arrays of `fold_weights` it is the quicker network for
    inference, the same function without batch norm, and made with them: to fill it first with anything else takes
    longer than all the rest of building. cropped: of so many levels only parts are drawn, those told by a third input,
    `libs.crops.plan_crops`; what comes out is the crop of the picture's level.
    """
    image = keras.Input((None, None, 3), name="image")
    mask = keras.Input((None, None, 1), name="mask", dtype="float32")
    inputs = [image, mask]
    if cropped:
        inputs.append(keras.Input(batch_shape=(cropped, 2, 2, 4), name="crops", dtype="int32"))
    crops = unstack_crops(inputs[2]) if cropped else []
    smooth, given = _give(config, image, mask, crops)
    skips = [given, *_encode(config, given, arrays)]
    drawn = _decode(config, skips, arrays, crops)
    known = {"seen": (1, 2), "added": (1,), "none": ()}[config.smooth_fill]
    options = _options(config, arrays, known, "draw")
    if arrays is None and smooth is not None:
        options["kernel_initializer"] = "zeros"  # an untrained network draws nothing on the smooth fill
    if config.smooth_fill == "added":
        guide = ops.concatenate([smooth, mask], axis=-1)
        given = ([*given[0], guide], [mask, ops.ones_like(mask)])
    draw = _up_layer(arrays)(3, 3, large=arrays is not None, **options)
    drawing = ops.cast(draw(*_join(config, given, drawn, 1, crops))[0], "float32")
    if smooth is not None:
        drawing += Crop(name="crop_smooth")(smooth, *crops[0][1]) if cropped else smooth
    return keras.Model(inputs, drawing, name="unet")


def _give(config: UnetConfig, image, mask, crops):
    """The smooth fill or None, and what the encoder is given: lists of features and of their masks."""
    shown = image if config.partial else _fill_with_mean(image, mask)
    if config.smooth_fill == "none":
        return None, ([shown], [mask])
    smooth = SmoothFill(len(config.widths), name="smooth_fill")(image, mask, crops)
    if config.smooth_fill == "added":
        return smooth, ([shown], [mask])
    return smooth, ([shown, ops.concatenate([smooth, mask], axis=-1)], [mask, ops.ones_like(mask)])


def _fill_with_mean(image, mask):
    """The image with the mean of its known pixels in the hole."""
    known = image * mask
    total = ops.maximum(ops.sum(mask, axis=(1, 2), keepdims=True), 1.0)
    return known + (1 - mask) * ops.sum(known, axis=(1, 2), keepdims=True) / total


def _encode(config: UnetConfig, given, arrays: Arrays | None) -> list:
    """Features and mask of every level, each half as high and wide as the one before, as lists of one."""
    levels = []
    for number, (width, kernel) in enumerate(zip(config.widths, config.kernels, strict=True), 1):
        # Seen everywhere, the smooth fill makes all that follows known everywhere.
        known = () if config.smooth_fill != "seen" else (1,) if number == 1 else (0,)
        options = _options(config, arrays, known, f"encoder_{number}")
        # The picture has 256 levels, bfloat16 only 128 between white and half of it: the first layer is exact.
        exact = {"dtype": "float32", "large": arrays is not None} if number == 1 else {}
        x, m = PartialConv2D(width, kernel, 2, **exact, **options)(*(levels[-1] if levels else given))
        x = x if arrays or number == 1 else _batch_norm(f"encoder_{number}_norm")(x)
        levels.append(([keras.layers.ReLU(name=f"encoder_{number}_relu")(x)], [m]))
    return levels


def _decode(config: UnetConfig, skips: list, arrays: Arrays | None, crops):
    """From the deepest level up to half the picture's size: features and mask, or a crop of them."""
    (x,), (m,) = skips[-1]
    for number in range(len(config.widths) - 1, 0, -1):
        known = (0, 1) if config.smooth_fill == "seen" else ()
        options = _options(config, arrays, known, f"decoder_{number}")
        width = config.widths[number - 1]
        x, m = _up_layer(arrays)(width, 3, **options)(*_join(config, skips[number], (x, m), number + 1, crops))
        x = x if arrays else _batch_norm(f"decoder_{number}_norm")(x)
        x = keras.layers.LeakyReLU(LEAKY_SLOPE, name=f"decoder_{number}_relu")(x)
    return x, m


def _join(config: UnetConfig, skip, deeper, number: int, crops):
    """A skip's features and masks, and those of level `number`; only the mask nearest x 2, the kernel enlarges."""
    (features, masks), (x, m) = skip, deeper
    if number <= len(crops):
        deeper, own = crops[number - 1]
        cut = Crop(name=f"crop_{number}")
        features, masks = [cut(part, *own) for part in features], [cut(part, *own) for part in masks]
        x, m = cut(x, *deeper), cut(m, *deeper)
    if config.smooth_fill == "seen":
        return [*features, x], [*masks, masks[-1]]
    return [*features, x], [*masks, keras.layers.UpSampling2D(2, dtype="float32", name=f"upsample_{number}_mask")(m)]


def _up_layer(arrays: Arrays | None) -> type[keras.layers.Layer]:
    return TrainedUpConv2D if arrays is None else PartialUpConv2D


def _options(config: UnetConfig, arrays: Arrays | None, known: tuple[int, ...], name: str) -> dict:
    """What a layer is made with."""
    options = {"known": known, "plain": not config.partial, "name": name}
    if arrays is None:
        return options
    # A layer's arrays are told apart by their shapes: its kernels' sides, and its bias, which has none.
    given = {array.shape: array for key, array in arrays.items() if key.startswith(f"{name}/")}

    def give(shape, dtype=None):
        return ops.convert_to_tensor(given[tuple(shape)], dtype)

    return {**options, "kernel_initializer": give, "bias_initializer": give}


def _batch_norm(name: str) -> keras.layers.Layer:
    return keras.layers.BatchNormalization(epsilon=BATCH_NORM_EPSILON, name=name)


def load_unet(path: Path) -> keras.Model:
    """The network of a weights file, as it was trained, with batch norm; WeightsError names what does not fit."""
    weights = read_weights(path)
    model = build_unet(config_of(weights, path))
    assign_weights(model, weights, path)
    return model


def variables_by_name(model: keras.Model) -> dict[str, keras.Variable]:
    """Every variable of the network under `layer/variable`, as in the weights file."""
    return {f"{layer.name}/{variable.name}": variable for layer in model.layers for variable in layer.weights}


def assign_weights(model: keras.Model, weights: Weights, path: Path) -> None:
    """Put a file's arrays into a network of the same names and shapes, or WeightsError and no change."""
    variables = variables_by_name(model)
    check_arrays(weights, {name: tuple(variable.shape) for name, variable in variables.items()}, path)
    for name, variable in variables.items():
        variable.assign(weights.arrays[name].astype("float32"))


def load_predictor(
    path: Path, precision: str = "float32", family: str | None = None, weights: Folded | LegacyWeights | None = None
) -> Predict:
    """predict(images (B, H, W, 3) float32 in [0, 1], masks (B, H, W, 1)) -> (B, H, W, 3) float32 in [0, 1].

    Where nothing near is unknown the images may come back as they are. H and W must be multiples of 2 to the number of
    levels (128 for the default network). precision: "float32", or "bfloat16" for convolutions in that type, twice as
    fast where the processor has it. Files of the two older programs in `libs.weights_legacy.FAMILIES` are taken too,
    always in float32; family: which of them, None: as the file hints. weights: what `libs.weights_network.read_folded`
    has read of the file, None: it is read. WeightsError if the file is not one for this program; MemoryError from
    `predict` if memory does not suffice.
    """
    weights = weights or read_folded(path, family)
    if isinstance(weights, LegacyWeights):
        return make_legacy_predictor(weights)
    usual = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        # Not every backend can compile what is cropped.
        cropped = min(CROPPED, len(weights.config.widths)) if keras.backend.backend() == "tensorflow" else 0
        model = build_unet(weights.config, weights.arrays, cropped)
    finally:
        keras.config.set_dtype_policy(usual)
    compiled = _compile(model)

    def draw(*given: np.ndarray) -> np.ndarray:
        return ops.convert_to_numpy(compiled(list(given)))

    def predict(images: np.ndarray, masks: np.ndarray) -> np.ndarray:
        with lack_of_memory_as_usual():
            if cropped:
                return draw_where_unknown(draw, cropped, images, masks)
            return np.clip(draw(images, masks), 0.0, 1.0)

    stride = weights.config.stride
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
    signature = [keras.InputSpec(shape=given.shape, dtype=given.dtype) for given in model.inputs]
    return archive.add_endpoint("draw", lambda given: model(given, training=False), input_signature=[signature])

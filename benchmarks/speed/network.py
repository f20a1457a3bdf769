"""The network alone: seconds a window, and how much of what the processor can do that is."""

from functools import partial
from itertools import chain

import numpy as np

from benchmarks.pages import draw_page, paint_holes
from benchmarks.processor import has_bfloat16
from benchmarks.speed.plan import HOLES, PAGE, Line, Plan, draw_small_hole, draw_window, time_median
from libs.folding import fold_weights
from libs.holes import painted_hole
from libs.inpaint import fill
from libs.network import load_network
from libs.unet import UnetConfig
from libs.weights import read_weights

SMALL_HOLE_IN, SMALL_HOLE = 384, 80
SIDES = (256, 384, 512, 1024)
BATCH = 4
MATRIX = 2048
PRECISIONS = ("float32", "bfloat16")
PAGES = 6
NEAR = 2


def measure_windows(plan: Plan) -> list[Line]:
    """Windows of several sizes, beside the rate at which the processor multiplies matrices of the same numbers.

    In bfloat16 too where the processor has it; others need minutes.
    """
    lines = []
    for precision in PRECISIONS if has_bfloat16() else PRECISIONS[:1]:
        rate = _matrix_rate(precision, plan.repeats)
        lines.append(Line(f"{precision}: matrices of {MATRIX} x {MATRIX}", rate / 1e9, "GFLOP/s"))
        predict = load_network(plan.model, precision)
        for side in SIDES:
            seconds = time_median(partial(predict, *draw_window(side)), plan.repeats)
            bar = "at most 0.35" if side == 512 and precision == "float32" else ""
            lines.append(Line(f"{precision}: window {side} x {side}", seconds, "s", bar))
            if side == 512:
                share = count_operations(plan, side) / seconds / rate
                bar = "at least 60" if precision == "float32" else ""
                lines.append(Line(f"{precision}: share of the matrix rate", 100 * share, "%", bar))
        seconds = time_median(partial(predict, *draw_small_hole(SMALL_HOLE_IN, SMALL_HOLE)), plan.repeats)
        what = f"window {SMALL_HOLE_IN} x {SMALL_HOLE_IN}, hole of {SMALL_HOLE} x {SMALL_HOLE}"
        lines.append(Line(f"{precision}: {what}", seconds, "s"))
        seconds = time_median(partial(predict, *draw_window(256, BATCH)), plan.repeats)
        lines.append(Line(f"{precision}: {BATCH} windows 256 x 256 at once, each", seconds / BATCH, "s"))
    whole = time_median(partial(load_network(plan.model, "float32"), *draw_window(512)), plan.repeats)
    share = _time_masks(plan, draw_window(512)) / whole
    lines.append(Line("float32: mask path / network, window 512 x 512", 100 * share, "%", "at most 3"))
    return lines


def _time_masks(plan: Plan, window: tuple[np.ndarray, np.ndarray]) -> float:
    """Seconds that the network's masks, and what is made of them, need alone."""
    import keras

    from model import build_unet

    class Weigh(keras.layers.Layer):
        """What the masks of a partial convolution come to; its features are not computed for that."""

        def __init__(self, layer: keras.layers.Layer) -> None:
            super().__init__(autocast=False)
            self.layer = layer

        def call(self, features, masks):
            return self.layer.weigh(features, masks)

    weights = read_weights(plan.model)
    config = UnetConfig(**weights.config)
    network = build_unet(config, fold_weights(weights.arrays, config))
    convolutions = [f"encoder_{n}" for n in range(1, len(config.widths) + 1)]
    convolutions += [f"decoder_{n}" for n in range(1, len(config.widths))] + ["draw"]
    layers = [network.get_layer(name) for name in convolutions]
    halves = [(layer.input[: len(layer.input) // 2], layer.input[len(layer.input) // 2 :]) for layer in layers]
    masks = [Weigh(layer)(*half) for layer, half in zip(layers, halves, strict=True)]
    part, archive = keras.Model(network.inputs, masks), keras.export.ExportArchive()
    archive.track(part)
    signature = [keras.InputSpec(shape=given.shape, dtype="float32") for given in network.inputs]
    run = archive.add_endpoint("run", lambda given: part(given, training=False), input_signature=[signature])
    return time_median(lambda: [np.asarray(mask) for mask in chain.from_iterable(run(list(window)))], plan.repeats)


def measure_precision(plan: Plan) -> list[Line]:
    """How far bfloat16 results are from float32's, over the hole pixels of some pages."""
    networks = [load_network(plan.model, precision) for precision in PRECISIONS]
    differences = []
    for seed in range(PAGES):
        painted = paint_holes(draw_page(seed, *PAGE), seed, HOLES)
        hole = painted_hole(painted)
        fine, coarse = (fill(painted, hole, predict)[hole].astype(int) for predict in networks)
        differences.append(np.abs(fine - coarse).max(axis=-1))
    levels = np.concatenate(differences)
    return [
        Line(f"bfloat16: hole pixels within {NEAR} levels of float32", 100 * (levels <= NEAR).mean(), "%",
             "at least 99.9 to be used unasked"),
        Line("bfloat16: largest difference", float(levels.max()), "levels"),
    ]  # fmt: skip


def count_operations(plan: Plan, side: int) -> int:
    """Multiplications and additions of the folded network's convolutions for a window of side x side pixels."""
    weights = read_weights(plan.model)
    operations = 0
    for name, array in fold_weights(weights.arrays, UnetConfig(**weights.config)).items():
        stage, kind = name.split("/")
        level = int(stage.split("_")[1]) if "_" in stage else 0
        if kind.endswith("kernel"):  # one that enlarges works at half the size
            operations += 2 * int(np.prod(array.shape)) * (side // 2 ** (level + (kind == "up_kernel"))) ** 2
    return operations


def _matrix_rate(precision: str, repeats: int) -> float:
    """Operations a second of one large matrix product, by the same library as the network."""
    import keras

    factor = keras.ops.cast(keras.random.normal((MATRIX, MATRIX), seed=0), precision)
    # Asking for a number waits for the product.
    seconds = time_median(lambda: float(keras.ops.cast(keras.ops.matmul(factor, factor)[0, 0], "float32")), repeats)
    return 2 * MATRIX**3 / seconds

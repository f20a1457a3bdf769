"""The loss: the paper's five terms (Liu et al. 2018, section 3.3), a gradient term that helps ink, squared errors.

All terms but "valid" are per sample and divided by the share of the picture that is hole, so that small holes
count as much as large ones; `composite` is the output in the hole and the target outside (the paper's I_comp).
"""

from dataclasses import dataclass

import keras
from keras import ops

# The paper's weights expect features of pictures scaled to a standard deviation of 1; HED-VGG16 sees 0..255.
FEATURE_SCALE = 1 / 57.4
SMALLEST_SHARE = 0.005
PURE = 0.002


@dataclass(frozen=True)
class LossWeights:
    """How much each term counts; one of weight 0 is not computed. adversarial: see `libs.training.critic`."""

    valid: float = 1.0
    hole: float = 6.0
    square: float = 0.0
    gradient: float = 2.0
    perceptual: float = 0.05
    style: float = 120.0
    variation: float = 0.1
    adversarial: float = 0.0

    @property
    def needs_features(self) -> bool:
        return self.perceptual > 0 or self.style > 0


def pixel_terms(output, target, hole, weights: LossWeights) -> dict:
    """Terms that need no feature network: valid, hole, square, gradient, variation; each a mean over the batch.

    output, target: (B, H, W, 3) float32; hole: (B, H, W, 1) float32, 1 = hole. A white pixel drawn brighter
    than white (or a black one darker than black) is no error: the result is clipped.
    """
    error = ops.clip(output, 0.0, 1.0) - target + _beyond(output, target)
    area = ops.maximum(ops.mean(hole, axis=(1, 2, 3)), SMALLEST_SHARE)
    inside = error * hole
    terms = {"valid": ops.mean(ops.abs(error - inside)), "hole": _mean_over_area(ops.abs(inside), area)}
    if weights.square:
        terms["square"] = _mean_over_area(ops.square(inside), area)
    if weights.gradient:
        terms["gradient"] = _gradient(inside, area)
    if weights.variation:
        composite = output * hole + target * (1 - hole)
        region = ops.max_pool(hole, 3, 1, padding="same")
        terms["variation"] = _mean_over_area(_jumps(composite) * region[:, :-1, :-1], area)
    return terms


def _beyond(output, target):
    """How far the output lies outside [0, 1], 0 where the target is pure white or black on that side."""
    over = ops.relu(output - 1.0) * ops.cast(target < 1 - PURE, "float32")
    return over - ops.relu(-output) * ops.cast(target > PURE, "float32")


def _gradient(inside, area):
    """Mean absolute slope of the error at full, half and quarter size, in the hole and across its edge."""
    total = 0.0
    for _ in range(3):
        total += _mean_over_area(_jumps(inside), area)
        inside = ops.average_pool(inside, 2, 2)
    return total / 3


def feature_terms(features: keras.Model, composite, target, hole) -> dict:
    """Perceptual and style terms of the composite, from the maps of a frozen feature network."""
    area = ops.maximum(ops.mean(hole, axis=(1, 2, 3)), SMALLEST_SHARE)
    perceptual, style = 0.0, 0.0
    drawn_maps, target_maps = features(ops.clip(composite, 0.0, 1.0)), features(target)
    for drawn, true in zip(drawn_maps, target_maps, strict=True):
        drawn = ops.cast(drawn, "float32") * FEATURE_SCALE
        true = ops.cast(true, "float32") * FEATURE_SCALE
        perceptual += _mean_over_area(ops.abs(drawn - true), area)
        style += _mean_over_area(ops.abs(_gram(drawn) - _gram(true)), area)
    return {"perceptual": perceptual, "style": style}


def _mean_over_area(values, area):
    """Mean of (B, ...) values over each sample, divided by its hole's share, then over the batch."""
    return ops.mean(ops.mean(ops.reshape(values, (ops.shape(values)[0], -1)), axis=1) / area)


def _jumps(image):
    """(B, H - 1, W - 1, 3): absolute differences to the pixel below plus to the pixel on the right."""
    corner = image[:, :-1, :-1]
    return ops.abs(image[:, 1:, :-1] - corner) + ops.abs(image[:, :-1, 1:] - corner)


def _gram(maps):
    """(B, H, W, C) -> (B, C, C), divided by the number of values before summing (bfloat16 would overflow)."""
    shape = ops.shape(maps)
    flat = ops.reshape(maps, (shape[0], shape[1] * shape[2], maps.shape[-1]))
    count = ops.cast(shape[1] * shape[2] * maps.shape[-1], "float32")
    return ops.matmul(ops.transpose(flat / count, (0, 2, 1)), flat)

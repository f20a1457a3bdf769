"""The network together with its loss, as a Keras model that any backend can train."""

from dataclasses import asdict

import keras
from keras import ops

from libs.training.losses import LossWeights, feature_terms, pixel_terms
from model import UnetConfig, build_unet


class Painter(keras.Model):
    """Wraps the U-Net; trains on x = [images, masks], y = targets and holes joined, (B, H, W, 4).

    `judged`: side in pixels of the part of each sample, the one with most hole, that the feature terms look at
    (on whole samples they cost five times the network).
    `style_share` (0 to 1) scales the style term, which is ramped in late.
    """

    def __init__(self, config: UnetConfig, weights: LossWeights, features: keras.Model | None, judged: int):
        super().__init__(name="painter")
        self.unet_config = config
        self.unet = build_unet(config)
        self.term_weights = weights
        self.features = features
        self.judged = judged
        self.style_share = self.add_weight(
            name="style_share", shape=(), initializer="zeros", trainable=False, dtype="float32"
        )
        self.trackers = {name: keras.metrics.Mean(name=name) for name, weight in asdict(weights).items() if weight}

    def call(self, inputs, training=None):
        return self.unet(inputs, training=training)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The weighted sum of all terms that count; each term is kept for the progress line."""
        target, hole = y[..., :3], y[..., 3:]
        terms = pixel_terms(y_pred, target, hole, self.term_weights)
        if self.term_weights.needs_features:
            terms.update(self._feature_terms(y_pred, target, hole))
        for name, tracker in self.trackers.items():
            tracker.update_state(terms[name])
        scale = {"style": self.style_share}
        return sum(getattr(self.term_weights, name) * scale.get(name, 1.0) * terms[name] for name in self.trackers)

    def _feature_terms(self, y_pred, target, hole) -> dict:
        composite = ops.cast(y_pred, "float32") * hole + target * (1 - hole)
        parts = densest_part(ops.concatenate([composite, target, hole], axis=-1), hole, self.judged)
        # Cut out beside the composite, the rest would get gradients too: the target's features at the cost of theirs.
        true, region = ops.stop_gradient(parts[..., 3:6]), ops.stop_gradient(parts[..., 6:])
        return feature_terms(self.features, parts[..., :3], true, region)


def densest_part(arrays, hole, side: int):
    """(B, S, S, C) arrays -> (B, side, side, C): of each sample the square with most hole (B, S, S, 1).

    Squares lie a quarter of their side apart. All of the arrays, if they are no larger than `side`.
    """
    full = hole.shape[1]
    if full <= side:
        return arrays
    step = max(side // 4, 1)
    counts = ops.average_pool(hole, side, step, padding="valid")
    across = counts.shape[2]
    best = ops.argmax(ops.reshape(counts, (-1, counts.shape[1] * across)), axis=1)
    rows, columns = (_one_hot_spans(place * step, side, full) for place in (best // across, best % across))
    return ops.einsum("bij,bkl,bjlc->bikc", rows, columns, arrays)


def _one_hot_spans(starts, length: int, full: int):
    """(B,) first places -> (B, length, full) float32 that picks `length` places in a row by multiplication."""
    return ops.one_hot(starts[:, None] + ops.arange(length)[None], full, dtype="float32")

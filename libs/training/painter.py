"""The network together with its loss, as a Keras model that any backend can train."""

from dataclasses import asdict

import keras
from keras import ops

from libs.mosaic_network import MosaicConfig
from libs.training.critic import Critic, critic_terms
from libs.training.losses import LossWeights, feature_terms, pixel_terms
from libs.training.mosaic_layers import build_mosaic_network
from libs.training.reuse import exchange_holes, mirror
from model import UnetConfig, build_unet


class Painter(keras.Model):
    """Wraps a network; trains on x = [images, masks], y = [targets, holes], all uint8 as in `libs.training.samples`.

    `judged`: side in pixels of the part of each sample, the one with most hole, that the feature terms and the critic
    look at (on whole samples they cost five times the network). `change`: see `libs.training.reuse`.
    `style_share` and `adversarial_share` (0 to 1) scale these terms, which are ramped in. A critic learns beside the
    network, in the same step, if the adversarial term counts.
    """

    def __init__(
        self, config: UnetConfig | MosaicConfig, weights: LossWeights, features: keras.Model | None, judged: int
    ):
        super().__init__(name="painter")
        self.config = config
        self.network = build_mosaic_network(config) if isinstance(config, MosaicConfig) else build_unet(config)
        self.change = mirror if isinstance(config, MosaicConfig) else exchange_holes
        self.term_weights = weights
        self.features = features
        self.judged = judged
        self.critic = _build_critic() if weights.adversarial else None
        self.style_share = self._add_share("style_share")
        self.adversarial_share = self._add_share("adversarial_share")
        names = [name for name, weight in asdict(weights).items() if weight] + ["critic"] * bool(weights.adversarial)
        self.trackers = {name: keras.metrics.Mean(name=name) for name in names}

    def _add_share(self, name: str):
        return self.add_weight(name=name, shape=(), initializer="zeros", trainable=False, dtype="float32")

    def call(self, inputs, training=None):
        """[images (B, H, W, 3), masks (B, H, W, 1)] uint8 -> (B, H, W, 3) float32, what the network draws."""
        return self.network([_from_bytes(array) for array in inputs], training=training)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The weighted sum of all terms that count; each term is kept for the progress line."""
        target, hole = (_from_bytes(array) for array in y)
        terms = pixel_terms(y_pred, target, hole, self.term_weights)
        if self.term_weights.needs_features or self.critic:
            terms.update(self._terms_of_part(y_pred, target, hole, training))
        for name, tracker in self.trackers.items():
            tracker.update_state(terms[name])
        scale = {"style": self.style_share, "adversarial": self.adversarial_share}
        weights = {**asdict(self.term_weights), "critic": 1.0}
        return sum(weights[name] * scale.get(name, 1.0) * terms[name] for name in self.trackers)

    def _terms_of_part(self, y_pred, target, hole, training: bool) -> dict:
        composite = ops.cast(y_pred, "float32") * hole + target * (1 - hole)
        parts = densest_part(ops.concatenate([composite, target, hole], axis=-1), hole, self.judged)
        # Cut out beside the composite, the rest would get gradients too: the target's features at the cost of theirs.
        true, region = ops.stop_gradient(parts[..., 3:6]), ops.stop_gradient(parts[..., 6:])
        terms = feature_terms(self.features, parts[..., :3], true, region) if self.features else {}
        return terms | (critic_terms(self.critic, parts[..., :3], true, region, training) if self.critic else {})


def _from_bytes(array):
    """uint8 -> float32 in [0, 1]."""
    return ops.cast(array, "float32") / 255


def _build_critic() -> Critic:
    """The critic with all its variables, as the state of a run needs them before the first step."""
    critic = Critic()
    critic(ops.zeros((1, 32, 32, 3)), ops.zeros((1, 32, 32, 1)))
    return critic


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

"""The adversarial stage: the spectral norm, who learns from which loss, and steps that stay finite."""

from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose, assert_array_equal

from libs.training import painter as painter_module
from libs.training.critic import Critic, SpectralConv2D, critic_terms
from libs.training.loop import train
from libs.training.losses import LossWeights
from libs.training.painter import Painter
from libs.training.plan import TrainingSettings
from libs.training.samples import Batch
from model import UnetConfig

WEIGHTS = LossWeights(perceptual=0, style=0, variation=0, adversarial=0.1)


def make_sample(seed: int, size: int = 2, side: int = 32) -> tuple[np.ndarray, ...]:
    """drawn, target, hole: noise in a square hole of a smooth picture."""
    rng = np.random.default_rng(seed)
    target = np.broadcast_to(np.linspace(0, 1, side, dtype=np.float32)[:, None, None], (size, side, side, 3)).copy()
    hole = np.zeros((size, side, side, 1), np.float32)
    hole[:, 4:12, 6:14] = 1
    drawn = target * (1 - hole) + rng.random(target.shape, dtype=np.float32) * hole
    return drawn, target, hole


@pytest.fixture
def small_critic(monkeypatch):
    """Painters get a small critic; the fixture is another one of its kind."""
    monkeypatch.setattr(painter_module, "Critic", lambda: Critic((4, 6, 8)))
    return Critic((4, 6, 8))


@pytest.mark.parametrize("seed", range(4))
def test_the_kernel_is_divided_by_its_largest_singular_value(seed):
    keras.utils.set_random_seed(seed)
    layer = SpectralConv2D(5)
    image = np.random.default_rng(seed).standard_normal((1, 7, 9, 3)).astype(np.float32)
    for _ in range(100):
        layer(image, training=True)
    kernel = np.asarray(layer.kernel).reshape(-1, 5)
    largest = np.linalg.svd(kernel, compute_uv=False)[0]
    plain = ops.conv(image, np.asarray(layer.kernel) / largest, padding="same")
    assert_allclose(np.asarray(layer(image)), np.asarray(plain), rtol=1e-3, atol=1e-4)


def test_the_direction_moves_in_training_only():
    layer = SpectralConv2D(5)
    image = np.ones((1, 8, 8, 3), np.float32)
    layer(image)
    before = np.asarray(layer.direction)
    layer(image, training=False)
    assert_array_equal(np.asarray(layer.direction), before)
    layer(image, training=True)
    assert np.abs(np.asarray(layer.direction) - before).max() > 1e-3


def test_a_layer_is_rebuilt_from_its_config():
    layer = SpectralConv2D.from_config(SpectralConv2D(5, 2, name="one").get_config())
    assert (layer.filters, layer.strides, layer.name) == (5, 2, "one")


class Told:
    """A critic that says what it is told to: `of_drawn` of drawings, `of_true` of true pictures."""

    def __init__(self, of_drawn: float, of_true: float):
        self.answers = of_drawn, of_true

    def __call__(self, image, hole, training=False, learning=True):
        size, side = hole.shape[0], hole.shape[1] // 8
        halves = self.answers if learning else self.answers[:1]
        count = size // len(halves)
        return np.concatenate([np.full((count, side, side, 1), answer, np.float32) for answer in halves])


@pytest.mark.parametrize(
    ("of_drawn", "of_true", "adversarial", "critic"), [(0, 0, 0, 2), (-1, 1, 1, 0), (-5, 5, 5, 0), (2, -1, -2, 5)]
)
def test_the_loss_is_the_hinge_loss(of_drawn, of_true, adversarial, critic):
    terms = critic_terms(Told(of_drawn, of_true), *make_sample(0))
    assert float(terms["adversarial"]) == pytest.approx(adversarial)
    assert float(terms["critic"]) == pytest.approx(critic)


def test_patches_without_hole_are_not_asked_about():
    drawn, target, hole = make_sample(0)

    class Local(Told):
        def __call__(self, image, hole, training=False, learning=True):
            far = np.ones((hole.shape[0], 4, 4, 1), np.float32) * 1000
            far[:, :2, :2] = 0  # the hole lies in rows 4 to 11, columns 6 to 13
            return far

    terms = critic_terms(Local(0, 0), drawn, target, hole)
    assert (float(terms["adversarial"]), float(terms["critic"])) == (0, 2)


@pytest.mark.parametrize("term", ["adversarial", "critic"])
def test_each_loss_teaches_only_its_own(term, small_critic):
    """By the change of the loss's gradient: the critic's to its kernels, the painter's to the drawing."""
    tensorflow = pytest.importorskip("tensorflow")
    drawn, target, hole = make_sample(1)
    drawn = tensorflow.Variable(drawn)
    small_critic(drawn, hole)
    variables = [drawn, *(variable.value for variable in small_critic.trainable_variables)]
    with tensorflow.GradientTape() as tape:
        loss = critic_terms(small_critic, drawn, target, hole)[term]
    taught = [gradient is not None and np.abs(gradient).max() > 0 for gradient in tape.gradient(loss, variables)]
    assert taught[0] == (term == "adversarial")
    # The last layer's bias has no gradient while the hinges of drawn and true are alike.
    assert any(taught[1:]) == (term == "critic")


def make_noise(seed: tuple[int, ...], size: int, side: int) -> Batch:
    _, target, hole = make_sample(seed[1] % 1000, size, side)
    target, hole = (np.round(array * 255).astype(np.uint8) for array in (target, hole))
    return Batch(np.where(hole, 0, target).astype(np.uint8), 255 - hole, target, hole)


def run(painter: Painter, folder, samples: int, crops=((32, 1.0),)) -> list[dict]:
    """The losses of every step."""
    settings = TrainingSettings(folder, crops, batch=2, samples=samples, warm_up_steps=1, adversarial_from=0.0)
    losses = []
    with ThreadPoolExecutor(1) as executor:
        train(painter, make_noise, executor, settings, lambda progress, saved: losses.append(dict(progress.losses)))
    return losses


def make_painter(precision: str = "float32") -> Painter:
    keras.utils.set_random_seed(0)
    usual = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        painter = Painter(UnetConfig((3, 4), (3, 3)), WEIGHTS, None, 32)
    finally:
        keras.config.set_dtype_policy(usual)
    painter.compile(keras.optimizers.Adam(global_clipnorm=1.0))
    return painter


def test_twenty_steps_in_bfloat16_stay_finite_and_the_critic_learns(small_critic, tmp_path):
    painter = make_painter("mixed_bfloat16")
    losses = run(painter, tmp_path, 40)
    assert len(losses) == 20
    assert all(np.isfinite(list(values.values())).all() for values in losses)
    assert np.mean([values["critic"] for values in losses[-5:]]) < np.mean([values["critic"] for values in losses[:5]])
    assert all(variable.dtype == "float32" for variable in painter.critic.variables)


def test_the_whole_step_is_one_compiled_function(small_critic, tmp_path):
    """Python sees the loss while it is traced, once for each size of crops, and not at every step."""
    painter = make_painter()
    seen, usual = [], painter.compute_loss
    painter.compute_loss = lambda *inputs, **options: seen.append(1) or usual(*inputs, **options)
    losses = run(painter, tmp_path, 40, ((32, 0.5), (64, 0.5)))
    assert len(losses) > 10
    assert 1 <= len(seen) <= 4


def test_a_stopped_run_goes_on_with_the_same_critic(small_critic, tmp_path):
    first, second = make_painter(), make_painter()
    run(first, tmp_path, 10)
    for variable in second.critic.variables:
        variable.assign(np.asarray(variable) + 1)
    run(second, tmp_path, 10)
    for one, other in zip(first.critic.variables, second.critic.variables, strict=True):
        assert_array_equal(np.asarray(one), np.asarray(other))
    for one, other in zip(first.optimizer.variables, second.optimizer.variables, strict=True):
        assert_array_equal(np.asarray(one), np.asarray(other))


def test_without_weight_there_is_no_critic():
    painter = Painter(UnetConfig((2,), (3,)), LossWeights(perceptual=0, style=0), None, 8)
    assert painter.critic is None
    assert not {"adversarial", "critic"} & set(painter.trackers)

"""The loop: what it plans, what it keeps, and what it takes over from an earlier start."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import keras
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from libs.errors import DecensorError, UsageError
from libs.training.loop import train
from libs.training.losses import LossWeights
from libs.training.painter import Painter
from libs.training.plan import Progress, TrainingSettings, batch_size, crop_side, learning_rate
from libs.training.samples import Batch
from libs.weights import read_weights
from model import UnetConfig, load_predictor

PIXELS_ONLY = LossWeights(perceptual=0, style=0, variation=0)


def make_painter(widths: tuple[int, ...] = (3, 4)) -> Painter:
    keras.utils.set_random_seed(0)
    painter = Painter(UnetConfig(widths, (3,) * len(widths)), PIXELS_ONLY, None, 1)
    painter.compile(keras.optimizers.Adam(), run_eagerly=True)
    return painter


def make_flat(seed: tuple[int, ...], size: int, side: int) -> Batch:
    """Grey pictures with a black square in the hole."""
    target = np.full((size, side, side, 3), 178, np.uint8)
    target[:, 4:8, 4:8] = 0
    hole = np.zeros((size, side, side, 1), np.uint8)
    hole[:, 3:9, 3:9] = 255
    return Batch(np.where(hole, 0, target).astype(np.uint8), 255 - hole, target, hole)


def run(settings: TrainingSettings, make=make_flat, painter: Painter | None = None, report=None) -> Progress:
    with ThreadPoolExecutor(1) as executor:
        return train(painter or make_painter(), make, executor, settings, report or (lambda progress, saved: None))


def assert_same(arrays: dict[str, np.ndarray], others: dict[str, np.ndarray]) -> None:
    assert set(arrays) == set(others)
    for name, array in arrays.items():
        assert_array_equal(array, others[name])


@pytest.fixture
def settings(tmp_path) -> TrainingSettings:
    return TrainingSettings(tmp_path / "run", crops=((16, 1.0),), batch=2, samples=24, warm_up_steps=2)


# Plans


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "a run needs an end: samples, minutes or both"),
        ({"minutes": 0}, "minutes must be more than 0, got 0"),
        ({"samples": -5}, "samples must be more than 0, got -5"),
        ({"samples": 5, "batch": 0}, "batch must be more than 0, got 0"),
        ({"samples": 5, "rate": 0.0}, "rate must be more than 0"),
        ({"samples": 5, "rate": float("nan")}, "rate must be more than 0"),
        ({"samples": 5, "crops": ()}, "shares of the crops must add up to 1"),
        ({"samples": 5, "crops": ((128, 0.5), (256, 0.6))}, "shares of the crops must add up to 1"),
        ({"samples": 5, "crops": ((-128, 1.0),)}, "sides and shares of the crops"),
        ({"samples": 5, "crops": ((128, -1.0), (256, 2.0))}, "sides and shares of the crops"),
    ],
)
def test_settings_that_cannot_be_are_refused(wrong, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        TrainingSettings(tmp_path, **wrong)


def test_crops_follow_one_another_by_their_shares(tmp_path):
    settings = TrainingSettings(tmp_path, crops=((128, 0.3), (256, 0.5), (384, 0.2)), samples=1)
    shares = [0, 0.29, 0.31, 0.79, 0.81, 1.0]
    assert [crop_side(settings, share) for share in shares] == [128, 128, 256, 256, 384, 384]


def test_smaller_crops_come_in_larger_batches(tmp_path):
    settings = TrainingSettings(tmp_path, crops=((64, 0.5), (256, 0.5)), batch=8, samples=1)
    assert batch_size(settings, 256) == 8 < batch_size(settings, 64)


def test_the_rate_warms_up_and_then_falls_to_a_fiftieth(tmp_path):
    settings = TrainingSettings(tmp_path, samples=1000, rate=0.5, warm_up_steps=100)
    rates = [learning_rate(settings, Progress(step, 10 * step)) for step in range(101)]
    assert rates[0] == pytest.approx(0.005)
    assert rates[100] == pytest.approx(0.5 * 0.02)
    assert max(rates) < 0.5
    late = [learning_rate(settings, Progress(1000 + step, 10 * step)) for step in range(101)]
    assert late[0] == pytest.approx(0.5)
    assert all(one > other for one, other in pairwise(late))


def test_the_run_ends_at_whichever_end_comes_first(tmp_path):
    settings = TrainingSettings(tmp_path, samples=1000, minutes=10)
    assert Progress(1, samples=500, seconds=60).share(settings) == 0.5
    assert Progress(1, samples=500, seconds=540).share(settings) == 0.9
    assert Progress(1, samples=5000, seconds=60).share(settings) == 1
    assert Progress(1, samples=250, seconds=60).seconds_left(settings) == 180
    assert Progress().seconds_left(settings) == float("inf")


# Runs


def test_a_run_goes_to_its_end_and_leaves_weights_that_draw(settings):
    progress = run(settings)
    assert (progress.step, progress.samples) == (12, 24)
    assert {"hole", "valid", "gradient", "loss"} <= set(progress.losses)
    assert sorted(path.name for path in settings.run.iterdir()) == ["preview.png", "state.npz", "weights.h5"]
    assert read_weights(settings.run / "weights.h5").training["samples"] == 24
    image, mask = np.zeros((1, 16, 16, 3), np.float32), np.ones((1, 16, 16, 1), np.float32)
    assert load_predictor(settings.run / "weights.h5")(image, mask).shape == (1, 16, 16, 3)


def test_a_run_that_was_stopped_goes_on_where_it_was(settings):
    seeds = []

    def make(seed, size, side):
        seeds.append(seed[1])
        return make_flat(seed, size, side)

    def stop_at_five(progress, saved):
        if progress.step == 5:
            raise KeyboardInterrupt

    stopped = make_painter()
    with pytest.raises(KeyboardInterrupt):
        run(settings, painter=stopped, report=stop_at_five)
    resumed = make_painter()
    assert run(settings, make, resumed).step == 12
    assert seeds[1] == 5  # the first batch is for the preview
    assert int(resumed.optimizer.iterations) == 12


def test_what_is_taken_over_is_exactly_what_was_saved(settings):
    first, second = make_painter(), make_painter()
    run(settings, painter=first)
    for variable in second.network.variables:
        variable.assign(np.asarray(variable) + 1)
    run(settings, painter=second)
    for one, other in zip(first.network.get_weights(), second.network.get_weights(), strict=True):
        assert_array_equal(one, other)
    for one, other in zip(first.optimizer.variables, second.optimizer.variables, strict=True):
        assert_array_equal(np.asarray(one), np.asarray(other))


def test_a_state_of_another_network_is_told_and_changes_nothing(settings):
    run(settings)
    for widths in ((3, 5), (3,), (3, 4, 5)):
        other = make_painter(widths)
        before = other.network.get_weights()
        with pytest.raises(UsageError, match=r"state\.npz: cannot go on from this state \(.*\); choose another --run"):
            run(settings, painter=other)
        for one, now in zip(before, other.network.get_weights(), strict=True):
            assert_array_equal(one, now)


def test_a_broken_state_is_told(settings):
    run(settings)
    path, painter = settings.run / "state.npz", make_painter()
    content = path.read_bytes()
    for broken in (b"", content[:10], content[:1000], content[:-1], b"no zip file"):
        path.write_bytes(broken)
        with pytest.raises(UsageError, match=r"state\.npz: cannot go on from this state"):
            run(settings, painter=painter)


def test_a_run_folder_that_cannot_be_made_is_told_before_training(settings):
    settings.run.write_text("a file in the way")
    with pytest.raises(UsageError, match=r"cannot make this folder .*choose another --run"):
        run(settings)


def test_an_error_in_a_sample_ends_the_run_and_keeps_what_was_learnt(settings):
    def make(seed, size, side):
        if seed[1] == 7:
            raise UsageError("no picture left")
        return make_flat(seed, size, side)

    with pytest.raises(UsageError, match="no picture left"):
        run(settings, make)
    assert read_weights(settings.run / "weights.h5").training["step"] == 7


def test_divergence_is_told_and_never_replaces_what_was_saved(settings):
    run(settings)
    weights, state = read_weights(settings.run / "weights.h5"), (settings.run / "state.npz").read_bytes()
    longer = TrainingSettings(settings.run, crops=settings.crops, batch=2, samples=28, rate=1e38, warm_up_steps=1)
    with pytest.raises(DecensorError, match=r"training has diverged, .* is not finite .*lower --rate"):
        run(longer)
    assert (settings.run / "state.npz").read_bytes() == state
    assert_same(read_weights(settings.run / "weights.h5").arrays, weights.arrays)


def test_saving_at_an_interval_tells_so(settings):
    saved = []
    often = TrainingSettings(settings.run, crops=settings.crops, batch=2, samples=10, save_minutes=0)
    run(often, report=lambda progress, now: saved.append(now))
    assert saved == [True] * 5


def test_the_average_is_what_is_kept(settings):
    """After ten steps and few enough, the average still lags behind the weights of the moment."""
    painter = make_painter()
    run(settings, painter=painter)
    kept = read_weights(settings.run / "weights.h5").arrays["encoder_1/kernel"]
    now, start = (np.asarray(p.network.get_layer("encoder_1").kernel) for p in (painter, make_painter()))
    assert np.abs(now - start).max() > 0
    assert 0 < np.abs(kept - start).sum() < np.abs(now - start).sum()

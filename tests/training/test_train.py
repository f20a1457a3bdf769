"""`train.main` from its command line: pictures in, weights out, stopped and gone on with; its errors as sentences."""

import os
import re
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import h5py
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import train
from libs.mosaic_network import WEIGHTS as MOSAIC_WEIGHTS
from libs.mosaic_network import load_depixelator
from libs.pictures import Picture, read_picture, write_picture
from libs.training import loop, painter
from libs.training.critic import Critic
from libs.weights import read_weights
from model import load_predictor

# Without the smooth fill an untrained network is bad enough for 30 steps to be seen.
SCRATCH = ["--from_scratch", "--widths", "4,8", "--kernels", "5,3", "--smooth_fill", "none"]
TINY = [*SCRATCH, "--crops", "32:1", "--batch", "8", "--rate", "0.05"]


@pytest.fixture
def start(art_folder, tmp_path):
    """A function that trains a tiny network on five drawn pictures; the options given follow, or replace those."""

    def start(*options: str) -> int:
        return train.main(["--images", str(art_folder), "--run", str(tmp_path / "run"), *TINY, *options])

    return start


@pytest.fixture(autouse=True)
def signals():
    """As from a terminal, even if the tests run in the background or under nohup, where some are ignored."""
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    usual = {name: signal.getsignal(getattr(signal, name)) for name in names}
    for name in names:
        signal.signal(getattr(signal, name), signal.default_int_handler)
    yield
    for name, handler in usual.items():
        signal.signal(getattr(signal, name), handler)


@pytest.fixture
def steps(monkeypatch) -> list[train.Progress]:
    """Filled with a copy of the progress of every step; at step `steps.stop_at` comes the signal `steps.by`."""

    class Steps(list):
        stop_at = None
        by = signal.SIGINT

    steps, report = Steps(), train._report

    def watch(settings, stop, progress, saved):
        steps.append(train.Progress(progress.step, progress.samples, progress.seconds, dict(progress.losses)))
        if progress.step == steps.stop_at:
            signal.raise_signal(steps.by)
        report(settings, stop, progress, saved)

    monkeypatch.setattr(train, "_report", watch)
    return steps


def test_thirty_steps_lower_the_loss_and_leave_weights_and_a_preview(start, steps, tmp_path, capsys):
    assert start("--samples", "240") == 0
    assert [step.step for step in steps] == list(range(1, 31))
    losses = [step.losses["loss"] for step in steps]
    assert np.mean(losses[-6:]) < 0.8 * np.mean(losses[:6])
    printed = capsys.readouterr().out
    assert re.search(r"^5 pictures, \w+, float32$", printed, re.MULTILINE)
    assert re.search(r"^ 33\.3 %  80 samples  [\d.]+/s  \d+ min left .*hole \d\.\d{4}", printed, re.MULTILINE)
    assert re.search(r"240 samples; weights in .*weights\.h5$", printed.strip())
    image = np.random.default_rng(0).random((1, 8, 12, 3), dtype=np.float32)
    drawn = load_predictor(tmp_path / "run" / "weights.h5")(image, np.ones((1, 8, 12, 1), np.float32))
    assert drawn.shape == image.shape
    assert read_picture(tmp_path / "run" / "preview.png").pixels.shape == (3 * 32, 8 * 32, 3)


def test_ctrl_c_saves_and_the_same_command_goes_on(start, steps, tmp_path, capsys):
    steps.stop_at = 7
    usual = signal.getsignal(signal.SIGINT)
    assert start("--samples", "80") == 130
    assert "stopped; the same command goes on from" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is usual
    assert read_weights(tmp_path / "run" / "weights.h5").training["step"] == 7
    steps.clear()
    steps.stop_at = None
    assert start("--samples", "80") == 0
    assert [step.step for step in steps] == [8, 9, 10]
    assert read_weights(tmp_path / "run" / "weights.h5").training["samples"] == 80


def test_the_same_seed_trains_the_same_weights(start, tmp_path):
    """On one machine and one backend, with samples from one thread."""
    found = []
    for name in ("one", "two"):
        assert start("--samples", "24", "--run", str(tmp_path / name)) == 0
        with np.load(tmp_path / name / "state.npz") as state:
            found.append(state["now/encoder_1/kernel"])
    assert_array_equal(*found)


def test_the_plain_control_is_trained_recorded_and_drawn_with(start, tmp_path):
    assert start("--samples", "16", "--plain") == 0
    path = tmp_path / "run" / "weights.h5"
    assert read_weights(path).config["partial"] is False
    image = np.random.default_rng(0).random((1, 8, 12, 3), dtype=np.float32)
    assert load_predictor(path)(image, np.ones((1, 8, 12, 1), np.float32)).shape == image.shape


def test_training_goes_on_from_a_weights_file(start, tmp_path):
    assert start("--samples", "80") == 0
    first = read_weights(tmp_path / "run" / "weights.h5")
    options = ["--images", str(tmp_path / "pictures"), "--run", str(tmp_path / "next"), "--samples", "4"]
    source = ["--start_from", str(tmp_path / "run" / "weights.h5"), "--crops", "32:1", "--batch", "4"]
    assert train.main([*options, *source, "--freeze_norm"]) == 0
    second = read_weights(tmp_path / "next" / "weights.h5")
    assert second.config == first.config
    # A single step has not moved the average yet.
    assert_array_equal(second.arrays["draw/kernel"], first.arrays["draw/kernel"])


@pytest.fixture
def start_mosaic(art_folder, tmp_path):
    """As `start`, for the network for mosaics, made small."""

    def start(*options: str) -> int:
        run = ["--images", str(art_folder), "--run", str(tmp_path / "run"), "--mosaic", "--from_scratch"]
        return train.main([*run, "--crops", "80:1", "--batch", "4", "--rate", "0.002", "--square", "12", *options])

    return start


def test_the_network_for_mosaics_learns_and_goes_on(start_mosaic, steps, tmp_path):
    assert start_mosaic("--samples", "120") == 0
    losses = [step.losses["loss"] for step in steps]
    assert len(losses) == 30 and {"hole", "square", "gradient"} < set(steps[0].losses)
    assert np.mean(losses[-6:]) < 0.8 * np.mean(losses[:6])
    image = np.random.default_rng(0).random((1, 16, 24, 3), dtype=np.float32)
    drawn = load_depixelator(tmp_path / "run" / "weights.h5")(image, np.zeros((1, 16, 24, 1), np.float32))
    assert drawn.shape == image.shape
    assert read_picture(tmp_path / "run" / "preview.png").pixels.shape == (3 * 80, 8 * 80, 3)
    assert start_mosaic("--samples", "140") == 0
    assert steps[-1].samples == 140


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--plain"], r"--plain describes the network for holes; leave it or --mosaic out"),
        (["--freeze_norm"], r"--freeze_norm describes the network for holes"),
        (["--crops", "84:1"], r"--crops: sides must be multiples of 8 for this network, got 84"),
        (["--crops", "72:1"], r"--crops: sides must be 80 or more for mosaics"),
        (["--square", "-1"], r"--square must be 0 or more, got -1"),
        (["--channels", "0"], r"--channels and --blocks must be 1 or more"),
    ],
)
def test_what_the_network_for_mosaics_cannot_is_told(start_mosaic, capsys, options, message):
    code, sentence = complain(start_mosaic, capsys, *options)
    assert code == 2
    assert re.search(message, sentence)


def test_a_network_for_mosaics_grows_but_does_not_shrink(art_folder, start_mosaic, tmp_path, capsys):
    assert start_mosaic("--samples", "4", "--channels", "6", "--blocks", "2") == 0
    small = tmp_path / "run" / "weights.h5"
    options = ["--images", str(art_folder), "--mosaic", "--crops", "80:1", "--batch", "4", "--samples", "4"]
    options += ["--start_from", str(small), "--run", str(tmp_path / "grown")]
    assert train.main([*options, "--channels", "5"]) == 2
    error = capsys.readouterr().err
    assert "weights.h5: its network has 6 channels and 2 blocks; --channels and --blocks can only make it" in error
    assert train.main([*options, "--channels", "9", "--blocks", "3"]) == 0
    assert read_weights(tmp_path / "grown" / "weights.h5").config == {"width": 9, "depth": 3}
    image = np.random.default_rng(0).random((1, 16, 24, 3), dtype=np.float32)
    mask = np.zeros((1, 16, 24, 1), np.float32)
    drawn = [load_depixelator(path)(image, mask) for path in (small, tmp_path / "grown" / "weights.h5")]
    assert_allclose(*drawn, atol=2e-3)  # a single step, which the average has not followed; float16


def test_a_batch_used_again_costs_no_making(start, steps, monkeypatch):
    made, make = [], train.make_batch_of

    def count(folder, seed, *size, **options):
        made.append(seed)
        return make(folder, seed, *size, **options)

    monkeypatch.setattr(train, "make_batch_of", count)
    assert start("--samples", "96", "--reuse", "3") == 0
    assert [step.samples for step in steps] == [8 * number for number in range(1, 13)]
    assert len(made) <= 1 + 12 / 3 + 6  # the preview's, those used, and those made ahead


def test_another_process_sends_its_batches_in_files(start, tmp_path, monkeypatch):
    taken, receive = [], loop.receive

    def take(made):
        taken.append(made)
        return receive(made)

    monkeypatch.setattr(loop, "receive", take)
    assert start("--samples", "24", "--workers", "1") == 0
    assert len(taken) >= 4 and {path.parent for path in taken} == {tmp_path / "run" / "batches"}
    assert not (tmp_path / "run" / "batches").exists()


def test_weights_for_the_other_network_are_told(art_folder, tmp_path, capsys):
    options = ["--images", str(art_folder), "--run", str(tmp_path / "run"), "--samples", "8", "--crops", "128:1"]
    for more, start in (([], MOSAIC_WEIGHTS), (["--mosaic"], train.DEFAULT_WEIGHTS)):
        assert train.main([*options, *more, "--start_from", str(start)]) == 3
        assert "its network description is not one this program knows" in capsys.readouterr().err


def complain(start, capsys, *options: str) -> tuple[int, str]:
    """Exit code and the last line on the standard error output."""
    code = start("--samples", "8", *options)
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return code, printed.err.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--images", "nowhere"], 2, r"^train: nowhere: there is no such folder"),
        (["--samples", "0"], 2, r"samples must be more than 0, got 0"),
        (["--crops", "32:0.5"], 2, r"the shares of the crops must add up to 1"),
        (["--crops", "30:1"], 2, r"--crops: sides must be multiples of 4 for this network, got 30"),
        (["--crops", "large"], 2, r"argument --crops: invalid"),
        (["--widths", "4,0"], 2, r"widths must be one or more positive numbers, got \(4, 0\)"),
        (["--kernels", "5,4"], 2, r"kernels must be 2 odd numbers, got \(5, 4\)"),
        (["--widths", "many"], 2, r"argument --widths: invalid"),
        (["--channels", "8"], 2, r"--channels describes the network for mosaics, and needs --mosaic"),
        (["--reuse", "0"], 2, r"reuse must be more than 0, got 0"),
        (["--workers", "-1"], 2, r"--workers must be 0 or more .* got -1 and \d+"),
        (["--style", "120", "--features", "nowhere.npz"], 3, r"nowhere\.npz: cannot read the feature network"),
        (["--style", "120", "--features", "nowhere.h5"], 3, r"nowhere\.h5: there is no .*pip install"),
        (["--unknown"], 2, r"unrecognized arguments: --unknown"),
    ],
)
def test_a_wrong_command_line_is_told(start, capsys, options, code, message):
    found, sentence = complain(start, capsys, *options)
    assert found == code
    assert re.search(message, sentence)


def test_a_run_without_an_end_is_told(start, capsys):
    assert start() == 2
    assert "a run needs an end: samples, minutes or both" in capsys.readouterr().err


def test_a_missing_weights_file_is_told(art_folder, tmp_path, capsys):
    options = ["--images", str(art_folder), "--run", str(tmp_path / "run"), "--samples", "8"]
    assert train.main([*options, "--start_from", str(tmp_path / "no.h5")]) == 3
    assert "no.h5: there is no such weights file" in capsys.readouterr().err


def test_a_folder_without_pictures_is_told(start, capsys, tmp_path):
    (tmp_path / "empty").mkdir()
    code, sentence = complain(start, capsys, "--images", str(tmp_path / "empty"))
    assert (code, "no pictures in it" in sentence) == (2, True)


def test_pictures_that_are_all_too_small_are_told(start, capsys, tmp_path):
    (tmp_path / "icons").mkdir()
    write_picture(tmp_path / "icons" / "small.png", Picture(np.zeros((63, 63, 3), np.uint8)))
    (tmp_path / "icons" / "broken.png").write_bytes(b"broken")
    code, sentence = complain(start, capsys, "--images", str(tmp_path / "icons"))
    assert code == 2
    assert "all 2 are unreadable or smaller than 64 pixels a side" in sentence


def test_help_is_no_error(capsys):
    assert train.main(["--help"]) == 0
    assert "--minutes" in capsys.readouterr().out


def test_a_new_network_is_described_from_scratch_only(art_folder, tmp_path, capsys):
    options = ["--images", str(art_folder), "--run", str(tmp_path / "run"), "--samples", "8"]
    assert train.main([*options, "--widths", "4,8"]) == 2
    assert "--widths describes a new network, and needs --from_scratch" in capsys.readouterr().err
    assert train.main([*options, "--from_scratch", "--start_from", "model.h5"]) == 2
    assert "--from_scratch and --start_from exclude each other" in capsys.readouterr().err


def test_weights_of_another_program_are_told(art_folder, tmp_path, capsys):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["conv1/kernel"] = np.zeros(3, np.float32)
    options = ["--images", str(art_folder), "--run", str(tmp_path / "run"), "--samples", "8"]
    assert train.main([*options, "--start_from", str(tmp_path / "other.h5")]) == 3
    assert re.search(r"^train: .*other\.h5: weights of another program", capsys.readouterr().err, re.MULTILINE)


def test_a_folder_that_may_not_be_read_is_told(start, capsys, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    code, sentence = complain(start, capsys)
    assert code == 2
    assert "cannot read this folder (Permission denied); allow reading it, or choose another" in sentence


def test_broken_and_small_pictures_among_good_ones_are_told_and_left_out(start, art_folder, caplog):
    (art_folder / "broken.png").write_bytes(b"broken")
    write_picture(art_folder / "small.png", Picture(np.zeros((40, 90, 3), np.uint8)))
    assert start("--samples", "240") == 0
    told = [record.getMessage() for record in caplog.records if "left out" in record.getMessage()]
    assert len(told) == 2
    assert any(re.search(r"broken\.png: left out, cannot read it", line) for line in told)
    assert any(re.search(r"small\.png: left out, 90 x 40 pixels, needed are 64 a side", line) for line in told)


def test_shares_of_folders_are_taken_and_wrong_ones_told(start, capsys):
    assert start("--samples", "8", "--share", "more=0.5") == 0
    assert "5 pictures" in capsys.readouterr().out
    code, sentence = complain(start, capsys, "--share", "mor=0.5")
    assert (code, "--share mor=0.5: no picture left for it; the folders are more" in sentence) == (2, True)
    code, sentence = complain(start, capsys, "--share", "more")
    assert (code, "'more' is not NAMES=SHARE with a share in (0, 1]" in sentence) == (2, True)


def test_options_can_stand_in_a_file(start, tmp_path, capsys):
    (tmp_path / "shares.txt").write_text("--share\nmore=0.5\n")
    assert start("--samples", "8", f"@{tmp_path / 'shares.txt'}") == 0


def test_the_run_folder_is_no_art(start, art_folder, capsys):
    """Else a run inside the folder of pictures would learn from its own previews."""
    run = ["--run", str(art_folder / "run")]
    assert start("--samples", "8", *run) == 0
    assert start("--samples", "16", *run) == 0
    assert capsys.readouterr().out.count("5 pictures") == 2


def test_where_it_goes_on_and_that_it_was_finished_is_told(start, capsys):
    assert start("--samples", "16") == 0
    assert "going on" not in capsys.readouterr().out
    assert start("--samples", "16") == 0
    printed = capsys.readouterr().out
    assert "going on from the 16 samples of" in printed
    assert "it was at its end already, more --samples or --minutes go on" in printed


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_polite_kill_saves_too(name, start, steps, tmp_path, capsys):
    if not hasattr(signal, name):
        pytest.skip("there is no such signal here")
    number = getattr(signal, name)
    usual = signal.getsignal(number)
    steps.stop_at, steps.by = 3, number
    assert start("--samples", "80") == 130
    assert "the same command goes on" in capsys.readouterr().err
    assert signal.getsignal(number) is usual
    assert read_weights(tmp_path / "run" / "weights.h5").training["step"] == 3


def test_under_nohup_a_closed_terminal_ends_nothing(start, steps):
    if not hasattr(signal, "SIGHUP"):
        pytest.skip("there is no such signal here")
    usual = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        steps.stop_at, steps.by = 3, signal.SIGHUP
        assert start("--samples", "40") == 0
    finally:
        signal.signal(signal.SIGHUP, usual)
    assert len(steps) == 5


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError("unable to extend file")])
@pytest.mark.parametrize("writer", ["write_weights", "_write_state"])
def test_a_full_disk_is_told_at_once_and_leaves_no_halves(writer, error, start, capsys, monkeypatch):
    halves = []

    def fill(path, *contents):
        halves.append(Path(f"{path}.part"))
        halves[-1].write_bytes(b"half")
        raise error

    monkeypatch.setattr(loop, writer, fill)
    monkeypatch.setattr(loop.Run, "step", lambda *_: pytest.fail("it must not begin to train"))
    code, sentence = complain(start, capsys)
    assert code == 2
    assert re.search(r"run: cannot save there \(.*\); make room or allow writing, and give the same command", sentence)
    assert halves
    assert not any(half.exists() for half in halves)


def test_a_disk_that_fills_later_keeps_what_was_saved(start, steps, tmp_path, capsys, monkeypatch):
    assert start("--samples", "16") == 0
    usual, saves = loop.write_weights, []

    def fill(path, weights):
        saves.append(weights)
        if len(saves) > 1:
            raise OSError(28, "No space left on device")
        usual(path, weights)

    monkeypatch.setattr(loop, "write_weights", fill)
    assert start("--samples", "32") == 2
    assert "cannot save there" in capsys.readouterr().err
    monkeypatch.setattr(loop, "write_weights", usual)
    steps.clear()
    assert start("--samples", "32") == 0
    assert [step.step for step in steps] == [3, 4]


def test_too_little_memory_is_told(start, capsys, monkeypatch):
    class ResourceExhaustedError(Exception):
        pass

    def refuse(*arrays, **options):
        raise ResourceExhaustedError("OOM when allocating tensor\nmore lines")

    monkeypatch.setattr(train.Painter, "train_on_batch", refuse)
    code, sentence = complain(start, capsys)
    assert code == 1
    assert sentence == "train: too little memory (OOM when allocating tensor); lower --batch, --crops or --cache_gb"


def test_several_gpus_that_the_engine_cannot_share_work_among_are_told(start, capsys, monkeypatch):
    if train.keras.backend.backend() == "jax":
        pytest.skip("JAX uses all of them")
    monkeypatch.setattr(train, "count_devices", lambda: 4)
    assert start("--samples", "8") == 0
    assert "one of 4 GPUs is used: Keras shares work among them with KERAS_BACKEND=jax only" in capsys.readouterr().out


def test_an_adversarial_stage_trains_and_goes_on(start, steps, monkeypatch):
    monkeypatch.setattr(painter, "Critic", lambda: Critic((4, 6, 8)))
    stage = ["--adversarial", "0.1", "--judged", "32"]
    assert start("--samples", "16", *stage) == 0
    assert {"adversarial", "critic"} <= set(steps[-1].losses)
    assert start("--samples", "24", *stage) == 0
    assert [step.step for step in steps] == [1, 2, 3]


def test_frozen_encoder_norms_stay_and_all_else_learns(start, tmp_path):
    assert start("--samples", "8") == 0
    options = ["--images", str(tmp_path / "pictures"), "--crops", "32:1", "--batch", "8", "--samples", "96"]
    source = tmp_path / "run" / "weights.h5"
    assert train.main([*options, "--run", str(tmp_path / "next"), "--start_from", str(source), "--freeze_norm"]) == 0
    before, after = read_weights(source).arrays, read_weights(tmp_path / "next" / "weights.h5").arrays
    still = {name for name in before if np.array_equal(before[name], after[name])}
    assert {name for name in before if re.match(r"encoder_\d_norm/", name)} <= still
    assert not {"encoder_1/kernel", "encoder_2/kernel", "decoder_1/kernel", "decoder_1_norm/moving_mean"} & still


IN_JAX = """
import sys
import keras, train
assert keras.backend.backend() == "jax" and len(keras.distribution.list_devices()) == 2
tiny = ["--from_scratch", "--widths", "4,8", "--kernels", "5,3", "--smooth_fill", "none", "--crops", "32:1"]
pictures, *runs = sys.argv[1:]
share = train.share_steps
for run, samples in zip(runs, ("24", "16", "24")):
    train.share_steps = share if run != runs[0] else lambda: 1
    assert train.main(["--images", pictures, "--run", run, *tiny, "--batch", "8", "--samples", samples]) == 0
"""


@pytest.mark.skipif(find_spec("jax") is None, reason="jax is not installed")
def test_two_devices_learn_together_what_one_learns_and_go_on(art_folder, tmp_path):
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", "PYTHONPATH": str(train.HERE)}
    environment["XLA_FLAGS"] = "--xla_force_host_platform_device_count=2"
    runs = [tmp_path / name for name in ("alone", "together", "together")]
    command = [sys.executable, "-c", IN_JAX, str(art_folder), *map(str, runs)]
    printed = subprocess.run(command, env=environment, check=True, cwd=train.HERE, capture_output=True, text=True)
    assert printed.stdout.count("on 2 devices") == 2
    assert "going on from the 16 samples" in printed.stdout
    kernels = []
    for run in runs[:2]:
        with np.load(run / "state.npz") as state:
            kernels.append(state["now/encoder_1/kernel"])
    assert_allclose(*kernels, rtol=1e-3, atol=1e-4)

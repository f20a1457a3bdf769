"""`train.main` from its command line: pictures in, weights out, stopped and gone on with; its errors as sentences."""

import re
import signal

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import train
from libs.pictures import Picture, read_picture, write_picture
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


@pytest.fixture
def steps(monkeypatch) -> list[train.Progress]:
    """Filled with a copy of the progress of every step; `steps.stop_at` presses Ctrl-C there."""

    class Steps(list):
        stop_at = None

    steps, report = Steps(), train._report

    def watch(settings, stop, progress, saved):
        steps.append(train.Progress(progress.step, progress.samples, progress.seconds, dict(progress.losses)))
        if progress.step == steps.stop_at:
            signal.raise_signal(signal.SIGINT)
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
        (["--crops", "30:1"], 2, r"--crops: sides must be multiples of 4 for a network of 2 levels, got 30"),
        (["--crops", "large"], 2, r"argument --crops: invalid"),
        (["--widths", "4,0"], 2, r"widths must be one or more positive numbers, got \(4, 0\)"),
        (["--kernels", "5,4"], 2, r"kernels must be 2 odd numbers, got \(5, 4\)"),
        (["--widths", "many"], 2, r"argument --widths: invalid"),
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

"""The command line."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image
from place import GREEN, Place, draw_page, grey

import decensor
from libs import batch, drawing, engine, pages
from libs.errors import WeightsError
from libs.options import parse_options

ROOT = Path(__file__).parent.parent
WHITE = (255, 255, 255)
SUMMARY = -1


# Filling


def test_painted_parts_are_redrawn_and_nothing_else_changes(place, no_patches):
    pixels = draw_page()
    place.put("page.png", pixels)
    code, lines, error = place.run()
    result = place.get("page.png")
    hole = (pixels == GREEN).all(axis=-1)
    assert code == 0
    assert lines[0].startswith("[1/1] page.png: 1 hole filled in ")
    assert lines[SUMMARY].endswith(f"results are in {place.results}")
    assert lines[SUMMARY].startswith("1 filled in ")
    assert error == ""
    assert_array_equal(result[~hole], pixels[~hole])
    assert np.abs(result[hole].astype(int) - 128).max() <= 1


def test_two_runs_give_the_same_bytes(place):
    place.put("page.png", draw_page())
    place.run()
    first = (place.results / "page.png").read_bytes()
    place.run("--overwrite")
    assert (place.results / "page.png").read_bytes() == first


def test_inputs_are_never_touched(place):
    place.put("page.png", draw_page())
    before = (place.inputs / "page.png").read_bytes()
    place.run()
    assert (place.inputs / "page.png").read_bytes() == before


def test_every_result_is_a_png_under_the_same_name(place):
    place.put("b.bmp", draw_page())
    place.put("a.page.webp", draw_page(), lossless=True)
    place.run()
    assert place.written() == ["a.page.png", "b.png"]


def test_alpha_is_kept_bit_for_bit(place):
    alpha = np.random.default_rng(1).integers(0, 256, (40, 30, 1), dtype=np.uint8)
    place.put("page.png", np.concatenate([draw_page(), alpha], axis=-1))
    place.run()
    assert_array_equal(place.get("page.png")[..., 3:], alpha)


def test_holes_are_counted_as_separate_places(place):
    pixels = draw_page()
    pixels[30, 5] = pixels[31, 6] = GREEN
    place.put("page.png", pixels)
    _, lines, _ = place.run()
    assert "page.png: 2 holes filled" in lines[0]


def test_lines_come_in_reading_order_and_the_network_is_loaded_once(place, monkeypatch):
    loaded = []
    monkeypatch.setattr(engine, "load_network", lambda path, *settings: loaded.append(path) or grey)
    for number in (10, 2, 1, 3):
        place.put(f"page{number}.png", draw_page(hole=None if number == 2 else slice(5, 9)))
    code, lines, _ = place.run()
    assert code == 0
    assert [line.split(":")[0] for line in lines[:4]] == [
        "[1/4] page1.png",
        "[2/4] page2.png",
        "[3/4] page3.png",
        "[4/4] page10.png",
    ]
    assert loaded == [place.home / "models" / "model.h5"]


# Nothing to do


@pytest.mark.usefixtures("no_network")
def test_an_unpainted_picture_is_told_and_no_failure(place):
    place.put("page.png", draw_page(hole=None))
    code, lines, _ = place.run()
    assert code == 0
    assert lines[0] == "[1/1] page.png: nothing painted (0, 255, 0)"
    assert lines[SUMMARY].endswith("paint in exactly (0, 255, 0) what is to be redrawn")
    assert place.written() == []


@pytest.mark.usefixtures("no_network")
def test_an_empty_folder_is_told_and_no_failure(place):
    code, lines, _ = place.run()
    assert code == 0
    assert lines == [
        f"no pictures in {place.inputs}; put painted pictures there "
        "(png, bmp, tif, tiff, gif, webp, jpg, jpeg) and start again"
    ]


@pytest.mark.usefixtures("no_network")
def test_a_missing_folder_is_a_usage_error(place):
    code, lines, error = place.run("--decensor_input_path", str(place.home / "gone"))
    assert (code, lines) == (2, [])
    gone = place.home / "gone"
    assert error == f"decensor: there is no folder {gone}; make it and put your pictures there\n"


# Bad pictures


def test_bad_pictures_do_not_stop_the_batch(place):
    place.put("a.png", draw_page())
    (place.inputs / "b.png").write_bytes((place.inputs / "a.png").read_bytes()[:900])
    (place.inputs / "c.png").write_text("no picture")
    (place.inputs / "d.png").mkdir()
    place.put("e.png", draw_page())
    code, lines, _ = place.run()
    assert code == 1
    assert "filled" in lines[0]
    assert lines[1].startswith("[2/5] b.png: FAILED, cannot read it (")
    assert lines[2].startswith("[3/5] c.png: FAILED, cannot read it (not a picture")
    assert lines[3].startswith("[4/5] d.png: FAILED, this is a folder, not a picture")
    assert "filled" in lines[4]
    assert lines[SUMMARY].startswith("2 filled, 3 FAILED in ")
    assert place.written() == ["a.png", "e.png"]


def test_of_two_pictures_with_one_result_the_second_fails(place):
    place.put("a.png", draw_page())
    place.put("a.bmp", draw_page())
    code, lines, _ = place.run()
    assert code == 1
    assert lines[1] == ("[2/2] a.bmp: FAILED, its result would replace that of a.png; rename one of the two")


def test_a_result_that_cannot_be_written_fails_that_picture_only(place):
    for name in ("a.png", "b.png"):
        place.put(name, draw_page())
    (place.results / "a.png").mkdir(parents=True)
    code, lines, _ = place.run()
    assert code == 1
    assert lines[0].startswith(f"[1/2] a.png: FAILED, cannot write {place.results / 'a.png'} (")
    assert lines[0].endswith("); make room or allow writing there")
    assert lines[1].startswith("[2/2] b.png: 1 hole filled in ")
    assert place.written() == ["a.png", "b.png"]


STEPS = [(pages, "read_picture"), (drawing, "draw_in_hole"), (batch, "write_picture")]


@pytest.mark.parametrize(("module", "step"), STEPS)
def test_lack_of_memory_fails_that_picture_only(place, monkeypatch, module, step):
    for name in ("a.png", "b.png"):
        place.put(name, draw_page())
    real, calls = getattr(module, step), []

    def run_out_once(*arguments):
        calls.append(arguments)
        if len(calls) == 1:
            raise MemoryError
        return real(*arguments)

    monkeypatch.setattr(module, step, run_out_once)
    code, lines, _ = place.run("--jobs", "1")  # one reader: a.png is the first
    assert code == 1
    assert lines[0] == ("[1/2] a.png: FAILED, not enough memory for it; close other programs or cut it into parts")
    assert lines[1].startswith("[2/2] b.png: 1 hole filled in ")


# Mosaic mode


def test_mosaic_mode_starts_from_the_original(place, no_patches):
    painted, original = draw_page(), draw_page(hole=None)
    original[0, 0] = (1, 2, 3)
    place.put("sea.png", painted)
    place.put("SEA.bmp", original, place.originals)
    code, lines, _ = place.run("--is_mosaic")
    hole = (painted == GREEN).all(axis=-1)
    assert code == 0
    assert "sea.png: 1 hole filled in " in lines[0]
    assert lines[0].endswith("; 1 hole is blurred or frosted, not pixelated, only the soft colours there are used")
    assert_array_equal(place.get("sea.png")[~hole], original[~hole])
    assert np.abs(place.get("sea.png")[hole].astype(int) - 128).max() <= 1


def test_the_result_of_a_grey_original_is_grey(place):
    place.put("sea.png", draw_page())
    place.put("sea.png", draw_page(hole=None)[..., 0], place.originals)
    place.run("--is_mosaic")
    assert place.get("sea.png").ndim == 2


def test_a_missing_original_names_both(place):
    place.put("sea.png", draw_page())
    code, lines, _ = place.run("--is_mosaic")
    assert code == 1
    assert lines[0] == (
        f"[1/1] sea.png: FAILED, no original: {place.originals} has no picture named sea.*; "
        "put the unpainted picture there under the same name as sea.png"
    )


def test_an_original_of_another_size_names_both_sizes(place):
    place.put("sea.png", draw_page())
    place.put("sea.bmp", draw_page(hole=None)[:20], place.originals)
    code, lines, _ = place.run("--is_mosaic")
    assert code == 1
    assert lines[0] == (
        f"[1/1] sea.png: FAILED, sea.png is 30 x 40 pixels but its original {place.originals / 'sea.bmp'} "
        "is 30 x 20; make both the same size"
    )


def test_a_broken_original_is_named(place):
    place.put("sea.png", draw_page())
    (place.originals / "sea.png").write_text("no picture")
    code, lines, _ = place.run("--is_mosaic")
    assert code == 1
    assert f"FAILED, its original {place.originals / 'sea.png'}: cannot read it (not a picture" in lines[0]


def test_a_missing_folder_of_originals_is_a_usage_error(place):
    place.put("sea.png", draw_page())
    code, _, error = place.run("--is_mosaic", "--decensor_input_original_path", str(place.home / "gone"))
    assert code == 2
    assert "there is no folder" in error


@pytest.mark.parametrize(
    ("argv", "mosaic"),
    [
        ([], False),
        (["--is_mosaic"], True),
        *[([f"--is_mosaic={word}"], True) for word in ("True", "true", "yes", "t", "Y", "1")],
        *[([f"--is_mosaic={word}"], False) for word in ("False", "no", "f", "N", "0")],
        (["--is_mosaic", "yes"], True),
    ],
)
def test_mosaic_mode_is_chosen_in_the_old_ways(argv, mosaic):
    assert (parse_options(argv, ROOT).folders.originals is not None) == mosaic


# Options


@pytest.mark.parametrize(
    ("argv", "color"),
    [
        ([], GREEN),
        (["--mask_color=255,0,7"], (255, 0, 7)),
        (["--mask_color", "255, 0, 7"], (255, 0, 7)),
        (["--mask_color_red", "255"], (255, 255, 0)),
        (["--mask_color_red=1", "--mask_color_green=2", "--mask_color_blue=3"], (1, 2, 3)),
    ],
)
def test_both_spellings_of_the_colour_work(argv, color):
    assert parse_options(argv, ROOT).paint.color == color


@pytest.mark.parametrize(
    ("argv", "precision"),
    [([], "float32"), (["--precision=float32"], "float32"), (["--precision", "bfloat16"], "bfloat16")],
)
def test_the_network_gets_the_precision_that_is_asked_for(place, monkeypatch, argv, precision):
    asked = []
    monkeypatch.setattr(engine, "load_network", lambda path, precision, *_: asked.append(precision) or grey)
    place.put("page.png", draw_page())
    place.run(*argv)
    assert asked == [precision]


def test_another_colour_is_filled_and_named(place):
    place.put("a.png", draw_page(color=(255, 0, 255)))
    place.put("b.png", draw_page())
    _, lines, _ = place.run("--mask_color=255,0,255")
    assert "a.png: 1 hole filled" in lines[0]
    assert lines[1] == "[2/2] b.png: nothing painted (255, 0, 255)"


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["--mask_color=1,2"], "'1,2' is not three numbers with commas between, like 0,255,0"),
        (["--mask_color=1,2,256"], "'256' is not a whole number from 0 to 255"),
        (["--mask_color_blue=-1"], "'-1' is not a whole number from 0 to 255"),
        (["--is_mosaic=maybe"], "'maybe' is none of true, yes, t, y, 1, false, no, f, n, 0"),
        (["--mask"], "unrecognized arguments: --mask"),
        (
            ["--mask_color=0,0,0", "--mask_color_red=1"],
            "the colour is given twice; use either --mask_color or",
        ),
    ],
)
@pytest.mark.usefixtures("no_network")
def test_a_wrong_option_is_a_usage_error(place, argv, sentence):
    place.put("page.png", draw_page())
    code, lines, error = place.run(*argv)
    assert (code, lines) == (2, [])
    assert sentence in error
    assert "Traceback" not in error


def test_given_folders_are_used_and_the_one_for_results_is_made(place, monkeypatch):
    monkeypatch.chdir(place.home)
    (place.home / "mine").mkdir()
    place.put("page.png", draw_page(), place.home / "mine")
    code, _, _ = place.run("--decensor_input_path", "mine", "--decensor_output_path", "new/results")
    assert code == 0
    assert (place.home / "new" / "results" / "page.png").exists()


def test_left_alone_folders_are_beside_the_program_wherever_one_stands(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    options = parse_options(["--is_mosaic"], decensor._program_folder())
    assert options.folders.painted == ROOT / "decensor_input"
    assert options.folders.originals == ROOT / "decensor_input_original"
    assert options.folders.results == ROOT / "decensor_output"
    assert options.model == ROOT / "models" / "model.h5"


def test_a_standalone_program_looks_beside_itself(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "decensor.exe"))
    assert parse_options([], decensor._program_folder()).folders.painted == tmp_path.resolve() / "decensor_input"


@pytest.mark.usefixtures("no_network")
def test_results_never_replace_inputs(place):
    place.put("page.png", draw_page())
    before = (place.inputs / "page.png").read_bytes()
    code, _, error = place.run("--decensor_output_path", str(place.inputs))
    assert code == 2
    assert error == (
        f"decensor: {place.inputs} is both read and written, results would replace your own pictures; "
        "name another folder with --decensor_output_path\n"
    )
    assert (place.inputs / "page.png").read_bytes() == before


@pytest.mark.usefixtures("no_network")
def test_a_folder_that_cannot_be_made_is_a_usage_error(place):
    place.put("page.png", draw_page())
    (place.home / "file").write_text("")
    code, _, error = place.run("--decensor_output_path", str(place.home / "file"))
    assert code == 2
    assert error == f"decensor: cannot make the folder {place.home / 'file'} (File exists); name another one\n"


# Weights


@pytest.mark.usefixtures("no_network")
def test_missing_weights_end_the_run_before_anything_is_written(place):
    place.put("page.png", draw_page())
    code, lines, error = place.run("--model", str(place.home / "no.h5"))
    assert (code, lines) == (3, [])
    assert error.startswith(f"decensor: {place.home / 'no.h5'}: there is no such weights file; ")
    assert error.count("\n") == 1
    assert not place.results.exists()


@pytest.mark.usefixtures("no_network")
def test_broken_weights_end_the_run_before_anything_is_written(place):
    place.put("page.png", draw_page())
    model = place.home / "models" / "model.h5"
    model.write_bytes(model.read_bytes()[:500])
    code, lines, error = place.run()
    assert (code, lines) == (3, [])
    assert error.startswith(f"decensor: {model}: ")
    assert not place.results.exists()


def test_weights_that_the_network_refuses_end_the_run(place, monkeypatch):
    def refuse(path, *_):
        raise WeightsError(f"{path}: 3 arrays are missing")

    place.put("page.png", draw_page())
    monkeypatch.setattr(engine, "load_network", refuse)
    code, _, error = place.run()
    assert code == 3
    assert error.endswith("model.h5: 3 arrays are missing\n")
    assert place.written() == []


@pytest.mark.usefixtures("no_network")
def test_missing_weights_do_not_matter_if_nothing_is_painted(place):
    place.put("page.png", draw_page(hole=None))
    assert place.run("--model", "no.h5")[0] == 0


# Stopping, silence, speed


def test_stopping_keeps_what_is_finished(place, monkeypatch):
    for name in ("a.png", "b.png", "c.png"):
        place.put(name, draw_page())
    calls = []

    def stop_at_the_second(images, masks):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return grey(images, masks)

    monkeypatch.setattr(engine, "load_network", lambda *_: stop_at_the_second)
    code, lines, error = place.run()
    assert code == 130
    assert len(lines) == 1
    assert error == "decensor: stopped; results that were finished stay, start again for the others\n"
    assert place.written() == ["a.png"]


@pytest.mark.parametrize(("argv", "heard"), [([], False), (["-v"], True)])
def test_start_up_chatter_is_heard_only_when_asked_for(monkeypatch, capfd, tmp_path, argv, heard):
    place = Place(tmp_path, capfd)
    monkeypatch.setattr(decensor, "_program_folder", lambda: tmp_path)

    def chatter(*network):
        os.write(2, b"chatter of a C library\n")
        return grey

    monkeypatch.setattr(engine, "load_network", chatter)
    place.put("page.png", draw_page())
    code, _, error = place.run(*argv)
    os.write(2, b"afterwards\n")
    assert code == 0
    assert ("chatter of a C library" in error) == heard
    assert "afterwards" in capfd.readouterr().err


def test_a_bug_is_not_hidden(place, monkeypatch):
    def wrong(*_):
        raise ValueError("a broken contract")

    monkeypatch.setattr(drawing, "draw_in_hole", wrong)
    place.put("page.png", draw_page())
    with pytest.raises(ValueError, match="a broken contract"):
        decensor.main([])


def test_a_huge_page_is_refused_with_the_option_that_allows_it(place):
    place.put("page.png", draw_page())
    code, lines, _ = place.run("--max_pixels", "0.001")
    assert code == 1
    assert "FAILED, too large, 30 x 40 = 1,200 pixels; " in lines[0]
    assert lines[0].endswith("add --max_pixels 1")
    assert place.run("--max_pixels", "1")[0] == 0


def test_a_gpu_is_asked_for_the_same_algorithm_every_time_and_for_no_more_memory_than_is_used(place, monkeypatch):
    asked = {"TF_CUDNN_USE_AUTOTUNE": "0", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}
    for name in asked:
        monkeypatch.delenv(name, raising=False)
    place.run()
    assert {name: os.environ.get(name) for name in asked} == asked


def run_program(*argv: str, **environment: str) -> subprocess.CompletedProcess:
    """The real program in a process of its own, where importing TensorFlow is an error."""
    forbid = "import sys; sys.modules['tensorflow'] = sys.modules['keras'] = None; import decensor; "
    return subprocess.run(
        [sys.executable, "-c", f"{forbid}sys.exit(decensor.main())", *argv],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        timeout=60,
    )


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_need_no_network(option):
    done = run_program(option)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"decensor" in done.stdout


def test_help_names_every_option_and_exit_code():
    text = run_program("--help", PYTHONIOENCODING="ascii").stdout.decode("ascii")
    for word in ("--is_mosaic", "--mask_color_red", "--model", "130", "--decensor_output_path"):
        assert word in text


def test_nothing_to_do_needs_no_network(tmp_path):
    unpainted = tmp_path / "unpainted"
    unpainted.mkdir()
    Image.fromarray(draw_page(hole=None)).save(unpainted / "表紙.png")
    for folder, said in ((tmp_path, b"no pictures in"), (unpainted, b"??.png: nothing painted")):
        done = run_program(
            *("--decensor_input_path", str(folder)),
            *("--decensor_output_path", str(tmp_path / "out")),
            PYTHONIOENCODING="cp1252",
        )
        assert (done.returncode, done.stderr) == (0, b"")
        assert said in done.stdout

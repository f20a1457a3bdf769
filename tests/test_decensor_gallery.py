"""The batch's manners, through the command line with a network that paints grey."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from place import draw_page, grey

import decensor
from libs import batch, console, details, drawing, engine, ledger, network

ROOT = Path(__file__).parent.parent
POSIX = pytest.mark.skipif(os.name != "posix", reason="needs fork and signals")
SUMMARY = -1


def put_pages(place, *names: str) -> None:
    """Painted pages, each another one."""
    for number, name in enumerate(names):
        pixels = draw_page()
        pixels[0, 0] = number
        place.put(name, pixels)


# Finished pictures


def test_finished_pictures_are_not_done_again_and_need_no_network(place, monkeypatch):
    put_pages(place, "a.png", "b.png")
    place.run()
    before = {path.name: path.stat() for path in place.results.iterdir()}
    monkeypatch.setattr(engine, "load_network", lambda *_: pytest.fail("the network must not be loaded"))
    code, lines, error = place.run()
    assert (code, error) == (0, "")
    assert lines[:2] == ["[1/2] a.png: done before", "[2/2] b.png: done before"]
    assert lines[SUMMARY].startswith("2 done before in ")
    assert lines[SUMMARY].endswith(f"--overwrite redoes what was done before; results are in {place.results}")
    assert {path.name: path.stat().st_mtime_ns for path in place.results.iterdir()} == {
        name: status.st_mtime_ns for name, status in before.items()
    }


def test_nothing_but_finished_pictures_needs_no_tensorflow(place):
    put_pages(place, "a.png")
    place.run()
    script = (
        "import sys; sys.modules['tensorflow'] = sys.modules['keras'] = None; import decensor, pathlib;"
        f"decensor._program_folder = lambda: pathlib.Path({str(place.home)!r}); sys.exit(decensor.main())"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "[1/1] a.png: done before" in done.stdout


@pytest.mark.parametrize("changed", ["input", "result", "options", "weights", "missing", "overwrite"])
def test_a_picture_is_redone_when_anything_it_depends_on_has_changed(place, changed):
    put_pages(place, "a.png", "b.png")
    place.run()
    wanted = (place.results / "a.png").read_bytes()
    argv = {"options": ["--mask_color=0,255,0", "--precision=float32"], "overwrite": ["--overwrite"]}.get(changed, [])
    if changed == "options":
        place.run("--overwrite", "--precision=bfloat16")
    if changed == "input":
        place.put("a.png", draw_page(slice(3, 9)))
    if changed == "result":
        (place.results / "a.png").write_bytes(wanted[:-1])
    if changed == "weights":
        with open(place.home / "models" / "model.h5", "ab") as file:
            file.write(b"\0")
    if changed == "missing":
        (place.results / "a.png").unlink()
    code, lines, _ = place.run(*argv)
    assert code == 0
    assert lines[0].startswith("[1/2] a.png: 1 hole filled in ")
    all_change = changed in ("options", "weights", "overwrite")
    assert lines[1].startswith("[2/2] b.png: 1 hole filled" if all_change else "[2/2] b.png: done before")
    if changed != "input":
        assert (place.results / "a.png").read_bytes() == wanted


def test_a_picture_is_redone_when_its_original_has_changed(place):
    place.put("a.png", draw_page())
    place.put("a.png", draw_page(None), place.originals)
    place.run("--is_mosaic")
    assert "a.png: done before" in place.run("--is_mosaic")[1][0]
    place.put("a.png", draw_page(None) + 1, place.originals)
    assert "a.png: 1 hole filled" in place.run("--is_mosaic")[1][0]
    assert "a.png: 1 hole filled" in place.run()[1][0]


def test_unpainted_and_failed_pictures_are_told_each_time(place):
    place.put("a.png", draw_page(None))
    (place.inputs / "b.png").write_text("no picture")
    for _ in range(2):
        code, lines, _ = place.run()
        assert code == 1
        assert lines[0] == "[1/2] a.png: nothing painted (0, 255, 0)"
        assert lines[1].startswith("[2/2] b.png: FAILED, cannot read it")


def test_a_broken_ledger_is_as_good_as_none(place):
    put_pages(place, "a.png")
    place.run()
    (place.results / ledger.NAME).write_bytes(b"\0\xff{")
    assert "1 hole filled" in place.run()[1][0]
    assert "done before" in place.run()[1][0]


# Reading and writing meanwhile


def test_any_number_of_jobs_gives_the_same_lines_and_bytes(place):
    names = [f"page{number}.png" for number in range(12)]
    put_pages(place, *names)
    place.put("page3.png", draw_page(None))
    (place.inputs / "page7.png").write_text("no picture")
    seen = []
    for jobs in ("1", "2", "9"):
        code, lines, _ = place.run("--overwrite", "--jobs", jobs)
        told = [line.split(" filled in ")[0] for line in lines]
        seen.append((code, told[:-1], {name: (place.results / name).read_bytes() for name in place.written()}))
    assert seen[0] == seen[1] == seen[2]
    assert [line.split(":")[0] for line in seen[0][1]] == [f"[{n + 1}/12] {name}" for n, name in enumerate(names)]


@pytest.mark.parametrize("words", ["0", "65", "-1", "many", ""])
def test_a_wrong_number_of_jobs_is_a_usage_error(place, words):
    code, _, error = place.run(f"--jobs={words}")
    assert code == 2
    assert f"{words!r} is not a whole number from 1 to 64" in error


# Cleaning


def test_finished_inputs_move_aside_and_all_others_stay(place):
    put_pages(place, "a.png", "b.png")
    place.put("c.png", draw_page(None))
    (place.inputs / "d.png").write_text("no picture")
    painted = (place.inputs / "a.png").read_bytes()
    place.run("--clean_inputs")
    assert sorted(path.name for path in place.inputs.iterdir()) == ["c.png", "d.png", "done"]
    assert sorted(path.name for path in (place.inputs / "done").iterdir()) == ["a.png", "b.png"]
    assert (place.inputs / "done" / "a.png").read_bytes() == painted
    assert place.written() == ["a.png", "b.png"]


def test_what_was_done_before_moves_aside_too_and_originals_stay(place):
    place.put("a.png", draw_page())
    place.put("a.png", draw_page(None), place.originals)
    place.run("--is_mosaic")
    code, lines, _ = place.run("--is_mosaic", "--clean_inputs")
    assert (code, lines[0]) == (0, "[1/1] a.png: done before")
    assert (place.inputs / "done" / "a.png").exists()
    assert (place.originals / "a.png").exists()


def test_a_picture_never_replaces_the_result_of_another_that_was_moved_aside(place):
    put_pages(place, "a.png")
    place.run("--clean_inputs")
    put_pages(place, "a.bmp")
    kept = (place.results / "a.png").read_bytes()
    code, lines, _ = place.run("--clean_inputs")
    moved = place.inputs / "done" / "a.png"
    assert code == 1
    assert lines[0] == f"[1/1] a.bmp: FAILED, its result would replace that of {moved}; rename one of the two"
    assert (place.results / "a.png").read_bytes() == kept
    code, _, _ = place.run("--output_format=same")
    assert (code, place.written()) == (0, ["a.bmp", "a.png"])
    (place.inputs / "a.bmp").unlink()
    put_pages(place, "a.png")
    code, lines, _ = place.run("--overwrite")
    assert code == 0
    assert "a.png: 1 hole filled" in lines[0]


def test_an_input_that_cannot_be_moved_is_told_and_its_result_counts(place):
    put_pages(place, "a.png")
    (place.inputs / "done").write_text("mine")
    code, lines, _ = place.run("--clean_inputs")
    assert code == 0
    assert "1 hole filled" in lines[0]
    assert lines[0].endswith("; it could not be moved into done (File exists) and stays where it is")
    assert (place.inputs / "a.png").exists()


def test_an_input_whose_result_cannot_be_written_stays(place):
    put_pages(place, "a.png")
    (place.results / "a.png").mkdir(parents=True)
    assert place.run("--clean_inputs")[0] == 1
    assert (place.inputs / "a.png").exists()


# Report


def test_the_report_tells_what_the_lines_tell(place):
    put_pages(place, "a.png", "<b>.png")
    place.put("c.png", draw_page(None))
    (place.inputs / "d.png").write_text("no picture")
    _, lines, _ = place.run("--report")
    text = (place.results / "report.html").read_text("utf-8")
    assert lines[SUMMARY].endswith(f"results are in {place.results}, see report.html there")
    for name, line in zip(("&lt;b&gt;.png", "a.png", "c.png", "d.png"), lines[:-1], strict=True):
        assert f'data-name="{name}"' in text
        assert line.split(": ", 1)[1].replace("'", "&#x27;") in text
    assert text.count('class="slider"') == 3  # two pages and the one for looking from near
    assert place.written() == ["<b>.png", "a.png", "report.html"]


def test_the_report_shows_what_was_done_before(place):
    put_pages(place, "a.png", "b.png")
    place.run()
    code, lines, _ = place.run("--report")
    text = (place.results / "report.html").read_text("utf-8")
    assert code == 0
    assert lines[0] == "[1/2] a.png: done before"
    assert text.count('<article id="p') == 2
    assert text.count('class="slider"') == 3


def test_a_report_that_cannot_be_written_is_a_failure_of_its_own(place):
    put_pages(place, "a.png")
    (place.results / "report.html").mkdir(parents=True)
    code, lines, error = place.run("--report")
    assert code == 1
    assert "1 hole filled" in lines[0]
    assert error.startswith(f"decensor: cannot write {place.results / 'report.html'} (")
    assert "the results are not touched by that" in error
    assert place.written() == ["a.png", "report.html"]


def test_without_being_asked_for_there_is_no_report(place):
    put_pages(place, "a.png")
    place.run()
    assert place.written() == ["a.png"]


@pytest.mark.parametrize("step", ["make_views", "read_picture"])
def test_lack_of_memory_for_the_report_fails_no_picture(place, monkeypatch, step):
    put_pages(place, "a.png")
    place.run()

    def run_out(path, *_):
        if step == "make_views" or Path(path).parent == place.results:
            raise MemoryError
        return real(path)

    real = getattr(batch, step)
    monkeypatch.setattr(batch, step, run_out)
    code, lines, _ = place.run("--report")
    assert (code, lines[0]) == (0, "[1/1] a.png: done before")
    assert "done before" in (place.results / "report.html").read_text("utf-8")


# Log and window


def test_the_log_beside_the_program_has_lines_versions_and_tracebacks(place):
    put_pages(place, "a.png")
    (place.inputs / "b.png").write_text("no picture")
    _, lines, _ = place.run()
    log = (place.home / details.NAME).read_text("utf-8")
    for words in (*lines, "Python 3.", "numpy 2.", "Traceback", "UnidentifiedImageError"):
        assert words in log


def test_a_log_that_cannot_be_written_is_no_failure(place):
    put_pages(place, "a.png")
    (place.home / details.NAME).mkdir()
    code, _, error = place.run()
    assert (code, error) == (0, "")


def test_a_fault_of_the_program_is_in_the_log_and_says_so(place, monkeypatch):
    put_pages(place, "a.png")
    monkeypatch.setattr(drawing, "draw_in_hole", lambda *_: [][0])
    with pytest.raises(IndexError):
        place.run()
    assert (
        "a fault of the program (IndexError); decensor.log beside it has the details" in place.capture.readouterr().err
    )
    assert "IndexError: list index out of range" in (place.home / details.NAME).read_text("utf-8")


@pytest.mark.parametrize(
    ("frozen", "advice"),
    [(True, "unpack the download again, all of it"), (False, "start it with the Python in .venv, as README.md says")],
)
@pytest.mark.parametrize("part", ["libs.tasks", "model"])
def test_a_part_that_cannot_be_loaded_is_told_once_and_is_in_the_log(place, monkeypatch, part, frozen, advice):
    put_pages(place, "a.png")
    monkeypatch.setattr(sys, "frozen", frozen, raising=False)
    monkeypatch.setattr(engine, "load_network", network.load_network)
    monkeypatch.setitem(sys.modules, part, None)
    code, _, error = place.run()
    reason = f"import of {part} halted; None in sys.modules"
    assert code == 1
    assert error.startswith(f"decensor: a part of the program cannot be loaded ({reason}); {advice}")
    assert error.endswith("; decensor.log beside it has the details\n")
    assert f"ModuleNotFoundError: {reason}" in (place.home / details.NAME).read_text("utf-8")


def test_an_engine_that_fails_while_it_tells_what_it_lacks_is_told_as_lacking_that(place, monkeypatch):
    put_pages(place, "a.png")
    lacking = "try:\n    raise ImportError('DLL load failed')\nexcept ImportError:\n    '錠'.encode('cp1252')\n"
    (place.home / "model.py").write_text(lacking, "utf-8")
    monkeypatch.syspath_prepend(place.home)
    monkeypatch.delitem(sys.modules, "model", raising=False)
    monkeypatch.setattr(engine, "load_network", network.load_network)
    code, _, error = place.run()
    assert code == 1
    assert error.startswith("decensor: a part of the program cannot be loaded (DLL load failed); start it with")


@pytest.mark.parametrize(
    ("argv", "waits"), [([], True), (["--autoclose"], False), (["--wrong"], True), (["--version"], True)]
)
def test_a_double_clicked_program_waits_at_the_end_however_it_ends(place, monkeypatch, argv, waits):
    waited = []
    monkeypatch.setattr(decensor, "wait_for_enter", lambda: waited.append(1))
    place.run(*argv)
    assert bool(waited) == waits


def test_a_script_never_waits(place, monkeypatch):
    monkeypatch.setattr(console, "_owns_window", lambda: True)
    put_pages(place, "a.png")
    assert "Press Enter" not in place.run()[2]


# Nothing lost


@POSIX
def test_whatever_is_killed_can_be_run_again_and_nothing_is_lost():
    line = [sys.executable, str(ROOT / "tests" / "killing.py"), "--rounds", "9", "--seed", "3"]
    done = subprocess.run(line, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr


def test_what_a_killed_run_left_goes_even_where_nothing_is_to_be_done(place):
    put_pages(place, "a.png")
    place.run()
    for name in ("a.png.part", "report.html.part"):
        (place.results / name).write_text("half")
    (place.results / "mine.part").write_text("mine")
    place.run()
    assert place.written() == ["a.png", "mine.part"]


@pytest.fixture
def disk(tmp_path):
    """A file system of 200 kB of its own, where this process may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if shutil.which("mount") is None or mount(folder, "size=200k"):
        pytest.skip("no file system may be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def mount(folder: Path, options: str) -> int:
    """Zero if that worked."""
    line = ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)]
    return subprocess.run(line, capture_output=True).returncode


def test_a_full_disk_fails_pictures_with_a_sentence_and_leaves_nothing_half(disk, place):
    rng = np.random.default_rng(0)
    for name, side in (("a.png", 150), ("b.png", 400), ("c.png", 100)):
        pixels = rng.integers(0, 200, (side, side, 3), dtype=np.uint8)
        pixels[5:20, 5:20] = (0, 255, 0)
        place.put(name, pixels)
    results = disk / "out"
    code, lines, error = place.run("--decensor_output_path", str(results), "--clean_inputs")
    assert (code, error) == (1, "")
    assert "1 hole filled" in lines[0]
    assert lines[1].startswith(f"[2/3] b.png: FAILED, cannot write {results / 'b.png'} (No space left on device)")
    assert "1 hole filled" in lines[2]
    assert sorted(path.name for path in place.inputs.iterdir()) == ["b.png", "done"]
    assert sorted(path.name for path in results.iterdir()) == [ledger.NAME, "a.png", "c.png"]
    for name in ("a.png", "c.png"):
        Image.open(results / name).load()
        shutil.move(place.inputs / "done" / name, place.inputs)
    code, lines, error = place.run("--decensor_output_path", str(results), "--report", "--jobs=1")
    assert code == 1
    assert [line.split(": ")[1][:6] for line in lines[:3]] == ["done b", "FAILED", "done b"]
    assert error.startswith(f"decensor: cannot write {results / 'report.html'} (No space left on device)")
    assert sorted(path.name for path in results.iterdir()) == [ledger.NAME, "a.png", "c.png"]


def test_a_results_folder_that_may_not_be_written_fails_each_picture_with_a_sentence(disk, place):
    put_pages(place, "a.png", "b.png")
    if mount(disk, "remount,ro"):
        pytest.skip("no file system may be mounted here")
    code, lines, error = place.run("--clean_inputs", "--report", "--decensor_output_path", str(disk))
    assert code == 1
    assert lines[0].startswith(f"[1/2] a.png: FAILED, cannot write {disk / 'a.png'} (Read-only file system)")
    assert lines[1].startswith(f"[2/2] b.png: FAILED, cannot write {disk / 'b.png'} (Read-only file system)")
    assert error.startswith(f"decensor: cannot write {disk / 'report.html'} (Read-only file system)")
    assert sorted(path.name for path in place.inputs.iterdir()) == ["a.png", "b.png"]


def test_a_ledger_for_which_there_is_no_room_only_means_work_done_twice(place, monkeypatch):
    put_pages(place, "a.png")
    real = json.dumps

    def refuse(value, **options):
        if "painted" in value:
            raise OSError(28, "No space left on device")
        return real(value, **options)

    monkeypatch.setattr(ledger.json, "dumps", refuse)
    for _ in range(2):
        code, lines, error = place.run()
        assert (code, error) == (0, "")
        assert "1 hole filled" in lines[0]


def test_results_folder_removed_meanwhile_loses_no_input_and_gives_no_traceback(place, monkeypatch):
    names = [f"{number}.png" for number in range(4)]
    put_pages(place, *names)
    calls = []

    def remove_at_the_second(images, masks):
        calls.append(1)
        if len(calls) == 2:
            shutil.rmtree(place.results, ignore_errors=True)
        return grey(images, masks)

    monkeypatch.setattr(engine, "load_network", lambda *_: remove_at_the_second)
    code, lines, error = place.run("--clean_inputs", "--report", "--jobs=1")
    assert code in (0, 1)
    assert "Traceback" not in error
    assert len(lines) == 5
    inputs = {path.name for folder in (place.inputs, place.inputs / "done") for path in folder.glob("*.png")}
    assert inputs == set(names)
    for name, line in zip(names, lines, strict=False):
        assert ("1 hole filled" in line) or (f"FAILED, cannot write {place.results / name}" in line)


def test_pictures_that_were_moved_aside_are_not_filled_again(place):
    (place.inputs / "chapter").mkdir()
    place.put("a.png", draw_page(), place.inputs / "chapter")
    assert place.run("--recursive", "--clean_inputs")[1][0].startswith(f"[1/1] {Path('chapter') / 'a.png'}: 1 hole")
    assert (place.inputs / "chapter" / "done" / "a.png").exists()
    code, lines, _ = place.run("--recursive")
    assert code == 0
    assert len(lines) == 1
    assert lines[0].startswith("no pictures in")

"""Runs the standalone programs where no Python is to be found, and compares what they make with `decensor.py`.

    python packaging/smoke.py dist/decensor

The folder is copied into one with a Japanese name; started are the copies, from another working directory.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).parent.parent
PLACE = "テスト folder"
GREEN = (0, 255, 0)
BLOCK = 12  # pixels, of the mosaics
ENDING = ".exe" if sys.platform == "win32" else ""
KEPT = ("SYSTEMROOT", "SYSTEMDRIVE", "TEMP", "TMP")  # without these Windows starts no program
ENGINE = "tensorflow/" + ("python/_pywrap_tensorflow_common" if sys.platform == "win32" else "libtensorflow_cc")
MOST_SECONDS = 900


def hide_python(environment: dict[str, str]) -> dict[str, str]:
    """The least with which a program can be started: no Python on the path, nothing that this one has set."""
    kept = {name: environment[name] for name in KEPT if name in environment}
    return {**kept, "PATH": rf"{kept['SYSTEMROOT']}\system32" if "SYSTEMROOT" in kept else "/nowhere"}


HIDDEN = hide_python(dict(os.environ))


class DifferenceError(Exception):
    """What a program should not have done, in a sentence."""


def main(argv: list[str]) -> int:
    """Test the built folder that is named; 0 if all is as it should be."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / PLACE / "decensor"
        shutil.copytree(argv[0], folder, symlinks=True)
        try:
            check_all(folder)
        except DifferenceError as difference:
            print(f"FAILED: {difference}", flush=True)
            return 1
    print(f"passed: both programs ran from {PLACE!r} without Python, results byte-equal to those of decensor.py")
    return 0


def check_all(folder: Path) -> None:
    """Run both programs in every way that a person does; DifferenceError if one does what it should not."""
    put_pictures(folder)
    for program, options in (("decensor", []), ("decensor_mosaic", ["--is_mosaic"])):
        results = folder / f"results of {program}"
        (folder / "decensor.log").unlink(missing_ok=True)  # what it then tells is this program's own
        run(folder / f"{program}{ENDING}", "--decensor_output_path", results)
        compare(run_source(folder, options), results)
        expect(r"model\.h5 loaded in", read_log(folder))
        if "traced anew" in read_log(folder):
            raise DifferenceError(f"{program} imported all of Keras: {read_log(folder)}")
    program = folder / f"decensor{ENDING}"
    drop_pictures(program)
    expect("there is no such weights file", run(program, "--overwrite", "--model", "nowhere.h5", code=3))
    expect("LICENSE", run(program, "--overwrite", "--model", folder / "LICENSE", code=3))
    expect("no pictures in", run(program, "--decensor_input_path", folder / "models"))
    if os.name == "posix":
        check_window(program)
    make_a_fault(program)
    take_parts(program)


def drop_pictures(program: Path) -> None:
    """Start it with a picture, then with a folder of pictures, as when these are dragged onto it."""
    home = program.parent
    named = shutil.copy2(home / "decensor_input" / "example.png", home.parent / "絵.png")
    expect("holes filled in", run(program, named, "--report"))
    dropped = home.parent / "フォルダ"
    dropped.mkdir()
    shutil.move(named, dropped / "絵 2.png")
    expect("holes filled in", run(program, dropped))
    for written in ("decensor.log", *(f"decensor_output/{name}" for name in ("report.html", "絵.png", "絵 2.png"))):
        if not (home / written).is_file():
            raise DifferenceError(f"there is no {written}")


def check_window(program: Path) -> None:
    """In a window of its own it waits for Enter, after an error too; in a script's or with --autoclose it does not."""
    nothing = ["--decensor_input_path", program.parent / "models"]
    expect("Press Enter", run_in_window([program, *nothing]))
    expect("no such weights file.*\\s+Press Enter", run_in_window([program, "--overwrite", "--model", "no.h5"], code=3))
    for words in ([program, *nothing, "--autoclose"], ["/bin/sh", "-c", '"$0" "$@"; exit $?', program, *nothing]):
        if "Press Enter" in run_in_window(words):
            raise DifferenceError(f"{words} asked for Enter")


def run_in_window(command: list[object], code: int = 0) -> str:
    """What a command says in a terminal of its own; DifferenceError unless it ends with `code`."""
    from terminal import run_in_terminal  # Windows has none of the kind

    words = [str(word) for word in command]
    said, ended = run_in_terminal(words, ROOT, HIDDEN)
    return check_end(words, said, ended, code)


def make_a_fault(program: Path) -> None:
    """A damaged file of the program's own, which nothing expects, stands for what nobody has thought of."""
    (program.parent / "_internal" / "libs" / "gallery.html").write_bytes(b"\xff")
    expect("a fault of the program .* has the details", run(program, "--report", code=1))
    expect("UnicodeDecodeError", read_log(program.parent))


def take_parts(program: Path) -> None:
    """Take away what a virus scanner might: first of the engine, which is loaded last, then of what is loaded early."""
    for part in (ENGINE, "numpy/_core/_multiarray_umath"):
        for library in list((program.parent / "_internal").glob(f"{part}.*")):
            library.unlink()
        expect("cannot be loaded .* unpack the download again", run(program, "--overwrite", code=1))


def read_log(folder: Path) -> str:
    """What the runs so far told in detail."""
    return (folder / "decensor.log").read_text("utf-8")


def put_pictures(folder: Path) -> None:
    """Beside the example two drawn pages; and, of all three, the mosaics that were painted over."""
    with tempfile.TemporaryDirectory() as drawn:
        for holes in (0, 3):
            count = ["--count", "2", "--holes", str(holes), "--width", "500", "--height", "700"]
            run_python("-m", "benchmarks.pages", Path(drawn) / str(holes), *count)
        for path in (Path(drawn) / "3").iterdir():
            shutil.copy2(path, folder / "decensor_input")
        for path in (folder / "decensor_input").glob("*.png"):
            clean = Path(drawn) / "0" / path.name
            painted = read(path)
            mosaic = pixelate(read(clean if clean.exists() else path), (painted == GREEN).all(axis=2))
            Image.fromarray(mosaic).save(folder / "decensor_input_original" / path.name)


def read(path: Path) -> np.ndarray:
    """(H, W, 3) uint8."""
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def pixelate(pixels: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8: with the mean colour of each block where `hole` is; what is green there counts as grey."""
    grey = np.where((pixels == GREEN).all(axis=2, keepdims=True), np.uint8(128), pixels)
    height, width = hole.shape
    small = Image.fromarray(grey).resize((-(-width // BLOCK), -(-height // BLOCK)), Image.Resampling.BOX)
    blocks = np.asarray(small).repeat(BLOCK, 0).repeat(BLOCK, 1)[:height, :width]
    return np.where(hole[..., None], blocks, pixels)


def run(program: Path, *options: object, code: int = 0) -> str:
    """What a program says that is started as by a person without Python; DifferenceError unless it ends with `code`."""
    return run_quietly([program, *options], program.parent.parent, HIDDEN, code)


def run_source(folder: Path, options: list[str]) -> list[Path]:
    """The results that decensor.py makes of the same pictures, with this Python."""
    results = folder / "results from source" / "".join(["bars", *options])  # Windows wants no space at the end
    paths = {name: folder / name for name in ("decensor_input", "decensor_input_original")}
    chosen = [word for name, path in paths.items() for word in (f"--{name}_path", path)]
    run_python(ROOT / "decensor.py", *options, *chosen, "--decensor_output_path", results)
    return sorted(results.glob("*.png"))


def run_python(*words: object) -> str:
    """What this Python says; it may need the place of its own libraries, unlike the programs."""
    needed = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return run_quietly([sys.executable, *words], ROOT, {**HIDDEN, **needed})


def run_quietly(command: list[object], place: Path, environment: dict[str, str], code: int = 0) -> str:
    """What a command says; DifferenceError unless it ends with `code`."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words,
        cwd=place,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=MOST_SECONDS,
        check=False,
    )
    return check_end(words, done.stdout.decode("utf-8", "replace"), done.returncode, code)


def check_end(words: list[str], said: str, ended: int, code: int) -> str:
    """What was said, printed too; DifferenceError unless the command ended with `code`."""
    print("+", *words, said.rstrip(), sep="\n  ", flush=True)
    if ended != code:
        raise DifferenceError(f"{' '.join(words)} ended with {ended}, not {code}")
    return said


def compare(expected: list[Path], results: Path) -> None:
    """DifferenceError unless each expected file has its equal among the results, byte for byte."""
    if not expected:
        raise DifferenceError("decensor.py made no results to compare with")
    for path in expected:
        result = results / path.name
        if not result.is_file():
            raise DifferenceError(f"there is no {result}")
        if result.read_bytes() != path.read_bytes():
            raise DifferenceError(f"{result} is not that of decensor.py")


def expect(pattern: str, said: str) -> None:
    """DifferenceError unless something like it was said."""
    if not re.search(pattern, said):
        raise DifferenceError(f"{pattern!r} was not said, but: {said}")


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")
    sys.exit(main(sys.argv[1:]))

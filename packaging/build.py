"""Builds the standalone programs for the system that it runs on, tests them, and zips them.

    python3.11 packaging/build.py

Makes dist/decensor, and of it dist/decensor-VERSION-SYSTEM.zip.
"""

import argparse
import os
import platform
import re
import shutil
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

from licences import gather_licences
from pins import find_lacking, read_pins

HERE = Path(__file__).parent.resolve()
ROOT = HERE.parent
BUILD, DIST = ROOT / "build", ROOT / "dist"
SYSTEMS = {"win32": "windows", "linux": "linux", "darwin": "mac"}
STARTED = time.perf_counter()
READ_ME = "READ ME FIRST.txt"
# What the person finds beside the programs.
FURNITURE = (
    *("decensor_input/*.txt", "decensor_input/example.png", "decensor_input_original/*.txt", "decensor_output/*.txt"),
    *("models/model.h5", "models/MODEL_CARD.md", "LICENSE"),
)
# For those who build upon the packages, and what is never loaded. (tensorflow/lite must stay: it is loaded at start.)
PRUNED = (
    *("**/*.h", "**/*.hpp", "**/*.inc", "**/*.lib", "**/*.pyi", "**/*.proto", "**/py.typed"),
    "tensorflow/compiler/mlir/stablehlo/stablehlo_extension.*",
    "tensorflow/compiler/tf2xla/ops/_xla_ops.*",
)
# Their names for debuggers go. Not other packages' libraries: those were edited after linking, and stripping breaks
# them.
STRIPPED = ("tensorflow/**/*.so*", "libpython*.so*", "python3.*/lib-dynload/*.so")


def main(argv: list[str]) -> int:
    """Build, prune, test and zip; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    usual = HERE / "requirements.txt"
    parser.add_argument("--requirements", type=Path, default=usual, help="pinned versions (default: those beside it)")
    requirements = parser.parse_args(argv).requirements.resolve()
    pins = read_pins(requirements, sys.platform)
    if lacking := find_lacking(pins):
        return build_elsewhere(requirements, lacking, argv)
    folder = freeze()
    tell(f"frozen: {describe_size(folder)}")
    prune(folder / "_internal")
    tell(f"pruned: {describe_size(folder)}")
    if sys.platform == "linux":
        strip(folder / "_internal")
        tell(f"stripped: {describe_size(folder)}")
    furnish(folder, pins)
    if subprocess.run([sys.executable, HERE / "smoke.py", folder], check=False).returncode:
        return 1
    archive = DIST / f"decensor-{read_version()}-{SYSTEMS[sys.platform]}-{platform.machine().lower()}.zip"
    pack(folder, archive)
    tell(f"{archive}: {archive.stat().st_size / 1e6:.0f} MB; unpacked {describe_size(folder)}")
    return 0


def tell(line: str) -> None:
    """Print a line with the seconds that have passed."""
    print(f"[{time.perf_counter() - STARTED:.0f} s] {line}", flush=True)


def build_elsewhere(requirements: Path, lacking: list[str], argv: list[str]) -> int:
    """Build with a virtual environment that has what this Python lacks; the exit code."""
    place = BUILD / "venv"
    if Path(sys.prefix).resolve() == place.resolve():
        print(f"{place} lacks {', '.join(lacking)}; delete it and start again", file=sys.stderr)
        return 1
    tell(f"this Python lacks {', '.join(lacking)}: installing all into {place}")
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
    return subprocess.run([python, HERE / "build.py", *argv], check=False).returncode


def freeze() -> Path:
    """Run PyInstaller; the folder that it makes."""
    places = ["--distpath", DIST, "--workpath", BUILD / "work"]
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", *places]
    subprocess.run([*command, HERE / "decensor.spec"], check=True)
    return DIST / "decensor"


def prune(folder: Path) -> None:
    """Delete what is not needed to run, and the folders that are empty then."""
    for pattern in PRUNED:
        for path in list(folder.glob(pattern)):
            path.unlink()
    for place, _, _ in os.walk(folder, topdown=False):
        if not os.listdir(place):
            os.rmdir(place)


def strip(folder: Path) -> None:
    """Take the debuggers' names off the libraries of the engine and of Python."""
    for library in [path for pattern in STRIPPED for path in folder.glob(pattern)]:
        if library.is_file() and not library.is_symlink():
            subprocess.run(["strip", "--strip-unneeded", library], check=True)


def furnish(folder: Path, packages: dict[str, str]) -> None:
    """Put the folders, the weights, the note to read first and the licences beside the programs."""
    for pattern in FURNITURE:
        for path in ROOT.glob(pattern):
            place = folder / path.relative_to(ROOT)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place)
    newline = "\r\n" if sys.platform == "win32" else "\n"
    (folder / READ_ME).write_text((HERE / READ_ME).read_text("ascii"), "ascii", newline=newline)
    gather_licences(folder / "licences", packages, folder / "_internal")


def read_version() -> str:
    """The program's version, without importing it."""
    return re.search(r'__version__ = "(.+)"', (ROOT / "libs" / "options.py").read_text("utf-8")).group(1)


def describe_size(folder: Path) -> str:
    """How much is in a folder, and how deep: Windows refuses paths of 260 letters."""
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    longest = max(len(str(path.relative_to(folder.parent))) for path in paths)
    megabytes = sum(path.stat().st_size for path in paths) / 1e6
    return f"{megabytes:.0f} MB in {len(paths)} files, longest path {longest} letters"


def pack(folder: Path, archive: Path) -> None:
    """Zip a folder so that programs can be started and links lead on where it is unpacked."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder.parent).as_posix()
            if path.is_symlink():
                link = zipfile.ZipInfo(name)
                link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16  # 3: Unix
                packed.writestr(link, os.readlink(path))
            else:
                packed.write(path, name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

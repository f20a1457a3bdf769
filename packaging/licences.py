"""The licences of all that a standalone program is made of, gathered from where it came from."""

import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

TERMS = ("licen", "copying", "copyright", "notice", "authors")
FIELDS = ("Name", "Version", "License-Expression", "License", "Home-page", "Project-URL", "Author", "Summary")
# What a whole licence text in a field of one line is cut to.
LONGEST = 300


def gather_licences(folder: Path, packages: Iterable[str], bundled: Path) -> None:
    """Write `folder`: one folder a package with its texts, one for Python, one for each system library in `bundled`."""
    for package in packages:
        _gather_package(metadata.distribution(package), folder / package)
    python = folder / "Python"
    python.mkdir(parents=True)
    shutil.copy2(_find_python_licence(), python / "LICENSE.txt")
    if shutil.which("dpkg-query"):
        _gather_debian(folder / "from the system it was built on", bundled)


def _gather_package(distribution: metadata.Distribution, folder: Path) -> None:
    folder.mkdir(parents=True)
    told = [(field, value) for field in FIELDS for value in distribution.metadata.get_all(field) or []]
    text = "".join(f"{field}: {' '.join(value.split())[:LONGEST]}\n" for field, value in told)
    (folder / "ABOUT.txt").write_text(text, "utf-8")
    for file in distribution.files or []:
        if is_licence(file.parts):
            name = "-".join(part for part in file.parts[1:] if part not in ("licenses", ".."))
            shutil.copy2(distribution.locate_file(file), folder / name)


def is_licence(parts: tuple[str, ...]) -> bool:
    """Whether a file of a package holds terms: one of its metadata named so, or notices at the top of the package."""
    in_metadata = parts[0].endswith(".dist-info") and any(term in part.lower() for term in TERMS for part in parts[1:])
    on_top = len(parts) == 2 and parts[1].upper().startswith(("LICENSE", "NOTICE", "THIRD_PARTY"))
    return in_metadata or on_top


def _find_python_licence() -> Path:
    base = Path(sys.base_prefix)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for place in (base, base / "lib" / version, Path("/usr/share/doc") / version):
        for name in ("LICENSE.txt", "LICENSE", "copyright"):
            if (place / name).is_file():
                return place / name
    raise FileNotFoundError(f"no licence of Python beside {base}")


def _gather_debian(folder: Path, bundled: Path) -> None:
    """The copyright files of the system's libraries at the top of `bundled`, on systems made of Debian packages."""
    for library in sorted(bundled.glob("lib*.so*")):
        if library.is_symlink():
            continue
        found = subprocess.run(["dpkg-query", "-S", f"*/{library.name}"], capture_output=True, text=True, check=False)
        for package in {line.split(":")[0] for line in found.stdout.splitlines()}:
            terms = Path("/usr/share/doc") / package / "copyright"
            if terms.is_file():
                folder.mkdir(parents=True, exist_ok=True)
                shutil.copy2(terms, folder / f"{library.name} ({package}).txt")

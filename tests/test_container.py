"""The Dockerfile, without an engine: it follows the usual rules, and what it copies is a program that runs."""

import json
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from libs.options import parse_options

ROOT = Path(__file__).parent.parent
KNOWN = {"FROM", "ENV", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "ENTRYPOINT"}


def read_instructions() -> list[tuple[str, str]]:
    """(instruction, what follows) in order; comments left out, continued lines joined."""
    lines = [line for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    pairs = [line.partition(" ") for line in joined.splitlines() if line.strip()]
    return [(name, rest.strip()) for name, _, rest in pairs]


INSTRUCTIONS = read_instructions()


def values_of(name: str) -> list[str]:
    return [rest for instruction, rest in INSTRUCTIONS if instruction == name]


def copied() -> list[str]:
    return [source for rest in values_of("COPY") for source in rest.split()[:-1]]


def entrypoint() -> list[str]:
    (command,) = values_of("ENTRYPOINT")
    return json.loads(command)


def test_only_plain_instructions_are_used():
    assert {name for name, _ in INSTRUCTIONS} <= KNOWN
    assert INSTRUCTIONS[0][0] == "FROM"


def test_the_base_is_slim_and_of_a_python_that_the_readme_names():
    (base,) = values_of("FROM")
    version = re.fullmatch(r"python:(3\.\d+)-slim", base)
    assert version
    assert version[1] in (ROOT / "README.md").read_text("utf-8")


def test_nothing_is_fetched_but_the_requirements():
    commands = " && ".join(values_of("RUN"))
    installs = [part for part in commands.split("&&") if "install" in part]
    assert [" ".join(part.split()) for part in installs] == [
        "pip install --no-cache-dir --requirement requirements.txt"
    ]
    assert not re.search(r"curl|wget|git |apt|sudo|https?:", commands)


def test_it_does_not_run_as_root():
    (user,) = values_of("USER")
    assert user not in ("root", "0")
    names = [name for name, _ in INSTRUCTIONS]
    assert names.index("USER") > max(place for place, name in enumerate(names) if name in ("RUN", "COPY"))
    assert re.search(rf"useradd .*\b{user}\b", " ".join(values_of("RUN")))


def test_requirements_are_installed_before_the_program_is_copied():
    """Else every change of the program would install them anew."""
    assert values_of("COPY")[0].split()[0] == "requirements.txt"
    names = [name for name, _ in INSTRUCTIONS]
    assert names.index("RUN") < [place for place, name in enumerate(names) if name == "COPY"][1]


def test_every_copied_file_is_there_and_reaches_the_engine():
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    allowed = [line[1:] for line in ignored if line.startswith("!")]
    assert "*" in ignored
    for source in copied():
        assert (ROOT / source).exists()
        assert any(fnmatch(source, pattern) for pattern in allowed)
    assert sorted(allowed) == sorted(copied())


def test_the_weights_are_inside():
    assert "models" in copied()
    assert (ROOT / "models" / "model.h5").exists()


def test_pictures_go_through_volumes():
    """They are the program's usual folders, so that no option is needed to find them, nor in the way of a stream."""
    (volumes,), (home,) = values_of("VOLUME"), values_of("WORKDIR")
    links = dict(re.findall(r"ln -s (\S+) (\S+)", " ".join(values_of("RUN"))))
    folders = parse_options([*entrypoint()[2:], "--is_mosaic"], Path(home)).folders
    usual = (folders.painted, folders.originals, folders.results)
    assert {name: Path(home) / link for name, link in links.items()} == dict(
        zip(json.loads(volumes), usual, strict=True)
    )
    assert parse_options([*entrypoint()[2:], "-"], Path(home)).stream


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """The folder that the image's WORKDIR would be."""
    folder = tmp_path_factory.mktemp("image")
    for source in copied():
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, folder / source, ignore=shutil.ignore_patterns("__pycache__", "*.h5"))
        else:
            shutil.copy(ROOT / source, folder)
    return folder


def run(folder: Path, *command: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, timeout=120)


def test_what_is_copied_runs(image, tmp_path):
    told = run(image, entrypoint()[1], "--decensor_input_path", str(tmp_path))
    assert told.stdout.startswith(f"no pictures in {tmp_path}")
    assert told.returncode == 0


def test_every_module_of_the_program_is_copied(image):
    """All but training, which has a program of its own."""
    for path in [ROOT / "model.py", ROOT / "decensor.py", *(ROOT / "libs").glob("*.py")]:
        assert (image / path.relative_to(ROOT)).exists()

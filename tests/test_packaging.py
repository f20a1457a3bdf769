"""What builds the standalone programs: all of it but the building, which takes minutes."""

import ast
import os
import re
import runpy
import shutil
import stat
import sys
import types
import zipfile
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from packaging.requirements import Requirement

import build
import decensor
import licences
import pins
import smoke
from libs import console
from libs.options import __version__

ROOT = Path(__file__).parent.parent
PACKAGING = ROOT / "packaging"
PROGRAMS = ("decensor", "decensor_mosaic")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs links, permissions and pseudo-terminals")


class Modules(list):
    """Stands in for PyInstaller's PYZ: the modules, and the file that they are written to."""

    name = "some.pyz"


class Analysis:
    """Stands in for PyInstaller's: keeps what it is given; scripts and modules as there, (name, path, kind)."""

    def __init__(self, scripts, **options):
        self.options = options
        self.scripts = [(Path(script).stem, script, "PYSOURCE") for script in scripts]
        self.scripts.insert(0, ("pyi_rth_pkgutil", "somewhere", "PYSOURCE"))
        self.pure = [(name, "somewhere", "PYMODULE") for name in ("keras", "keras.x_test", "keras.tests.y", "contest")]
        self.binaries, self.datas = [], options["datas"]


@pytest.fixture
def bundle(monkeypatch):
    """What the spec hands to PyInstaller: the analysis, the modules kept, the programs, and what is collected."""
    made = types.SimpleNamespace(programs={}, modules=None, collected=None)
    hooks = types.ModuleType("PyInstaller.utils.hooks")
    hooks.copy_metadata = lambda name: [(f"{name}.dist-info", f"{name}.dist-info")]
    hooks.collect_delvewheel_libs_directory = lambda name, datas, binaries: (datas, [*binaries, name])
    for name in ("PyInstaller", "PyInstaller.utils"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, "PyInstaller.utils.hooks", hooks)

    def make_program(modules, scripts, interpreter, *, name, **options):
        made.programs[name] = (modules, [script[0] for script in scripts], interpreter, options)
        return name

    def collect(*parts, **options):
        made.collected = (parts, options)

    def make_archive(modules):
        made.modules = made.modules or modules
        return Modules(modules)

    names = {"SPECPATH": str(PACKAGING), "Analysis": Analysis}
    names |= {"PYZ": make_archive, "EXE": make_program, "COLLECT": collect}
    exec(compile((PACKAGING / "decensor.spec").read_text("utf-8"), "decensor.spec", "exec"), names)
    made.analysis = names["analysis"]
    return made


def test_each_program_starts_its_own_script_and_holds_nothing_else(bundle):
    assert set(bundle.programs) == set(PROGRAMS)
    for program in PROGRAMS:
        modules, scripts, interpreter, options = bundle.programs[program]
        assert (modules, scripts) == ([], ["pyi_rth_pkgutil", program])
        assert len(interpreter) == bundle.analysis.options["optimize"]
        assert options == {"exclude_binaries": True, "console": True, "upx": False}


def test_the_modules_of_both_programs_lie_in_one_file(bundle):
    assert bundle.collected[0][:2] == PROGRAMS
    assert bundle.collected[0][-1] == [("modules.pyz", Modules.name, "DATA")]
    assert Path(bundle.analysis.options["runtime_hooks"][0]).name == "share.py"


def test_modules_are_looked_for_in_the_shared_file(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    monkeypatch.setattr(sys, "path_importer_cache", {str(tmp_path): "a finder in the program's own, empty file"})
    archive = types.SimpleNamespace(ZlibArchiveReader=Path)
    importers = types.SimpleNamespace(pyz_archive="empty")
    monkeypatch.setitem(sys.modules, "pyimod01_archive", archive)
    monkeypatch.setitem(sys.modules, "pyimod02_importers", importers)
    runpy.run_path(str(PACKAGING / "share.py"))
    assert importers.pyz_archive == tmp_path / "modules.pyz"
    assert str(tmp_path) not in sys.path_importer_cache


def test_what_the_spec_names_is_there(bundle):
    files = [script[1] for script in bundle.analysis.scripts[1:]]
    files += [source for source, _ in bundle.analysis.datas if not source.endswith(".dist-info")]
    for option in ("runtime_hooks", "pathex", "hookspath"):
        files += bundle.analysis.options[option]
    assert len(files) >= 7
    assert all(Path(file).exists() for file in files)


def test_packages_own_tests_are_left_out(bundle):
    assert [module[0] for module in bundle.modules] == ["keras", "contest"]


def test_all_that_lies_beside_the_modules_is_bundled(bundle):
    beside = {path for path in (ROOT / "libs").rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")}
    bundled = {Path(source): target for source, target in bundle.analysis.datas}
    assert beside
    for path in beside:
        assert Path(bundled[path]) == path.parent.relative_to(ROOT)


def test_nothing_is_excluded_that_the_program_imports(bundle):
    excluded = bundle.analysis.options["excludes"]
    libs = [path for path in (ROOT / "libs").glob("*.py") if f"libs.{path.stem}" not in excluded]
    for path in [ROOT / "decensor.py", ROOT / "model.py", *libs]:
        source = path.read_text("utf-8")
        for name in [*find_imports(ast.parse(source)), *re.findall(r"scipy(?:\.[a-z]\w*)+", source)]:
            assert not [part for part in excluded if name == part or name.startswith(f"{part}.")], f"{path}: {name}"


def test_parts_of_scipy_that_are_loaded_when_named_are_bundled(bundle):
    sources = [path.read_text("utf-8") for path in [ROOT / "decensor.py", ROOT / "model.py", *ROOT.glob("libs/*.py")]]
    named = {name for source in sources for name in re.findall(r"scipy\.[a-z]\w*", source)}
    assert named == set(bundle.analysis.options["hiddenimports"])


def test_what_tensorflow_loads_by_name_is_there():
    hook = runpy.run_path(str(PACKAGING / "hooks" / "hook-tensorflow.py"))
    assert all(Path(source).is_file() and Path(source).parent.match(place) for source, place in hook["binaries"])
    for name in hook["hiddenimports"]:
        path = Path(hook["FOLDER"], *name.split(".")[1:])
        assert any(path.with_suffix(ending).is_file() for ending in (".py", ".so", ".pyd")), name


def find_imports(tree):
    """The full names of what is imported when a file is, so not those inside functions."""
    within = [node for function in ast.walk(tree) if isinstance(function, ast.FunctionDef) for node in function.body]
    late = {node for statement in within for node in ast.walk(statement)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and node not in late:
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node not in late:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_folder_does_not_hide_the_package_of_its_name():
    assert not (PACKAGING / "__init__.py").exists()


@pytest.mark.parametrize("system", build.SYSTEMS)
def test_every_version_is_pinned_as_the_program_wants_it(system):
    found = pins.read_pins(PACKAGING / "requirements.txt", system)
    found["tensorflow"] = found.pop("tensorflow-cpu" if system == "linux" else "tensorflow")
    for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines():
        wanted = Requirement(line)
        assert found[wanted.name] in wanted.specifier, line
    assert ("pefile" in found) == (system == "win32")


@pytest.mark.parametrize("line", ["numpy", "numpy>=2", "numpy==2 ; python_version > '3'", "numpy==2; os_name"])
def test_what_is_no_pin_is_refused(tmp_path, line):
    (tmp_path / "pins.txt").write_text(line)
    with pytest.raises(ValueError):
        pins.read_pins(tmp_path / "pins.txt", "linux")


def test_what_is_lacking_is_named():
    lacking = pins.find_lacking({"numpy": np.__version__, "pillow": "0.1", "no-such-package": "1"})
    assert lacking == ["pillow==0.1", "no-such-package==1"]


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (("numpy-2.dist-info", "licenses", "LICENSE.txt"), True),
        (("six-1.dist-info", "LICENSE"), True),
        (("rich-1.dist-info", "METADATA"), False),
        (("tensorflow", "THIRD_PARTY_NOTICES.txt"), True),
        (("tensorflow", "__init__.py"), False),
        (("numpy", "lib", "LICENSE"), False),
    ],
)
def test_licences_are_told_from_other_files(parts, told):
    assert licences.is_licence(parts) == told


def test_licences_of_packages_and_of_python_are_gathered(tmp_path):
    licences.gather_licences(tmp_path / "licences", ["numpy", "pillow"], tmp_path)
    assert "NumPy" in (tmp_path / "licences" / "numpy" / "LICENSE.txt").read_text("utf-8")
    assert "Version: " in (tmp_path / "licences" / "pillow" / "ABOUT.txt").read_text("utf-8")
    assert "PYTHON" in (tmp_path / "licences" / "Python" / "LICENSE.txt").read_text("utf-8").upper()


def test_all_furniture_is_in_the_repository():
    assert all(list(ROOT.glob(pattern)) for pattern in build.FURNITURE)


def test_the_note_quotes_what_the_program_says():
    note = (PACKAGING / build.READ_ME).read_text("ascii")
    files = [ROOT / "decensor.py", PACKAGING / "unloadable.py", *(ROOT / "libs").glob("*.py")]
    sources = "".join(path.read_text("utf-8") for path in files)
    failures = ("there is no such weights file", "a part of the program cannot be loaded", "a fault of the program")
    for quoted in (*failures, "decensor.log", "results are in"):
        assert quoted in note and quoted in sources
    assert "Press Enter to close this window. " in sources
    assert "Press Enter to close this window." in note
    assert f'"nothing painted {smoke.GREEN}"' in note
    assert max(map(len, note.splitlines())) <= 120


def test_headers_go_and_so_do_the_folders_that_held_only_them(tmp_path):
    kept = ["keras/layers.py", "tensorflow/lite/python/wrap.so", "tensorflow/compiler/mlir/stablehlo/stablehlo.py"]
    gone = ["tensorflow/include/a/b.h", "numpy/py.typed", "keras/x.pyi"]
    gone += ["tensorflow/compiler/mlir/stablehlo/stablehlo_extension.so"]
    for name in kept + gone:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    build.prune(tmp_path)
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")) == sorted(kept)
    assert not (tmp_path / "tensorflow" / "include").exists()


@POSIX
def test_zipped_programs_can_be_started_and_links_lead_on(tmp_path):
    folder = tmp_path / "decensor"
    folder.mkdir()
    (folder / "decensor").write_text("program")
    (folder / "decensor").chmod(0o755)
    (folder / "link.so").symlink_to("there/real.so")
    (folder / "empty").mkdir()
    build.pack(folder, tmp_path / "it.zip")
    with zipfile.ZipFile(tmp_path / "it.zip") as packed:
        modes = {info.filename: info.external_attr >> 16 for info in packed.infolist()}
        assert packed.read("decensor/link.so") == b"there/real.so"
    assert set(modes) == {"decensor/decensor", "decensor/link.so", "decensor/empty/"}
    assert modes["decensor/decensor"] & 0o111 == 0o111
    assert stat.S_ISLNK(modes["decensor/link.so"])


def test_the_version_is_the_programs():
    assert build.read_version() == __version__


def test_no_python_is_on_the_path_of_the_tested_program():
    linux = smoke.hide_python({"PATH": "/usr/bin", "PYTHONPATH": "/x", "HOME": "/root"})
    assert linux == {"PATH": "/nowhere"}
    windows = smoke.hide_python({"SYSTEMROOT": r"C:\Windows", "PATH": r"C:\Python311", "TEMP": "T"})
    assert windows == {"SYSTEMROOT": r"C:\Windows", "TEMP": "T", "PATH": r"C:\Windows\system32"}
    assert shutil.which("python3", path=linux["PATH"]) is None


def test_this_python_keeps_the_place_of_its_own_libraries(monkeypatch):
    monkeypatch.setenv("LD_LIBRARY_PATH", "some place")
    said = smoke.run_python("-c", "import os; print(os.environ['LD_LIBRARY_PATH'], os.environ['PATH'])")
    assert said.split() == ["some", "place", smoke.HIDDEN["PATH"]]


def test_a_result_that_is_not_byte_equal_is_found(tmp_path):
    for place, content in (("expected", b"picture"), ("equal", b"picture"), ("other", b"Picture")):
        (tmp_path / place).mkdir()
        (tmp_path / place / "a.png").write_bytes(content)
    expected = [tmp_path / "expected" / "a.png"]
    smoke.compare(expected, tmp_path / "equal")
    for wrong in ("other", "nowhere"):
        with pytest.raises(smoke.DifferenceError):
            smoke.compare(expected, tmp_path / wrong)
    with pytest.raises(smoke.DifferenceError):
        smoke.compare([], tmp_path / "equal")


def test_a_program_that_fails_or_says_other_things_is_found(tmp_path, capsys):
    assert "hello" in smoke.run_quietly([sys.executable, "-c", "print('hello')"], tmp_path, {})
    with pytest.raises(smoke.DifferenceError, match="ended with 3, not 0"):
        smoke.run_quietly([sys.executable, "-c", "raise SystemExit(3)"], tmp_path, {})
    with pytest.raises(smoke.DifferenceError, match="was not said"):
        smoke.expect("[0-9]+ holes", "no holes")
    assert "hello" in capsys.readouterr().out


@POSIX
def test_a_window_that_waits_is_told_from_one_that_does_not(tmp_path, capsys):
    def start(script, code=0):
        return smoke.run_in_window([sys.executable, "-c", script], code)

    asks = "print('Press Enter to close. ', flush=True)"
    assert "its own: True" in start("import os; print('its own:', os.getsid(0) == os.getpid())")
    assert start(f"{asks}; input(); raise SystemExit(3)", 3).startswith("Press Enter")
    with pytest.raises(ChildProcessError):
        start(asks)
    with pytest.raises(smoke.DifferenceError, match="ended with 127"):
        smoke.run_in_window([tmp_path / "nothing"])


@pytest.mark.parametrize("size", [(1, 1), (12, 12), (13, 25), (40, 7)])
def test_a_mosaic_is_only_where_the_paint_is(size):
    rng = np.random.default_rng(size)
    pixels = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
    hole = rng.random(size) < 0.5
    mosaic = smoke.pixelate(pixels, hole)
    assert_array_equal(mosaic[~hole], pixels[~hole])
    block = mosaic[:12, :12][hole[:12, :12]]
    assert (block == block[:1]).all()


def test_what_other_programs_set_up_for_keras_does_not_count(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setenv("KERAS_HOME", "elsewhere")
    runpy.run_path(str(PACKAGING / "isolate.py"))
    assert os.environ["KERAS_BACKEND"] == "tensorflow"
    assert Path(os.environ["KERAS_HOME"]).parent == tmp_path


@pytest.fixture
def excepthook(monkeypatch, tmp_path):
    """What a standalone program in a folder of its own does about an exception that nobody caught."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "decensor.exe"))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "excepthook", None)
    runpy.run_path(str(PACKAGING / "unloadable.py"))
    return sys.excepthook


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_part_that_cannot_be_loaded_is_told_and_the_window_waits(excepthook, program, monkeypatch, capsys, tmp_path):
    waited = []
    monkeypatch.setattr(console, "wait_for_enter", lambda: waited.append(1))
    monkeypatch.delitem(sys.modules, "decensor")
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType(program))
    error = ImportError("please read\nthis long advice")
    error.__cause__ = ImportError("DLL load\nfailed")
    excepthook(ImportError, error, None)
    told = capsys.readouterr().err
    assert told.startswith("decensor: a part of the program cannot be loaded (DLL load failed); unpack the download")
    assert "ImportError: DLL load\nfailed" in (tmp_path / "decensor.log").read_text("utf-8")
    assert waited == [1]


@pytest.mark.parametrize("error", [ImportError("late"), ValueError("any")])
def test_what_the_program_told_already_is_not_told_again(excepthook, error, monkeypatch, capsys):
    monkeypatch.setattr(console, "wait_for_enter", pytest.fail)
    excepthook(type(error), error, None)
    assert capsys.readouterr().err == f"{type(error).__name__}: {error}\n"


def test_the_second_program_is_the_first_with_mosaics(monkeypatch):
    given = []
    monkeypatch.setattr(decensor, "main", lambda argv: given.append(argv) or 1)
    monkeypatch.setattr(sys, "argv", ["decensor_mosaic", "--report"])
    with pytest.raises(SystemExit) as stop:
        runpy.run_path(str(PACKAGING / "decensor_mosaic.py"), run_name="__main__")
    assert (given, stop.value.code) == ([["--is_mosaic", "--report"]], 1)

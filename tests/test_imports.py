"""The rules about who may import and do what, read from the source."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Imports point from a higher level to a lower one. A new module needs a level, a new sideways arrow a reason.
LEVELS = {
    "libs.errors": 0,
    "libs.heaps": 0,
    "libs.settings": 0,
    "libs.pictures": 1,
    "libs.pictures_find": 1,
    "libs.pictures_content": 1,
    "libs.pictures_read": 1,
    "libs.pictures_write": 1,
    "libs.pictures_preview": 1,
    "libs.holes": 1,
    "libs.beyond": 1,
    "libs.fringe": 1,
    "libs.ringing": 2,
    "libs.faint": 2,
    "libs.fading": 2,
    "libs.blends": 2,
    "libs.rims": 3,
    "libs.lettering": 1,
    "libs.windows": 1,
    "libs.canvas": 1.2,
    "libs.flat": 1.5,
    "libs.tones": 1.5,
    "libs.patch_levels": 0.3,
    "libs.patch_looks": 0.5,
    "libs.patches": 1,
    "libs.fog": 1.5,
    "libs.line_ends": 1,
    "libs.ramps": 1,
    "libs.softening": 0,
    "libs.weave": 1,
    "libs.channels": 0,
    "libs.fours": 0,
    "libs.lines": 1.5,
    "libs.mosaic_grid": 1,
    "libs.mosaic_cover": 1,
    "libs.mosaic_search": 2,
    "libs.mosaic_find": 3,
    "libs.mosaic_network": 3,
    "libs.mosaic_draw": 3.5,
    "libs.mosaic_detail": 3.5,
    "libs.mosaic": 4,
    "libs.shortage": 1,
    "libs.weights_hdf5": 1,
    "libs.weights": 1,
    "libs.weights_legacy": 1,
    "libs.weights_kinds": 2,
    "libs.weights_network": 2.2,
    "libs.report": 1,
    "libs.graph_session": 1,
    "libs.companions": 1.4,
    "libs.unet": 0,
    "libs.crops": 0,
    "libs.folding": 0.5,
    "libs.partial_conv": 1,
    "libs.crop_layer": 1,
    "libs.smooth_fill": 1.2,
    "libs.ledger": 1,
    "libs.results": 1.2,
    "libs.tidy": 1.4,
    "libs.details": 1,
    "libs.console": 1,
    "libs.loading": 2,
    "libs.pipeline": 1,
    "libs.inpaint": 2,
    "libs.legacy_unet": 2,
    "libs.hole_pictures": 1.5,
    "libs.jobs": 2,
    "libs.service": 3,
    "libs.cluster": 1,
    "libs.drawing": 5,
    "libs.variations": 3,
    "libs.network": 6,
    "libs.views": 2,
    "libs.lookalike": 2,
    "libs.traced": 2.5,
    "libs.tracing": 3,
    "model": 2.5,
    "libs.training": 4,
    "libs.paint": 4,
    "libs.gallery": 3,
    "libs.advice": 5,
    "libs.overlay": 5,
    "libs.pages": 6,
    "libs.arguments": 1,
    "libs.options": 2,
    "libs.check": 7,
    "libs.batch": 7,
    "libs.engine": 8,
    "libs.tasks": 9,
    "decensor": 10,
    "train": 7,
}
ARROWS_BESIDE = {
    ("libs.pictures_read", "libs.pictures_content"),
    ("libs.pictures_write", "libs.pictures_content"),
    ("libs.pictures", "libs.pictures_find"),
    ("libs.pictures", "libs.pictures_content"),
    ("libs.pictures", "libs.pictures_read"),
    ("libs.pictures", "libs.pictures_write"),
    ("libs.training", "libs.training"),
    ("libs.weights", "libs.weights_hdf5"),
    ("libs.weights_legacy", "libs.weights_hdf5"),
    ("libs.legacy_unet", "libs.inpaint"),
    ("libs.training", "model"),
}
# What costs time that `--help` must not pay, or is an optional requirement, is imported when it is sure to be needed.
LATE = {
    "libs.network": {"model.load_predictor"},
    "libs.engine": {"libs.cluster"},
    "decensor": {"libs.tasks.do_logged", "libs.loading.explain_unloadable"},
}
PROGRAMS = {"decensor", "train"}
NETWORK = {f"libs.{part}" for part in ("crop_layer", "partial_conv", "smooth_fill", "legacy_unet", "tracing")}
PICTURES = {f"libs.pictures_{part}" for part in ("content", "preview", "read", "write")} | {"libs.pictures"}
FILES = sorted([*ROOT.glob("*.py"), *ROOT.glob("libs/**/*.py")])


def module_name(path: Path) -> str:
    """`libs.pictures`; everything below `libs/training` is one module here."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts[:2] if part != "__init__")


def imports_of(tree: ast.AST) -> list[str]:
    """Full names of all modules imported anywhere in a file, inside functions too."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full, without leading dots"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def own_module(name: str) -> str | None:
    """The project's module that an imported name belongs to, None for everybody else's."""
    fitting = [module for module in LEVELS if name == module or name.startswith(f"{module}.")]
    return fitting[0] if fitting else None


def importers_of(package: str) -> set[str]:
    """The modules that import a package."""
    return {
        module_name(path)
        for path in FILES
        for name in imports_of(ast.parse(path.read_text("utf-8")))
        if name.split(".")[0] == package
    }


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_imports_point_one_way(path):
    module = module_name(path)
    if module == "libs":
        return
    assert module in LEVELS, "a new module needs its level here"
    for name in imports_of(ast.parse(path.read_text("utf-8"))):
        imported = own_module(name)
        if imported is None:
            assert not name.startswith("libs"), f"{name} has no level here"
            continue
        downwards = LEVELS[imported] < LEVELS[module]
        assert downwards or (module, imported) in ARROWS_BESIDE, f"{module} -> {imported}"


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_only_what_is_slow_or_optional_is_imported_inside_a_function(path):
    tree = ast.parse(path.read_text("utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    late = {name for function in functions for name in imports_of(function)}
    assert late <= LATE.get(module_name(path), set())


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("PIL", PICTURES),
        ("h5py", {"libs.weights", "libs.weights_hdf5", "libs.weights_legacy"}),
        ("keras", {"model", *NETWORK, "libs.training", "train"}),
        ("tensorflow", set()),
    ],
)
def test_each_package_is_known_to_its_module_only(package, allowed):
    assert importers_of(package) <= allowed


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_only_programs_and_the_report_print(path):
    calls = [node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    prints = [call for call in calls if isinstance(call, ast.Name) and call.id == "print"]
    assert not prints or module_name(path) in PROGRAMS | {"libs.report"}


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_only_programs_exit_and_read_the_environment(path):
    if module_name(path) in PROGRAMS:
        return
    tree = ast.parse(path.read_text("utf-8"))
    attributes = {f"{node.value.id}.{node.attr}" for node in ast.walk(tree) if _is_plain_attribute(node)}
    assert not attributes & {"sys.exit", "sys.argv", "os.environ", "os.getenv", "os._exit"}


def _is_plain_attribute(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)

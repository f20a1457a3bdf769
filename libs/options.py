"""Command line -> settings: what was asked for, checked, and what its results depend on."""

import argparse
from dataclasses import dataclass, fields
from pathlib import Path

from libs.arguments import build_parser
from libs.errors import UsageError
from libs.settings import AHEAD, BEST, GREEN, Folders, PaintSettings

__version__ = "0.1.0"
# Settings that results do not depend on, and files, which count by what is in them.
BESIDE = {"folders", "model", "verbose", "check", "overwrite", "report", "clean_inputs", "jobs", "autoclose"}
BESIDE |= {"model_info", "dask", "stream"}
# Settings of one name in the command line and in `Options`.
TAKEN_OVER = ("check", "overwrite", "report", "clean_inputs", "jobs", "autoclose")
TAKEN_OVER += ("mosaic_block", "model_family", "model_info", "variations", "dask")
STREAM = "-"
FOR_FOLDERS = ("decensor_input_path", "decensor_input_original_path", "decensor_output_path", "recursive")
FOR_FOLDERS += ("is_mosaic", "output_format", "check", "report", "clean_inputs", "dask")


@dataclass(frozen=True)
class Options:
    """The command line.

    paint: what counts as painted; model: weights file; precision: "float32" or "bfloat16"; check: fill nothing,
    show what would be redrawn; mosaic_block: side of a mosaic's blocks in pixels, None to find it out.
    model_family: which older program's weights `model` holds (None: as the file hints); model_info: a weights file to
    describe, and nothing else is done. variations: one of `libs.settings.CHOICES`. dask: a scheduler's address;
    stream: one picture comes from the standard input and goes to the standard output.
    """

    folders: Folders
    paint: PaintSettings
    model: Path
    precision: str
    verbose: bool
    check: bool = False
    overwrite: bool = False
    report: bool = False
    clean_inputs: bool = False
    jobs: int = AHEAD
    autoclose: bool = False
    mosaic_block: float | None = None
    model_family: str | None = None
    model_info: Path | None = None
    variations: str = "1"
    dask: str | None = None
    stream: bool = False

    @property
    def draws_mosaics(self) -> bool:
        """Mosaics are drawn from what they show, by a network of their own."""
        return self.folders.originals is not None

    def describe_results(self) -> dict[str, object]:
        """All settings but those that results do not depend on, and the files; any new one counts until named here."""
        settings = {field.name: getattr(self, field.name) for field in fields(self) if field.name not in BESIDE}
        return {**settings, "version": __version__}


def parse_options(argv: list[str] | None, home: Path) -> Options:
    """The command line as settings; `home` holds the folders and the weights that are not named in it.

    SystemExit from argparse (help, version or a wrong option, already told), or UsageError.
    """
    parser = build_parser(__version__)
    arguments = parser.parse_args(argv)
    stream = STREAM in arguments.named
    if stream:
        _check_stream(arguments, parser)
    originals = arguments.decensor_input_original_path or home / "decensor_input_original"
    folders = Folders(
        painted=arguments.decensor_input_path or home / "decensor_input",
        results=arguments.decensor_output_path or home / "decensor_output",
        originals=originals if arguments.is_mosaic else None,
        named=tuple(map(Path, arguments.named)) if not stream else (),
        recursive=arguments.recursive,
        output_format=arguments.output_format,
        most_megapixels=arguments.max_pixels,
        hole_pictures=arguments.mask_path,
    )
    if arguments.mosaic_block is not None and not arguments.is_mosaic:
        raise UsageError("--mosaic_block is of use only together with --is_mosaic")
    model = arguments.model or home / "models" / "model.h5"
    return Options(
        folders,
        PaintSettings(_choose_color(arguments), arguments.tolerance, arguments.grow),
        model,
        arguments.precision,
        arguments.verbose,
        stream=stream,
        **{name: getattr(arguments, name) for name in TAKEN_OVER},
    )


def _check_stream(arguments: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """UsageError for what needs folders beside a single picture from the standard input."""
    if arguments.named != [STREAM]:
        raise UsageError(f"{STREAM} is one picture from the standard input; name no files beside it")
    for option in FOR_FOLDERS:
        if getattr(arguments, option) != parser.get_default(option):
            raise UsageError(f"--{option} is for folders; leave it out beside {STREAM}")
    if arguments.variations not in ("1", BEST):
        several = f"--variations {arguments.variations} makes several pictures"
        raise UsageError(f"{several}; use 1 or {BEST} beside {STREAM}")
    if arguments.mask_path is not None and arguments.mask_path.is_dir():
        raise UsageError(f"--mask_path {arguments.mask_path} is a folder; name one picture beside {STREAM}")


def _choose_color(arguments: argparse.Namespace) -> tuple[int, int, int]:
    levels = (arguments.mask_color_red, arguments.mask_color_green, arguments.mask_color_blue)
    if arguments.mask_color is None:
        red, green, blue = (usual if level is None else level for level, usual in zip(levels, GREEN, strict=True))
        return red, green, blue
    if any(level is not None for level in levels):
        raise UsageError("the colour is given twice; use either --mask_color or --mask_color_red, _green and _blue")
    return arguments.mask_color

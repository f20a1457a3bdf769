"""The command line's words: every option, its default, its help, and what it may be."""

import argparse
from pathlib import Path

from libs.settings import AHEAD, CHOICES, FAMILIES, MOST_GROWTH, MOST_MEGAPIXELS, OUTPUT_FORMATS, TOLERANCE

MOST_AHEAD = 64
# In millions of pixels: more is a slip of the pen, and Pillow counts no further.
MOST_ADDRESSABLE = 2000
FORMAT_HELP = (
    "png and webp are lossless: what is not redrawn stays exactly as it was. same keeps the kind of file, and is "
    "lossless too but for JPEG: what is written as JPEG again changes slightly everywhere, each time a little more "
    "(GIF becomes PNG; default: png)"
)
WORDS = {
    **dict.fromkeys(("true", "yes", "t", "y", "1"), True),
    **dict.fromkeys(("false", "no", "f", "n", "0"), False),
}
EPILOG = """\
Each picture gets one line and, if something is painted in it, one PNG of the same name among the results.
Nothing painted is told, nothing is written then, and it is no failure; paint that is almost the colour but
nowhere exactly is one. Pictures whose results are finished are not done again while they, the options and the
weights stay the same. The pictures that you put in are never changed.

exit code: 0 all well (or nothing to do), 1 some picture failed, 2 command line or folders, 3 weights file,
130 stopped with Ctrl-C (finished results stay)"""


def build_parser(version: str) -> argparse.ArgumentParser:
    """All that may be said on the command line."""
    parser = argparse.ArgumentParser(
        prog="decensor",
        description="Redraw what is painted pure green (0, 255, 0) in drawn pictures.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_folders(parser)
    _add_files(parser)
    _add_paint(parser)
    _add_network(parser)
    _add_manners(parser)
    parser.add_argument("-v", "--verbose", action="store_true", help="show details on the standard error output")
    parser.add_argument("--version", action="version", version=f"%(prog)s {version}")
    return parser


def _add_folders(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("folders")
    for option, usual, contents in (
        ("--decensor_input_path", "decensor_input", "painted pictures"),
        ("--decensor_input_original_path", "decensor_input_original", "unpainted pictures for --is_mosaic"),
        ("--decensor_output_path", "decensor_output", "results"),
    ):
        described = f"{contents} (default: {usual} beside the program)"
        group.add_argument(option, type=Path, metavar="FOLDER", help=described)
    described = (
        "pictures of the same names that show what is to be redrawn in white on black, besides the paint; or one such "
        "picture for all"
    )
    group.add_argument("--mask_path", type=Path, metavar="FOLDER|FILE", help=described)
    described = "fill the pictures in all folders inside the given ones too; results lie in folders of the same names"
    group.add_argument("--recursive", action="store_true", help=described)


def _add_files(parser: argparse.ArgumentParser) -> None:
    described = (
        "pictures, or folders of pictures, to fill instead of those in decensor_input; a single - is one picture from "
        "the standard input to the standard output, with all messages on the standard error output"
    )
    parser.add_argument("named", nargs="*", metavar="FILE", help=described)
    group = parser.add_argument_group("picture files")
    group.add_argument("--output_format", choices=OUTPUT_FORMATS, default="png", help=FORMAT_HELP)
    described = f"refuse larger pictures, in millions of pixels (default: {MOST_MEGAPIXELS}, about 2 GB of memory)"
    group.add_argument("--max_pixels", type=_parse_megapixels, default=MOST_MEGAPIXELS, metavar="N", help=described)


def _parse_megapixels(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < MOST_ADDRESSABLE:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of millions of pixels, like 250")
    return number


def _add_paint(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("what is redrawn").add_argument
    add("--mask_color", type=_parse_color, metavar="R,G,B", help="colour of the paint (default: 0,255,0)")
    for name in ("red", "green", "blue"):
        add(f"--mask_color_{name}", type=_parse_level, metavar="0-255", help=f"the same, its {name} alone")
    described = f"count as painted what is at most N levels off in every channel; 0 = exact only (default: {TOLERANCE})"
    add("--tolerance", type=_parse_level, default=TOLERANCE, metavar="N", help=described)
    described = f"widen every hole by N pixels, at most {MOST_GROWTH} (default: 0)"
    add("--grow", type=_parse_growth, default=0, metavar="N", help=described)
    add(
        "--is_mosaic",
        nargs="?",
        const=True,
        default=False,
        type=_parse_yes_or_no,
        metavar="yes|no",
        help="start from the unpainted pictures of the same names (bare: yes; default: no)",
    )
    described = "side of the mosaic's blocks, fractions allowed (default: found by itself)"
    add("--mosaic_block", type=_parse_block, metavar="PIXELS", help=described)
    described = "fill nothing; write overlays of what would be redrawn and what only looks painted, and print a table"
    add("--check", action="store_true", help=described)


def _add_network(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how it is redrawn")
    described = "weights file (default: models/model.h5 beside the program)"
    group.add_argument("--model", type=Path, metavar="FILE", help=described)
    described = "whose weights the file holds, if it is not this program's (default: as its layer names hint)"
    group.add_argument("--model_family", choices=FAMILIES, help=described)
    described = "tell what a weights file is, and do nothing else"
    group.add_argument("--model_info", type=Path, metavar="FILE", help=described)
    described = (
        "fill each picture so many times, also flipped, as `NAME 0.png`, `NAME 1.png`; best: what four agree on "
        "(default: 1)"
    )
    group.add_argument("--variations", choices=CHOICES, default="1", help=described)
    described = (
        "of the numbers in the network; with bfloat16 it is twice as fast on processors made for it, and wide holes "
        "may get other patches (default: float32)"
    )
    group.add_argument("--precision", choices=("float32", "bfloat16"), default="float32", help=described)


def _add_manners(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("how the batch is done").add_argument
    described = "redo pictures too whose results are finished and made from the same files, options and weights"
    add("--overwrite", action="store_true", help=described)
    described = (
        "also write report.html beside the results: each page before and after, and each painted place from near"
    )
    add("--report", action="store_true", help=described)
    described = (
        "move each painted picture into a folder `done` beside it once its result is safe on the disk "
        "(originals of --is_mosaic stay)"
    )
    add("--clean_inputs", action="store_true", help=described)
    described = f"read and write up to N pictures while the network works; more need more memory (default: {AHEAD})"
    add("--jobs", type=_parse_jobs, default=AHEAD, metavar="N", help=described)
    described = "let the workers of a Dask cluster draw, tcp://HOST:PORT of its scheduler; results are the same"
    add("--dask", metavar="ADDRESS", help=described)
    described = "when double-clicked, do not wait for Enter at the end (standalone program)"
    add("--autoclose", action="store_true", help=described)


def _parse_jobs(text: str) -> int:
    if not (text.strip().isdecimal() and 1 <= int(text) <= MOST_AHEAD):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {MOST_AHEAD}")
    return int(text)


def _parse_level(text: str) -> int:
    if not (text.strip().isdecimal() and int(text) <= 255):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to 255")
    return int(text)


def _parse_growth(text: str) -> int:
    if not (text.strip().isdecimal() and int(text) <= MOST_GROWTH):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to {MOST_GROWTH}")
    return int(text)


def _parse_block(text: str) -> float:
    try:
        side = float(text)
    except ValueError:
        side = 0.0
    if not 2 <= side <= 200:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of pixels from 2 to 200")
    return side


def _parse_color(text: str) -> tuple[int, int, int]:
    levels = text.split(",")
    if len(levels) != 3:
        raise argparse.ArgumentTypeError(f"{text!r} is not three numbers with commas between, like 0,255,0")
    red, green, blue = map(_parse_level, levels)
    return red, green, blue


def _parse_yes_or_no(text: str) -> bool:
    if text.lower() not in WORDS:
        raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(WORDS)}")
    return WORDS[text.lower()]

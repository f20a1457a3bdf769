"""Comic pages for benchmarks, the shipped example, the README's pictures."""

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.pages import draw_page, paint_holes
from benchmarks.pages.example import EXAMPLE, FILLED, ROOT, clean_example, painted_example
from benchmarks.pages.guide import draw_guide
from benchmarks.pages.mosaic import draw_mosaic_example

PICTURES = ROOT / ".github" / "images"
DETAIL = (slice(960, 1240), slice(460, 740))  # rows and columns that the README shows at full size


def main(argv: list[str] | None = None) -> int:
    """Run the command line; 0 when all is written, 1 if the program failed, 2 when something is missing."""
    options = _build_parser().parse_args(argv)
    if options.folder is None and not (options.example or options.guide or options.pictures):
        print("give a folder, --example, --guide or --pictures; --help tells more", file=sys.stderr)
        return 2
    if options.folder is not None:
        _write_pages(options)
    if options.example:
        _write(painted_example(), EXAMPLE)
    if options.guide:
        _write(draw_guide(clean_example()), PICTURES / "guide.png")
    return _write_pictures() if options.pictures else 0


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    add = parser.add_argument
    add("folder", nargs="?", type=Path, help="where page0000.png, page0001.png, ... go")
    add("--count", type=int, default=1, help="how many pages (default 1)")
    add("--width", type=int, default=1200, help="in pixels (default 1200)")
    add("--height", type=int, default=1700, help="in pixels (default 1700)")
    add("--holes", type=int, default=0, help="places painted green on each page (default 0)")
    add("--seed", type=int, default=0, help="of the first page; then counted up (default 0)")
    add("--example", action="store_true", help="remake decensor_input/example.png")
    add("--guide", action="store_true", help="remake the README's guide to painting")
    add("--pictures", action="store_true", help="remake the README's pictures; needs the filled example")
    return parser


def _write_pages(options: argparse.Namespace) -> None:
    """The pages that were asked for, painted if holes were."""
    for index in range(options.count):
        page = draw_page(options.seed + index, options.width, options.height)
        painted = paint_holes(page, options.seed + index, options.holes)
        _write(painted, options.folder / f"page{index:04d}.png")


def _write_pictures() -> int:
    """The README's pictures: the page before and after at half size; a detail of both, and of the truth; a mosaic."""
    if not FILLED.exists():
        print(f"there is no {FILLED}; run decensor.py first", file=sys.stderr)
        return 2
    before, after = _read(EXAMPLE), _read(FILLED)
    for name, pixels in (("before", before), ("after", after)):
        _write(np.asarray(Image.fromarray(pixels).reduce(2)), PICTURES / f"{name}.png")
    detail = np.concatenate([pixels[DETAIL] for pixels in (before, after, clean_example())], axis=1)
    _write(detail, PICTURES / "detail.png")
    mosaic = draw_mosaic_example()
    if mosaic is None:
        return 1
    _write(mosaic, PICTURES / "mosaic.png")
    return 0


def _read(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def _write(pixels: np.ndarray, path: Path) -> None:
    """Save (H, W, 3) uint8 as a PNG file, making its folder if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, optimize=True)
    print(path)


if __name__ == "__main__":
    sys.exit(main())

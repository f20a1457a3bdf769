"""Files <-> arrays: picture files are found, paired, read, and written whole or not at all."""

import os
import re
import struct
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from libs.errors import PictureError

# Lossless kinds first: of cover.png and cover.jpg only the first can hold exact green.
ENDINGS = ("png", "bmp", "tif", "tiff", "gif", "webp", "jpg", "jpeg")
MOST_PIXELS = 250_000_000
# Level 2 writes a 1200 x 1700 page in about 0.1 s, level 6 in up to 0.7 s for a tenth less on the disk.
COMPRESSION = 2
# Rows that go from Pillow to numpy at once: the way of a whole page takes three times its memory.
STRIP = 256
GREY_MODES = {"1", "L", "LA", "La", "I;16", "I;16L", "I;16B", "I;16N", "I"}
MODES_WITH_ALPHA = {"RGBA", "RGBa", "LA", "La", "PA"}
# What Pillow's many readers raise on broken files, found by feeding them such.
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    struct.error,
    zlib.error,
)

# Pillow refuses 179 million pixels; `_check_size` is the limit here, with a sentence of its own.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture as in its file.

    pixels: (H, W, 3) uint8 RGB; alpha: (H, W) uint8, 255 = opaque, or None if the file has none.
    grey: the file has no colour, and neither shall what is written; dpi: dots per inch, (across, down).
    """

    pixels: np.ndarray
    alpha: np.ndarray | None = None
    grey: bool = False
    icc_profile: bytes | None = None
    dpi: tuple[float, float] | None = None


def find_pictures(folder: Path) -> list[Path]:
    """Everything in a folder that is named like a picture and not hidden, page2 before page10.

    Of two with the same stem the lossless one comes first. OSError if the folder cannot be listed.
    """
    named = [path for path in folder.iterdir() if path.suffix[1:].lower() in ENDINGS]
    return sorted((path for path in named if not path.name.startswith(".")), key=_reading_order)


def _reading_order(path: Path) -> tuple:
    # re.split with a group alternates text and digits, so that only like is compared with like.
    parts = re.split(r"(\d+)", stem_key(path))
    numbered = [int(part) if place % 2 else part for place, part in enumerate(parts)]
    return numbered, ENDINGS.index(path.suffix[1:].lower()), path.name


def stem_key(path: Path) -> str:
    """The name without its ending, the same for any letter case and for composed and decomposed accents."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path.stem).casefold())


def group_by_stem(paths: Iterable[Path]) -> dict[str, list[Path]]:
    """The paths under their `stem_key`, in the order given."""
    groups = defaultdict(list)
    for path in paths:
        groups[stem_key(path)].append(path)
    return dict(groups)


def find_original(painted: Path, originals: dict[str, list[Path]], folder: Path) -> Path:
    """The one original, of those found in `folder` and grouped by stem, that belongs to a painted picture."""
    found = originals.get(stem_key(painted), [])
    if not found:
        raise PictureError(
            f"no original: {folder} has no picture named {painted.stem}.*; "
            f"put the unpainted picture there under the same name as {painted.name}"
        )
    if len(found) > 1:
        names = " and ".join(path.name for path in found)
        raise PictureError(f"{len(found)} originals: {folder} has {names}; leave only the one that fits {painted.name}")
    return found[0]


def read_picture(path: Path) -> Picture:
    """One picture file (of several frames or pages the first), upright; PictureError if it cannot be read."""
    try:
        _check_file(path)
        with Image.open(path) as file:
            _check_size(file.size)
            file.load()
            grey, info = file.mode in GREY_MODES, file.info
            ImageOps.exif_transpose(file, in_place=True)
            return _to_picture(_to_eight_bits(file), grey, info)
    except PermissionError as error:
        raise PictureError(f"may not read it ({error.strerror}); allow it, or close the program using it") from error
    except Image.UnidentifiedImageError as error:
        raise PictureError(
            "cannot read it (not a picture, broken, or of an unknown kind); save it as PNG and try again"
        ) from error
    except BROKEN as error:
        raise PictureError(f"cannot read it ({_reason(error)}); copy or save it again, best as PNG") from error


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise PictureError("this is a folder, not a picture; move the pictures in it one folder up")
    if not path.exists():
        raise PictureError("cannot find it any more; it was moved, renamed or deleted, put it back")
    if not path.is_file():
        raise PictureError("this is no ordinary file; replace it by a picture")
    if path.stat().st_size == 0:
        raise PictureError("cannot read it (0 bytes, an empty file); copy or save it again")


def _check_size(size: tuple[int, int]) -> None:
    """PictureError for a (width, height) that would need more memory than can be expected."""
    width, height = size
    if width * height > MOST_PIXELS:
        raise PictureError(
            f"too large, {width} x {height} = {width * height:,} pixels; "
            f"at most {MOST_PIXELS:,} can be read, cut it into parts"
        )


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """The same picture in mode L, LA, RGB or RGBA, 8 bits a channel."""
    if image.mode == "F":
        raise PictureError("cannot read it (floating-point numbers for colours); save it as PNG with 8 bits a channel")
    if image.mode.startswith("I"):
        deep = np.asarray(image).clip(0, 65535).astype(np.int32)
        return Image.fromarray(((deep * 255 + 32767) // 65535).astype(np.uint8))
    has_alpha = image.mode in MODES_WITH_ALPHA or "transparency" in image.info
    mode = ("L" if image.mode in GREY_MODES else "RGB") + ("A" if has_alpha else "")
    return image if image.mode == mode else image.convert(mode)


def _to_picture(image: Image.Image, grey: bool, info: Mapping[Any, Any]) -> Picture:
    """From mode L, LA, RGB or RGBA."""
    alpha = np.asarray(image.getchannel("A")) if image.mode in ("LA", "RGBA") else None
    pixels = np.empty((image.height, image.width, 3), dtype=np.uint8)
    for top in range(0, image.height, STRIP):
        rows = image.crop((0, top, image.width, min(top + STRIP, image.height)))
        pixels[top : top + STRIP] = rows if rows.mode == "RGB" else rows.convert("RGB")
    return Picture(pixels, alpha, grey, _fitting_profile(info, grey), _sane_dpi(info))


def _fitting_profile(info: Mapping[Any, Any], grey: bool) -> bytes | None:
    """The colour profile, unless it is not for what is written: CMYK, or grey beside colour."""
    profile = info.get("icc_profile") or b""
    return profile if profile[16:20] == (b"GRAY" if grey else b"RGB ") else None


def _sane_dpi(info: Mapping[Any, Any]) -> tuple[float, float] | None:
    try:
        across, down = (float(value) for value in info["dpi"])
    except (LookupError, TypeError, ValueError, ArithmeticError):
        return None
    return (across, down) if 0 < across < 1e5 and 0 < down < 1e5 else None


def _reason(error: Exception) -> str:
    """The system's or Pillow's own words for what is wrong, in one line."""
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(words.split())


def write_png(path: Path, picture: Picture) -> None:
    """Write a PNG whole or not at all (`NAME.part`, then renamed); PictureError if the system refuses."""
    part = path.with_name(f"{path.name}.part")
    try:
        _write_safely(part, picture)
        os.replace(part, path)
    except OSError as error:
        raise PictureError(f"cannot write {path} ({_reason(error)}); make room or allow writing there") from error
    finally:
        _discard(part)


def _write_safely(part: Path, picture: Picture) -> None:
    """Write a PNG and wait until it is on the disk."""
    with open(part, "wb") as file:
        _to_image(picture).save(file, "PNG", **_png_options(picture))
        file.flush()
        os.fsync(file.fileno())


def _discard(part: Path) -> None:
    """Remove what a failed write left behind; where even that fails, the failure itself is told already."""
    with suppress(OSError):
        part.unlink()


def _to_image(picture: Picture) -> Image.Image:
    image = Image.fromarray(picture.pixels)
    if picture.grey:
        image = image.convert("L")
    if picture.alpha is not None:
        image.putalpha(Image.fromarray(picture.alpha))
    return image


def _png_options(picture: Picture) -> dict[str, Any]:
    kept = {"icc_profile": picture.icc_profile, "dpi": picture.dpi}
    return {"compress_level": COMPRESSION, **{name: value for name, value in kept.items() if value}}


def resize(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """(H, W, 3) uint8 -> (height, width, 3) uint8, by Lanczos' filter."""
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS))

"""Picture files -> arrays."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from libs.errors import PictureError
from libs.pictures_content import BROKEN, Picture, read_metadata
from libs.settings import MOST_MEGAPIXELS

MEGA = 1_000_000
BYTES_A_PIXEL = 12
# These may be unpacked to their full size however little of them is there. The most that a page can have is what
# PNG makes of a blank one: 8 pixels a byte, and deflate's limit of 1032 bytes from one.
CREDULOUS = ("PNG", "JPEG", "MPO", "GIF", "WEBP")
MOST_PIXELS_A_BYTE = 8 * 1032
HARMLESS_PIXELS = 16 * MEGA
# Pillow knows many more kinds, some of which start other programs; a file name's ending does not keep them out.
KINDS = ("PNG", "JPEG", "WEBP", "BMP", "DIB", "TIFF", "GIF")
# Rows that go from Pillow to numpy at once: the way of a whole page takes three times its memory.
STRIP = 256
ROUNDED = ((np.arange(65536) * 255 + 32767) // 65535).astype(np.uint8)
GREY_MODES = {"1", "L", "LA", "La", "I;16", "I;16L", "I;16B", "I;16N", "I"}
MODES_WITH_ALPHA = {"RGBA", "RGBa", "LA", "La", "PA"}
OTHER_COLOURS = {"CMYK": "CMYK", "YCbCr": "YCbCr", "LAB": "Lab"}
# Pillow refuses 179 million pixels; `_check_size` is the limit here, with a sentence of its own.
Image.MAX_IMAGE_PIXELS = None


def read_picture(path: Path, most_megapixels: float = MOST_MEGAPIXELS) -> Picture:
    """One picture file (of several frames or pages the first), upright; PictureError if it cannot be read.

    What it loses on the way (16-bit colour, CMYK, further pages) is in its notes. A file that claims more than
    `most_megapixels` million pixels is refused before any of them is unpacked.
    """
    try:
        _check_file(path)
        with Image.open(path, formats=KINDS) as file:
            _check_size(file.size, most_megapixels)
            _check_plausible(file, path.stat().st_size)
            notes = _describe_losses(file)
            file.load()
            return _to_picture(file, notes)
    except PermissionError as error:
        raise PictureError(f"may not read it ({error.strerror}); allow it, or close the program using it") from error
    except Image.UnidentifiedImageError as error:
        raise PictureError(
            "cannot read it (not a picture, broken, or of an unknown kind); save it as PNG and try again"
        ) from error
    except BROKEN as error:
        raise PictureError(f"cannot read it ({_reason(error)}); copy or save it again, best as PNG") from error


def describe_size(path: Path) -> str:
    """Its width and height, for a sentence; also where it is no picture."""
    try:
        with Image.open(path, formats=KINDS) as file:
            return f"{file.width} x {file.height}"
    except (OSError, *BROKEN):
        return "cannot be read"


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise PictureError("this is a folder, not a picture; move the pictures in it one folder up")
    if not path.exists():
        raise PictureError("cannot find it any more; it was moved, renamed or deleted, put it back")
    if not path.is_file():
        raise PictureError("this is no ordinary file; replace it by a picture")
    if path.stat().st_size == 0:
        raise PictureError("cannot read it (0 bytes, an empty file); copy or save it again")


def _check_size(size: tuple[int, int], most_megapixels: float) -> None:
    """PictureError for a (width, height) that would need more memory than can be expected."""
    width, height = size
    if width * height > most_megapixels * MEGA:
        gigabytes = width * height * BYTES_A_PIXEL / 1e9
        raise PictureError(
            f"too large, {width} x {height} = {width * height:,} pixels; cut it into parts, or, if there are "
            f"{gigabytes:.1f} GB of free memory, add --max_pixels {math.ceil(width * height / MEGA)}"
        )


def _check_plausible(file: Image.Image, file_bytes: int) -> None:
    """PictureError for a few bytes that claim a huge picture: its header is damaged, or it is a trap."""
    width, height = file.size
    if file.format in CREDULOUS and width * height > max(HARMLESS_PIXELS, file_bytes * MOST_PIXELS_A_BYTE):
        raise PictureError(
            f"cannot read it ({file_bytes:,} bytes are said to hold {width} x {height} pixels); save it as PNG"
        )


def _describe_losses(file: Image.Image) -> tuple[str, ...]:
    """What of an opened but not yet loaded file cannot be kept exactly, as clauses for its line."""
    if file.mode == "F":
        raise PictureError("cannot read it (floating-point numbers for colours); save it as PNG with 8 bits a channel")
    notes = []
    if file.mode.startswith("I") or any(";16" in str(tile.args) for tile in file.tile):
        notes.append("16 bits a channel became 8")
    if file.mode in OTHER_COLOURS:
        notes.append(f"{OTHER_COLOURS[file.mode]} colours became RGB")
    if getattr(file, "is_animated", False):
        pages = "page" if file.format in ("TIFF", "MPO") else "frame"
        notes.append(f"only its first {pages} was taken, there are more")
    return tuple(notes)


def _to_picture(file: Image.Image, notes: tuple[str, ...]) -> Picture:
    """From a loaded file, which is turned upright."""
    grey = file.mode in GREY_MODES
    upright = _turn_upright(file)
    metadata = read_metadata(file, grey)
    if not upright or (file.info.get("exif") and not metadata.exif):
        metadata = replace(metadata, exif=None)
        notes = (*notes, "its EXIF data are damaged and were left out")
    if file.info.get("icc_profile") and not metadata.icc_profile:
        notes = (*notes, "its colour profile does not fit and was left out")
    image = _to_eight_bits(file)
    alpha = np.asarray(image.getchannel("A")) if image.mode in ("LA", "RGBA") else None
    return Picture(_to_pixels(image), alpha, grey, metadata, notes)


def _turn_upright(file: Image.Image) -> bool:
    """Turn it as its EXIF data say; False if they are damaged."""
    try:
        ImageOps.exif_transpose(file, in_place=True)
    except BROKEN:
        return False
    return True


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """The same picture in mode L, LA, RGB or RGBA, 8 bits a channel."""
    if image.mode.startswith("I"):
        return Image.fromarray(_round_levels(image))
    has_alpha = image.mode in MODES_WITH_ALPHA or "transparency" in image.info
    mode = ("L" if image.mode in GREY_MODES else "RGB") + ("A" if has_alpha else "")
    return image if image.mode == mode else image.convert(mode)


def _round_levels(image: Image.Image) -> np.ndarray:
    """(H, W) uint8 from a grey image with levels up to 65535."""
    levels = np.empty((image.height, image.width), dtype=np.uint8)
    for top in range(0, image.height, STRIP):
        rows = image.crop((0, top, image.width, min(top + STRIP, image.height)))
        levels[top : top + STRIP] = ROUNDED[np.asarray(rows).clip(0, 65535)]
    return levels


def _to_pixels(image: Image.Image) -> np.ndarray:
    """(H, W, 3) uint8 from mode L, LA, RGB or RGBA."""
    pixels = np.empty((image.height, image.width, 3), dtype=np.uint8)
    for top in range(0, image.height, STRIP):
        rows = image.crop((0, top, image.width, min(top + STRIP, image.height)))
        pixels[top : top + STRIP] = rows if rows.mode == "RGB" else rows.convert("RGB")
    return pixels


def _reason(error: Exception) -> str:
    """The system's or Pillow's own words for what is wrong, in one line."""
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(words.split())

"""Arrays -> picture files, whole or not at all."""

import hashlib
import io
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image

from libs.errors import PictureError
from libs.pictures_content import Metadata, Picture, png_chunks, tiff_texts

# What nearly every file system allows for one name, in bytes.
LONGEST_NAME = 255
UNLIMITED = 2**31 - 1
SCREEN_DPI = 100
WORDS = {
    "icc_profile": "colour profile",
    "dpi": "resolution",
    "exif": "EXIF",
    "xmp": "XMP",
    "texts": "texts",
    "color_chunks": "gamma",
}


@dataclass(frozen=True)
class Kind:
    """One kind of picture file that can be written.

    name: Pillow's; settings: how to write it, for Pillow; holds: the parts of `Metadata` that it has a place for;
    longest_side: in pixels; alpha: whether it holds transparency.
    """

    name: str
    settings: dict[str, Any]
    holds: tuple[str, ...]
    longest_side: int = UNLIMITED
    alpha: bool = True


# Level 2 writes a 1200 x 1700 page in about 0.1 s, level 6 in up to 0.7 s for a tenth less on the disk.
PNG = Kind("PNG", {"compress_level": 2}, tuple(WORDS))
# The quickest lossless way; exact keeps the colours under full transparency.
WEBP_SETTINGS = {"lossless": True, "exact": True, "quality": 0, "method": 0}
WEBP = Kind("WEBP", WEBP_SETTINGS, ("icc_profile", "exif", "xmp"), longest_side=16383)
TIFF = Kind("TIFF", {}, ("icc_profile", "dpi", "exif"))
BMP = Kind("BMP", {}, ("dpi",), alpha=False)
JPEG_HOLDS = ("icc_profile", "dpi", "exif", "xmp", "texts")
JPEG = Kind("JPEG", {"quality": 97, "subsampling": 0}, JPEG_HOLDS, longest_side=65500, alpha=False)
KINDS = {"png": PNG, "webp": WEBP, "tif": TIFF, "tiff": TIFF, "bmp": BMP, "jpg": JPEG, "jpeg": JPEG}


def kind_of(path: Path) -> Kind:
    """The kind that a file name's ending asks for; ValueError if it cannot be written."""
    ending = path.suffix[1:].lower()
    if ending not in KINDS:
        raise ValueError(f"no kind of picture to be written ends in {ending!r}")
    return KINDS[ending]


def describe_losses(picture: Picture, kind: Kind) -> tuple[str, ...]:
    """What a file of that kind cannot keep of the picture, as clauses; PictureError if it cannot hold it at all."""
    height, width = picture.pixels.shape[:2]
    if max(height, width) > kind.longest_side:
        raise PictureError(
            f"{width} x {height} pixels are too many for {kind.name}, whose sides end at {kind.longest_side}; "
            "write it with --output_format png"
        )
    if picture.alpha is not None and not kind.alpha:
        raise PictureError(f"{kind.name} cannot hold its transparency; write it with --output_format png")
    lost = [word for name, word in WORDS.items() if name not in kind.holds and _matters(picture.metadata, name)]
    notes = [f"{kind.name} has no place for its {' and '.join(lost)}"] if lost else []
    if kind is JPEG:
        notes.append("written as JPEG, which changed the rest of it slightly too")
    return tuple(notes)


def _matters(metadata: Metadata, name: str) -> bool:
    """Whether that part of it says anything; a screen's resolution only says that nobody thought of it."""
    if name == "dpi":
        return metadata.dpi is not None and max(metadata.dpi) > SCREEN_DPI
    return bool(getattr(metadata, name))


def write_picture(path: Path, picture: Picture) -> None:
    """Write the kind of file that the name asks for, whole or not at all; PictureError if the system refuses.

    First `part_of(path)`, then renamed. A link under either name is replaced and never followed.
    """
    part = part_of(path)
    try:
        part.unlink(missing_ok=True)  # a stopped run may have left it
        _write_safely(part, picture, kind_of(path))
        os.replace(part, path)
        _sync_folder(path.parent)
    except OSError as error:
        words = error.strerror or str(error)
        raise PictureError(f"cannot write {path} ({words}); make room or allow writing there") from error
    finally:
        _discard(part)


def part_of(path: Path) -> Path:
    """Where a file is written until it is whole: `NAME.part`, or a short name where that would be too long."""
    name = f"{path.name}.part"
    if len(os.fsencode(name)) > LONGEST_NAME:
        name = f"{hashlib.sha256(os.fsencode(path.name)).hexdigest()[:16]}.part"
    return path.with_name(name)


def _write_safely(part: Path, picture: Picture, kind: Kind) -> None:
    """Write a file that must not exist, and wait until it is on the disk."""
    with open(part, "xb") as file:
        encode(picture, kind, file)
        file.flush()
        os.fsync(file.fileno())


def encode(picture: Picture, kind: Kind, file: BinaryIO) -> None:
    """Write the picture into an open file, which need not be one on a disk."""
    image, options = _to_image(picture), {**kind.settings, **_metadata_options(picture.metadata, kind)}
    if kind is not TIFF:
        image.save(file, kind.name, **options)
        return
    whole = io.BytesIO()  # the TIFF library writes past Python, and tells only a number when the disk is full
    image.save(whole, kind.name, **options)
    file.write(whole.getbuffer())


def _metadata_options(metadata: Metadata, kind: Kind) -> dict[str, Any]:
    """What Pillow is to be told so that the file gets the metadata."""
    options = {name: getattr(metadata, name) for name in ("icc_profile", "dpi", "exif", "xmp") if name in kind.holds}
    if kind is PNG:
        options["pnginfo"] = png_chunks(metadata)
    if kind is TIFF:
        options |= _tiff_options(options.pop("exif") or b"")
    if kind is JPEG:
        options["comment"] = dict(metadata.texts).get("Comment", "").encode()
    return {name: value for name, value in options.items() if value}


def _tiff_options(exif: bytes) -> dict[str, Any]:
    """Compressed, unless there is more EXIF than the TIFF library for that can write."""
    texts = tiff_texts(exif)
    return {"exif": exif} if texts is None else {"compression": "tiff_lzw", "tiffinfo": texts}


def _to_image(picture: Picture) -> Image.Image:
    image = Image.fromarray(picture.pixels[..., 0] if picture.grey else picture.pixels)
    if picture.alpha is not None:
        image.putalpha(Image.fromarray(picture.alpha))
    return image


def _sync_folder(folder: Path) -> None:
    """Wait until the new name is on the disk too, where the system can say so (Windows cannot)."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _discard(part: Path) -> None:
    """Remove what a failed write left behind; where even that fails, the failure itself is told already."""
    with suppress(OSError):
        part.unlink()

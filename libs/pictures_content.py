"""What a picture file holds: the pixels, the transparency, and what is told beside them."""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, PngImagePlugin

EXIF_HEADER = b"Exif\0\0"
EXIF_FOLDER, GPS_FOLDER = 0x8769, 0x8825
# Of a TIFF file's tags these describe the picture; the others say how it lies in that very file.
DESCRIPTIVE_TAGS = (0x010D, 0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x013C, 0x8298)
XMP_KEYWORD = "XML:com.adobe.xmp"
# Software that knew no EXIF in PNG put it there as text; it is taken over as EXIF.
EXIF_AS_TEXT = "Raw profile type exif"
LONG_TEXT = 1024
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
# A colour profile or text that unpacks to more is refused; Pillow's own limit, 1 MiB, is below real profiles.
PngImagePlugin.MAX_TEXT_CHUNK = 16 * 1024 * 1024


@dataclass(frozen=True)
class Metadata:
    """What a file tells beside the pixels, as far as it is kept.

    dpi: dots per inch, (across, down); exif: with its six-byte header and without an orientation;
    texts: (keyword, text) in the order of the file; color_chunks: (name, contents) of the PNG chunks that say
    what its numbers mean as colours.
    """

    icc_profile: bytes | None = None
    dpi: tuple[float, float] | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    texts: tuple[tuple[str, str], ...] = ()
    color_chunks: tuple[tuple[bytes, bytes], ...] = ()


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture as in its file.

    pixels: (H, W, 3) uint8 RGB; alpha: (H, W) uint8, 255 = opaque, or None if the file has none.
    grey: the file has no colour, and neither shall what is written; notes: what could not be kept, as clauses.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None = None
    grey: bool = False
    metadata: Metadata = Metadata()
    notes: tuple[str, ...] = ()


def read_metadata(file: Image.Image, grey: bool) -> Metadata:
    """What is kept of a loaded and already upright file; of damaged parts nothing."""
    info = file.info
    return Metadata(
        icc_profile=_fitting_profile(info, grey),
        dpi=_sane_dpi(info),
        exif=_find_exif(file),
        xmp=_find_xmp(info),
        texts=_find_texts(file),
        color_chunks=_find_color_chunks(info),
    )


def _fitting_profile(info: Mapping[Any, Any], grey: bool) -> bytes | None:
    """The colour profile, unless it is not for what is written: CMYK, or grey beside colour."""
    profile = info.get("icc_profile") or b""
    return profile if profile[16:20] == (b"GRAY" if grey else b"RGB ") else None


def _sane_dpi(info: Mapping[Any, Any]) -> tuple[float, float] | None:
    try:
        across, down = (float(value) for value in info["dpi"])
    except (LookupError, TypeError, ValueError, ArithmeticError):
        return None
    # A TIFF file without a unit has 1, which says nothing but that its pixels are square.
    return (across, down) if 1 < across < 1e5 and 1 < down < 1e5 else None


def _find_exif(file: Image.Image) -> bytes | None:
    """As it is in the file where it is there as such, else put together from text or from TIFF tags."""
    try:
        if file.info.get("exif"):
            exif = EXIF_HEADER + file.info["exif"].removeprefix(EXIF_HEADER)
            _parse_exif(exif).tobytes()  # fails if they are damaged
            return exif
        if EXIF_AS_TEXT in file.info:
            return file.getexif().tobytes()
        return _gather_tags(file.getexif()) if hasattr(file, "tag_v2") else None
    except BROKEN:
        return None


def _parse_exif(exif: bytes) -> Image.Exif:
    tags = Image.Exif()
    tags.load(exif)
    return tags


def _gather_tags(tags: Image.Exif) -> bytes | None:
    """The descriptive ones among a TIFF file's tags."""
    kept = Image.Exif()
    for tag in DESCRIPTIVE_TAGS:
        if tag in tags:
            kept[tag] = tags[tag]
    for folder in (EXIF_FOLDER, GPS_FOLDER):
        if entries := tags.get_ifd(folder):
            kept.get_ifd(folder).update(entries)
    return kept.tobytes() if kept else None


def tiff_texts(exif: bytes) -> dict[int, str] | None:
    """The EXIF data as TIFF tags if they are nothing but descriptive texts, else None."""
    tags = _parse_exif(exif)
    if all(tag in DESCRIPTIVE_TAGS and isinstance(value, str) for tag, value in tags.items()):
        return dict(tags)
    return None


def _find_xmp(info: Mapping[Any, Any]) -> bytes | None:
    xmp = info.get("xmp")
    return xmp if isinstance(xmp, bytes) and xmp else None


def _find_texts(file: Image.Image) -> tuple[tuple[str, str], ...]:
    """PNG text chunks, or the comment of a GIF or JPEG file."""
    texts = [(key, str(text)) for key, text in getattr(file, "text", {}).items()]
    comment = file.info.get("comment")
    if isinstance(comment, bytes) and comment:
        texts.append(("Comment", comment.decode("utf-8", "replace").replace("\0", "")))
    return tuple((key, text) for key, text in texts if 0 < len(key) < 80 and key not in (XMP_KEYWORD, EXIF_AS_TEXT))


def _find_color_chunks(info: Mapping[Any, Any]) -> tuple[tuple[bytes, bytes], ...]:
    """PNG gAMA, cHRM and sRGB (PNG specification 11.3.2); numbers are counted in 1 / 100,000."""
    chunks = []
    if 0 < info.get("gamma", 0) < 1000:
        chunks.append((b"gAMA", struct.pack(">I", round(info["gamma"] * 100_000))))
    corners = info.get("chromaticity", ())
    if len(corners) == 8 and all(0 <= corner <= 10 for corner in corners):
        chunks.append((b"cHRM", struct.pack(">8I", *(round(corner * 100_000) for corner in corners))))
    if info.get("srgb") in range(4):
        chunks.append((b"sRGB", bytes([info["srgb"]])))
    return tuple(chunks)


def png_chunks(metadata: Metadata) -> PngImagePlugin.PngInfo:
    """The texts and what says how colours are meant, as PNG wants them."""
    chunks = PngImagePlugin.PngInfo()
    for name, contents in metadata.color_chunks:
        chunks.add(name, contents)
    for keyword, text in metadata.texts:
        chunks.add_text(keyword, text, zip=len(text) > LONG_TEXT)
    if metadata.xmp:
        chunks.add_itxt(XMP_KEYWORD, metadata.xmp.decode("utf-8", "replace"))
    return chunks

"""What is told beside the pixels stays, from file to file."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from libs.errors import PictureError
from libs.pictures import read_picture, write_picture

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><a>\xe8\xa1\xa8</a></x:xmpmeta>"
ORIENTATION, DESCRIPTION, SOFTWARE, EXIF_FOLDER, TAKEN = 0x0112, 0x010E, 0x0131, 0x8769, 0x9003

# EXIF 2.3, tag Orientation: where the first row and the first column lie, and so what makes it upright.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@pytest.fixture
def page():
    return Image.fromarray(np.random.default_rng(2).integers(0, 256, (9, 7, 3), dtype=np.uint8))


def draw_exif(orientation: int | None = None) -> bytes:
    exif = Image.Exif()
    exif[DESCRIPTION], exif[SOFTWARE] = "page 3", "a drawing program"
    exif.get_ifd(EXIF_FOLDER)[TAKEN] = "2018:04:20 12:00:00"
    if orientation:
        exif[ORIENTATION] = orientation
    return exif.tobytes()


def keep(path: Path, ending: str) -> Image.Image:
    """Read and write it again, and open what came out."""
    result = path.with_name(f"result.{ending}")
    write_picture(result, read_picture(path))
    file = Image.open(result)
    file.load()
    return file


@pytest.mark.parametrize("ending", ["png", "webp", "tif", "jpg"])
@pytest.mark.parametrize("kind", ["png", "webp", "tif", "jpg"])
def test_profile_and_exif_go_from_every_kind_to_every_kind(tmp_path, page, kind, ending):
    path = tmp_path / f"page.{kind}"
    page.save(path, exif=draw_exif(), icc_profile=PROFILE)
    kept = keep(path, ending)
    assert kept.info["icc_profile"] == PROFILE
    assert kept.getexif()[DESCRIPTION] == "page 3"
    assert kept.getexif().get_ifd(EXIF_FOLDER)[TAKEN] == "2018:04:20 12:00:00"


@pytest.mark.parametrize("ending", ["png", "tif", "jpg", "bmp"])
@pytest.mark.parametrize("kind", ["png", "tif", "jpg", "bmp"])
def test_the_resolution_goes_from_every_kind_that_has_one_to_every_other(tmp_path, page, kind, ending):
    path = tmp_path / f"page.{kind}"
    page.save(path, dpi=(300, 150))
    assert keep(path, ending).info["dpi"] == pytest.approx((300, 150), abs=0.1)


@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_upright_once(tmp_path, page, kind, orientation):
    path = tmp_path / f"page.{kind}"
    page.save(path, exif=draw_exif(orientation), **({"lossless": True} if kind == "webp" else {}))
    kept = keep(path, "png")
    with Image.open(path) as file:
        lying = file if kind == "jpg" else page  # Pillow turns TIFF by itself
        upright = lying.transpose(TURNS[orientation]) if orientation > 1 else lying
        assert kept.tobytes() == upright.tobytes()
    assert kept.getexif().get(ORIENTATION, 1) == 1
    assert kept.getexif()[DESCRIPTION] == "page 3"


def test_texts_are_kept_in_their_order_and_letters(tmp_path, page):
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Title", "Cover of Nº 3")
    texts.add_itxt("Author", "作者", "ja", "著者")
    texts.add_text("Comment", "long " * 1000, zip=True)
    page.save(tmp_path / "page.png", pnginfo=texts)
    kept = keep(tmp_path / "page.png", "png").text
    assert list(kept.items()) == [("Title", "Cover of Nº 3"), ("Author", "作者"), ("Comment", "long " * 1000)]


@pytest.mark.parametrize("kind", ["jpg", "gif"])
def test_the_comment_of_other_kinds_becomes_a_text(tmp_path, page, kind):
    page.save(tmp_path / f"page.{kind}", comment="表紙".encode())
    assert keep(tmp_path / f"page.{kind}", "png").text == {"Comment": "表紙"}


@pytest.mark.parametrize("ending", ["png", "webp", "jpg"])
@pytest.mark.parametrize("kind", ["webp", "jpg"])
def test_xmp_is_kept(tmp_path, page, kind, ending):
    page.save(tmp_path / f"page.{kind}", xmp=XMP)
    kept = keep(tmp_path / f"page.{kind}", ending)
    assert kept.info["xmp"] == XMP
    path = tmp_path / f"result.{ending}"
    assert keep(path, ending).info["xmp"] == XMP


def test_what_a_png_says_about_its_colours_is_kept(tmp_path, page):
    chunks = PngImagePlugin.PngInfo()
    meant = {b"gAMA": struct.pack(">I", 45455), b"sRGB": b"\1", b"cHRM": struct.pack(">8I", *range(30000, 30008))}
    for name, contents in meant.items():
        chunks.add(name, contents)
    page.save(tmp_path / "page.png", pnginfo=chunks)
    kept = keep(tmp_path / "page.png", "png").info
    assert kept["gamma"] == 0.45455
    assert kept["srgb"] == 1
    assert kept["chromaticity"] == tuple(n / 100_000 for n in range(30000, 30008))


def test_exif_that_old_software_put_into_a_text_is_exif_afterwards(tmp_path, page):
    exif = draw_exif(orientation=3)
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Raw profile type exif", f"\nexif\n{len(exif):8}\n{exif.hex()}\n")
    page.save(tmp_path / "page.png", pnginfo=texts)
    kept = keep(tmp_path / "page.png", "png")
    assert kept.tobytes() == page.transpose(Image.Transpose.ROTATE_180).tobytes()
    assert kept.getexif()[DESCRIPTION] == "page 3"
    assert ORIENTATION not in kept.getexif()
    assert kept.text == {}


def test_damaged_exif_is_left_out_and_told(tmp_path, page):
    page.save(tmp_path / "page.png", exif=b"Exif\0\0garbage garbage", dpi=(72, 72))
    page.save(tmp_path / "page.webp", exif=b"no exif at all", lossless=True)
    page.save(tmp_path / "page.jpg", exif=b"Exif\0\0garbage garbage")
    for name in ("page.png", "page.webp", "page.jpg"):
        picture = read_picture(tmp_path / name)
        assert picture.metadata.exif is None
        assert picture.notes == ("its EXIF data are damaged and were left out",)
    assert read_picture(tmp_path / "page.png").metadata.dpi == pytest.approx((72, 72), abs=0.1)


def test_a_profile_for_other_colours_is_left_out_and_told(tmp_path, page):
    page.convert("L").save(tmp_path / "page.png", icc_profile=PROFILE)
    picture = read_picture(tmp_path / "page.png")
    assert picture.metadata.icc_profile is None
    assert picture.notes == ("its colour profile does not fit and was left out",)


def test_a_profile_of_several_megabytes_is_kept(tmp_path, page):
    profile = PROFILE + np.random.default_rng(0).bytes(3_000_000)
    page.save(tmp_path / "page.png", icc_profile=profile)
    assert keep(tmp_path / "page.png", "png").info["icc_profile"] == profile


@pytest.mark.parametrize(("name", "start"), [(b"iCCP", b"x\0\0"), (b"zTXt", b"x\0\0"), (b"iTXt", b"x\0\1\0\0\0")])
def test_a_bomb_in_a_chunk_is_refused_before_it_unpacks(tmp_path, page, name, start):
    page.save(tmp_path / "page.png")
    whole = (tmp_path / "page.png").read_bytes()
    chunk = name + start + zlib.compress(bytes(100_000_000))
    chunk = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    (tmp_path / "page.png").write_bytes(whole[:33] + chunk + whole[33:])
    with pytest.raises(PictureError, match=r"cannot read it \(Decompressed data too large .*\); copy or save it again"):
        read_picture(tmp_path / "page.png")


def test_a_tiff_whose_tags_claim_gigabytes_costs_nothing(tmp_path, page):
    page.save(tmp_path / "page.tif", compression="raw", xmp=None, software="x" * 40)
    whole = bytearray((tmp_path / "page.tif").read_bytes())
    place = whole.index(struct.pack("<HH", SOFTWARE, 2))
    struct.pack_into("<I", whole, place + 4, 0xFFFFFFF0)
    (tmp_path / "page.tif").write_bytes(whole)
    assert read_picture(tmp_path / "page.tif").pixels.shape == (9, 7, 3)


@pytest.mark.parametrize(("kind", "options"), [("jpg", {}), ("gif", {}), ("webp", {"lossless": True}), ("png", {})])
def test_a_few_bytes_that_claim_a_huge_page_are_refused(tmp_path, kind, options):
    path = tmp_path / f"page.{kind}"
    Image.new("RGB", (7, 9)).save(path, **options)
    claim = {
        "jpg": (b"\xff\xc0", 5, ">HH", (9000, 9001)),
        "gif": (b"GIF", 6, "<HH", (9001, 9000)),
        "webp": (b"\x2f", 1, "<I", (9000 | 8999 << 14,)),
        "png": (b"IHDR", 4, ">II", (9001, 9000)),
    }[kind]
    whole = bytearray(path.read_bytes())
    struct.pack_into(claim[2], whole, whole.index(claim[0]) + claim[1], *claim[3])
    if kind == "png":
        struct.pack_into(">I", whole, 29, zlib.crc32(whole[12:29]))
    path.write_bytes(whole)
    with pytest.raises(PictureError, match=r"\d bytes are said to hold 9001 x 9000 pixels\); save it as PNG"):
        read_picture(path)

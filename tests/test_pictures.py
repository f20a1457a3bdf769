"""Files <-> arrays."""

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image, ImageCms

from libs import pictures_read
from libs.errors import PictureError
from libs.pictures import Metadata, Picture, read_picture, write_picture

GREEN = (0, 255, 0)


@pytest.fixture
def rng():
    return np.random.default_rng(2018)


@pytest.fixture
def save(tmp_path):
    """Write an array or a Pillow image under a name, and return its path."""

    def save(image, name: str = "page.png", **options) -> Path:
        image = Image.fromarray(image) if isinstance(image, np.ndarray) else image
        image.save(tmp_path / name, **options)
        return tmp_path / name

    return save


def noise(rng, *shape) -> np.ndarray:
    return rng.integers(0, 256, shape, dtype=np.uint8)


# Reading


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (5, 1), (33, 20), (513, 3)])
@pytest.mark.parametrize("channels", [3, 4])
def test_reading_what_was_written_changes_no_byte(tmp_path, rng, size, channels):
    pixels = noise(rng, *size, 3)
    alpha = noise(rng, *size) if channels == 4 else None
    write_picture(tmp_path / "a.png", Picture(pixels, alpha))
    picture = read_picture(tmp_path / "a.png")
    assert_array_equal(picture.pixels, pixels)
    assert picture.pixels.dtype == np.uint8
    assert_array_equal(picture.alpha, alpha)


def test_colour_under_full_transparency_is_kept(save, rng, tmp_path):
    rgba = noise(rng, 9, 9, 4)
    rgba[..., 3] = 0
    picture = read_picture(save(rgba))
    assert_array_equal(picture.pixels, rgba[..., :3])
    write_picture(tmp_path / "again.png", picture)
    assert_array_equal(np.asarray(Image.open(tmp_path / "again.png")), rgba)


@pytest.mark.parametrize("alpha", [False, True])
def test_a_grey_page_is_written_grey_again(save, rng, tmp_path, alpha):
    grey = noise(rng, 8, 6)
    image = Image.fromarray(grey)
    if alpha:
        image.putalpha(Image.fromarray(noise(rng, 8, 6)))
    picture = read_picture(save(image))
    assert picture.grey
    assert_array_equal(picture.pixels, np.stack([grey] * 3, axis=-1))
    write_picture(tmp_path / "again.png", picture)
    again = Image.open(tmp_path / "again.png")
    assert again.mode == image.mode
    assert again.tobytes() == image.tobytes()


def test_black_and_white_pages_are_read(save):
    bits = np.array([[True, False, True], [False, False, True]])
    picture = read_picture(save(Image.fromarray(bits)))
    assert_array_equal(picture.pixels[..., 1], bits * np.uint8(255))
    assert picture.grey


def test_palette_pages_keep_their_exact_colours(save):
    image = Image.new("P", (4, 3), 1)
    image.putpalette([10, 20, 30, *GREEN, 7, 8, 9])
    image.putpixel((0, 0), 2)
    picture = read_picture(save(image))
    assert picture.alpha is None
    assert tuple(picture.pixels[0, 0]) == (7, 8, 9)
    assert tuple(picture.pixels[2, 3]) == GREEN


@pytest.mark.parametrize("transparency", [1, bytes([255, 0, 40])])
def test_palette_transparency_becomes_alpha(save, transparency):
    image = Image.new("P", (2, 1), 1)
    image.putpalette([10, 20, 30, *GREEN, 7, 8, 9])
    image.putpixel((0, 0), 0)
    picture = read_picture(save(image, transparency=transparency))
    assert_array_equal(picture.alpha, [[255, 0]])
    assert tuple(picture.pixels[0, 1]) == GREEN


@pytest.mark.parametrize(("mode", "paper"), [("RGB", (255, 255, 255)), ("L", 255), ("1", 255)])
def test_a_transparent_colour_becomes_alpha(save, mode, paper):
    image = Image.new(mode, (2, 1), paper)
    image.putpixel((0, 0), 0 if mode != "RGB" else (1, 2, 3))
    picture = read_picture(save(image, transparency=paper if mode != "1" else 255))
    assert_array_equal(picture.alpha, [[255, 0]])


@pytest.mark.parametrize("kind", ["png", "tif"])
def test_sixteen_bit_grey_is_rounded_to_eight(save, kind):
    deep = np.array([[0, 257, 257 * 128, 65535, 385, 386]], dtype=np.uint16)
    picture = read_picture(save(deep, f"deep.{kind}"))
    assert_array_equal(picture.pixels[0, :, 0], [0, 1, 128, 255, 1, 2])
    assert picture.grey
    assert picture.notes == ("16 bits a channel became 8",)


def test_sixteen_bit_colour_is_told(tmp_path):
    deep = (np.arange(12).reshape(2, 6) * 5000).astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in deep)
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 16, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    file = b"\x89PNG\r\n\x1a\n"
    for name, contents in chunks:
        file += struct.pack(">I", len(contents)) + name + contents + struct.pack(">I", zlib.crc32(name + contents))
    (tmp_path / "deep.png").write_bytes(file)
    picture = read_picture(tmp_path / "deep.png")
    assert np.abs(picture.pixels.reshape(-1) - deep.reshape(-1) / 257).max() < 1
    assert picture.notes == ("16 bits a channel became 8",)


@pytest.mark.parametrize("kind", ["png", "webp", "tif", "gif"])
def test_more_frames_or_pages_are_told(save, kind):
    frames = [Image.new("RGB", (6, 5), color) for color in (GREEN, (9, 9, 9))]
    path = save(frames[0], f"many.{kind}", save_all=True, append_images=frames[1:])
    word = "page" if kind == "tif" else "frame"
    assert read_picture(path).notes == (f"only its first {word} was taken, there are more",)


def test_a_whole_picture_has_nothing_to_tell(save, rng):
    for name in ("a.png", "a.jpg", "a.webp", "a.bmp", "a.tif", "a.gif"):
        assert read_picture(save(noise(rng, 5, 5, 3), name)).notes == ()


@pytest.mark.parametrize("kind", ["png", "bmp", "tif", "gif", "webp"])
def test_lossless_kinds_keep_the_green_exactly(save, kind):
    pixels = np.full((20, 20, 3), 255, np.uint8)
    pixels[5:9, 4:8] = GREEN
    options = {"lossless": True} if kind == "webp" else {}
    assert_array_equal(read_picture(save(pixels, f"page.{kind}", **options)).pixels, pixels)


def test_a_cmyk_jpeg_is_read_as_colour(save):
    image = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    picture = read_picture(save(image, "print.jpg", icc_profile=b"\0" * 16 + b"CMYK" + b"\0" * 200))
    red, green, blue = picture.pixels[8, 8]
    assert red > 200
    assert max(green, blue) < 60
    assert picture.metadata.icc_profile is None
    assert picture.notes == ("CMYK colours became RGB", "its colour profile does not fit and was left out")


def test_a_kind_that_is_not_meant_to_be_read_is_not_read_under_another_name(save, rng):
    path = save(noise(rng, 5, 5, 3), "page.ppm")
    assert failure(path.rename(path.with_name("page.png"))).startswith(
        "cannot read it (not a picture, broken, or of an unknown kind)"
    )


@pytest.mark.parametrize("mode", ["YCbCr", "LAB", "CMYK", "RGBA", "LA", "PA"])
def test_rarer_colour_kinds_in_tiff_are_read(tmp_path, mode):
    path = tmp_path / "rare.tif"
    try:
        Image.new(mode, (5, 4)).save(path)
    except OSError:
        pytest.skip("Pillow cannot write this one")
    assert read_picture(path).pixels.shape == (4, 5, 3)


def test_a_photograph_lying_on_its_side_is_turned_upright(save, rng):
    pixels = noise(rng, 4, 6, 3)
    exif = Image.Exif()
    exif[0x0112] = 6
    assert_array_equal(read_picture(save(pixels, exif=exif)).pixels, np.rot90(pixels, -1))


def test_of_an_animation_the_first_frame_is_read(save):
    frames = [Image.new("RGB", (6, 5), color) for color in (GREEN, (9, 9, 9))]
    path = save(frames[0], "moving.gif", save_all=True, append_images=frames[1:])
    assert_array_equal(read_picture(path).pixels, np.full((5, 6, 3), GREEN))


def test_resolution_and_colour_profile_are_kept(save, rng, tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = read_picture(save(noise(rng, 5, 5, 3), dpi=(300, 300), icc_profile=profile))
    write_picture(tmp_path / "again.png", picture)
    again = Image.open(tmp_path / "again.png").info
    assert again["icc_profile"] == profile
    assert again["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_senseless_resolution_is_dropped(save):
    assert read_picture(save(Image.new("RGB", (2, 2)), "a.jpg", dpi=(0, 0))).metadata.dpi is None
    assert read_picture(save(Image.new("RGB", (2, 2)), "a.tif")).metadata.dpi is None


def test_a_page_of_144_million_pixels_is_below_the_limit():
    pictures_read._check_size((12_000, 12_000), pictures_read.MOST_MEGAPIXELS)
    pictures_read._check_size((30_000, 2_000), pictures_read.MOST_MEGAPIXELS)


def test_pillows_own_limit_does_not_interfere(save, recwarn):
    path = save(Image.new("L", (1, 1)))
    one_pixel = path.read_bytes()
    header = b"IHDR" + struct.pack(">II", 15_000, 15_000) + one_pixel[24:29]
    path.write_bytes(one_pixel[:12] + header + struct.pack(">I", zlib.crc32(header)) + one_pixel[33:])
    with Image.open(path) as file:
        assert file.size == (15_000, 15_000)
    assert not recwarn.list


# What cannot be read


def failure(path: Path) -> str:
    with pytest.raises(PictureError) as caught:
        read_picture(path)
    return str(caught.value)


def test_too_large_a_page_is_refused_with_its_size_and_the_way_on(save):
    path = save(Image.new("1", (20_000, 10_000)))
    assert failure(path) == (
        "too large, 20000 x 10000 = 200,000,000 pixels; cut it into parts, or, if there are 2.4 GB of free memory, "
        "add --max_pixels 200"
    )
    pictures_read._check_size((20_000, 10_000), 200)


@pytest.mark.parametrize("kind", ["png", "jpg", "bmp", "tif", "gif", "webp"])
def test_a_cut_off_file_is_a_sentence_wherever_it_is_cut(save, rng, kind):
    path = save(noise(rng, 40, 40, 3), f"page.{kind}")
    whole, expected = path.read_bytes(), read_picture(path).pixels
    refused = 0
    for percent in range(0, 100, 5):
        path.write_bytes(whole[: len(whole) * percent // 100])
        try:
            assert_array_equal(read_picture(path).pixels, expected)
        except PictureError as error:
            refused += 1
            assert str(error).startswith("cannot read it (")
            assert "save it" in str(error)
    assert refused >= 15


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["png", "jpg", "bmp", "tif", "gif", "webp"])
def test_a_damaged_file_is_read_or_told_but_never_a_crash(save, rng, kind):
    path = save(noise(rng, 12, 12, 3), f"page.{kind}")
    whole = np.frombuffer(path.read_bytes(), np.uint8)
    for _ in range(150):
        damaged = whole.copy()
        damaged[rng.integers(0, len(damaged), 3)] = noise(rng, 3)
        path.write_bytes(damaged.tobytes())
        try:
            read_picture(path)
        except PictureError as error:
            assert "\n" not in str(error)


def test_text_named_like_a_picture_is_told(tmp_path):
    (tmp_path / "a.png").write_text("hello, I am not a picture")
    assert failure(tmp_path / "a.png") == (
        "cannot read it (not a picture, broken, or of an unknown kind); save it as PNG and try again"
    )


def test_an_empty_file_is_told(tmp_path):
    (tmp_path / "a.png").touch()
    assert failure(tmp_path / "a.png") == "cannot read it (0 bytes, an empty file); copy or save it again"


def test_a_folder_named_like_a_picture_is_told(tmp_path):
    (tmp_path / "a.png").mkdir()
    assert failure(tmp_path / "a.png").startswith("this is a folder, not a picture; ")


def test_a_vanished_file_is_told(tmp_path):
    assert failure(tmp_path / "a.png").startswith("cannot find it any more; ")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_does_not_hang_the_batch(tmp_path):
    os.mkfifo(tmp_path / "a.png")
    assert failure(tmp_path / "a.png") == "this is no ordinary file; replace it by a picture"


def test_a_locked_file_is_told(save, monkeypatch):
    path = save(Image.new("RGB", (2, 2)))

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Image, "open", refuse)
    assert failure(path) == "may not read it (Permission denied); allow it, or close the program using it"


def test_colours_in_floating_point_are_told(save):
    path = save(np.zeros((3, 3), np.float32), "a.tif")
    assert failure(path).startswith("cannot read it (floating-point numbers for colours); save it as PNG")


# Writing


def test_the_same_picture_gives_the_same_bytes(tmp_path, rng):
    picture = Picture(noise(rng, 30, 30, 3), metadata=Metadata(dpi=(72, 72)))
    for name in ("a.png", "b.png"):
        write_picture(tmp_path / name, picture)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_an_earlier_result_is_replaced(tmp_path):
    (tmp_path / "a.png").write_text("old")
    write_picture(tmp_path / "a.png", Picture(np.zeros((2, 2, 3), np.uint8)))
    assert read_picture(tmp_path / "a.png").pixels.shape == (2, 2, 3)


def test_a_failed_write_leaves_the_earlier_result_and_no_part(tmp_path, monkeypatch):
    (tmp_path / "a.png").write_text("old")

    def fill_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fill_disk)
    with pytest.raises(PictureError, match=r"cannot write .*a\.png \(No space left on device\); make room or"):
        write_picture(tmp_path / "a.png", Picture(np.zeros((2, 2, 3), np.uint8)))
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    assert (tmp_path / "a.png").read_text() == "old"


def test_a_write_that_runs_out_of_memory_leaves_no_part(tmp_path, monkeypatch):
    def run_out(*_, **__):
        raise MemoryError

    monkeypatch.setattr(Image.Image, "save", run_out)
    with pytest.raises(MemoryError):
        write_picture(tmp_path / "a.png", Picture(np.zeros((2, 2, 3), np.uint8)))
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(PictureError, match=r"cannot write .* \(No such file or directory\); make room or"):
        write_picture(tmp_path / "gone" / "a.png", Picture(np.zeros((2, 2, 3), np.uint8)))

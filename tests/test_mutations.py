"""Damaged PNG, JPEG, WebP and weights files are read or told, quickly and in little memory, and never a crash.

The test looks at COUNT of them. By hand for more: python tests/test_mutations.py 5000
"""

import faulthandler
import io
import struct
import subprocess
import sys
import tempfile
import time
import warnings
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # when it is started by hand

from libs.errors import PictureError, WeightsError  # noqa: E402
from libs.paint import find_paint  # noqa: E402
from libs.pictures import Picture, describe_losses, kind_of, read_picture, write_picture  # noqa: E402
from libs.weights import Weights, write_weights  # noqa: E402
from libs.weights_kinds import describe_weights  # noqa: E402

COUNT = 300
SLOWEST_SECONDS = 10
MOST_BYTES = 2_000_000_000
EXTREMES = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0x00002710)


def draw_files() -> dict[str, bytes]:
    """Small whole files of every sort, by a name with the right ending."""
    return {**_draw_pictures(), "own.h5": _draw_weights(), "theirs.h5": _draw_legacy_weights()}


def _draw_weights() -> bytes:
    rng = np.random.default_rng(4)
    arrays = {f"layer{number}/kernel": rng.random((3, 3, 2, 4)).astype(np.float16) for number in range(3)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "own.h5"
        write_weights(path, Weights({"widths": [2, 4]}, arrays, {"minutes": 1}))
        return path.read_bytes()


def _draw_legacy_weights() -> bytes:
    """As Keras 2 writes them, but of a network with one layer."""
    file = io.BytesIO()
    with h5py.File(file, "w") as group:
        layer = group.create_group("p_conv2d_1")
        layer.attrs["weight_names"] = np.array([b"p_conv2d_1/img_kernel:0", b"p_conv2d_1/bias:0"])
        layer["p_conv2d_1/img_kernel:0"] = np.ones((7, 7, 3, 4), np.float32)
        layer.create_dataset("p_conv2d_1/bias:0", data=np.zeros(400, np.float32), compression="gzip")
        group.attrs["layer_names"] = np.array([b"input_1", b"p_conv2d_1"])
        group.create_group("input_1").attrs["weight_names"] = np.zeros(0)
        group.attrs["backend"], group.attrs["keras_version"] = np.bytes_(b"tensorflow"), np.bytes_(b"2.2.4")
    return file.getvalue()


def _draw_pictures() -> dict[str, bytes]:
    rng = np.random.default_rng(3)
    page = np.kron(rng.integers(0, 256, (5, 6, 4), dtype=np.uint8), np.ones((8, 8, 1), np.uint8))
    rgba = Image.fromarray(page)
    rgb, grey = rgba.convert("RGB"), rgba.convert("L")
    told = _draw_metadata()
    text = PngImagePlugin.PngInfo()
    text.add_text("Title", "cover", zip=True)
    text.add_itxt("Comment", "表紙", zip=True)
    draw = _draw_file
    return {
        "rgb.png": draw(rgb, "PNG", pnginfo=text, dpi=(300, 300), **told),
        "rgba.png": draw(rgba, "PNG", compress_level=0),
        "palette.png": draw(rgb.quantize(9), "PNG", transparency=bytes([0, 9, 255])),
        "grey.png": draw(grey, "PNG", transparency=7),
        "bits.png": draw(grey.convert("1"), "PNG"),
        "deep.png": draw(Image.fromarray(page[..., 0].astype(np.uint16) * 201), "PNG"),
        "frames.png": draw(rgb, "PNG", save_all=True, append_images=[rgb.rotate(180)]),
        "rgb.jpg": draw(rgb, "JPEG", comment=b"a page", dpi=(72, 72), **told),
        "steps.jpg": draw(rgb, "JPEG", progressive=True),
        "grey.jpg": draw(grey, "JPEG", restart_marker_blocks=2),
        "print.jpg": draw(rgb.convert("CMYK"), "JPEG"),
        "two.jpg": draw(rgb, "MPO", save_all=True, append_images=[rgb.rotate(180)]),
        "lossy.webp": draw(rgb, "WEBP", **told, xmp=b"<x/>"),
        "lossless.webp": draw(rgba, "WEBP", lossless=True),
        "alpha.webp": draw(rgba, "WEBP"),
        "frames.webp": draw(rgba, "WEBP", save_all=True, append_images=[rgba.rotate(180)]),
    }


def _draw_metadata() -> dict:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a page"
    exif.get_ifd(0x8769)[0x9003] = "2018:04:20 12:00:00"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return {"exif": exif.tobytes(), "icc_profile": profile}


def _draw_file(image: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def mutate(rng: np.random.Generator, whole: bytes) -> bytes:
    """The file with one or two damages; a PNG's check sums are made right again half of the time."""
    damaged = bytearray(whole)
    for _ in range(rng.integers(1, 3)):
        rng.choice(DAMAGES)(rng, damaged)
    return mend_checksums(damaged) if rng.random() < 0.5 else bytes(damaged)


def _place(rng: np.random.Generator, file: bytearray) -> int:
    """Headers, where a byte matters more, are as likely as all the rest."""
    return int(rng.integers(0, min(len(file), rng.choice([64, len(file) + 1]) or 1) + 1))


def _change_bytes(rng: np.random.Generator, file: bytearray) -> None:
    for _ in range(rng.integers(1, 9)):
        place = _place(rng, file)
        file[place : place + 1] = rng.bytes(1)


def _set_number(rng: np.random.Generator, file: bytearray) -> None:
    length = int(rng.choice([1, 2, 4]))
    number = int(rng.choice(EXTREMES)) % 256**length
    place = _place(rng, file)
    file[place : place + length] = number.to_bytes(length, rng.choice(["big", "little"]))


def _cut_out(rng: np.random.Generator, file: bytearray) -> None:
    place = _place(rng, file)
    del file[place : place + int(rng.integers(1, 64))]


def _repeat(rng: np.random.Generator, file: bytearray) -> None:
    place, length = _place(rng, file), int(rng.integers(1, 400))
    file[place:place] = file[place : place + length]


def _cut_off(rng: np.random.Generator, file: bytearray) -> None:
    del file[_place(rng, file) :]


DAMAGES: list[Callable[[np.random.Generator, bytearray], None]] = [
    _change_bytes,
    _change_bytes,
    _set_number,
    _set_number,
    _cut_out,
    _repeat,
    _cut_off,
]


def mend_checksums(file: bytearray) -> bytes:
    """A PNG whose chunks, as far as they can be told apart, have right check sums; other kinds as they are."""
    if not file.startswith(b"\x89PNG\r\n\x1a\n"):
        return bytes(file)
    place = 8
    while place + 12 <= len(file):
        length = struct.unpack_from(">I", file, place)[0]
        if place + 12 + length > len(file):
            break
        check = zlib.crc32(file[place + 4 : place + 8 + length])
        struct.pack_into(">I", file, place + 8 + length, check)
        place += 12 + length
    return bytes(file)


def try_files(count: int, seed: int) -> tuple[Counter, float]:
    """What became of `count` damaged files, and the seconds of the slowest; what should not be raised is raised."""
    rng = np.random.default_rng(seed)
    files = list(draw_files().items())
    outcomes, slowest = Counter(), 0.0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            name, whole = files[number % len(files)]
            path = Path(folder) / name
            path.write_bytes(mutate(rng, whole))
            started = time.perf_counter()
            faulthandler.dump_traceback_later(SLOWEST_SECONDS, exit=True)
            outcomes[_try_file(path)] += 1
            slowest = max(slowest, time.perf_counter() - started)
    faulthandler.cancel_dump_traceback_later()
    return outcomes, slowest


def _try_file(path: Path) -> str:
    try:
        if path.suffix == ".h5":
            return "read" if describe_weights(path) else "nothing"
        picture = read_picture(path)
    except (PictureError, WeightsError) as error:
        assert "\n" not in str(error)
        return "told"
    except MemoryError:  # the batch tells it
        return "no memory"
    find_paint(picture.pixels)
    _write_all(path, picture)
    return "read"


def _write_all(path: Path, picture: Picture) -> None:
    """Damaged metadata must not reach a writer that stumbles over them."""
    for ending in (".png", ".webp", ".tif", ".jpg"):
        result = path.with_name(f"result{ending}")
        try:
            describe_losses(picture, kind_of(result))
        except PictureError:
            continue
        write_picture(result, picture)


def memory_peak() -> int:
    """Bytes that this process has held at most (`ru_maxrss` would count the one that it was started from too)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


@pytest.mark.skipif(sys.platform != "linux", reason="the memory is measured there only")
def test_damaged_files_are_read_or_told_quickly_and_in_little_memory():
    done = subprocess.run(
        [sys.executable, __file__, str(COUNT)], cwd=ROOT, capture_output=True, text=True, timeout=COUNT
    )
    assert done.returncode == 0, done.stdout + done.stderr


def main() -> None:
    """Try as many files as the command line says, beginning with the seed that it says."""
    warnings.simplefilter("ignore")
    count = int(sys.argv[1])
    outcomes, slowest = try_files(count, int(sys.argv[2]) if len(sys.argv) > 2 else 2018)
    peak = memory_peak()
    print(f"{count} files: {dict(outcomes)}; slowest {slowest:.2f} s; memory peak {peak / 1e6:.0f} MB")
    assert peak < MOST_BYTES


if __name__ == "__main__":
    main()

"""The pictures that training looks at: found in a folder, decoded, kept in memory within a limit."""

import functools
import os
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from libs.errors import PictureError, UsageError
from libs.pictures import ENDINGS, Picture, read_picture

KEEP_FROM_CACHE = 0.85


def find_art(folder: Path, into: Path) -> list[Path]:
    """Every picture of a folder and of its sub-folders; tar shards among them are unpacked below `into` first.

    UsageError if there is none, or a shard that cannot be unpacked.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder; name the one with the pictures to train on")
    for shard in sorted(folder.rglob("*.tar")):
        _unpack(shard, into / shard.relative_to(folder).with_suffix(""))
    found = {path for place in (folder, into) for path in place.rglob("*") if _is_picture(path)}
    if not found:
        raise UsageError(
            f"{folder}: no pictures in it; choose a folder with PNG, WebP or JPEG pictures, or tars of them"
        )
    return sorted(found)


def _is_picture(path: Path) -> bool:
    return path.suffix[1:].lower() in ENDINGS and not path.name.startswith(".") and path.is_file()


def _unpack(shard: Path, target: Path) -> None:
    """Unpack a tar file whole or not at all, unless that is done already; UsageError if it is broken."""
    if target.exists():
        return
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        with tarfile.open(shard, "r:") as archive:
            archive.extractall(part, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise UsageError(f"{shard}: cannot unpack it ({error}); copy it again, or take it out of the folder") from error
    os.replace(part, target)


class Art:
    """Random access to decoded pictures of at least `smallest` pixels a side, at most `cache_bytes` kept at once.

    Once not all of them fit, most draws are from the kept ones and the others replace them one by one, so that
    every picture is seen while decoding stays cheap. Unreadable and too small ones are left out, and counted.
    """

    def __init__(self, paths: list[Path], cache_bytes: int, smallest: int):
        self.paths = list(paths)
        self.cache_bytes = cache_bytes
        self.smallest = smallest
        self.left_out = 0
        self._cache: dict[Path, np.ndarray] = {}
        self._bytes = 0
        self._full = False

    @property
    def bytes_kept(self) -> int:
        """Bytes of the decoded pictures in memory."""
        return self._bytes

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """(H, W, 3) uint8: one random picture; UsageError when none is left.

        While all pictures fit into the cache, equal `rng` draw equal pictures.
        """
        while self.paths:
            path = self._choose(rng)
            if path in self._cache:
                return self._cache[path]
            pixels = _decode(path)
            if pixels is not None and min(pixels.shape[:2]) >= self.smallest:
                self._keep(path, pixels)
                return pixels
            self.paths.remove(path)
            self.left_out += 1
        raise UsageError(
            f"no picture can be trained on: all {self.left_out} are unreadable or smaller than "
            f"{self.smallest} pixels a side; choose a folder with larger PNG, WebP or JPEG pictures"
        )

    def _choose(self, rng: np.random.Generator) -> Path:
        kept = self._full and self._cache and rng.random() < KEEP_FROM_CACHE
        choices = list(self._cache) if kept else self.paths
        return choices[rng.integers(len(choices))]

    def _keep(self, path: Path, pixels: np.ndarray) -> None:
        """Put a picture into the cache in place of the oldest ones; one that is larger than all of it stays out."""
        self._full = self._full or self._bytes + pixels.nbytes > self.cache_bytes
        if pixels.nbytes > self.cache_bytes:
            return
        while self._bytes + pixels.nbytes > self.cache_bytes:
            self._bytes -= self._cache.pop(next(iter(self._cache))).nbytes
        self._cache[path] = pixels
        self._bytes += pixels.nbytes


@dataclass(frozen=True)
class ArtFolder:
    """Where art is, and how to keep it.

    images: folder of pictures and tar shards; unpacked: folder for what is in the shards; cache_bytes: memory
    for decoded pictures, in each process; smallest: shortest side of use, in pixels.
    """

    images: Path
    unpacked: Path
    cache_bytes: int
    smallest: int


@functools.cache
def open_art(folder: ArtFolder) -> Art:
    """The art of a folder, found and opened once in a process; UsageError as from `find_art`."""
    return Art(find_art(folder.images, folder.unpacked), folder.cache_bytes, folder.smallest)


def _decode(path: Path) -> np.ndarray | None:
    """(H, W, 3) uint8, what is transparent white; None for a file that is no picture."""
    try:
        picture = read_picture(path)
    except PictureError:
        return None
    return picture.pixels if picture.alpha is None else _on_white(picture)


def _on_white(picture: Picture) -> np.ndarray:
    share = picture.alpha[..., None].astype(np.float32) / 255
    return np.round(picture.pixels * share + 255 * (1 - share)).astype(np.uint8)

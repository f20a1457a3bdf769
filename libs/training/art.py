"""The pictures that training looks at: found in a folder, decoded, kept in memory within a limit."""

import errno
import functools
import logging
import os
import shutil
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from libs.errors import PictureError, UsageError
from libs.pictures import ENDINGS, Picture, read_picture
from libs.training.shares import Share, group_by_share

KEEP_FROM_CACHE = 0.85
LACK_OF_ROOM = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
LOG = logging.getLogger(__name__)


def find_art(folder: Path, into: Path) -> list[Path]:
    """Every picture of a folder and of its sub-folders; tar shards among them are unpacked below `into` first.

    What lies in the folder around `into`, a training run's own, is no art. UsageError if there is no picture, or
    a folder or shard that cannot be read.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder; name the one with the pictures to train on")
    files = _list_files(folder, into.parent)
    for shard in sorted(path for path in files if path.suffix == ".tar"):
        _unpack(shard, into / shard.relative_to(folder).with_suffix(""))
    unpacked = _list_files(into, None) if into.is_dir() else []
    found = {path for path in [*files, *unpacked] if _is_picture(path)}
    if not found:
        raise UsageError(
            f"{folder}: no pictures in it; choose a folder with PNG, WebP or JPEG pictures, or tars of them"
        )
    return sorted(found)


def _list_files(folder: Path, but: Path | None) -> list[Path]:
    """All files in a folder and below it, without those in the folder `but`; UsageError if one cannot be read."""

    def refuse(error: OSError) -> None:
        raise UsageError(
            f"{error.filename}: cannot read this folder ({error.strerror}); allow reading it, or choose another"
        ) from error

    but, files = but and but.resolve(), []
    for place, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if (Path(place) / name).resolve() != but]
        files += [Path(place) / name for name in names]
    return files


def _is_picture(path: Path) -> bool:
    return path.suffix[1:].lower() in ENDINGS and not path.name.startswith(".") and path.is_file()


def _unpack(shard: Path, target: Path) -> None:
    """Unpack a tar file whole or not at all, unless that is done already; UsageError if that cannot be done."""
    if target.exists():
        return
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        with tarfile.open(shard, "r:") as archive:
            archive.extractall(part, filter="data")
        os.replace(part, target)
    except (tarfile.TarError, EOFError, OSError) as error:
        shutil.rmtree(part, ignore_errors=True)
        advice = "copy it again, or take it out of the folder"
        if isinstance(error, OSError) and error.errno in LACK_OF_ROOM:
            advice = f"make room on the disk of {part.parent}, or choose another --run"
        raise UsageError(f"{shard}: cannot unpack it ({error}); {advice}") from error


class Art:
    """Random access to decoded pictures of at least `smallest` pixels a side, at most `cache_bytes` kept at once.

    Once not all of them fit, most draws are from the kept ones and the others replace them one by one, so that
    every picture is seen while decoding stays cheap. Unreadable and too small ones are left out, logged and counted.
    groups: (share of the draws, pictures); the default is one group of all.
    """

    def __init__(
        self, paths: list[Path], cache_bytes: int, smallest: int, groups: list[tuple[float, list[Path]]] | None = None
    ):
        self.paths = list(paths)
        self.cache_bytes = cache_bytes
        self.smallest = smallest
        self.left_out = 0
        self._groups = [_Group(share, list(members)) for share, members in groups or [(1.0, self.paths)]]
        self._cache: dict[Path, tuple[np.ndarray, _Group]] = {}
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
        while self._groups:
            group = self._choose_group(rng)
            path = self._choose(rng, group)
            if path in self._cache:
                return self._cache[path][0]
            pixels = self._read(path)
            if pixels is not None:
                self._keep(path, pixels, group)
                return pixels
            self._leave_out(path, group)
        raise UsageError(
            f"no picture can be trained on: all {self.left_out} are unreadable or smaller than "
            f"{self.smallest} pixels a side; choose a folder with larger PNG, WebP or JPEG pictures"
        )

    def _choose_group(self, rng: np.random.Generator) -> "_Group":
        if len(self._groups) == 1:
            return self._groups[0]
        shares = np.array([group.share for group in self._groups])
        return self._groups[rng.choice(len(shares), p=shares / shares.sum())]

    def _choose(self, rng: np.random.Generator, group: "_Group") -> Path:
        kept = self._full and group.kept and rng.random() < KEEP_FROM_CACHE
        choices = list(group.kept) if kept else group.paths
        return choices[rng.integers(len(choices))]

    def _read(self, path: Path) -> np.ndarray | None:
        """A picture's pixels, or None and a line in the log that says why it is of no use."""
        try:
            pixels = _decode(path)
        except PictureError as error:
            LOG.warning("%s: left out, %s", path, error)
            return None
        height, width = pixels.shape[:2]
        if min(height, width) >= self.smallest:
            return pixels
        LOG.warning("%s: left out, %d x %d pixels, needed are %d a side", path, width, height, self.smallest)
        return None

    def _leave_out(self, path: Path, group: "_Group") -> None:
        self.left_out += 1
        self.paths.remove(path)
        group.paths.remove(path)
        self._groups = [group for group in self._groups if group.paths]

    def _keep(self, path: Path, pixels: np.ndarray, group: "_Group") -> None:
        """Put a picture into the cache in place of the oldest ones; one that is larger than all of it stays out."""
        self._full = self._full or self._bytes + pixels.nbytes > self.cache_bytes
        if pixels.nbytes > self.cache_bytes:
            return
        while self._bytes + pixels.nbytes > self.cache_bytes:
            oldest = next(iter(self._cache))
            forgotten, its_group = self._cache.pop(oldest)
            del its_group.kept[oldest]
            self._bytes -= forgotten.nbytes
        self._cache[path] = pixels, group
        group.kept[path] = None
        self._bytes += pixels.nbytes


@dataclass
class _Group:
    """Pictures that a share of all draws goes to, and those of them that the cache holds, in its order."""

    share: float
    paths: list[Path]
    kept: dict[Path, None] = field(default_factory=dict)


@dataclass(frozen=True)
class ArtFolder:
    """Where art is, and how to keep it.

    images: folder of pictures and tar shards; unpacked: folder for what is in the shards; cache_bytes: memory
    for decoded pictures, in each process; smallest: shortest side of use, in pixels; shares: how often parts of
    it are drawn, the default being every picture equally.
    """

    images: Path
    unpacked: Path
    cache_bytes: int
    smallest: int
    shares: tuple[Share, ...] = ()


@functools.cache
def open_art(folder: ArtFolder) -> Art:
    """The art of a folder, found and opened once in a process; UsageError as from `find_art`."""
    paths = find_art(folder.images, folder.unpacked)
    groups = group_by_share(paths, (folder.unpacked, folder.images), folder.shares)
    return Art(paths, folder.cache_bytes, folder.smallest, groups)


def _decode(path: Path) -> np.ndarray:
    """(H, W, 3) uint8 that owns its memory, what is transparent white; PictureError for a file that is no picture."""
    picture = read_picture(path)
    if picture.alpha is not None:
        return _on_white(picture)
    return picture.pixels if picture.pixels.base is None else picture.pixels.copy()


def _on_white(picture: Picture) -> np.ndarray:
    """Row by row, for as floats a large picture would be many times its size."""
    pixels = np.empty(picture.pixels.shape, np.uint8)
    for row, (colours, alpha) in enumerate(zip(picture.pixels, picture.alpha, strict=True)):
        share = alpha[:, None].astype(np.float32) / 255
        pixels[row] = np.round(colours * share + 255 * (1 - share))
    return pixels

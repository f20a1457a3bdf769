"""Folders -> names of picture files: which are pictures, in which order, and which belong together."""

import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

# Lossless kinds first: of cover.png and cover.jpg only the first can hold exact green.
ENDINGS = ("png", "bmp", "tif", "tiff", "gif", "webp", "jpg", "jpeg")


def find_pictures(folder: Path) -> list[Path]:
    """Everything in a folder that is named like a picture and not hidden, page2 before page10.

    Of two with the same stem the lossless one comes first. OSError if the folder cannot be listed.
    """
    named = [path for path in folder.iterdir() if path.suffix[1:].lower() in ENDINGS]
    return sorted((path for path in named if not path.name.startswith(".")), key=_reading_order)


def _reading_order(path: Path) -> tuple:
    return _numbered(stem_key(path)), ENDINGS.index(path.suffix[1:].lower()), path.name


def _numbered(text: str) -> list[str | int]:
    # re.split with a group alternates text and digits, so that only like is compared with like.
    return [int(part) if place % 2 else part for place, part in enumerate(re.split(r"(\d+)", text))]


def find_subfolders(folder: Path, left_out: Iterable[Path]) -> list[Path]:
    """The folder itself (`.`) and all below it that are not hidden, relative to it and in reading order.

    Each is found once, however many links lead to it, and under its own name rather than a link's. Neither
    those `left_out` nor anything below them are found. One that cannot be listed is found, as if it were empty.
    """
    seen = {folder_key(path) for path in left_out if path.is_dir()}
    found, waiting, links = [], deque([Path()]), deque()
    while waiting or links:
        inside = (waiting or links).popleft()
        if folder_key(folder / inside) in seen:
            continue
        seen.add(folder_key(folder / inside))
        found.append(inside)
        for below in _list_subfolders(folder / inside):
            (links if below.is_symlink() else waiting).append(inside / below.name)
    return sorted(found, key=lambda inside: [(_numbered(_fold(part)), part) for part in inside.parts])


def _list_subfolders(folder: Path) -> list[Path]:
    with suppress(OSError):
        return sorted(path for path in folder.iterdir() if not path.name.startswith(".") and path.is_dir())
    return []


def folder_key(folder: Path) -> tuple[int, int]:
    """The same for all paths that lead to one existing folder, by links or in other letter case too."""
    status = folder.stat()
    return status.st_dev, status.st_ino


def stem_key(path: Path) -> str:
    """The name without its ending, the same for any letter case and for composed and decomposed accents."""
    return _fold(path.stem)


def name_key(path: Path) -> tuple[str, ...]:
    """The same for two relative paths that some file system would take for one."""
    return tuple(_fold(part) for part in path.parts)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def group_by_stem(paths: Iterable[Path]) -> dict[str, list[Path]]:
    """The paths under their `stem_key`, in the order given."""
    groups = defaultdict(list)
    for path in paths:
        groups[stem_key(path)].append(path)
    return dict(groups)

"""Clean pictures of a folder, shrunk to one size, for benchmarks."""

from pathlib import Path

import numpy as np
from PIL import Image

from libs.errors import UsageError

ENDINGS = (".png", ".webp", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")


def find_art(folder: Path, limit: int | None = None) -> list[Path]:
    """Picture files of a folder by name; of many, `limit` spread evenly over the list. Raises UsageError."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder; give one with clean pictures: --pictures FOLDER")
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)
    if not paths:
        raise UsageError(f"{folder} holds no pictures ({', '.join(ENDINGS)})")
    if limit is None or limit >= len(paths):
        return paths
    return [paths[index] for index in np.linspace(0, len(paths) - 1, limit).round().astype(int)]


def read_art(path: Path, long_side: int) -> np.ndarray:
    """(H, W, 3) uint8 RGB, over white where it was see-through; its long side at most `long_side`."""
    with Image.open(path) as file:
        picture = file.convert("RGBA")
    paper = Image.new("RGBA", picture.size, "white")
    flat = Image.alpha_composite(paper, picture).convert("RGB")
    flat.thumbnail((long_side, long_side), Image.Resampling.LANCZOS)
    return np.asarray(flat)

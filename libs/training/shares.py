"""How often each part of a collection is drawn: shares for folders, the rest for all others."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from libs.errors import UsageError

NAMES_SHOWN = 8


@dataclass(frozen=True)
class Share:
    """folders: names of folders or tar files, * and ? stand for any letters; share: of all draws, in (0, 1]."""

    folders: tuple[str, ...]
    share: float

    def __post_init__(self) -> None:
        if not all(self.folders) or not 0 < self.share <= 1:
            raise ValueError(f"a share is names of folders and a number in (0, 1], got {self.folders} and {self.share}")

    def __str__(self) -> str:
        return f"{','.join(self.folders)}={self.share:g}"


def parse_share(text: str) -> Share:
    """'manga,comic*=0.25' -> Share(('manga', 'comic*'), 0.25); ValueError for anything else."""
    names, _, number = text.rpartition("=")
    return Share(tuple(names.split(",")), float(number))


def group_by_share(
    paths: Sequence[Path], roots: Sequence[Path], shares: Sequence[Share]
) -> list[tuple[float, list[Path]]]:
    """(share, pictures) of every group; what fits several goes to the first, what fits none into a last group.

    Only names below the roots count. UsageError if the shares add up to more than 1 or one of them has no pictures.
    """
    total = sum(share.share for share in shares)
    if total > 1 + 1e-6:
        raise UsageError(f"--share: the shares must add up to 1 or less, got {total:g}")
    groups: list[list[Path]] = [[] for _ in range(len(shares) + 1)]
    for path in paths:
        names = _folder_names(path, roots)
        fitting = (number for number, share in enumerate(shares) if _fits(names, share))
        groups[next(fitting, len(shares))].append(path)
    for share, group in zip(shares, groups, strict=False):
        if not group:
            there = sorted({name for path in paths for name in _folder_names(path, roots)})
            shown = ", ".join(there[:NAMES_SHOWN]) + (", ..." if len(there) > NAMES_SHOWN else "")
            raise UsageError(f"--share {share}: no picture left for it; the folders are {shown or 'none'}")
    weighed = [(share.share, group) for share, group in zip(shares, groups, strict=False)]
    rest = 1 - total if shares else 1.0
    return weighed + ([(rest, groups[-1])] if groups[-1] and rest > 1e-6 else [])


def _folder_names(path: Path, roots: Sequence[Path]) -> tuple[str, ...]:
    """Names of the folders between a root and the picture."""
    root = next(root for root in roots if path.is_relative_to(root))
    return path.relative_to(root).parts[:-1]


def _fits(names: Sequence[str], share: Share) -> bool:
    return any(fnmatchcase(name, pattern) for name in names for pattern in share.folders)

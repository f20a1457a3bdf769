"""Screentones: patterns of ink that stand for grey, as functions of the place on the paper.

Each maker gives pattern(x, y) -> bool array, True where ink falls; x and y in pixels, broadcastable.
Coverage is the inked share of the paper, in [0, 1].
"""

import math

import numpy as np

from benchmarks.pages.ink import Pattern


def _cells(x: np.ndarray, y: np.ndarray, spacing: float, degrees: float) -> tuple[np.ndarray, np.ndarray]:
    """Place in a turned square grid, in cells."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    across = (x * np.float32(cosine) + y * np.float32(sine)) / np.float32(spacing)
    down = (y * np.float32(cosine) - x * np.float32(sine)) / np.float32(spacing)
    return across, down


def _dots(across: np.ndarray, down: np.ndarray, coverage: np.ndarray | float) -> np.ndarray:
    """Round black dots up to half coverage, round white holes above it."""
    black = (across - np.round(across)) ** 2 + (down - np.round(down)) ** 2
    white = (across - np.floor(across) - 0.5) ** 2 + (down - np.floor(down) - 0.5) ** 2
    light = black < np.minimum(coverage, 0.5) / np.pi
    dark = white >= (1 - np.maximum(coverage, 0.5)) / np.pi
    return np.where(np.asarray(coverage) <= 0.5, light, dark)


def dots(coverage: float, spacing: float, degrees: float = 45.0) -> Pattern:
    """An even dot tone."""
    return lambda x, y: _dots(*_cells(x, y, spacing, degrees), coverage)


def lines(coverage: float, spacing: float, degrees: float = 45.0) -> Pattern:
    """An even line tone."""

    def pattern(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        _, down = _cells(x, y, spacing, degrees)
        return np.abs(down - np.round(down)) < coverage / 2

    return pattern


def graded_dots(first: float, last: float, span: tuple[float, float], spacing: float) -> Pattern:
    """A dot tone whose dots change size from y = span[0] to y = span[1]."""

    def pattern(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        share = np.clip((y - span[0]) / max(span[1] - span[0], 1e-6), 0, 1)
        coverage = np.broadcast_to(first + (last - first) * share, np.broadcast_shapes(x.shape, y.shape))
        return _dots(*_cells(x, y, spacing, 45.0), coverage)

    return pattern


def round_dots(center: tuple[float, float], radius: float, coverage: float, spacing: float) -> Pattern:
    """A dot tone that grows from nothing at the centre to the coverage at the radius."""

    def pattern(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        distance = np.sqrt((x - center[0]) ** 2 + (y - center[1]) ** 2) / radius
        return _dots(*_cells(x, y, spacing, 45.0), coverage * np.clip(distance - 0.35, 0, 1))

    return pattern

"""Several fills of one picture: each is drawn on a flipped copy and flipped back."""

from collections.abc import Callable

import numpy as np

BEST = "best"
CHOICES = ("1", "2", "4", BEST)
# Whether the rows and the columns run backwards.
FLIPS = ((False, False), (False, True), (True, False), (True, True))

Draw = Callable[[np.ndarray, np.ndarray], np.ndarray]


def vary(pixels: np.ndarray, hole: np.ndarray, draw: Draw, choice: str) -> list[np.ndarray]:
    """One fill (H, W, 3) uint8 for each variation asked for, or for "best" the one they agree on.

    draw(pixels, hole) fills one picture. choice: "1" as it is, "2" also left-right flipped, "4" also top-bottom and
    both ways, "best": the median of these four in each pixel of the hole. ValueError for any other.
    """
    if choice not in CHOICES:
        raise ValueError(f"choice must be one of {CHOICES}, got {choice!r}")
    if choice == BEST:
        return [_agree(pixels, hole, [_fill_flipped(pixels, hole, draw, flip)[hole] for flip in FLIPS])]
    return [_fill_flipped(pixels, hole, draw, flip) for flip in FLIPS[: int(choice)]]


def _fill_flipped(pixels: np.ndarray, hole: np.ndarray, draw: Draw, flip: tuple[bool, bool]) -> np.ndarray:
    turned = tuple(slice(None, None, -1) if backwards else slice(None) for backwards in flip)
    return draw(pixels[turned], hole[turned])[turned]


def _agree(pixels: np.ndarray, hole: np.ndarray, drawn: list[np.ndarray]) -> np.ndarray:
    """The picture with the median of four (N, 3) fills in its hole: the mean of the middle two, rounded up."""
    result = pixels.copy()
    _, low, high, _ = np.sort(np.stack(drawn), axis=0).astype(np.uint16)
    result[hole] = (low + high + 1) // 2
    return result

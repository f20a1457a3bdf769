"""Several fills of one picture: each by a network that sees everything flipped another way."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from libs.inpaint import Predict
from libs.settings import BEST, CHOICES

# Whether the rows and the columns run backwards.
FLIPS = ((False, False), (False, True), (True, False), (True, True))
Turn = Callable[[Predict], Predict]


def vary(draw: Callable[[Turn], np.ndarray], choice: str) -> list[np.ndarray]:
    """What draw(turn) gives, an uint8 array, for each variation asked for, or for "best" what they agree on.

    turn: makes of a network the same one that sees everything flipped in the way of the variation.
    choice: "1" as it is, "2" also by a network that sees left and right exchanged, "4" also top and bottom, and
    both, "best": the median of these four in every number. ValueError for any other.
    """
    if choice not in CHOICES:
        raise ValueError(f"choice must be one of {CHOICES}, got {choice!r}")
    if choice == BEST:
        return [_agree([draw(turn) for turn in TURNS])]
    return [draw(turn) for turn in TURNS[: int(choice)]]


def name_results(result: Path, choice: str) -> list[Path]:
    """The files of the fills that `vary` gives: the result's own name for one, `NAME 0.png`, `NAME 1.png` for more."""
    if choice in ("1", BEST):
        return [result]
    return [result.with_name(f"{result.stem} {number}{result.suffix}") for number in range(int(choice))]


def flip(predict: Predict, rows: bool, columns: bool) -> Predict:
    """The same network with what it sees and draws flipped top to bottom (rows), left to right (columns), or both."""
    if not rows and not columns:
        return predict
    order = tuple(slice(None, None, -1) if backwards else slice(None) for backwards in (False, rows, columns))

    def turned(images: np.ndarray, masks: np.ndarray) -> np.ndarray:
        return predict(np.ascontiguousarray(images[order]), np.ascontiguousarray(masks[order]))[order]

    if hasattr(predict, "settings"):
        turned.settings = predict.settings
    return turned


TURNS = tuple(partial(flip, rows=rows, columns=columns) for rows, columns in FLIPS)


def _agree(drawn: list[np.ndarray]) -> np.ndarray:
    """The median of four: the mean of the middle two, rounded up."""
    _, low, high, _ = np.sort(np.stack(drawn), axis=0).astype(np.uint16)
    return ((low + high + 1) // 2).astype(np.uint8)

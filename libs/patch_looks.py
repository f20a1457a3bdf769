"""What a patch of a drawing looks like, in a few numbers, so that squared distances tell how alike two are.

They are its first principal components, those of the patches that are known, and the soft colour at its middle.
"""

from dataclasses import dataclass

import numpy as np
import scipy

from libs.channels import total
from libs.patch_levels import Level

# Patches are compared by so many principal components, learnt from so many patches.
COMPONENTS, LEARNT_FROM = 20, 4000
# The colours of a level are softened over so many pixels at least.
SOFTEST = 0.6
# So many numbers are handled at once.
AT_ONCE = 500_000


@dataclass(frozen=True)
class PatchSettings:
    """What patches are, and what of the guide counts.

    radius: they have (2 radius + 1) squared pixels; laid: the (2 laid + 1) squared in their middle are laid; guided:
    how much the guide's colour counts beside one pixel of a patch; halved: that for each of so many finer levels, for a
    guide that is fog knows the colours of an area, not which pixel is which; soft: over so many pixels it is softened;
    rounds: how often the finest level is searched and laid.
    """

    radius: int = 3
    laid: int = 2
    guided: float = 28.0
    halved: int = 3
    soft: float = 2.0
    rounds: int = 1

    def __post_init__(self) -> None:
        if not 0 < self.laid <= self.radius:
            raise ValueError(f"laid must be in (0, {self.radius}], got {self.laid}")


class Looks:
    """Of patches of a level, by the numbers of their middle pixels: sources (S,) are known, places (T,) wanted.

    known: (S, D) float32.
    """

    def __init__(self, level: Level, settings: PatchSettings, sources: np.ndarray, places: np.ndarray) -> None:
        self._radius, self._places = settings.radius, places
        some = _patches(_grey(level.guide), sources[:: max(1, len(sources) // LEARNT_FROM)], self._radius)
        self._mean = some.mean(axis=0)
        self._axes = np.linalg.eigh((some - self._mean).T @ (some - self._mean))[1][:, : -COMPONENTS - 1 : -1]
        known, wanted = _soft_colours(level, settings)
        self._colours = wanted[places]
        self.known = self._look(level.guide, sources, known[sources])

    def wanted_in(self, drawn: np.ndarray) -> np.ndarray:
        """(T, D) float32: the looks of what is drawn (h, w, 3) in the places so far, with the guide's colours."""
        return self._look(drawn, self._places, self._colours)

    def _look(self, image: np.ndarray, middles: np.ndarray, colours: np.ndarray) -> np.ndarray:
        """(N, COMPONENTS + 3): the principal components of patches of (h, w, 3), and colours (N, 3)."""
        grey, offset, at_once = _grey(image), self._mean @ self._axes, AT_ONCE // len(self._mean)
        looks = np.empty((len(middles), COMPONENTS + 3), np.float32)
        for start in range(0, len(middles), at_once):
            part = slice(start, start + at_once)
            looks[part, :COMPONENTS] = _patches(grey, middles[part], self._radius) @ self._axes - offset
        looks[:, COMPONENTS:] = colours
        return looks


def find_nearest(wanted: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((T,) numbers of the nearest of known (S, D), (T,) squared distances to them) for each of wanted (T, D)."""
    half = np.square(known).sum(axis=1) / 2
    at_once = max(1, AT_ONCE // len(known))
    found = [
        (wanted[start : start + at_once] @ known.T - half).argmax(axis=1) for start in range(0, len(wanted), at_once)
    ]
    numbers = np.concatenate(found)
    return numbers, square_apart(wanted, known.take(numbers, axis=0))


def square_apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(N,): the squared distances between points (N, D)."""
    apart = one - other
    return np.einsum("nd,nd->n", apart, apart)


def _grey(image: np.ndarray) -> np.ndarray:
    """(h, w): as far apart for two greys as (h, w, 3) colours are for the same."""
    return total(image) / np.sqrt(np.float32(3))


def _patches(grey: np.ndarray, middles: np.ndarray, radius: int) -> np.ndarray:
    """(N, side * side): the patches of (h, w) around pixels, by their numbers."""
    along = np.arange(-radius, radius + 1)
    around = (along[:, None] * grey.shape[1] + along).ravel()
    return grey.ravel()[middles[:, None] + around]


def _soft_colours(level: Level, settings: PatchSettings) -> tuple[np.ndarray, np.ndarray]:
    """((h * w, 3) softened colours of what is known, (h * w, 3) of the guide), both scaled to how much they count."""
    sigma = max(settings.soft / 2**level.number, SOFTEST)
    share = scipy.ndimage.gaussian_filter((~level.hole).astype(np.float32), sigma)
    known = np.where(level.hole[..., None], 0, level.guide)
    known, wanted = (scipy.ndimage.gaussian_filter(array, (sigma, sigma, 0)) for array in (known, level.guide))
    known = known / np.maximum(share, 1e-3)[..., None]
    counts = np.float32(settings.guided * 0.5 ** max(settings.halved - level.number, 0))
    return counts * known.reshape(-1, 3), counts * wanted.reshape(-1, 3)

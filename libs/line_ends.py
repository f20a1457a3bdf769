"""Where lines and edges of a drawing run into a hole: the place, the direction, and what the drawing is across it."""

from dataclasses import dataclass

import numpy as np
import scipy

from libs.channels import largest, mean

# An end lies so many pixels outside the hole, so that the pixels around it are known.
OUTSIDE = 2
# Its profile goes so many pixels to both sides, and is the mean of so many pixels along the line.
HALF, ALONG = 4, 7
OFFSETS = np.arange(-HALF, HALF + 1)
# Farther than so many pixels from the hole nothing is looked at.
ENDS_REACH = 16
# What counts as an edge, as levels of 255: gradient, difference across, and most change along it; and coherence.
GRADIENT, CONTRAST, CHANGE = 6 / 255, 20 / 255, 20 / 255
COHERENCE = 0.6
# Of so many pixels looked at on every line of the profile so many must be known.
SEEN = 3
SIGMA = 2.0
SCHARR = np.array([[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]], np.float32) / 32


@dataclass(frozen=True, eq=False)
class Ends:
    """places: (N, 2) pixels (row, column); ways: (N, 2) unit vectors into the hole; profiles: (N, 2 HALF + 1, 3).

    A profile is read from one side to the other as seen along the way: at HALF it is the place itself.
    """

    places: np.ndarray
    ways: np.ndarray
    profiles: np.ndarray

    def __len__(self) -> int:
        return len(self.places)

    def chosen(self, which: np.ndarray) -> "Ends":
        """Those of a mask (N,) or of numbers."""
        return Ends(self.places[which], self.ways[which], self.profiles[which])


def find_ends(image: np.ndarray, hole: np.ndarray) -> Ends:
    """The ends around a hole (h, w) bool in an image (h, w, 3) float32 in [0, 1]; under the hole it is not looked at.

    The direction is that of the structure tensor (Bigun & Granlund 1987) of the known pixels around the place.
    """
    image = image * ~hole[..., None]
    distance = scipy.ndimage.distance_transform_cdt(~hole, "chessboard")
    places = np.argwhere(distance == OUTSIDE)
    ways, strength, coherence = _directions(image, ~hole, places)
    clear = (strength >= GRADIENT) & (coherence >= COHERENCE)
    places, ways = places[clear], ways[clear]
    ahead, behind = (_pixels_hit(hole, places, sign * ways) for sign in (1, -1))
    ways = np.where((ahead >= behind)[:, None], ways, -ways)
    inwards = np.maximum(ahead, behind) >= 2
    return _with_profiles(image, ~hole, places[inwards].astype(np.float32), ways[inwards])


def normals(ways: np.ndarray) -> np.ndarray:
    """(..., 2): unit vectors a quarter turn from the ways, always to the same side."""
    return np.stack([ways[..., 1], -ways[..., 0]], axis=-1)


def _directions(image: np.ndarray, known: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Along what is drawn around each place: a unit vector, the gradient across it, and how much it is one edge."""
    valid = scipy.ndimage.binary_erosion(known, np.ones((3, 3), bool), border_value=1).astype(np.float32)
    down, across, both = (np.zeros(known.shape, np.float32) for _ in range(3))
    for channel in np.moveaxis(image, -1, 0):
        right = scipy.ndimage.convolve(channel, SCHARR)
        below = scipy.ndimage.convolve(channel, SCHARR.T)
        across, down, both = across + right**2 / 3, down + below**2 / 3, both + right * below / 3
    share = np.maximum(_around(valid, places), 1e-3)
    across, down, both = (_around(part * valid, places) / share for part in (across, down, both))
    energy = across + down
    spread = np.sqrt((across - down) ** 2 + 4 * both**2)
    angle = np.arctan2(2 * both, across - down) / 2  # of the gradient, from the horizontal
    ways = np.stack([np.cos(angle), -np.sin(angle)], axis=-1)
    return ways, np.sqrt(energy), spread / np.maximum(energy, 1e-9)


def _around(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """(N,): Gaussian means around places."""
    return scipy.ndimage.gaussian_filter(values, SIGMA, truncate=3)[places[:, 0], places[:, 1]]


def _pixels_hit(hole: np.ndarray, places: np.ndarray, ways: np.ndarray) -> np.ndarray:
    """(N,): how many of the third, fourth and fifth pixel on the way lie in the hole."""
    hit = np.zeros(len(places), int)
    for step in (3, 4, 5):
        rows, columns = np.round(places + step * ways).astype(int).T
        inside = (rows >= 0) & (rows < hole.shape[0]) & (columns >= 0) & (columns < hole.shape[1])
        hit[inside] += hole[rows[inside], columns[inside]]
    return hit


def _with_profiles(image: np.ndarray, known: np.ndarray, places: np.ndarray, ways: np.ndarray) -> Ends:
    """The places whose profile is known, has some contrast, and hardly changes along the line."""
    steps = np.arange(ALONG)[:, None, None]
    at = places[:, None, None] - ways[:, None, None] * steps + normals(ways)[:, None, None] * OFFSETS[:, None]
    at = np.moveaxis(at, -1, 0)
    seen = scipy.ndimage.map_coordinates(known.astype(np.float32), at, order=1, cval=0) > 0.9999
    levels = np.stack([scipy.ndimage.map_coordinates(part, at, order=1) for part in np.moveaxis(image, -1, 0)], axis=-1)
    levels *= seen[..., None]
    counts = seen.sum(axis=1)
    profiles = levels.sum(axis=1) / np.maximum(counts, 1)[..., None]
    off = (mean(np.abs(levels - profiles[:, None])) * seen).sum(axis=(1, 2)) / np.maximum(counts.sum(axis=1), 1)
    contrast = largest(profiles.max(axis=1) - profiles.min(axis=1))
    fit = (counts[:, 1:-1].min(axis=1) >= SEEN) & (contrast >= CONTRAST) & (off <= CHANGE)
    return Ends(places[fit], ways[fit], profiles[fit])

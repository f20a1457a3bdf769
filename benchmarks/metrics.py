"""How far a fill is from the truth: plain numbers for one picture, in numpy alone.

Images are (H, W, 3) float32 RGB in [0, 1], holes (H, W) bool with at least one pixel. A metric that has
nothing to measure in this picture is NaN; averages leave NaN out. `truth` is the picture before anything was
painted over.
"""

import numpy as np

PSNR_CAP = 60.0
LUMA = np.array([0.299, 0.587, 0.114], np.float32)

SSIM_SIGMA = 1.5
SSIM_RADIUS = 5
SSIM_C1, SSIM_C2 = 0.01**2, 0.03**2

MID_GREY = (0.2, 0.8)
TWO_TONE_MID_SHARE = 0.25
TWO_TONE_COLOUR = 0.03

TONE_TILE = 64
TONE_STEP = 32
TONE_PERIODS = (2.5, 9.0)
TONE_REGION_SHARE = 0.15
TONE_AMPLITUDE = 0.05
TONE_PROMINENCE = 25.0
TONE_CONTINUES = 0.5


def l1_percent(fill: np.ndarray, truth: np.ndarray, hole: np.ndarray) -> float:
    """Mean absolute difference over the hole's numbers, in % of the full range; 0 is best."""
    return float(100 * np.abs(fill[hole] - truth[hole]).mean())


def psnr(fill: np.ndarray, truth: np.ndarray, hole: np.ndarray) -> float:
    """Peak signal to noise ratio over the hole's numbers, in dB.

    At most PSNR_CAP, so that a blank hole, filled without any error, does not rule the mean of many pictures.
    """
    error = float(np.square(fill[hole] - truth[hole], dtype=np.float64).mean())
    return PSNR_CAP if error == 0 else min(PSNR_CAP, -10 * float(np.log10(error)))


def ssim(fill: np.ndarray, truth: np.ndarray, hole: np.ndarray) -> float:
    """Structural similarity (Wang et al. 2004) of the luma, mean of its map over the hole; 1 is best.

    Gaussian window, sigma 1.5, 11 pixels wide, mirrored at the picture's border.
    """
    top, left, bottom, right = _bounds(hole, margin=2 * SSIM_RADIUS)
    a, b = (luma(image[top:bottom, left:right]).astype(np.float64) for image in (fill, truth))
    mean_a, mean_b = _blur(a), _blur(b)
    variance_a, variance_b = _blur(a * a) - mean_a**2, _blur(b * b) - mean_b**2
    covariance = _blur(a * b) - mean_a * mean_b
    likeness = (2 * mean_a * mean_b + SSIM_C1) * (2 * covariance + SSIM_C2)
    likeness /= (mean_a**2 + mean_b**2 + SSIM_C1) * (variance_a + variance_b + SSIM_C2)
    return float(likeness[hole[top:bottom, left:right]].mean())


def gradient_error(fill: np.ndarray, truth: np.ndarray, hole: np.ndarray) -> float:
    """Mean absolute difference of the luma's steps to the right and down, in % of the range; 0 is best.

    Counted are all steps that start or end in the hole.
    """
    a, b = luma(fill), luma(truth)
    errors = []
    for axis in (0, 1):
        touched = _pairs_any(hole, axis)
        errors.append(np.abs(np.diff(a, axis=axis) - np.diff(b, axis=axis))[touched])
    joined = np.concatenate(errors)
    return float(100 * joined.mean()) if joined.size else 0.0


def seam(fill: np.ndarray, truth: np.ndarray, hole: np.ndarray) -> float:
    """How much larger the steps across the hole's outline are than the truth's there, in % of the range.

    0 is best, above 0 an edge shows, below 0 the outline is smeared. NaN where the hole has no outline.
    """
    excess = []
    for axis in (0, 1):
        crossing = _pairs_cross(hole, axis)
        steps = [np.abs(np.diff(image, axis=axis))[crossing] for image in (fill, truth)]
        excess.append((steps[0] - steps[1]).ravel())
    joined = np.concatenate(excess)
    return float(100 * joined.mean()) if joined.size else float("nan")


def mid_grey_percent(fill: np.ndarray, truth: np.ndarray, hole: np.ndarray) -> float:
    """Share of the hole that is neither ink nor paper, in %; NaN unless the truth is a two-tone page."""
    return 100 * _mid_share(luma(fill)[hole]) if is_two_tone(truth) else float("nan")


def is_two_tone(truth: np.ndarray) -> bool:
    """Whether the picture is grey throughout and at most TWO_TONE_MID_SHARE of it lies inside MID_GREY."""
    colour = float((truth.max(axis=2) - truth.min(axis=2)).mean())
    return colour <= TWO_TONE_COLOUR and _mid_share(luma(truth)) <= TWO_TONE_MID_SHARE


def tone_ratio(fill: np.ndarray, truth: np.ndarray, hole: np.ndarray) -> float:
    """Strength of screentone in the hole against that around it: 1 as strong, 0 grey fog, NaN no tone.

    Tile by tile: the spectrum around the hole must have a sharp peak at a period of TONE_PERIODS pixels, and
    the truth must continue it in the hole; then the fill's amplitude there counts. Sums over tiles, divided.
    """
    a, b = luma(fill), luma(truth)
    in_hole = in_ring = 0.0
    for top in range(0, max(1, hole.shape[0] - TONE_TILE + 1), TONE_STEP):
        for left in range(0, max(1, hole.shape[1] - TONE_TILE + 1), TONE_STEP):
            tile = np.s_[top : top + TONE_TILE, left : left + TONE_TILE]
            found = _tone_amplitudes(a[tile], b[tile], hole[tile])
            in_hole, in_ring = in_hole + found[0], in_ring + found[1]
    return in_hole / in_ring if in_ring else float("nan")


def changed_outside(fill: np.ndarray, painted: np.ndarray, hole: np.ndarray) -> int:
    """Count of pixels outside the hole that differ from the input; (H, W, 3) uint8 both. Must be 0."""
    return int((fill[~hole] != painted[~hole]).any(axis=-1).sum())


def luma(image: np.ndarray) -> np.ndarray:
    """(H, W, 3) -> (H, W) brightness in [0, 1]."""
    return image @ LUMA


def _tone_amplitudes(fill: np.ndarray, truth: np.ndarray, hole: np.ndarray) -> tuple[float, float]:
    """(amplitude in the hole, in the ring) at the ring's peak; (0, 0) if this tile has no continuing tone."""
    ring = ~hole
    least = TONE_REGION_SHARE * TONE_TILE**2
    if hole.sum() < least or ring.sum() < least:
        return 0.0, 0.0
    spectrum = _spectrum(truth, ring)
    band = _tone_band(spectrum.shape)
    row, column = np.unravel_index(np.argmax(np.where(band, spectrum, 0)), spectrum.shape)
    strength = spectrum[row, column]
    if strength < TONE_AMPLITUDE or strength**2 < TONE_PROMINENCE * np.median(spectrum[band] ** 2):
        return 0.0, 0.0
    near = np.ix_(*((at + np.arange(-1, 2)) % size for at, size in zip((row, column), spectrum.shape, strict=True)))
    if _spectrum(truth, hole)[near].max() < TONE_CONTINUES * strength:
        return 0.0, 0.0
    return float(_spectrum(fill, hole)[near].max()), float(strength)


def _spectrum(values: np.ndarray, region: np.ndarray) -> np.ndarray:
    """Amplitudes of the waves inside a region: a sine of amplitude A that fills it gives A at its peak."""
    centred = (values - values[region].mean()) * region
    return 2 * np.abs(np.fft.fft2(centred)) / region.sum()


def _tone_band(shape: tuple[int, ...]) -> np.ndarray:
    """Where in a spectrum of this shape the wave length lies in TONE_PERIODS."""
    rows, columns = (np.fft.fftfreq(size) for size in shape)
    frequency = np.hypot(rows[:, None], columns[None, :])
    return (frequency >= 1 / TONE_PERIODS[1]) & (frequency <= 1 / TONE_PERIODS[0])


def _mid_share(values: np.ndarray) -> float:
    return float(((values > MID_GREY[0]) & (values < MID_GREY[1])).mean())


def _pairs_any(hole: np.ndarray, axis: int) -> np.ndarray:
    """For each step along an axis: does it start or end in the hole?"""
    ahead, behind = _neighbours(hole, axis)
    return ahead | behind


def _pairs_cross(hole: np.ndarray, axis: int) -> np.ndarray:
    """For each step along an axis: does it cross the hole's outline?"""
    ahead, behind = _neighbours(hole, axis)
    return ahead != behind


def _neighbours(hole: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    return (hole[1:], hole[:-1]) if axis == 0 else (hole[:, 1:], hole[:, :-1])


def _bounds(hole: np.ndarray, margin: int) -> tuple[int, int, int, int]:
    """Top, left, bottom, right of the hole's bounding box, grown by a margin and kept inside the picture."""
    rows, columns = np.flatnonzero(hole.any(axis=1)), np.flatnonzero(hole.any(axis=0))
    height, width = hole.shape
    top, left = max(0, rows[0] - margin), max(0, columns[0] - margin)
    return top, left, min(height, rows[-1] + 1 + margin), min(width, columns[-1] + 1 + margin)


def _blur(values: np.ndarray) -> np.ndarray:
    """Gaussian window of SSIM_SIGMA, mirrored at the border (the border pixel is repeated)."""
    offsets = np.arange(-SSIM_RADIUS, SSIM_RADIUS + 1)
    weights = np.exp(-0.5 * (offsets / SSIM_SIGMA) ** 2)
    weights /= weights.sum()
    for _ in (0, 1):
        height = values.shape[0]
        padded = np.pad(values, [(SSIM_RADIUS, SSIM_RADIUS), (0, 0)], mode="symmetric")
        values = sum(weight * padded[at : at + height] for at, weight in enumerate(weights)).T
    return values

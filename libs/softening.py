"""Images softened by a Gaussian: as a whole, or by what lies in an area of them alone."""

import numpy as np
import scipy

# What varies within so many pixels is detail (a Gaussian).
DETAIL = 3.0
# Less of an area than this is none.
SEEN = 1e-4


def soften(values: np.ndarray, pixels: float) -> np.ndarray:
    """(h, w) or (h, w, 3), softened over so many pixels."""
    return scipy.ndimage.gaussian_filter(values, (pixels, pixels, 0)[: values.ndim], truncate=3.0)


def soften_within(image: np.ndarray, area: np.ndarray, pixels: float) -> np.ndarray:
    """(h, w, 3) float32: what lies in an area (h, w) bool of an image, softened; 0 far from all that."""
    share = area.astype(np.float32)
    return soften(image * share[..., None], pixels) / np.maximum(soften(share, pixels), SEEN)[..., None]

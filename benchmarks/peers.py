"""Other programs that fill holes, each as a function `fill(pixels, hole) -> pixels`, uint8 RGB in and out."""

import logging
from collections.abc import Callable

import numpy as np

Fill = Callable[[np.ndarray, np.ndarray], np.ndarray]

OPENCV_RADIUS = 3
PATCH_RADIUS = 3
MISSING = (ImportError, AttributeError, RuntimeError)


def load_telea() -> Fill:
    """OpenCV's fast marching (Telea 2004)."""
    import cv2

    return lambda pixels, hole: cv2.inpaint(pixels, _as_byte(hole), OPENCV_RADIUS, cv2.INPAINT_TELEA)


def load_navier_stokes() -> Fill:
    """OpenCV's Navier-Stokes (Bertalmio et al. 2001)."""
    import cv2

    return lambda pixels, hole: cv2.inpaint(pixels, _as_byte(hole), OPENCV_RADIUS, cv2.INPAINT_NS)


def load_fsr() -> Fill:
    """OpenCV contrib's frequency selective reconstruction, fast profile (Genser et al. 2018)."""
    import cv2

    profile = cv2.xphoto.INPAINT_FSR_FAST

    def fill(pixels: np.ndarray, hole: np.ndarray) -> np.ndarray:
        result = np.zeros_like(pixels)
        cv2.xphoto.inpaint(pixels, _as_byte(~hole), result, profile)
        return result

    return fill


def load_biharmonic() -> Fill:
    """scikit-image's biharmonic equation (Damelin & Hoang 2018); minutes where much is missing."""
    from skimage.restoration import inpaint_biharmonic

    def fill(pixels: np.ndarray, hole: np.ndarray) -> np.ndarray:
        result = inpaint_biharmonic(pixels / 255, hole, split_into_regions=True, channel_axis=-1)
        return np.rint(255 * np.clip(result, 0, 1)).astype(np.uint8)

    return fill


def load_patch_match() -> Fill:
    """PyPatchMatch (Barnes et al. 2009; Wexler et al. 2007), patches of 7 x 7 as in its own examples."""
    from patchmatch import patch_match

    if not patch_match.patchmatch_available:
        raise RuntimeError("its native library does not load here")
    return lambda pixels, hole: patch_match.inpaint(pixels, _as_byte(hole), patch_size=PATCH_RADIUS)


LOADERS: dict[str, Callable[[], Fill]] = {
    "telea": load_telea,
    "ns": load_navier_stokes,
    "biharmonic": load_biharmonic,
    "patchmatch": load_patch_match,
    "fsr": load_fsr,
}


def load_peers(names: list[str]) -> tuple[dict[str, Fill], dict[str, str]]:
    """(name -> fill of those that work here, name -> why not of the others)."""
    logging.getLogger("patchmatch").setLevel(logging.ERROR)
    fills, reasons = {}, {}
    for name in names:
        try:
            fills[name] = LOADERS[name]()
        except MISSING as error:
            reasons[name] = str(error)
    return fills, reasons


def _as_byte(region: np.ndarray) -> np.ndarray:
    """(H, W) bool -> uint8, True as 255."""
    return region.astype(np.uint8) * 255

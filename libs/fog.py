"""Where the network has drawn fog, patches of the drawing around the hole are laid over it.

A network of means draws grey where it cannot know, in wide holes among hatching, hair or paint strokes. Patches from
beside look like the drawing there; they are chosen to agree with the network's colours, and count where its drawing
varies less than they do. What it has drawn as clearly stays.
"""

import numpy as np

from libs.channels import mean
from libs.patches import lay_patches
from libs.ramps import ramp
from libs.softening import DETAIL, soften, soften_within

# How much detail there is is seen over so many pixels (a Gaussian).
AROUND = 4.0
# Of what is beside so many count, and where nothing is so near, all, each by so much.
BESIDE, ANYWHERE = 12.0, 1e-3
# From so much of the patches' detail on a drawing is no fog, down to so much of it is nothing else.
CLEAR, FOGGY = 1.0, 0.5
# Details of so few levels of 255 are none. Fog is covered up to this share: its colours are the likeliest.
FAINT = 2.5 / 255
MOST = 0.8


def clear_fog(drawing: np.ndarray, image: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """(h, w, 3) float32 in [0, 1]: the drawing with patches of the image where it is fog in the hole (h, w) bool."""
    guide = np.where(hole[..., None], drawing, image).clip(0, 1)
    drawn, beside = _detail(guide, AROUND), _detail_beside(image, hole)
    fog = hole & (drawn < beside * CLEAR) & (beside > FAINT)
    patched = lay_patches(guide, hole, fog) if fog.any() else None
    if patched is None:
        return drawing
    detail = drawn / (_detail(patched, AROUND) + FAINT)
    share = MOST * ramp(detail, CLEAR, FOGGY)[..., None] * fog[..., None]
    return (drawing + (patched - drawing) * share).astype(np.float32)


def _detail(image: np.ndarray, pixels: float) -> np.ndarray:
    """(h, w): how much an image varies around each pixel, a standard deviation."""
    return np.sqrt(soften(mean(np.square(image - soften(image, DETAIL))), pixels))


def _detail_beside(image: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """(h, w): the same of what is known of an image around each pixel; of all that is where nothing near is."""
    known = (~hole).astype(np.float32)
    variance = mean(np.square(image - soften_within(image, ~hole, DETAIL))) * known
    usual = variance.sum() / max(known.sum(), 1)
    return np.sqrt((soften(variance, BESIDE) + ANYWHERE * usual) / (soften(known, BESIDE) + ANYWHERE))

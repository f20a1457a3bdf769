"""Fill one picture: arrays in, arrays out; knows windows and hints, not Keras, not files."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import scipy

from libs.canvas import Canvas
from libs.flat import carry_flat
from libs.fog import clear_fog
from libs.fours import sum_fours
from libs.lines import carry_lines
from libs.pipeline import work_behind
from libs.tones import carry_tones
from libs.weave import take_out_weave
from libs.windows import CELL, FillSettings, Tile, Window, cut, plan_tiles, tight_box

__all__ = ["FillSettings", "Hints", "Predict", "draw_in_hole", "fill"]

Predict = Callable[[np.ndarray, np.ndarray], np.ndarray]
WHITE = 255
STRIP = 512
# So far around a hole, in pixels, what goes on through it is looked for.
BESIDE = 64
# How near to pure white or black counts as meant to be pure.
NEARLY_PURE = 5.5 / 255
PURE_SHARE = 0.9


@dataclass(frozen=True, eq=False)
class Hints:
    """Pixels inside the hole whose value is roughly known: rows, columns (N,) int; values (N, 3) float32 in [0, 1]."""

    rows: np.ndarray
    columns: np.ndarray
    values: np.ndarray

    def __post_init__(self) -> None:
        if not len(self.rows) == len(self.columns) == len(self.values):
            raise ValueError(f"{len(self.rows)} rows, {len(self.columns)} columns, {len(self.values)} values")

    def inside(self, window: Window) -> "Hints":
        """Those in a window, counted from its top left corner."""
        rows, columns = self.rows - window.top, self.columns - window.left
        here = (rows >= 0) & (rows < window.height) & (columns >= 0) & (columns < window.width)
        return Hints(rows[here], columns[here], self.values[here])


NO_HINTS = Hints(np.zeros(0, int), np.zeros(0, int), np.zeros((0, 3), np.float32))


def fill(
    pixels: np.ndarray,
    hole: np.ndarray,
    predict: Predict,
    hints: Hints | None = None,
    settings: FillSettings | None = None,
) -> np.ndarray:
    """(H, W, 3) uint8: a copy of `pixels` with the pixels of `hole` (H, W) bool redrawn; all others unchanged.

    predict: images (B, h, w, 3) float32 in [0, 1] and masks (B, h, w, 1), 1 = known -> (B, h, w, 3); h and w are
    multiples of `settings.step`. settings: None for those of the network (`predict.settings`), or if it has none
    the usual ones. What `pixels` holds under the hole is never looked at. A picture that is
    nothing but hole comes back white. ValueError if shapes or types do not fit.
    """
    drawn = draw_in_hole(pixels, hole, predict, hints, settings)
    result = pixels.copy()
    result[hole] = drawn
    return result


def draw_in_hole(
    pixels: np.ndarray,
    hole: np.ndarray,
    predict: Predict,
    hints: Hints | None = None,
    settings: FillSettings | None = None,
) -> np.ndarray:
    """(N, 3) uint8: what `fill` draws in the N pixels of the hole; to it a page need not lie in memory twice."""
    _check(pixels, hole)
    hints = NO_HINTS if hints is None else hints
    settings = settings or getattr(predict, "settings", FillSettings())
    if hole.all() and not len(hints.rows):
        return np.full((hole.size, 3), WHITE, np.uint8)
    given, hints = hints, _with_coarse_hints(pixels, hole, predict, hints, settings)
    canvas = Canvas(hole, settings.overlap)

    def draw(tile: Tile) -> tuple:
        around, outside = _show(pixels, hole, tile.window)
        image, known = _with_hints_shown(around, outside, hints.inside(tile.window))
        if settings.mirrored:
            image, known = (_mirror(seen, tile.window, hole.shape) for seen in (image, known))
        drawing = predict(image[None], known[None, ..., None].astype(np.float32))[0]
        return tile, drawing, image[known], around, outside

    def finish(tile: Tile, drawing: np.ndarray, seen: np.ndarray, around: np.ndarray, outside: np.ndarray) -> tuple:
        if not len(given.inside(tile.window).rows):  # what is known of the hole tells more than what lies around it
            drawing = _carry(drawing, around, ~outside, settings.patched)
        return tile, _to_levels(drawing, seen)

    for tile, levels in work_behind(map(draw, plan_tiles(hole, settings)), finish):
        canvas.paste(tile, levels)
    return canvas.levels[hole]


def _carry(drawing: np.ndarray, image: np.ndarray, hole: np.ndarray, patched: bool) -> np.ndarray:
    """The drawing (h, w, 3) with what goes on from outside the hole: textures, lines over them, flat colours beside.

    First its weave is taken out, and what is left of it as fog is covered last, if it is to be patched.
    """
    tight = tight_box(hole, Window(0, 0, *hole.shape))
    inside, box = tight.slices, tight.grown(BESIDE, hole.shape).slices
    carried = drawing.copy()
    carried[inside] = take_out_weave(drawing[inside], hole[inside])
    for carry in (carry_tones, carry_lines, carry_flat, *([clear_fog] if patched else [])):
        carried[box] = carry(carried[box], image[box], hole[box])
    return carried


def _check(pixels: np.ndarray, hole: np.ndarray) -> None:
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(f"pixels must be (H, W, 3) uint8, got {pixels.shape} {pixels.dtype}")
    if hole.dtype != bool or hole.shape != pixels.shape[:2]:
        raise ValueError(f"hole must be {pixels.shape[:2]} bool, got {hole.shape} {hole.dtype}")


def _show(pixels: np.ndarray, hole: np.ndarray, window: Window) -> tuple[np.ndarray, np.ndarray]:
    """(h, w, 3) float32 image, zero where unknown, and (h, w) bool, True = known.

    Beyond the picture nothing is known.
    """
    image = cut(pixels, window).astype(np.float32) / 255
    known = cut(~hole[window.slices], Window(0, 0, window.height, window.width))
    image[~known] = 0
    return image, known


def _with_hints_shown(image: np.ndarray, known: np.ndarray, hints: Hints) -> tuple[np.ndarray, np.ndarray]:
    """What the network sees of a window: copies in which its hints, counted from its corner, are known."""
    image, known = image.copy(), known.copy()
    image[hints.rows, hints.columns] = hints.values
    known[hints.rows, hints.columns] = True
    return image, known


def _mirror(seen: np.ndarray, window: Window, shape: tuple[int, int]) -> np.ndarray:
    """What a window shows, (h, w, ...), with the picture of (height, width) `shape` mirrored where it has ended."""
    part = seen[: shape[0] - window.top, : shape[1] - window.left]
    beyond = [(0, whole - inside) for whole, inside in zip(seen.shape[:2], part.shape[:2], strict=True)]
    return np.pad(part, beyond + [(0, 0)] * (seen.ndim - 2), mode="symmetric")


def _to_levels(drawing: np.ndarray, surroundings: np.ndarray) -> np.ndarray:
    """Network output (h, w, 3) in [0, 1] -> uint8, rounded, and as grey and as pure as its surroundings (N, 3).

    Among grey pixels nothing coloured is drawn. Where all that is nearly white is white, nearly white becomes
    white (paper), and where all that is nearly black is black, nearly black becomes black (ink).
    """
    if (surroundings[:, 1:] == surroundings[:, :1]).all():
        drawing = np.repeat(drawing.mean(axis=2, keepdims=True), 3, axis=2)
    drawing = np.clip(drawing, 0, 1)
    for pure in (np.float32(0), np.float32(1)):
        if _is_pure(surroundings, pure):
            drawing = pure + (drawing - pure) * _pull(_distance(drawing, pure))[..., None]
    return np.round(drawing * 255).astype(np.uint8)


def _is_pure(surroundings: np.ndarray, pure: float) -> bool:
    """Whether nine in ten of the (N, 3) pixels that are nearly `pure` (0 or 1) are exactly so."""
    distance = _distance(surroundings, pure)
    nearly, exactly = (distance <= NEARLY_PURE).sum(), (distance == 0).sum()
    return bool(exactly and exactly >= PURE_SHARE * nearly)


def _pull(distance: np.ndarray) -> np.ndarray:
    """By how much to shrink a distance from pure: to nothing if nearly pure, not at all from twice that, no jump."""
    return np.clip(2 * (1 - NEARLY_PURE / np.maximum(distance, 1e-6)), 0, 1).astype(np.float32)


def _distance(image: np.ndarray, pure: float) -> np.ndarray:
    red, green, blue = np.moveaxis(np.abs(image - pure), -1, 0)
    return np.maximum(np.maximum(red, green), blue)


def _with_coarse_hints(
    pixels: np.ndarray, hole: np.ndarray, predict: Predict, hints: Hints, settings: FillSettings
) -> Hints:
    """The hints, and in deep holes what `fill` makes of them at half size, one every `settings.pitch` pixels."""
    # At half size a hole must be twice as deep to be filled at half size again; patches would be hints at ragged edges.
    smaller = replace(settings, depth=min(2 * settings.depth, settings.margin), patched=False)
    for crop, places in find_deep(solid_cells(hole, hints), hole.shape, settings):
        coarse = fill(*_half_size(*_with_hints(pixels, hole, hints, crop)), predict, None, smaller)
        hints = _join(hints, _sample(coarse, crop, places, settings.pitch))
    return hints


def find_deep(solid: np.ndarray, shape: tuple[int, int], settings: FillSettings) -> list[tuple[Window, np.ndarray]]:
    """What is to be filled at half size of a page of (height, width) `shape`, and the cells (N, 2) hinted at from it.

    Of `solid_cells` those with only such cells around them, in regions that are deep somewhere. Near ones share a crop.
    """
    distance = scipy.ndimage.distance_transform_cdt(solid, "chessboard")
    labels, _ = scipy.ndimage.label(solid, np.ones((3, 3), dtype=bool))
    found: list[tuple[Window, np.ndarray]] = []
    for number, (rows, columns) in enumerate(scipy.ndimage.find_objects(labels), 1):
        inside = np.where(labels[rows, columns] == number, distance[rows, columns], 0)
        if inside.max() * CELL <= settings.depth:
            continue
        box = Window(*(CELL * n for n in (rows.start, columns.start, inside.shape[0], inside.shape[1])))
        context = max(2 * settings.margin, max(box.height, box.width) // 2)
        crop = box.grown(-(-context // CELL) * CELL, shape)
        places = np.argwhere(inside > 1) + (rows.start, columns.start)
        while near := [index for index, (other, _) in enumerate(found) if _share_most(crop, other)]:
            other, its = found.pop(near[0])
            crop, places = crop.around(other), np.concatenate([its, places])
        found.append((crop, places))
    return found


def _share_most(one: Window, other: Window) -> bool:
    """Whether a window around both has no more pixels than the two."""
    both = one.around(other)
    return both.height * both.width <= one.height * one.width + other.height * other.width


def solid_cells(hole: np.ndarray, hints: Hints) -> np.ndarray:
    """(ceil(H / 16), ceil(W / 16)) bool: cells in which nothing is known, not even by a hint."""
    columns = np.logical_and.reduceat(hole, np.arange(0, hole.shape[1], CELL), axis=1)
    solid = np.logical_and.reduceat(columns, np.arange(0, hole.shape[0], CELL), axis=0)
    solid[hints.rows // CELL, hints.columns // CELL] = False
    return solid


def _with_hints(pixels: np.ndarray, hole: np.ndarray, hints: Hints, crop: Window) -> tuple[np.ndarray, np.ndarray]:
    """The crop's pixels and hole, with its hints as known pixels."""
    here = hints.inside(crop)
    if not len(here.rows):
        return pixels[crop.slices], hole[crop.slices]
    pixels, hole = pixels[crop.slices].copy(), hole[crop.slices].copy()
    pixels[here.rows, here.columns] = np.round(here.values * 255)
    hole[here.rows, here.columns] = False
    return pixels, hole


def _half_size(pixels: np.ndarray, hole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Half as large, rounded up; each pixel the mean of the known ones of four, hole where all four are."""
    height, width = hole.shape
    small = np.empty((-(-height // 2), -(-width // 2), 3), np.uint8)
    small_hole = np.empty(small.shape[:2], bool)
    for top in range(0, height, STRIP):
        odd = ((0, -min(STRIP, height - top) % 2), (0, -width % 2))
        known = np.pad(~hole[top : top + STRIP], odd)
        colours = np.pad(pixels[top : top + STRIP], (*odd, (0, 0))) * known[..., None].astype(np.uint16)
        count, total = sum_fours(known.astype(np.uint16)), sum_fours(colours)
        half = slice(top // 2, top // 2 + len(count))
        small[half] = (total + count[..., None] // 2) // np.maximum(count, 1)[..., None]
        small_hole[half] = count == 0
    return small, small_hole


def _sample(coarse: np.ndarray, crop: Window, places: np.ndarray, pitch: int) -> Hints:
    """One hint in the middle of every `pitch` x `pitch` pixels, from a half-size filled crop; (N, 2) cells."""
    steps = np.array(list(np.ndindex(CELL // pitch, CELL // pitch))) * pitch
    corners = (places[:, None] * CELL + steps).reshape(-1, 2)
    middles = corners + pitch // 2
    fits = (middles < (crop.bottom, crop.right)).all(axis=1)
    first = (corners[fits] - (crop.top, crop.left)) // 2
    last = np.array(coarse.shape[:2]) - 1
    side = max(pitch // 2, 1)
    values = np.zeros((len(first), 3), np.float32)
    for step in np.ndindex(side, side):
        rows, columns = np.minimum(first + step, last).T
        values += coarse[rows, columns]
    return Hints(middles[fits, 0], middles[fits, 1], values / (255 * side**2))


def _join(one: Hints, other: Hints) -> Hints:
    return Hints(
        np.concatenate([one.rows, other.rows]),
        np.concatenate([one.columns, other.columns]),
        np.concatenate([one.values, other.values]),
    )

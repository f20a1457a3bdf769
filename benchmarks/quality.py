"""How well holes are filled, beside named peers: `python -m benchmarks.quality --pictures FOLDER`."""

import argparse
import csv
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import metrics
from benchmarks.art import find_art
from benchmarks.cases import KINDS, Case, draw_cases
from benchmarks.mosaics import is_found
from benchmarks.peers import LOADERS
from benchmarks.programs import Program, Programs, load_programs
from benchmarks.running import ROOT
from benchmarks.sheets import choose_piece, write_sheet
from benchmarks.tables import format_table
from libs.errors import DecensorError, UsageError, WeightsError
from libs.mosaic_find import find_mosaics

SHEET_ROWS = 8
METRICS: dict[str, Callable[[np.ndarray, np.ndarray, np.ndarray], float]] = {
    "L1 %": metrics.l1_percent,
    "PSNR dB": metrics.psnr,
    "SSIM": metrics.ssim,
    "gradient %": metrics.gradient_error,
    "seam %": metrics.seam,
    "mid-grey %": metrics.mid_grey_percent,
    "tone ratio": metrics.tone_ratio,
}
COLUMNS = (
    "L1 %",
    "PSNR dB",
    "SSIM",
    "LPIPS-HED",
    "gradient %",
    "seam %",
    "mid-grey %",
    "tone ratio",
    "grid %",
    "outside",
    "seconds",
)


@dataclass(frozen=True)
class Score:
    """What one program got on one case; `values` by the names in COLUMNS."""

    picture: str
    kind: str
    touching: bool
    program: str
    values: dict[str, float]


class Judge:
    """Scores fills of one picture after another, and keeps what the tables and sheets show."""

    def __init__(self, lpips_hed, sheet_rows: int) -> None:
        """lpips_hed: a benchmarks.perceptual.LpipsHed, or None to leave that column out."""
        self.lpips_hed = lpips_hed
        self.sheet_rows = sheet_rows
        self.scores: list[Score] = []
        self.sheets: dict[str, list[tuple[str, dict[str, np.ndarray]]]] = {}

    def judge(self, cases: list[Case], programs: Programs) -> None:
        """Run every program on every case that is for it; the cases share one truth."""
        if not cases:
            return
        description = self.lpips_hed.describe(_to_image(cases[0].truth)) if self.lpips_hed else None
        for case in cases:
            results = {}
            for program, restore in programs.of(case).items():
                results[program], seconds = _timed(restore, case)
                self._score(case, program, results[program], description, seconds)
            self._score(case, "truth", case.truth, None, float("nan"))
            self._show(case, results)

    def _score(self, case: Case, program: str, result: np.ndarray, description, seconds: float) -> None:
        image, truth = _to_image(result), _to_image(case.truth)
        values = {name: measure(image, truth, case.hole) for name, measure in METRICS.items()}
        if description is not None:
            values["LPIPS-HED"] = self.lpips_hed.distance(image, description)
        if case.mosaic is not None and program.startswith("ours"):
            findings = find_mosaics(case.mosaic.original, case.hole)
            values["grid %"] = 100.0 * is_found(case.mosaic, findings)
        values["outside"] = metrics.changed_outside(result, case.painted, case.hole)
        values["seconds"] = seconds
        self.scores.append(Score(case.picture, case.kind, case.touching, program, values))

    def _show(self, case: Case, results: dict[str, np.ndarray]) -> None:
        rows = self.sheets.setdefault(case.kind, [])
        if len(rows) < self.sheet_rows:
            piece = choose_piece(case.truth, case.hole)
            pictures = {"painted": case.painted, **results, "truth": case.truth}
            rows.append((case.picture, {label: pixels[piece].copy() for label, pixels in pictures.items()}))


def main(argv: list[str] | None = None) -> int:
    """Exit code: 0 done, 2 usage, 3 weights, 130 stopped (what was measured by then is printed)."""
    arguments = _parse(argv)
    try:
        return _run(arguments)
    except DecensorError as error:
        print(error, file=sys.stderr)
        return error.exit_code


def _run(arguments: argparse.Namespace) -> int:
    paths = find_art(arguments.pictures, arguments.limit)
    programs = _load_programs(arguments)
    judge = Judge(_load_lpips_hed(), SHEET_ROWS if arguments.sheet else 0)
    code = 0
    try:
        for number, path in enumerate(paths, 1):
            start = time.perf_counter()
            judge.judge(draw_cases(path, arguments.long_side, arguments.kinds, arguments.seed), programs)
            print(f"[{number}/{len(paths)}] {path.name}: {time.perf_counter() - start:.1f} s", flush=True)
    except KeyboardInterrupt:
        print("stopped; the tables hold what was measured", file=sys.stderr)
        code = 130
    for kind in arguments.kinds:
        print("\n" + format_kind(judge.scores, kind))
    if arguments.model and arguments.peers:
        print("\n" + format_lead(judge.scores, arguments.kinds))
    if arguments.csv:
        write_csv(judge.scores, arguments.csv)
    for kind, rows in judge.sheets.items():
        if rows:
            write_sheet(rows, arguments.sheet / f"{kind}.png")
    return code


def format_kind(scores: Sequence[Score], kind: str) -> str:
    """One table: a row a program, each number the mean over pictures ('outside' the sum)."""
    chosen = [score for score in scores if score.kind == kind]
    programs = list(dict.fromkeys(score.program for score in chosen))
    pictures = {score.picture: score.touching for score in chosen}
    rows = [[program, *(average(chosen, program, column) for column in COLUMNS)] for program in programs]
    title = f"{kind}: {len(pictures)} pictures, {sum(pictures.values())} with holes that may touch the border"
    return f"{title}\n{format_table(['', *COLUMNS], rows)}"


def format_lead(scores: Sequence[Score], kinds: Sequence[str]) -> str:
    """Our first model against the best peer of each column: differences, and the ratio for LPIPS-HED."""
    ours = next(score.program for score in scores if score.program.startswith("ours"))
    rows = []
    for kind in kinds:
        chosen = [score for score in scores if score.kind == kind]
        peers = {score.program for score in chosen if not score.program.startswith(("ours", "truth"))}
        own, best = {}, {}
        for column, choose in (("L1 %", min), ("PSNR dB", max), ("LPIPS-HED", min)):
            own[column] = average(chosen, ours, column)
            best[column] = choose(average(chosen, peer, column) for peer in peers)
        ratio = own["LPIPS-HED"] / best["LPIPS-HED"] if best["LPIPS-HED"] else float("nan")
        rows.append([kind, own["L1 %"] - best["L1 %"], own["PSNR dB"] - best["PSNR dB"], ratio])
    return format_table(
        [f"{ours} against the best peer", "L1 % (below 0)", "PSNR dB (above 0)", "LPIPS-HED ratio"], rows
    )


def average(scores: Sequence[Score], program: str, column: str) -> float | int:
    """Mean over a program's pictures, NaN left out and NaN if nothing is left; for 'outside' the sum."""
    values = [score.values.get(column, float("nan")) for score in scores if score.program == program]
    if column == "outside":
        return int(sum(values))
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")


def write_csv(scores: Sequence[Score], path: Path) -> None:
    """Every single measurement, a line a picture, kind and program."""
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["picture", "kind", "touching", "program", *COLUMNS])
        for score in scores:
            values = [score.values.get(column, "") for column in COLUMNS]
            writer.writerow([score.picture, score.kind, int(score.touching), score.program, *values])


def _load_programs(arguments: argparse.Namespace) -> Programs:
    """All that was asked for; says what is left out and why."""
    programs, reasons = load_programs(arguments.peers, arguments.model)
    for name, reason in reasons.items():
        print(f"{name}: left out, {reason} (see benchmarks/requirements.txt)")
    if not programs.holes:
        raise UsageError("nothing to measure: no peer works here and no model was given")
    return programs


def _load_lpips_hed():
    """The measure, or None and a line that says why not."""
    from benchmarks.perceptual import LpipsHed

    try:
        return LpipsHed()
    except WeightsError as error:
        print(f"LPIPS-HED: left out. {error}")
        return None


def _timed(program: Program, case: Case) -> tuple[np.ndarray, float]:
    start = time.perf_counter()
    result = program(case)
    return result, time.perf_counter() - start


def _to_image(pixels: np.ndarray) -> np.ndarray:
    """uint8 -> float32 in [0, 1]."""
    return pixels.astype(np.float32) / 255


def _parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True, help="folder of clean pictures")
    parser.add_argument("--long_side", type=int, default=768, help="shrink to this before painting (default 768)")
    parser.add_argument("--limit", type=int, help="so many pictures, spread over the folder (default all)")
    parser.add_argument("--kinds", type=_names_of(KINDS), default=list(KINDS), help=f"of {','.join(KINDS)}")
    parser.add_argument("--seed", type=int, default=0, help="of the holes (default 0)")
    parser.add_argument(
        "--model",
        type=_models,
        default=[ROOT / "models" / "model.h5"],
        help="weights files, A,B,..., or none",
    )
    peers = ",".join(LOADERS)
    parser.add_argument("--peers", type=_names_of(LOADERS), default=list(LOADERS), help=f"of {peers}, or none")
    parser.add_argument("--sheet", type=Path, help="folder for a contact sheet a kind")
    parser.add_argument("--csv", type=Path, help="file for every single measurement")
    return parser.parse_args(argv)


def _names_of(known) -> Callable[[str], list[str]]:
    """A parser of comma-separated names; 'none' is the empty list."""

    def parse(text: str) -> list[str]:
        names = [] if text == "none" else text.split(",")
        wrong = [name for name in names if name not in known]
        if wrong:
            raise argparse.ArgumentTypeError(f"unknown {', '.join(wrong)}; there are {', '.join(known)}")
        return names

    return parse


def _models(text: str) -> list[Path]:
    return [] if text == "none" else [Path(name) for name in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())

"""Rows of texts and numbers -> aligned lines."""

import math
from collections.abc import Sequence

Cell = str | int | float | None


def format_table(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """The first column flush left, the others flush right; None and NaN as a dash."""
    texts = [list(header)] + [[format_cell(cell) for cell in row] for row in rows]
    widths = [max(len(text[column]) for text in texts) for column in range(len(header))]
    return "\n".join(_line(text, widths) for text in texts)


def format_cell(cell: Cell) -> str:
    """Numbers with about three significant digits."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return "-"
    if not isinstance(cell, float):
        return str(cell)
    size = abs(cell)
    return f"{cell:.0f}" if size >= 1000 else f"{cell:.2f}" if size >= 1 else f"{cell:.3f}"


def _line(texts: list[str], widths: list[int]) -> str:
    first = texts[0].ljust(widths[0])
    return "  ".join([first, *(text.rjust(width) for text, width in zip(texts[1:], widths[1:], strict=True))])

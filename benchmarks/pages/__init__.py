"""Comic pages drawn in code, any number of them: for the example, the benchmarks and the tests."""

from benchmarks.pages.page import draw_page
from benchmarks.pages.painting import paint_holes

__all__ = ["draw_page", "paint_holes"]

"""What a person can choose, for the command line and for those who do it: nothing here is slow to import."""

from dataclasses import dataclass
from pathlib import Path

Color = tuple[int, int, int]

GREEN = (0, 255, 0)
# Lossy files of quality 75 to 100 keep the inside of a painted place this near to the colour in every channel.
TOLERANCE = 16
MOST_GROWTH = 1000
# In millions: more need above 2 GB of memory while they are read, which a damaged header must not get.
MOST_MEGAPIXELS = 150
# The environment that libraries read when they are imported, unless it is set otherwise. Threads of numpy's matrices
# wait in a loop and take the cores from the network. On a GPU: the same algorithm for the same window, which timing
# does not promise, and no more memory than is used.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "TF_CUDNN_USE_AUTOTUNE": "0", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}
# Pictures that are read before, and written after, the one that is being filled.
AHEAD = 2
SAME = "same"
OUTPUT_FORMATS = (SAME, "png", "webp")
BEST = "best"
CHOICES = ("1", "2", "4", BEST)
# The older programs whose weights are taken.
DEEPCREAMPY = "deepcreampy"
PCONV_KERAS = "pconv-keras"
FAMILIES = (DEEPCREAMPY, PCONV_KERAS)


@dataclass(frozen=True)
class Folders:
    """Where painted pictures are, where results go, and where unpainted originals are (None: nowhere).

    named: files and folders that are filled instead of the folder `painted`; recursive: folders with all below
    them; output_format: one of OUTPUT_FORMATS; most_megapixels: larger pictures are refused, in millions of pixels.
    hole_pictures: where white-on-black pictures of holes are, or one file for all pages (None: nowhere).
    """

    painted: Path
    results: Path
    originals: Path | None = None
    named: tuple[Path, ...] = ()
    recursive: bool = False
    output_format: str = "png"
    most_megapixels: float = MOST_MEGAPIXELS
    hole_pictures: Path | None = None


@dataclass(frozen=True)
class PaintSettings:
    """What counts as painted.

    color: RGB of the paint; tolerance: how many levels a channel may be off where at least 3 x 3 pixels are so,
    0 = exact only; grow: pixels by which the hole is widened in the end.
    """

    color: Color = GREEN
    tolerance: int = TOLERANCE
    grow: int = 0

    def __post_init__(self) -> None:
        if len(self.color) != 3 or not all(0 <= level <= 255 for level in self.color):
            raise ValueError(f"color must be three levels in [0, 255], got {self.color}")
        if not 0 <= self.tolerance <= 255:
            raise ValueError(f"tolerance must be in [0, 255], got {self.tolerance}")
        if not 0 <= self.grow <= MOST_GROWTH:
            raise ValueError(f"grow must be in [0, {MOST_GROWTH}], got {self.grow}")

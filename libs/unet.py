"""What a weights file records of its network, and the arrays that such a network has; nothing here needs Keras."""

from dataclasses import dataclass
from itertools import pairwise

WITHOUT_NORM = ("encoder_1", "draw")
NORM_ARRAYS = ("gamma", "beta", "moving_mean", "moving_variance")
SMOOTH_FILLS = ("seen", "added", "none")


@dataclass(frozen=True)
class UnetConfig:
    """What a weights file records of its network.

    widths: encoder channels, one number a level; every level halves height and width.
    kernels: encoder kernel sides, one a level.
    smooth_fill: "seen" (second input branch, and the drawing is added to it), "added" (only the latter) or
    "none".
    partial: False is the paper's control, plain convolutions on holes filled with the mean of what is known.
    """

    widths: tuple[int, ...] = (48, 96, 192, 384, 384, 384, 384)
    kernels: tuple[int, ...] = (7, 5, 5, 3, 3, 3, 3)
    smooth_fill: str = "seen"
    partial: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", tuple(self.widths))
        object.__setattr__(self, "kernels", tuple(self.kernels))
        if not all(isinstance(number, int) for number in self.widths + self.kernels):
            raise ValueError(f"widths and kernels must be whole numbers, got {self.widths} and {self.kernels}")
        if not self.widths or min(self.widths) < 1:
            raise ValueError(f"widths must be one or more positive numbers, got {self.widths}")
        if len(self.kernels) != len(self.widths) or any(side < 1 or side % 2 == 0 for side in self.kernels):
            raise ValueError(f"kernels must be {len(self.widths)} odd numbers, got {self.kernels}")
        if self.smooth_fill not in SMOOTH_FILLS:
            raise ValueError(f"smooth_fill must be one of {SMOOTH_FILLS}, got {self.smooth_fill!r}")
        if not isinstance(self.partial, bool):
            raise ValueError(f"partial must be true or false, got {self.partial!r}")

    @property
    def stride(self) -> int:
        """Height and width of every input must be multiples of this."""
        return 2 ** len(self.widths)


def stored_shapes(config: UnetConfig) -> dict[str, tuple[int, ...]]:
    """`layer/array` -> shape for all arrays of the network, as it is trained and as its weights file has it."""
    # Beside the image: the smooth fill and its mask.
    seen, drawn_on = (7 if config.smooth_fill in fills else 3 for fills in (("seen",), ("seen", "added")))
    widths, shapes = config.widths, {}
    for number, (side, channels, filters) in enumerate(zip(config.kernels, (seen, *widths), widths, strict=False), 1):
        shapes |= _layer_shapes(f"encoder_{number}", (side, side, channels, filters))
    for number, (filters, deeper) in enumerate(pairwise(widths), 1):
        shapes |= _layer_shapes(f"decoder_{number}", (3, 3, filters + deeper, filters))
    return shapes | _layer_shapes("draw", (3, 3, drawn_on + widths[0], 3))


def _layer_shapes(layer: str, kernel: tuple[int, int, int, int]) -> dict[str, tuple[int, ...]]:
    shapes = {f"{layer}/kernel": kernel, f"{layer}/bias": kernel[3:]}
    if layer not in WITHOUT_NORM:
        shapes |= {f"{layer}_norm/{name}": kernel[3:] for name in NORM_ARRAYS}
    return shapes

"""The plan of a training run: how long, which crops, which rate, and how far it has come."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

SMALLEST_RATE_SHARE = 0.02
RAMP = 0.1


@dataclass(frozen=True)
class TrainingSettings:
    """One run. It ends after `samples` or `minutes`, whichever comes first (None: no such limit).

    crops: sides in pixels, and the share of the run each gets; batch: samples a step at the last crop (smaller
    crops get more, so that a step costs alike); rate: Adam's highest; average: of the weights that are kept.
    style_from, adversarial_from: shares of the run after which these terms are ramped in over a tenth of it.
    reuse: steps that each batch is used for, changed. devices: a step's samples are divided among so many.
    """

    run: Path
    crops: tuple[tuple[int, float], ...] = ((128, 0.3), (256, 0.7))
    batch: int = 8
    rate: float = 4e-4
    warm_up_steps: int = 200
    average: float = 0.999
    style_from: float = 0.35
    adversarial_from: float = 0.05
    samples: int | None = None
    minutes: float | None = None
    save_minutes: float = 3.0
    ahead: int = 3
    reuse: int = 1
    devices: int = 1
    seed: int = 1

    def __post_init__(self) -> None:
        if self.samples is None and self.minutes is None:
            raise ValueError("a run needs an end: samples, minutes or both")
        for name in ("samples", "minutes", "batch", "rate", "warm_up_steps", "ahead", "reuse", "devices"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"{name} must be more than 0, got {value}")
        if not self.crops or abs(sum(share for _, share in self.crops) - 1) > 1e-6:
            raise ValueError(f"the shares of the crops must add up to 1, got {self.crops}")
        if min(side for side, _ in self.crops) < 1 or min(share for _, share in self.crops) < 0:
            raise ValueError(f"the sides and shares of the crops must not be negative, got {self.crops}")


@dataclass
class Progress:
    """How far a run has come; what resuming needs beside the arrays."""

    step: int = 0
    samples: int = 0
    seconds: float = 0.0
    losses: dict = field(default_factory=dict)

    def share(self, settings: TrainingSettings) -> float:
        """In [0, 1]: the larger of the shares of samples and of time that are used up."""
        of_samples = self.samples / settings.samples if settings.samples else 0.0
        of_time = self.seconds / 60 / settings.minutes if settings.minutes else 0.0
        return min(max(of_samples, of_time), 1.0)

    def seconds_left(self, settings: TrainingSettings) -> float:
        share = self.share(settings)
        return self.seconds * (1 - share) / share if share else float("inf")


def batch_size(settings: TrainingSettings, side: int) -> int:
    """Samples a step, twice as many at half the side, equally many for every device."""
    each = round(settings.batch * settings.crops[-1][0] / side / settings.devices)
    return max(1, each) * settings.devices


def crop_side(settings: TrainingSettings, share: float) -> int:
    """Side in pixels of the crops at this share of the run."""
    for side, part in settings.crops:
        share -= part
        if share < 0:
            return side
    return settings.crops[-1][0]


def learning_rate(settings: TrainingSettings, progress: Progress) -> float:
    """Linear warm-up, then a cosine down to a fiftieth."""
    cosine = 0.5 * (1 + np.cos(np.pi * progress.share(settings)))
    falling = SMALLEST_RATE_SHARE + (1 - SMALLEST_RATE_SHARE) * cosine
    return settings.rate * falling * min(1.0, (progress.step + 1) / settings.warm_up_steps)


def ramp(share: float, start: float) -> float:
    """0 until `start`, 1 a tenth of the run later."""
    return float(np.clip((share - start) / RAMP, 0, 1))

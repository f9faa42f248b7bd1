"""The GAN as the configuration describes it. It can be read without torch. Source: own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.core.errors import require
from generator.model.device import packages
from generator.model.port import DRAWN, REAL

if TYPE_CHECKING:
    from generator.model.gan.learner import GanLearner


@dataclass(frozen=True, slots=True, kw_only=True)
class Gan:
    """A residual patch GAN.

    Attributes:
        size: side of its crops, px, a multiple of 2**(levels - 1).
        thin_px: least width of a defect in a crop, px.
        batch: crops a step.
        drawn_steps: on drawn defects, before the real ones.
        real_steps: on the real few.
        width: features of the painter at full resolution.
        levels: of the painter; each sees twice as far as the one before.
        judge_width: features of the judges.
        latent: numbers that tell the looks of a class apart.
        freedom: how far a new look may lie from the real ones, in lengths of a look.
        rate: of learning.
        average: share of the averaged weights that a step keeps.
        broad: weight of the broad brightness of a defect that is painted again.
        profile: weight of its mean brightness from rim to middle.
        patch: weight of its fine structure.
        match: weight of the judge of image and extent.
        variety: weight of looks being painted apart.
    """

    size: int
    thin_px: float
    batch: int
    drawn_steps: int
    real_steps: int
    width: int
    levels: int
    judge_width: int
    latent: int
    freedom: float
    rate: float
    average: float
    broad: float
    profile: float
    patch: float
    match: float
    variety: float

    def __post_init__(self) -> None:
        require(2 <= self.levels <= 7, "levels", "2 to 7", self.levels)
        step = 2 ** (self.levels - 1)
        holds = 16 <= self.size <= 512 and self.size % step == 0 and self.size // step >= 2
        require(
            holds, "size", f"16 to 512 and a multiple of {step}, at least {2 * step} (levels={self.levels})", self.size
        )
        require(1 <= self.thin_px <= self.size / 2, "thin_px", f"1 to {self.size / 2:g}", self.thin_px)
        require(1 <= self.batch <= 4096, "batch", "1 to 4096", self.batch)
        for name in ("drawn_steps", "real_steps"):
            require(0 <= getattr(self, name) <= 10**7, name, "0 to 10000000", getattr(self, name))
        for name in ("width", "judge_width"):
            require(4 <= getattr(self, name) <= 512, name, "4 to 512", getattr(self, name))
        require(1 <= self.latent <= 512, "latent", "1 to 512", self.latent)
        require(0 < self.rate <= 0.1, "rate", "above 0, at most 0.1", self.rate)
        require(0 <= self.average < 1, "average", "at least 0, below 1", self.average)
        for name in ("freedom", "broad", "profile", "patch", "match", "variety"):
            require(0 <= getattr(self, name) <= 1000, name, "0 to 1000", getattr(self, name))

    @property
    def kind(self) -> str:
        """What checkpoints call it."""
        return "gan"

    @property
    def stages(self) -> Mapping[str, int]:
        """Steps of each stage."""
        return {DRAWN: self.drawn_steps, REAL: self.real_steps}

    def learner(self, *, classes: tuple[str, ...], channels: int, seed: int, device: str) -> GanLearner:
        """Return an untrained GAN, its weights drawn from the seed.

        Raises:
            ConfigError: torch is not installed.
        """
        with packages("model"):
            from generator.model.gan.learner import GanLearner
        return GanLearner(self, classes=len(classes), channels=channels, seed=seed, device=device)

"""The settings of the diffusion model; can be read without torch. Source: own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.core.errors import require
from generator.model.device import packages
from generator.model.port import DRAWN, GOOD, REAL, Learner

MOST_LEVELS, MOST_LAYERS, MOST_FOLD = 6, 8, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Diffusion:
    """A denoiser of crops, trained from scratch.

    Attributes:
        size: side of the crops, px.
        thin_px: least width of a defect in a crop, px; thinner ones are enlarged.
        batch: crops a step.
        good_steps: steps on good crops, in which it learns how the surface goes on.
        drawn_steps: steps on drawn defects.
        real_steps: steps on the real ones.
        width: channels of the first level, a multiple of 8.
        levels: factors of ``width``, level by level; each level but the first halves the side.
        layers: residual blocks of a level.
        fold: side of the squares of pixels that become channels; 1: each pixel by itself.
        rate: largest learning rate, of AdamW.
        average: how much of the averaged weights a step keeps, in [0, 1).
        withheld: share of the defects whose class is withheld, in [0, 1).
    """

    size: int = 64
    thin_px: float = 8.0
    batch: int = 8
    good_steps: int = 200
    drawn_steps: int = 700
    real_steps: int = 2000
    width: int = 24
    levels: tuple[int, ...] = (1, 2, 4)
    layers: int = 1
    fold: int = 2
    rate: float = 1e-3
    average: float = 0.995
    withheld: float = 0.1

    def __post_init__(self) -> None:
        require(1 <= self.fold <= MOST_FOLD, "fold", f"a whole number in [1, {MOST_FOLD}]", self.fold)
        require(1 <= self.layers <= MOST_LAYERS, "layers", f"a whole number in [1, {MOST_LAYERS}]", self.layers)
        fits = 1 <= len(self.levels) <= MOST_LEVELS and all(1 <= level <= 64 for level in self.levels)
        require(fits, "levels", f"1 to {MOST_LEVELS} factors in [1, 64]", self.levels)
        require(self.width >= 8 and self.width % 8 == 0, "width", "a multiple of 8, at least 8", self.width)
        unit = self.fold * 2 ** (len(self.levels) - 1)
        expected = f"px >= 16, a multiple of fold * 2 ** (levels - 1) = {unit}"
        require(self.size >= 16 and self.size % unit == 0, "size", expected, self.size)
        require(0 < self.thin_px <= self.size / 2, "thin_px", "px in (0, size / 2]", self.thin_px)
        require(self.batch >= 1, "batch", "a whole number >= 1", self.batch)
        for name in ("good_steps", "drawn_steps", "real_steps"):
            require(getattr(self, name) >= 0, name, "a whole number >= 0", getattr(self, name))
        require(self.good_steps + self.drawn_steps + self.real_steps > 0, "real_steps", "steps in some stage", 0)
        require(0 < self.rate <= 0.1, "rate", "a number in (0, 0.1]", self.rate)
        require(0 <= self.average < 1, "average", "a number in [0, 1)", self.average)
        require(0 <= self.withheld < 1, "withheld", "a share in [0, 1)", self.withheld)

    @property
    def kind(self) -> str:
        """What checkpoints call it."""
        return "diffusion"

    @property
    def stages(self) -> Mapping[str, int]:
        """Steps of each stage, in order."""
        return {GOOD: self.good_steps, DRAWN: self.drawn_steps, REAL: self.real_steps}

    @property
    def network(self) -> Mapping[str, Any]:
        """The network, without what the data decide (JSON)."""
        return {"width": self.width, "levels": list(self.levels), "layers": self.layers, "fold": self.fold}

    def learner(self, *, classes: tuple[str, ...], channels: int, seed: int, device: str) -> Learner:
        """Return an untrained model; see ``generator.model.port.Settings``."""
        with packages("model"):
            from generator.model.diffusion.learner import DiffusionLearner
        return DiffusionLearner(self, classes=len(classes), channels=channels, seed=seed, device=device)

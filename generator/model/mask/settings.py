"""The model of outlines as the configuration describes it. It can be read without torch. Source: own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generator.core.errors import require
from generator.model.device import packages
from generator.model.port import DRAWN, REAL

if TYPE_CHECKING:
    from generator.model.mask.learner import MaskLearner

KIND = "mask"
MOST_LEVELS, FOLD = 6, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """A small diffusion model of outlines.

    Attributes:
        size: side of the frame in which an outline is drawn, px.
        batch: outlines a step.
        drawn_steps: steps on the outlines of drawn defects.
        real_steps: steps on those of the real ones, bent and stretched.
        width: channels of the first level, a multiple of 8.
        levels: factors of ``width``, level by level; each but the first halves the side; the last sees all of it.
        rate: largest learning rate, of AdamW.
        average: how much of the averaged weights a step keeps, in [0, 1).
        bend: how far real outlines are bent and stretched while it learns, in [0, 1]; 0 lets it learn them by heart.
    """

    size: int = 32
    batch: int = 16
    drawn_steps: int = 300
    real_steps: int = 1200
    width: int = 32
    levels: tuple[int, ...] = (1, 2, 2)
    rate: float = 1e-3
    average: float = 0.997
    bend: float = 0.5

    def __post_init__(self) -> None:
        require(self.width >= 8 and self.width % 8 == 0, "width", "a multiple of 8, at least 8", self.width)
        fits = 1 <= len(self.levels) <= MOST_LEVELS and all(1 <= level <= 64 for level in self.levels)
        require(fits, "levels", f"1 to {MOST_LEVELS} factors in [1, 64]", self.levels)
        unit = FOLD * 2 ** (len(self.levels) - 1)
        expected = f"px in [16, 256], a multiple of {unit} (levels={len(self.levels)})"
        require(16 <= self.size <= 256 and self.size % unit == 0, "size", expected, self.size)
        require(self.batch >= 1, "batch", "a whole number >= 1", self.batch)
        for name in ("drawn_steps", "real_steps"):
            require(getattr(self, name) >= 0, name, "a whole number >= 0", getattr(self, name))
        require(self.real_steps > 0, "real_steps", "a whole number >= 1", self.real_steps)
        require(0 < self.rate <= 0.1, "rate", "a number in (0, 0.1]", self.rate)
        require(0 <= self.average < 1, "average", "a number in [0, 1)", self.average)
        require(0 <= self.bend <= 1, "bend", "a number in [0, 1]", self.bend)

    @property
    def kind(self) -> str:
        """What checkpoints call it."""
        return KIND

    @property
    def thin_px(self) -> float:
        """Least width of an outline in its frame; ``frame.framed`` sees to it."""
        return 5 / 64 * self.size

    @property
    def stages(self) -> Mapping[str, int]:
        """Steps of each stage, in order."""
        return {DRAWN: self.drawn_steps, REAL: self.real_steps}

    @property
    def network(self) -> Mapping[str, Any]:
        """The network, without what the data decide (JSON)."""
        return {"width": self.width, "levels": list(self.levels)}

    def learner(self, *, classes: tuple[str, ...], channels: int, seed: int, device: str) -> MaskLearner:
        """Return an untrained model; ``channels`` of images are nothing to it.

        Raises:
            ConfigError: torch or diffusers is not installed.
        """
        with packages("model"):
            from generator.model.mask.learner import MaskLearner
        return MaskLearner(self, classes=len(classes), seed=seed, device=device)

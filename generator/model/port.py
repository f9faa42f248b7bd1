"""What the models promise each other. Settings can be read without torch; learners need it. Source: own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from generator.model.patches import Batch, Example

if TYPE_CHECKING:
    import torch

GOOD, DRAWN, REAL = "good", "drawn", "real"
"""Stages of a training: on good crops alone, on drawn (procedural) defects, on the real few."""


class Settings(Protocol):
    """A model as the configuration describes it: a component of ``conf/model``."""

    @property
    def kind(self) -> str:
        """What checkpoints call it: gan, diffusion, diffusion_inpaint, mask."""

    @property
    def size(self) -> int:
        """Side of its crops, px."""

    @property
    def thin_px(self) -> float:
        """Least width of a defect in a crop, px."""

    @property
    def batch(self) -> int:
        """Crops a step."""

    @property
    def stages(self) -> Mapping[str, int]:
        """Steps of each stage, in order, of GOOD, DRAWN, REAL; those with 0 are left out."""

    def learner(self, *, classes: tuple[str, ...], channels: int, seed: int, device: str) -> Learner:
        """Return an untrained model, its weights drawn from the seed.

        Raises:
            ConfigError: what it needs is not installed, or the pretrained model cannot be loaded.
        """


class Learner(Protocol):
    """A model that learns step by step."""

    @property
    def network(self) -> Mapping[str, Any]:
        """All that is needed to build the painting network again (JSON), for the checkpoint."""

    def begin(self, stage: str, steps: int) -> None:
        """Get ready for a stage of so many steps (rates, losses); changes no weight.

        Called again when resumed, and with other steps in the midst of a stage where a time budget changes them.
        """

    def step(self, batch: Batch, number: int) -> dict[str, float]:
        """Learn from a batch, the ``number``-th step of the stage; return losses by name.

        All chance of a step follows from the seed and the number, so that a resumed run equals one that was never
        stopped.
        """

    def modules(self) -> Mapping[str, torch.nn.Module]:
        """Every network, averaged copies too: what must be kept to go on."""

    def optimisers(self) -> Mapping[str, torch.optim.Optimizer]:
        """Every optimiser."""

    def weights(self) -> Mapping[str, torch.Tensor]:
        """What it paints with: the averaged weights."""

    def show(self, batch: Batch) -> np.ndarray:
        """Return (n, C, s, s) float32 in units of the model: defects on ``good`` within ``good_alpha``.

        The noise is the same each time, so that progress shows.
        """


@runtime_checkable
class LooksFirst(Protocol):
    """A learner that keeps something of the real defects, such as their sizes."""

    def look(self, examples: Sequence[Example], classes: Sequence[str]) -> None:
        """See the real defects; called once, before the first step.

        Args:
            examples: what is learned from.
            classes: in the order of the labels.
        """

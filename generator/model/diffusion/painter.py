"""The diffusion model as a painter of defects. Loaded once a process; can be read without torch. Source: own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from generator.core.errors import require
from generator.core.ports import Brush
from generator.model.brush import OfCheckpoint
from generator.model.canvas import Canvas
from generator.model.checkpoint import Checkpoint, built, digest_of, load_checkpoint
from generator.model.device import Device, choose, packages

if TYPE_CHECKING:
    from generator.model.diffusion.network import Denoiser

_KEPT = 4  # checkpoints a process keeps loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffusionPainter:
    """Loads what ``defectgen train model=diffusion`` wrote.

    Attributes:
        device: where it paints; auto: a GPU if there is one.
        steps: of the sampler; more cost more and look finer.
        guidance: how much more like its class than like any defect, >= 1; 1 is as learned, with the contrast that the
            real ones have, and twice as fast.
        renewed: in the outline of a real defect, how much of its look is painted anew, in (0, 1]; 1: all of it, from
            nothing. A little renews grain and tone and keeps its form.
    """

    device: Device = "auto"
    steps: int = 15
    guidance: float = 1.0
    renewed: float = 0.2

    def __post_init__(self) -> None:
        require(1 <= self.steps <= 1000, "steps", "a whole number in [1, 1000]", self.steps)
        require(0 < self.renewed <= 1, "renewed", "a share in (0, 1]", self.renewed)
        require(1 <= self.guidance <= 20, "guidance", "a number in [1, 20]", self.guidance)

    def load(self, checkpoint: Path) -> Brush:
        """Return the brush of a checkpoint; see ``generator.core.ports.Painter``."""
        return _loaded(self, checkpoint, digest_of(checkpoint))

    def digest(self, checkpoint: Path) -> str:
        """Return a hash of what it paints with; reads the files, loads nothing."""
        return digest_of(checkpoint)


@lru_cache(maxsize=_KEPT)
def _loaded(painter: DiffusionPainter, folder: Path, digest: str) -> Brush:
    """Return a brush; the digest tells a folder that was trained anew."""
    device = choose(painter.device, "painter.device")
    with packages("painter"):
        from generator.model.diffusion.network import Denoiser
    checkpoint = load_checkpoint(folder, "diffusion")

    def make() -> Denoiser:
        denoiser = Denoiser(checkpoint.channels, len(checkpoint.classes), **checkpoint.network)
        if checkpoint.size % denoiser.unit:
            raise ValueError(f"crops of {checkpoint.size} px, no multiple of {denoiser.unit}")
        return denoiser

    denoiser = built(make, checkpoint, folder)
    return DiffusionBrush(checkpoint=checkpoint, denoiser=denoiser.to(device), painter=painter)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DiffusionBrush(OfCheckpoint):
    """A loaded diffusion model; see ``generator.core.ports.Brush``.

    Attributes:
        checkpoint: what was loaded.
        denoiser: its network, on the device.
        painter: how it samples.
    """

    checkpoint: Checkpoint
    denoiser: Denoiser
    painter: DiffusionPainter

    def paint(self, surface: np.ndarray, alpha: np.ndarray, category: str, seeds: Sequence[int]) -> np.ndarray:
        """See the port."""
        return self._painted(surface, alpha, None, category, seeds)

    @property
    def renewed(self) -> float:
        """See ``generator.core.ports.Renewing``."""
        return self.painter.renewed

    def renew(
        self, surface: np.ndarray, alpha: np.ndarray, start: np.ndarray, category: str, seeds: Sequence[int]
    ) -> np.ndarray:
        """See ``generator.core.ports.Renewing``."""
        return self._painted(surface, alpha, start, category, seeds)

    def _painted(
        self, surface: np.ndarray, alpha: np.ndarray, start: np.ndarray | None, category: str, seeds: Sequence[int]
    ) -> np.ndarray:
        from generator.model.diffusion.sampler import painted

        if not alpha.any():
            return np.repeat(surface[None], len(seeds), axis=0)
        of, how = self.checkpoint, self.painter
        canvas = Canvas.of(surface, alpha, of.size, of.thin_px, of.channels)
        under = None if start is None else canvas.lifted(start)
        label = of.classes.index(category)
        return canvas.back(
            painted(self.denoiser, canvas, label, seeds, how.steps, how.guidance, start=under, renewed=how.renewed)
        )

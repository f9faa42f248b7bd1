"""Painting defects with a tuned inpainting model, tile after tile.

A defect larger than a tile is painted one tile after another; each is shown what the ones before it painted as surface
that is there, so that what they share agrees. Source: own; noise on the text's embedding is MAGIC's (2025).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from generator.model.brush import OfCheckpoint
from generator.model.canvas import Canvas
from generator.model.checkpoint import Checkpoint
from generator.model.device import memory_named, reproducible
from generator.model.inpaint.inpainter import Condition, Inpainter
from generator.model.inpaint.settle import settled
from generator.model.patches import GAIN, to_pixels

if TYPE_CHECKING:
    from generator.model.inpaint.painter import InpaintPainter

_SEAM = np.float32(3.0)  # alpha times this is how much of the painting is taken, at most all
Tile = tuple[slice, slice]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InpaintBrush(OfCheckpoint):
    """A tuned inpainting model; see ``generator.core.ports.Brush``.

    Attributes:
        checkpoint: what was loaded.
        inpainter: the pretrained model with it, on the device.
        painter: how it samples.
    """

    checkpoint: Checkpoint
    inpainter: Inpainter
    painter: InpaintPainter

    def paint(self, surface: np.ndarray, alpha: np.ndarray, category: str, seeds: Sequence[int]) -> np.ndarray:
        """See the port."""
        if not alpha.any():
            return np.repeat(surface[None], len(seeds), axis=0)
        of, most = self.checkpoint, self.painter.at_once
        canvas = Canvas.of(surface, alpha, of.size, of.thin_px, of.channels)
        parts = [seeds[start : start + most] for start in range(0, len(seeds), most)]
        device = self.inpainter.device
        with reproducible(device), memory_named("paint", "painter.at_once"), torch.no_grad():
            return np.concatenate(
                [canvas.back(canvas.painted(lambda tiles, some=part: self._tiles(canvas, tiles, category, some)))
                 for part in parts]
            )  # fmt: skip

    def _tiles(self, canvas: Canvas, tiles: list[Tile], category: str, seeds: Sequence[int]) -> np.ndarray:
        """Return (tiles, n, C, s, s) float32 in units of the model."""
        chances = [torch.Generator().manual_seed(seed) for seed in seeds]
        told = self._told(category, chances)
        shape = (1, 4, *(canvas.size // self.inpainter.factor,) * 2)
        held = np.repeat(canvas.surface[None], len(seeds), axis=0)
        open_, results = canvas.alpha[0].copy(), []
        for tile in tiles:
            extent = open_[tile]
            if extent.any():
                noise = torch.cat([torch.randn(shape, generator=chance) for chance in chances])
                held[(..., *tile)] += self._change(held[(..., *tile)], canvas.level, extent, told, noise)
                open_[tile] = 0
            results.append(held[(..., *tile)].copy())
        return np.stack(results)

    def _change(
        self, planes: np.ndarray, level: np.ndarray, extent: np.ndarray, told: Condition, noise: torch.Tensor
    ) -> np.ndarray:
        """Return what is to be added to the planes, (n, C, s, s), in units of the model; 0 beyond the extent."""
        many, channels = planes.shape[:2]
        pixels = torch.from_numpy(to_pixels(planes, np.broadcast_to(level, (many, channels)))).expand(-1, 3, -1, -1)
        where = torch.from_numpy(extent[None, None]).expand(many, -1, -1, -1)
        change = self.inpainter.paint(pixels, where, told, noise, self.painter.steps, self.painter.guidance).numpy()
        if channels == 1:
            change = change.mean(axis=1, keepdims=True, dtype=np.float32)
        return settled(change, extent > 0) * np.float32(GAIN) * np.minimum(extent * _SEAM, np.float32(1))

    def _told(self, category: str, chances: Sequence[torch.Generator]) -> Condition:
        """Return a condition for each candidate, each off by noise of its own."""
        told = self.inpainter.condition([self.inpainter.prompt(category)], self.checkpoint.size)
        noise = torch.cat([torch.randn(told.text.shape, generator=chance) for chance in chances]).to(told.text.device)
        told = told.repeated(len(chances))
        return Condition(text=told.text + self.painter.perturb * told.text.std() * noise, added=told.added)

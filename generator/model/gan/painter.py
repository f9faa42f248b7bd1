"""The GAN as a painter of defects.

Each candidate has a generator of its own, which gives first its look, then the noise over the whole canvas; so a
candidate is the same whatever others are asked for, but for the last bits. Source: own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from generator.core.errors import AssetError
from generator.model.brush import OfCheckpoint
from generator.model.canvas import Canvas
from generator.model.checkpoint import Checkpoint, built, digest_of, load_checkpoint
from generator.model.device import Device, choose, memory_named, packages, reproducible

if TYPE_CHECKING:
    from generator.model.gan.network import Generator

_KIND = "gan"
_CHUNK = 16  # crops at once


@dataclass(frozen=True, slots=True, kw_only=True)
class GanPainter:
    """Paints with a trained GAN.

    Attributes:
        device: where it computes; ``auto``: on a GPU if there is one.
    """

    device: Device = "auto"

    def load(self, checkpoint: Path) -> GanBrush:
        """Return the brush of a checkpoint; loaded once a process.

        Raises:
            AssetError: the folder holds no sound GAN.
            ConfigError: torch is not installed, or there is no such device.
        """
        return _loaded(Path(checkpoint), digest_of(Path(checkpoint)), choose(self.device, "painter.device"))

    def digest(self, checkpoint: Path) -> str:
        """Return a hash of what it paints with; loads nothing."""
        return digest_of(Path(checkpoint))


class GanBrush(OfCheckpoint):
    """A trained GAN, loaded.

    Args:
        checkpoint: what was read.
        network: with its weights, on the device.
        device: where it computes.
    """

    def __init__(self, checkpoint: Checkpoint, network: Generator, device: str) -> None:
        self.checkpoint, self._network, self._device = checkpoint, network, device

    def paint(self, surface: np.ndarray, alpha: np.ndarray, category: str, seeds: Sequence[int]) -> np.ndarray:
        """Return a candidate for each seed, (n, h, w, C) float32 in [0, 1]."""
        import torch

        from generator.model.gan.noise import cut, joined, laid

        if not alpha.any():
            return np.repeat(surface[None], len(seeds), axis=0)
        one = self.checkpoint
        canvas = Canvas.of(surface, alpha, one.size, one.thin_px, one.channels)
        label = one.classes.index(category)
        extent, looks, noises = torch.from_numpy(canvas.alpha), [], []
        for seed in seeds:
            chance = torch.Generator().manual_seed(seed)
            looks.append(self._network.looks.draw(label, extent, chance))
            noises.append(laid(chance, 1, canvas.alpha.shape[1:], self._network.levels))
        noise = joined(noises)

        def painted(tiles: list[tuple[slice, slice]]) -> np.ndarray:
            crops = [(window, candidate) for window in tiles for candidate in range(len(seeds))]
            results = []
            for start in range(0, len(crops), _CHUNK):
                part = crops[start : start + _CHUNK]
                given = (
                    torch.from_numpy(np.stack([canvas.surface[(slice(None), *window)] for window, _ in part])),
                    torch.from_numpy(np.stack([canvas.alpha[(slice(None), *window)] for window, _ in part])),
                    torch.full((len(part),), label),
                    torch.stack([looks[candidate] for _, candidate in part]),
                )
                grids = joined([cut(noise, window, candidate) for window, candidate in part])
                given = [tensor.to(self._device) for tensor in given]
                out = self._network(*given, [grid.to(self._device) for grid in grids])
                results.append(out.cpu().numpy())
            return np.concatenate(results).reshape(len(tiles), len(seeds), *results[0].shape[1:])

        with reproducible(self._device), torch.inference_mode(), memory_named("painter", "the number of candidates"):
            return canvas.back(canvas.painted(painted))


@lru_cache(maxsize=4)
def _loaded(folder: Path, digest: str, device: str) -> GanBrush:
    del digest  # what lies in the folder now: another one is loaded anew
    with packages(f"model {folder}"):
        from generator.model.gan.network import Generator
    checkpoint = load_checkpoint(folder, _KIND)
    network = built(lambda: Generator(**checkpoint.network), checkpoint, folder)
    one, step = checkpoint, 2 ** (network.levels - 1)
    if (network.channels, network.names.num_embeddings) != (one.channels, len(one.classes)) or one.size % step:
        expected = f"{one.channels} channels, {len(one.classes)} classes and crops of {one.size} px"
        got = f"{network.channels} channels, {network.names.num_embeddings} classes and crops of multiples of {step} px"
        raise AssetError(folder, f"a network for {expected}", got)
    return GanBrush(checkpoint, network.to(device), device)

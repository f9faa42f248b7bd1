"""Noise that a painter lays over a canvas: a grid for each level of its network.

A level that sees every fourth pixel has a grid with a cell for four by four of them. A tile of the canvas takes the
cells that its own pixels lie in, so tiles that overlap see the same noise wherever they begin. Source: own; noise at
each level is StyleGAN's (Karras, Laine, Aila 2019).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

Grids = list[torch.Tensor]
"""One (n, 1, rows, columns) float32 a level, finest first."""


def laid(generator: torch.Generator, count: int, hw: tuple[int, int], levels: int) -> Grids:
    """Return the noise of a canvas.

    Args:
        generator: on the CPU.
        count: of canvases.
        hw: height and width of the canvas, px.
        levels: of the network; each halves the one before.
    """
    sides = [[-(-side // 2**level) for side in hw] for level in range(levels)]
    return [torch.randn(count, 1, *side, generator=generator) for side in sides]


def cut(grids: Grids, window: tuple[slice, slice], which: int) -> Grids:
    """Return the noise of a tile, of one canvas.

    Args:
        grids: of whole canvases.
        window: rows and columns of the tile, px; its sides are multiples of the coarsest level's step.
        which: number of the canvas.
    """
    tile = []
    for level, grid in enumerate(grids):
        rows, columns = (_cells(part, 2**level) for part in window)
        tile.append(grid[which : which + 1, :, rows][:, :, :, columns])
    return tile


def joined(several: Sequence[Grids]) -> Grids:
    """Return the noise of several canvases or tiles as one batch."""
    return [torch.cat(level) for level in zip(*several, strict=True)]


def _cells(part: slice, step: int) -> torch.Tensor:
    return torch.arange(part.start + step // 2, part.stop, step) // step

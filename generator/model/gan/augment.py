"""Changes that painted and real crops go through alike before they are judged, so that few real ones last longer.

Brightness and contrast change, image and extent are shifted together, a piece is cut out of both. All can be
differentiated. Source: Zhao et al., DiffAugment (2020); here the shift moves the extent too.
"""

from __future__ import annotations

import torch
from torch.nn import functional

_BRIGHT, _CONTRAST = 0.3, 0.4  # units of the model; share
_SHIFT, _HOLE = 0.125, 0.3  # of the side


class Augment:
    """One draw of changes for n crops, done to any crops in the same places.

    Args:
        count: of crops.
        size: their side, px.
        generator: on the CPU.
        device: where the crops are.
    """

    def __init__(self, count: int, size: int, generator: torch.Generator, device: str) -> None:
        chance = torch.rand(count, 7, generator=generator)
        spread = (chance * 2 - 1)[:, :, None, None, None].to(device)
        self._bright = spread[:, 0] * _BRIGHT
        self._contrast = torch.exp(spread[:, 1] * _CONTRAST)
        reach = round(size * _SHIFT)
        moves = ((chance[:, 2:4] * (2 * reach + 1)).floor() - reach).long()
        self._reach = reach
        at = torch.arange(size)
        self._rows = (at[None] + moves[:, :1] + reach).to(device)
        self._columns = (at[None] + moves[:, 1:] + reach).to(device)
        middle = chance[:, 4:6] * size
        side = size * _HOLE / 2 * (chance[:, 6:] < 0.5)
        outside = [(at[None] + 0.5 - middle[:, i : i + 1]).abs() >= side for i in (0, 1)]
        self._kept = (outside[0][:, None, :, None] | outside[1][:, None, None, :]).float().to(device)

    def __call__(self, image: torch.Tensor, alpha: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return image, (n, C, s, s), and extent, (n, 1, s, s), after the changes."""
        both = torch.cat([image * self._contrast + self._bright, alpha], dim=1)
        padded = functional.pad(both, (self._reach,) * 4, mode="reflect")
        which = torch.arange(len(both), device=both.device)[:, None, None]
        moved = padded.permute(0, 2, 3, 1)[which, self._rows[:, :, None], self._columns[:, None, :]]
        both = moved.permute(0, 3, 1, 2) * self._kept
        return both[:, :-1], both[:, -1:]

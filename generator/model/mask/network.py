"""The denoiser of outlines, and what it keeps of the real ones: their sizes, and their masks to tell copies by.

Fields are smooth, so squares of 4 x 4 pixels are folded into channels; the lowest level looks at the whole frame, as a
crack is one line. Source: own arrangement of diffusers' UNet2DModel; Salimans and Ho (2022) for velocities; Song et
al., DDIM (2021).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from diffusers import UNet2DModel
from torch import nn
from torch.nn import functional

from generator.model.mask.settings import FOLD, MOST_LEVELS

_GROUPS = 8
_TIMES = 1000.0


class Outlines(nn.Module):
    """Draws fields of outlines; keeps the real masks, (n, s, s) uint8, with their sizes and labels.

    Args:
        classes: how many.
        size: side of the frame, px.
        width: channels of the first level, a multiple of 8.
        levels: factors of ``width``, level by level.
        real: how many real masks it keeps.

    Raises:
        ValueError: there is no such network.
    """

    def __init__(self, classes: int, size: int, width: int, levels: Sequence[int], real: int):
        super().__init__()
        if len(levels) > MOST_LEVELS:  # a checkpoint may ask for anything
            raise ValueError(f"{len(levels)} levels")
        self.size = size
        deep = len(levels) - 1
        self.unet = UNet2DModel(
            in_channels=FOLD**2,
            out_channels=FOLD**2,
            layers_per_block=1,
            block_out_channels=tuple(width * level for level in levels),
            down_block_types=("DownBlock2D",) * deep + ("AttnDownBlock2D",),
            up_block_types=("AttnUpBlock2D",) + ("UpBlock2D",) * deep,
            norm_num_groups=_GROUPS,
            num_class_embeds=classes,
        )
        self.register_buffer("masks", torch.zeros(real, size, size, dtype=torch.uint8))
        self.register_buffer("sizes", torch.ones(real, 3))  # length and width in px, angle in degrees
        self.register_buffer("labels", torch.zeros(real, dtype=torch.int64))

    def forward(self, noisy: torch.Tensor, time: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        """Return the fields that it makes out, (n, 1, s, s).

        Args:
            noisy: (n, 1, s, s), fields and noise by their ``shares``.
            time: (n,) float32 in [0, 1], 1 is noise alone.
            label: (n,) int64, the class.
        """
        folded = functional.pixel_unshuffle(noisy, FOLD)
        return functional.pixel_shuffle(self.unet(folded, time * _TIMES, label).sample, FOLD)

    def drawn(self, noise: torch.Tensor, label: torch.Tensor, steps: int) -> torch.Tensor:
        """Return the fields, (n, 1, s, s) in [-1, 1], that noise turns into.

        Args:
            noise: (n, 1, s, s), normal.
            label: (n,) int64, the class.
            steps: how many, >= 1.
        """
        noisy = clean = noise
        for number in range(steps, 0, -1):
            time = torch.full(label.shape, number / steps, device=label.device)
            clean = self(noisy, time, label).clamp(-1.0, 1.0)
            keep, add = shares(time)
            left = (noisy - keep * clean) / add
            keep, add = shares(time - 1 / steps)
            noisy = keep * clean + add * left
        return clean


def shares(time: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the shares of field and noise at times, (n,) in [0, 1]; each (n, 1, 1, 1)."""
    angle = time.view(-1, 1, 1, 1) * (math.pi / 2)
    return angle.cos(), angle.sin()

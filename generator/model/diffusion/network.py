"""The denoiser: a U-Net that sees a noisy defect, the ground it lies on, and its extent.

A defect is what it changes of the smooth ground under it (``ground``), so that the network need not learn how bright
the surface is; beyond the extent nothing is learned, as nothing changes there. Pixels are folded into channels before
the first layer and unfolded after the last one (2 x 2 by default), which costs a quarter of the time at the same
receptive field. There is no attention and the U-Net is shallow: texture is made from what lies near, so that a few
crops are not learned by heart as wholes.
Source: own arrangement of diffusers' UNet2DModel; Ronneberger et al. (2015),
Ho et al., DDPM (2020), Shi et al., pixel shuffle (2016); little context against learning by heart as in Defect-Gen
(2023).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from diffusers import UNet2DModel
from torch import nn
from torch.nn import functional

from generator.model.diffusion.settings import MOST_FOLD, MOST_LAYERS, MOST_LEVELS

SPREAD = 2.0
"""Changes are taken times this, so that they are about as spread as the noise."""
_TINT = 4.0  # and what their colours differ from grey times this too: a wrong tint is seen sooner than a wrong tone
_GROUPS = 8


def spread(change: torch.Tensor) -> torch.Tensor:
    """Return changes, (n, C, h, w) in units of the model, as the network learns them."""
    grey = change.mean(dim=1, keepdim=True)
    return (grey + (change - grey) * _TINT) * SPREAD


def gathered(change: torch.Tensor) -> torch.Tensor:
    """Return what ``spread`` was given."""
    grey = change.mean(dim=1, keepdim=True)
    return (grey + (change - grey) / _TINT) / SPREAD


class Denoiser(nn.Module):
    """Predicts the velocity of a noisy crop.

    Args:
        channels: of the image, 1 or 3.
        classes: how many; one more stands for any.
        width: channels of the first level, a multiple of 8.
        levels: factors of ``width``, level by level; each level but the first halves the side.
        layers: residual blocks of a level.
        fold: side of the squares of pixels that become channels, 1 to 4.

    Raises:
        ValueError: there is no such network.
    """

    def __init__(self, channels: int, classes: int, width: int, levels: Sequence[int], layers: int, fold: int):
        super().__init__()
        fits = 1 <= len(levels) <= MOST_LEVELS and 1 <= layers <= MOST_LAYERS and 1 <= fold <= MOST_FOLD
        if not fits:  # a checkpoint may ask for anything
            raise ValueError(f"{len(levels)} levels of {layers} layers, folded by {fold}")
        self.any_class, self.fold = classes, fold
        self.unit = fold * 2 ** (len(levels) - 1)
        self.unet = UNet2DModel(
            in_channels=(2 * channels + 1) * fold * fold,
            out_channels=channels * fold * fold,
            layers_per_block=layers,
            block_out_channels=tuple(width * level for level in levels),
            down_block_types=("DownBlock2D",) * len(levels),
            up_block_types=("UpBlock2D",) * len(levels),
            norm_num_groups=_GROUPS,
            add_attention=False,
            num_class_embeds=classes + 1,
        )

    def forward(
        self, noisy: torch.Tensor, ground: torch.Tensor, alpha: torch.Tensor, time: torch.Tensor, label: torch.Tensor
    ) -> torch.Tensor:
        """Return the velocity, (n, C, h, w); it says nothing where alpha is 0.

        Args:
            noisy: (n, C, h, w), the noised change of the ground, see ``spread``; h and w multiples of ``unit``.
            ground: (n, C, h, w), see ``ground_of``, units of the model.
            alpha: (n, 1, h, w) in [0, 1], the extent.
            time: (n,) int64, how noisy it is.
            label: (n,) int64, the class; ``any_class``: any.
        """
        # a tile of a canvas is as bright as it is, a crop in training not
        level = ground.mean(dim=(2, 3), keepdim=True)
        seen = torch.cat([noisy * (alpha > 0), (ground - level) * SPREAD, alpha], dim=1)
        if self.fold == 1:
            return self.unet(seen, time, label).sample
        folded = functional.pixel_unshuffle(seen, self.fold)
        return functional.pixel_shuffle(self.unet(folded, time, label).sample, self.fold)

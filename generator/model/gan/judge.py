"""What tells painted defects from real ones: a judge of patches, and one of whether image and extent belong together.

Both see a crop only as far as a few pixels beyond the extent: with five real crops a class they would know the real
ones by their backgrounds. Both are small and the slopes of their layers are held. Source: own; patches are
Isola et al., pix2pix (2017), the slope Miyato et al., spectral normalisation (2018), the class as a projection
Miyato and Koyama (2018), image and mask judged together Duan et al., DFMGAN (2023).
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from generator.model.gan.colour import vivid

_SLOPE = 0.2
_SHOWN, _GAIN = 4.0, 2.0  # enlarge what is seen and each layer's answer, which would fade from layer to layer
_CELL = 4  # px, in which the surroundings are counted


def near(alpha: torch.Tensor) -> torch.Tensor:
    """Return how much of a crop is shown, (n, 1, h, w) in [0, 1]: 1 in the extent, 0 from about 8 px beyond it."""
    cells = functional.max_pool2d(functional.max_pool2d((alpha > 0).to(alpha.dtype), _CELL), 3, stride=1, padding=1)
    return functional.interpolate(cells, scale_factor=_CELL, mode="bilinear", align_corners=False)


class PatchJudge(nn.Module):
    """Whether patches of a crop are real, given extent and class.

    Args:
        channels: 1 or 3.
        classes: how many.
        width: features at half resolution.
    """

    def __init__(self, *, channels: int, classes: int, width: int) -> None:
        super().__init__()
        self.fine = nn.ModuleList([
            spectral_norm(nn.Conv2d(channels + 1, width // 2, 3, padding=1)),
            spectral_norm(nn.Conv2d(width // 2, width, 4, stride=2, padding=1)),
            spectral_norm(nn.Conv2d(width, 2 * width, 4, stride=2, padding=1)),
            spectral_norm(nn.Conv2d(2 * width, 2 * width, 3, padding=1)),
        ])  # fmt: skip
        self.out = spectral_norm(nn.Conv2d(2 * width, 1, 1))
        self.names = spectral_norm(nn.Embedding(classes, 2 * width))

    def forward(self, image: torch.Tensor, alpha: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        """Return a verdict for each crop, (n,), the mean over the patches that show something of the defect."""
        shown = near(alpha)
        features = torch.cat([vivid(image) * (shown * _SHOWN), alpha], dim=1)
        for layer in self.fine:
            features = functional.leaky_relu(layer(features) * _GAIN, _SLOPE)
        verdict = self.out(features) + (features * self.names(label)[:, :, None, None]).sum(1, keepdim=True)
        return _mean(verdict * _GAIN, shown)


class MatchJudge(nn.Module):
    """Whether an image and an extent belong together, at a quarter of the resolution and up.

    Args:
        channels: 1 or 3.
        width: features.
    """

    def __init__(self, *, channels: int, width: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList([
            spectral_norm(nn.Conv2d(channels + 1, width, 4, stride=2, padding=1)),
            spectral_norm(nn.Conv2d(width, width, 4, stride=2, padding=1)),
            spectral_norm(nn.Conv2d(width, width, 3, padding=1)),
        ])  # fmt: skip
        self.out = spectral_norm(nn.Conv2d(width, 1, 1))

    def forward(self, image: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
        """Return a verdict for each pair, (n,)."""
        shown = near(alpha)
        features = torch.cat([vivid(image) * (shown * _SHOWN), alpha], dim=1)
        for layer in self.layers:
            features = functional.leaky_relu(layer(features) * _GAIN, _SLOPE)
        return _mean(self.out(features) * _GAIN, shown)


def _mean(verdict: torch.Tensor, shown: torch.Tensor) -> torch.Tensor:
    weight = functional.adaptive_avg_pool2d(shown, verdict.shape[2:]) + 1e-3
    return (verdict * weight).sum(dim=(1, 2, 3)) / weight.sum(dim=(1, 2, 3))

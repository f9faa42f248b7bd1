"""The painter of defects: a small U-Net whose layers are steered by class and look.

It sees the surface and the extent; class and look scale and shift its features, noise at each level on the way up
gives what is never twice alike. It says how much of the surface is hidden and what is laid over it, so that texture
goes on through a veil and ends at a hole:

    painted = surface + gate * (content - hidden * (surface - level))

with level 0, as values are relative to the mean of the surface, and a gate that is 0 where the extent is, so that
nothing outside can change. Features are scaled to unit length at each pixel alone, never over a batch or a crop: what
is painted on a tile does not depend on its neighbours. Source: own; layers laid over the surface are Zhang et al.,
Defect-GAN (2021), scaling by pixel Karras et al. (2018), U-Net Ronneberger et al. (2015).
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from generator.model.gan.extent import gate
from generator.model.gan.looks import Looks
from generator.model.gan.noise import Grids

_SLOPE = 0.2


class Layer(nn.Module):
    """A convolution whose features are scaled to unit length at each pixel, then scaled and shifted by the style."""

    def __init__(self, inputs: int, outputs: int, style: int, noisy: bool) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.steer = nn.Linear(style, 2 * outputs)
        nn.init.normal_(self.steer.weight, std=0.5 / style**0.5)
        nn.init.zeros_(self.steer.bias)
        self.strength = nn.Parameter(torch.full((1, outputs, 1, 1), 0.1)) if noisy else None

    def forward(self, features: torch.Tensor, style: torch.Tensor, noise: torch.Tensor | None = None) -> torch.Tensor:
        """Return the layer's features, (n, outputs, h, w)."""
        features = self.convolution(features)
        if self.strength is not None and noise is not None:
            features = features + self.strength * noise
        features = features * torch.rsqrt(features.square().mean(1, keepdim=True) + 1e-4)
        scale, shift = self.steer(style)[:, :, None, None].chunk(2, dim=1)
        return functional.leaky_relu(features * (1 + scale) + shift, _SLOPE)


class Generator(nn.Module):
    """The painter.

    Args:
        channels: 1 or 3.
        classes: how many.
        width: features at full resolution; each level has half the resolution and more features.
        levels: of the U-Net, >= 2.
        latent: numbers that say what a defect of a class looks like.
        freedom: how far off the real looks a new one may lie, in lengths of a look.
    """

    def __init__(self, *, channels: int, classes: int, width: int, levels: int, latent: int, freedom: float) -> None:
        super().__init__()
        style = 4 * latent
        self.channels, self.levels, self.latent = channels, levels, latent
        self.names = nn.Embedding(classes, latent)
        self.style = nn.Sequential(
            nn.Linear(2 * latent, style), nn.LeakyReLU(_SLOPE), nn.Linear(style, style), nn.LeakyReLU(_SLOPE)
        )
        widths = [round(width * 2 ** min(level, 3) / (1.5 if level > 1 else 1)) for level in range(levels)]
        self.down = nn.ModuleList(
            Layer(channels + 1 if level == 0 else widths[level - 1], widths[level], style, noisy=False)
            for level in range(levels)
        )
        self.up = nn.ModuleList(
            Layer(widths[level] + (widths[level + 1] if level + 1 < levels else 0), widths[level], style, noisy=True)
            for level in range(levels)
        )
        self.last = Layer(widths[0], widths[0], style, noisy=False)
        self.looks = Looks(classes=classes, latent=latent, freedom=freedom)
        self.out = nn.Conv2d(widths[0], channels + 1, 1)
        nn.init.normal_(self.out.weight, std=0.02)
        nn.init.zeros_(self.out.bias)

    def forward(
        self, surface: torch.Tensor, alpha: torch.Tensor, label: torch.Tensor, look: torch.Tensor, noise: Grids
    ) -> torch.Tensor:
        """Return the surface with the defect, (n, C, h, w).

        Args:
            surface: (n, C, h, w), sides multiples of 2**(levels - 1).
            alpha: (n, 1, h, w) in [0, 1].
            label: (n,) int64.
            look: (n, latent), of length sqrt(latent) each.
            noise: of each level.
        """
        style = self.style(torch.cat([self.names(label), look], dim=1))
        features, kept = torch.cat([surface, alpha], dim=1), []
        for level, layer in enumerate(self.down):
            features = layer(functional.avg_pool2d(features, 2) if level else features, style)
            kept.append(features)
        features = self.up[-1](features, style, noise[-1])
        for level in range(self.levels - 2, -1, -1):
            wide = functional.interpolate(features, scale_factor=2, mode="bilinear", align_corners=False)
            features = self.up[level](torch.cat([kept[level], wide], dim=1), style, noise[level])
        out = self.out(self.last(features, style))
        hidden = torch.sigmoid(out[:, -1:] * 4 - 1)
        return surface + gate(alpha) * (out[:, :-1] - hidden * surface)

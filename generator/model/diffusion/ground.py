"""The ground under an extent: what the surface around it says about it, smooth.

What is known is averaged on ever coarser grids until nothing is missing, and carried back up, so that the ground goes
over into the known pixels without a seam. Whole batches at once, on any device.
Source: own; push-pull is Gortler et al., The Lumigraph (1996), as in ``generator.imaging.surround``.
"""

from __future__ import annotations

import torch
from torch.nn import functional

_POOL = {"kernel_size": 2, "ceil_mode": True, "count_include_pad": False}


def ground_of(surface: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """Return the surface with its extents filled in from around, (n, C, h, w); untouched where alpha is 0.

    Args:
        surface: (n, C, h, w) float32.
        alpha: (n, 1, h, w) in [0, 1]; where it is 1 everywhere the ground is 0.
    """
    weight = (alpha == 0).to(surface.dtype)
    return torch.where(alpha > 0, _filled(surface * weight, weight), surface)


def _filled(total: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Return the weighted means of sums and weights, those of coarser grids where there is little weight."""
    if max(total.shape[2:]) == 1:
        return total / weight.clamp(min=1e-6)
    coarse = _filled(functional.avg_pool2d(total, **_POOL), functional.avg_pool2d(weight, **_POOL))
    up = functional.interpolate(coarse, size=total.shape[2:], mode="bilinear", align_corners=False)
    sure = (weight * 4).clamp(max=1.0)
    return sure * total / weight.clamp(min=1e-6) + (1 - sure) * up

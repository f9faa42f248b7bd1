"""What a painted defect is to have in common with the real one whose look and extent it was given.

Broad brightness is compared place by place and from rim to middle; what is fine is compared as a distribution of
patches, wherever they lie, as noise and texture never lie alike: contrast, sharpness of edges and inner structure.
Source: own; the distance is sliced Wasserstein on patches (Elnekave and Weiss 2022).
"""

from __future__ import annotations

import torch
from torch.nn import functional

_SIDE = 5  # of a patch, px
_FAR = 1e4
_DEPTHS = 8  # of a profile


def broad_difference(painted: torch.Tensor, real: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """Return the mean difference within the extent, both seen at a quarter of the resolution."""
    weight = functional.avg_pool2d(alpha, 4)
    difference = functional.avg_pool2d((painted - real) * (alpha > 0), 4).abs().mean(1, keepdim=True)
    return (difference * (weight > 0)).sum() / weight.sum().clamp_min(1.0)


def profile_difference(painted: torch.Tensor, real: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """Return how far the mean brightness is off, from beyond the rim to the middle of the extent.

    Judges like an edge that is sharper than real ones, with a bright line beside it; this holds it to the real course.
    """
    around = functional.avg_pool2d(functional.pad(alpha, (4,) * 4, mode="replicate"), 9, stride=1)
    depth = (alpha + around) * (0.5 * (_DEPTHS - 1))
    difference = (painted - real).mean(1, keepdim=True)
    total = painted.new_zeros(len(painted))
    for step in range(_DEPTHS):
        weight = (1 - (depth - step).abs()).clamp_min(0) * (alpha > 0)
        total = total + ((difference * weight).sum(dim=(1, 2, 3)) / (weight.sum(dim=(1, 2, 3)) + 4)).abs()
    return total.mean() / _DEPTHS


def patch_difference(
    painted: torch.Tensor, real: torch.Tensor, alpha: torch.Tensor, generator: torch.Generator, slices: int = 24
) -> torch.Tensor:
    """Return how far the patches of two crops with the same extent are apart as distributions.

    Args:
        painted: (n, C, s, s).
        real: (n, C, s, s).
        alpha: (n, 1, s, s), part of each patch, so that rim and middle are told apart.
        generator: draws the directions that are compared; on the CPU.
        slices: how many directions.
    """
    channels = painted.shape[1]
    kernels = torch.randn(slices, channels, _SIDE, _SIDE, generator=generator)
    kernels[::2] -= kernels[::2].mean(dim=(2, 3), keepdim=True)  # half of them see structure alone
    kernels = kernels / kernels.flatten(1).norm(dim=1)[:, None, None, None]
    rims = torch.randn(slices, 1, _SIDE, _SIDE, generator=generator)
    rims = rims / rims.flatten(1).norm(dim=1)[:, None, None, None] * 0.5
    weights = torch.cat([kernels, rims], dim=1).to(painted.device)
    counted = functional.max_pool2d(alpha, _SIDE, stride=2)[:, :1] > 0
    share = counted.flatten(1).sum(1).clamp_min(1)
    sorted_values = []
    for image in (painted, real):
        answers = functional.conv2d(torch.cat([image, alpha], dim=1), weights, stride=2)
        answers = torch.where(counted, answers, torch.full_like(answers, _FAR)).flatten(2)
        sorted_values.append(answers.sort(dim=2).values)
    apart = (sorted_values[0] - sorted_values[1]).abs()
    return (apart.sum(dim=2).mean(1) / share).mean()


def patch_differences(
    painted: torch.Tensor, real: torch.Tensor, alpha: torch.Tensor, generator: torch.Generator
) -> torch.Tensor:
    """Return ``patch_difference`` as it is and, for what is longer than a patch, at half the resolution."""
    half = [functional.avg_pool2d(image, 2) for image in (painted, real, alpha)]
    return patch_difference(painted, real, alpha, generator) + patch_difference(*half, generator)


def judges_loss(real: torch.Tensor, painted: torch.Tensor) -> torch.Tensor:
    """Return the hinge loss of a judge from its verdicts."""
    return functional.relu(1 - real).mean() + functional.relu(1 + painted).mean()

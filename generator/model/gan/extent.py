"""What an extent says: where a change shows, and how much it was enlarged. Source: own."""

from __future__ import annotations

import torch

FADE = 3.0
"""The gate is open from an extent of 1 / FADE on."""
LEAST = 1e-3
"""Steepness of a rim that is not there, 1 / px."""


def gate(alpha: torch.Tensor) -> torch.Tensor:
    """Return how much of a change shows, (n, 1, h, w) in [0, 1], from the extent; 0 where that is 0."""
    return (alpha * FADE).clamp(0.0, 1.0)


def steepness(alpha: torch.Tensor) -> torch.Tensor:
    """Return how steep the rims of extents are, (n,) in 1 / px, at least ``LEAST``.

    A rim is feathered over the same few px of any image, so a flat one belongs to a crop that was enlarged, on which
    all is soft.

    Args:
        alpha: (n, 1, h, w) in [0, 1].
    """
    steps = [alpha.diff(dim=axis).flatten(1) for axis in (2, 3)]
    total = sum(step.abs().sum(1) for step in steps)
    return (sum(step.square().sum(1) for step in steps) / total.clamp_min(1e-6)).clamp_min(LEAST)

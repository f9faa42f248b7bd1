"""How an extent lets a change show. Source: own."""

from __future__ import annotations

import torch

FADE = 3.0
"""The gate is open from an extent of 1 / FADE on."""


def gate(alpha: torch.Tensor) -> torch.Tensor:
    """Return how much of a change shows, (n, 1, h, w) in [0, 1], from the extent; 0 where that is 0."""
    return (alpha * FADE).clamp(0.0, 1.0)

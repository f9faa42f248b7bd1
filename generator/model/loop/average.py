"""The running average of a network's weights, which paints better than the last weights do.

The average forgets fast at first, so that the weights of chance that a training begins with are soon gone from it, and
slowly later. Source: own use of torch's ``AveragedModel``; the warm-up is that of TensorFlow's moving averages.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch.optim.swa_utils import AveragedModel


def averaged(module: torch.nn.Module, decay: float = 0.999) -> AveragedModel:
    """Return a copy of a network that follows it at each ``update_parameters(module)``.

    Args:
        module: the network that learns; stays as it is.
        decay: share of the average that stays at a step, in [0, 1), once the warm-up (about 10 / (1 - decay) steps) is
            over.

    Returns:
        The average, callable as the network is; its ``module`` is the plain network. Buffers are copied, not averaged.
    """

    @torch.no_grad()
    def follow(averages: Sequence[torch.Tensor], currents: Sequence[torch.Tensor], count: torch.Tensor | int) -> None:
        made = float(count)
        keep = min(decay, (1.0 + made) / (10.0 + made))
        torch._foreach_lerp_(list(averages), list(currents), 1.0 - keep)

    return AveragedModel(module, multi_avg_fn=follow).requires_grad_(False)

"""Crops as they are judged and compared: their colours stand out. Source: own."""

from __future__ import annotations

import torch

_TIMES = 4.0


def vivid(image: torch.Tensor) -> torch.Tensor:
    """Return crops, (n, C, s, s), with four times the colour: of greyish surfaces a wrong tint is seen at once.

    One channel stays as it is.
    """
    grey = image.mean(dim=1, keepdim=True)
    return grey + (image - grey) * _TIMES

"""A bend of what was laid on a surface before: a field on a label, the label on a bottle. Source: own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.imaging.warp import Bend, Warp


@dataclass(frozen=True, slots=True)
class Follow:
    """A map and then a bend.

    Attributes:
        first: from the plate to the flat surface.
        bend: of that surface.
    """

    first: Warp
    bend: Bend

    def forward(self, uv: np.ndarray) -> np.ndarray:
        """Return where (n, 2) points go through both."""
        return self.bend.forward(self.first.forward(uv))

    def backward(self, xy: np.ndarray) -> np.ndarray:
        """Return where (n, 2) points came from; NaN where nothing of the surface is."""
        return self.first.backward(self.bend.backward(xy))


def laid_on(text: Warp, surface: Warp) -> Warp:
    """Return the map of a text that lies on a surface which is bent and seen itself."""
    if surface.bend is None:
        return text.then(surface.matrix)
    return Warp(surface.matrix, Follow(text, surface.bend))

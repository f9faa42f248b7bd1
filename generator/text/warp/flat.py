"""Text that stays flat and upright. Source: own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.imaging.warp import Warp
from generator.text.plate import Plate

IDENTITY = Warp(np.eye(3))
IDENTITY.matrix.setflags(write=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """No bend, no turn: the plate is seen as it was laid."""

    def draw(self, plate: Plate, rng: np.random.Generator) -> Warp:
        """Return the identity."""
        return IDENTITY

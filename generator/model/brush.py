"""What every brush says of the model it paints with. Source: own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from generator.model.patches import scale_of

if TYPE_CHECKING:
    from generator.model.checkpoint import Checkpoint


class OfCheckpoint:
    """The part of a brush that its checkpoint answers; see ``generator.core.ports.Brush``."""

    __slots__ = ()
    checkpoint: Checkpoint

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes it has learned."""
        return self.checkpoint.classes

    @property
    def context_px(self) -> int:
        """Half a crop: what it sees about the middle of a defect."""
        return self.checkpoint.size // 2

    @property
    def references(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """By class what it learned from."""
        return self.checkpoint.references

    def scale_of(self, alpha: np.ndarray) -> float:
        """Return px of the model for each px of an image with this extent."""
        return scale_of(alpha, self.checkpoint.size, self.checkpoint.thin_px)

"""Which angle each image gets.

Angles are dealt out by the sample's place in the plan, bin after bin in an order that strides over the range by the
golden section: any run of consecutive samples, a split's or a source image's, has bins whose counts differ by at most
one and which lie spread over the whole range. Source: own; the stride is Weyl's sequence, its gaps Steinhaus' theorem.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.core.errors import require
from generator.core.geometry import stated_deg
from generator.rotation.port import Spans


@dataclass(frozen=True, slots=True, kw_only=True)
class Angles:
    """Angles in a range, continuous or in steps.

    Attributes:
        range_deg: least and largest angle, degrees; a full circle is stated in (-180, 180].
    """

    range_deg: tuple[float, float] = (-180.0, 180.0)
    step_deg: float | None = None

    def __post_init__(self) -> None:
        low, high = self.range_deg
        require(-360 <= low < high <= 360 and high - low <= 360, "range_deg", "[low, high] of at most 360", [low, high])

    def draw(self, index: int, seed: int, rng: np.random.Generator) -> float:
        """Return the angle of the sample at a place of the plan, degrees in (-180, 180]."""
        low, high = self.range_deg
        return stated_deg(high - (high - low) * rng.random())

    def spans(self) -> Spans:
        """Return the intervals that hold every angle."""
        return (self.range_deg,)

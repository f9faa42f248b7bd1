"""A place where the print is pale: too little ink, pressure or heat on some neighbouring characters. Source: own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.core.units import Range, require_within
from generator.imaging.noise import fractal
from generator.text.fault.legible import readable
from generator.text.plate import Plate
from generator.text.port import Harm


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakInk:
    """Ink that is lacking.

    Attributes:
        category: the class it is labelled with.
        loss: share of the ink that is lacking in the middle of the place, [0.1, 1].
        patchy: how unevenly it is lacking, [0, 1].
        chars: how many neighbouring characters it happens to, >= 1.
    """

    category: str = "weak_ink"
    loss: Range = Range(0.4, 0.95)
    patchy: Range = Range(0.1, 0.7)
    chars: Range = Range(1.0, 4.0)

    def __post_init__(self) -> None:
        require_within(self, loss=(0.1, 1), patchy=(0, 1), chars=(1, 1000))

    def harm(self, plate: Plate, rng: np.random.Generator) -> Harm | None:
        """Return the print with a pale place that fades out around."""
        if not plate.chars:
            return None
        count = min(self.chars.draw_int(rng), len(plate.chars))
        first = int(rng.integers(len(plate.chars) - count + 1))
        loss, patchy = self.loss.draw(rng), self.patchy.draw(rng)
        boxes = plate.boxes_uv[first : first + count]
        low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
        middle, half = (low + high) / 2.0, (high - low) / 2.0 + 0.1 * plate.height_px
        height, width = plate.cover.shape
        u = (np.arange(width, dtype=np.float32) + np.float32(0.5 - middle[0])) / half[0]
        v = (np.arange(height, dtype=np.float32) + np.float32(0.5 - middle[1])) / half[1]
        u *= u
        v *= v
        lacking = np.clip(1.6 - (u + v[:, None]), 0.0, 1.0)
        lacking *= np.float32(loss)
        clouds = fractal(plate.cover.shape, max(2.0, 0.35 * plate.height_px), rng, gain=0.8)
        lacking *= np.clip(1.0 + np.float32(0.6 * patchy) * clouds, 0.0, 1.3)
        cover = (plate.cover * np.clip(1.0 - lacking, 0.0, 1.0)).astype(np.uint8)
        params = {"chars": list(range(first, first + count)), "loss": loss}
        return Harm(cover=cover, readable=readable(plate, cover), params=params)

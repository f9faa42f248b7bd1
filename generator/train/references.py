"""Real crops that what a model paints is compared with: near to them, but no copy. Source: own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from generator.imaging.painted.window import windows
from generator.model.patches import Example, scale_of


def references(examples: Iterable[Example], size: int, thin_px: float) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return by class the real crops, (n, size, size, C) float32 in [0, 1], and their extents, (n, size, size).

    They are at the model's scale; of a defect that is larger than a crop several parts are shown.

    Args:
        examples: real defects.
        size: side of a crop, px of the model.
        thin_px: least width of a defect there.
    """
    shown: dict[str, list[tuple[np.ndarray, np.ndarray]]] = defaultdict(list)
    for one in examples:
        parts = windows(one.surface, one.pixels, one.alpha, scale_of(one.alpha, size, thin_px), size)
        shown[one.category] += [(crop, extent) for crop, _, extent in parts]
    return {name: tuple(np.stack(part) for part in zip(*crops, strict=True)) for name, crops in sorted(shown.items())}

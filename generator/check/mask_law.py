"""Whether changed equals labelled, pixel for pixel, and stays inside the roi. Source: own."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from generator.core.annotation import Finding, Region


def mask_law(
    image: np.ndarray, good: np.ndarray, masks: Iterable[Region], roi: np.ndarray | None = None, min_delta: int = 1
) -> tuple[Finding, ...]:
    """Return an error for every way in which the masks do not say exactly what changed.

    Args:
        image: (H, W, C), as read back.
        good: its twin, same shape and dtype.
        masks: one region an instance.
        roi: (H, W) bool, where change is allowed; None: everywhere.
        min_delta: least change that a labelled pixel must show, grey levels.
    """
    regions = list(masks)
    hw = (image.shape[0], image.shape[1])
    change = np.abs(image.astype(np.int32) - good.astype(np.int32)).max(axis=2)
    labelled = np.zeros(hw, np.uint16)
    for region in regions:
        labelled += region.full(hw)
    counts = {
        "unlabelled_change": np.count_nonzero((change > 0) & (labelled == 0)),
        "unchanged_label": np.count_nonzero((change < min_delta) & (labelled > 0)),
        "double_label": np.count_nonzero(labelled > 1),
        "empty_mask": sum(region.area_px == 0 for region in regions),
        "outside_roi": 0 if roi is None else np.count_nonzero((change > 0) & ~roi),
    }
    return tuple(
        Finding(severity="error", code=code, message=f"{number} {code.replace('_', ' ')} (px or masks)")
        for code, number in counts.items()
        if number
    )

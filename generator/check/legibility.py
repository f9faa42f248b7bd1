"""Whether text can be read: it stands off from the surface as it finally is, and from what the surface shows itself.

Source: own; that text on a background is read by its contrast against the background's own is Peli's (1990) finding in
short.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from generator.core.annotation import Finding
from generator.core.errors import require
from generator.core.sample import Sample
from generator.core.text import DISTRACTOR, TextLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Legibility:
    """Finds lines that are said to be readable and are not.

    Attributes:
        min_contrast: least mean change of the ink on the finished image, in the channel that shows it best, share of
            full scale, [0, 1].
        min_height_px: least height of a capital on the image, >= 0.
        min_over_clutter: the same as a multiple of the surface's own spread under the line, >= 0.
    """

    min_contrast: float = 0.03
    min_over_clutter: float = 1.0
    min_height_px: float = 6.0

    def __post_init__(self) -> None:
        require(0 <= self.min_contrast <= 1, "min_contrast", "a share in [0, 1]", self.min_contrast)
        require(self.min_height_px >= 0, "min_height_px", "px >= 0", self.min_height_px)
        require(self.min_over_clutter >= 0, "min_over_clutter", "a number >= 0", self.min_over_clutter)

    def __call__(self, sample: Sample) -> tuple[Finding, ...]:
        """Return an error for each readable line that does not stand off, or in part; distractors may be faint."""
        if sample.blank is None or sample.char_mask is None:
            return ()
        return tuple(
            finding
            for line in sample.text
            if line.is_readable and line.kind != DISTRACTOR and len(line.char_boxes_xywh)
            for finding in self._judge(sample, line)
        )

    def _judge(self, sample: Sample, line: TextLine) -> tuple[Finding, ...]:
        height = float(line.params.get("height_px", np.inf))
        if height < self.min_height_px:
            message = f"'{line.text}' has capitals of {height:.1f} px where {self.min_height_px:g} px are needed"
            return (Finding(severity="error", code="illegible", message=message),)
        part = _around(line, sample.hw)
        if part is None:
            return ()
        numbers, white = sample.char_mask[part], sample.source.white
        ink = cv2.inRange(numbers, line.first_number, line.first_number + len(line.chars) - 1)
        blank = sample.blank[part]
        contrast = max(cv2.mean(cv2.absdiff(sample.image[part], blank), ink)) / white
        clutter = float(cv2.meanStdDev(blank)[1].max()) / white
        least = max(self.min_contrast, self.min_over_clutter * clutter)
        if contrast < least:
            message = f"'{line.text}' has a contrast of {contrast:.3f} where {least:.3f} is needed"
            return (Finding(severity="error", code="illegible", message=message),)
        return ()


def _around(line: TextLine, hw: tuple[int, int]) -> tuple[slice, slice] | None:
    """Return the rows and columns about a line; None: it does not lie on the image."""
    box = line.bbox_xywh()
    if box is None:
        return None
    left, top, width, height = box
    rows = slice(max(0, int(top) - 1), min(hw[0], int(top + height) + 2))
    columns = slice(max(0, int(left) - 1), min(hw[1], int(left + width) + 2))
    return (rows, columns) if rows.start < rows.stop and columns.start < columns.stop else None

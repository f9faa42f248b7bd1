"""Whether every defect can be seen.

A defect that hides in the surface's noise teaches a detector to call good parts bad. Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass

from generator.core.annotation import Finding
from generator.core.errors import require
from generator.core.sample import Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Visibility:
    """Every planned defect is there and stands out from the surface.

    Attributes:
        min_visible_px: least number of pixels that stand out.
        min_visible_share: least share of the changed pixels that stands out, [0, 1].
        min_area_px: least number of changed pixels.
    """

    min_visible_px: int = 4
    min_visible_share: float = 0.25
    min_area_px: int = 4

    def __post_init__(self) -> None:
        require(self.min_visible_px >= 0, "min_visible_px", "px >= 0", self.min_visible_px)
        require(0 <= self.min_visible_share <= 1, "min_visible_share", "a share in [0, 1]", self.min_visible_share)
        require(self.min_area_px >= 1, "min_area_px", "px >= 1", self.min_area_px)

    def __call__(self, sample: Sample) -> tuple[Finding, ...]:
        """Return an error for each instance that changed too little."""
        findings = []
        for instance in sample.instances:
            area = 0 if instance.mask is None else instance.mask.area_px
            if area < self.min_area_px:
                message = f"{instance.category}: {area} px changed, at least {self.min_area_px} wanted"
                findings.append(Finding(severity="error", code="too_small", message=message))
                continue
            seen = instance.params["measured"]["visible_px"]
            least = max(self.min_visible_px, self.min_visible_share * area)
            if seen < least:
                message = f"{instance.category}: {seen} of {area} px stand out, at least {least:.0f} wanted"
                findings.append(Finding(severity="error", code="invisible", message=message))
        return tuple(findings)

"""A camera that was knocked: image, twin, roi and supports shifted, turned and zoomed by one map.

The knock belongs to the run's seed, so all images of a run moved alike, and a higher severity moved further the same
way. What the camera did not see before is the mirror image of what it saw: no black corners, but no new part either;
no defect is mirrored into it, nor is it roi. Source: own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from generator.camera.severity import Grades, require_grades, require_severity
from generator.core.sample import Sample
from generator.core.seeds import stage_rng
from generator.imaging.move.carry import carried
from generator.imaging.move.turn import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraMoved:
    """A camera in another place.

    Attributes:
        severity: which of the five grades, 1..5.
        shift: way it was pushed, share of the image's shorter side, [0, 0.3].
        turn_deg: how far it was turned, either way, [0, 45].
        zoom: share by which the part grew or shrank, [0, 0.3].
        name: what its random numbers hang on.
    """

    severity: int
    shift: Grades
    turn_deg: Grades
    zoom: Grades
    name: str = "drift"

    def __post_init__(self) -> None:
        require_severity(self.severity)
        require_grades(self.shift, "shift", 0, 0.3)
        require_grades(self.turn_deg, "turn_deg", 0, 45)
        require_grades(self.zoom, "zoom", 0, 0.3)

    def __call__(self, sample: Sample, rng: np.random.Generator) -> Sample:
        """Return the sample as the moved camera sees it."""
        at, knock = self.severity - 1, stage_rng(sample.spec.seed, 0, 0, f"{self.name}/camera")
        way, side = 2.0 * math.pi * knock.random(), min(sample.hw)
        turn, zoom = (float(sign) for sign in np.where(knock.random(2) < 0.5, -1.0, 1.0))
        drawn = {
            "kind": "camera_moved",
            "severity": self.severity,
            "shift_xy_px": [round(self.shift[at] * side * part) for part in (math.cos(way), -math.sin(way))],
            "turn_deg": turn * self.turn_deg[at],
            "scale": 1.0 + zoom * self.zoom[at],
        }
        (width, height), (right, down) = (sample.hw[1], sample.hw[0]), drawn["shift_xy_px"]
        turn = Turn(
            angle_deg=drawn["turn_deg"],
            scale=drawn["scale"],
            pivot_xy=(width / 2.0, height / 2.0),
            to_xy=(width / 2.0 + right, height / 2.0 + down),
            wh=(width, height),
        )
        return carried(sample.with_(params={**sample.params, self.name: drawn}), turn)

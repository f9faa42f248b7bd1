"""A camera that was knocked: image, twin, roi and supports shifted, turned and zoomed by one map.

The knock belongs to the run's seed, so all images of a run moved alike, and a higher severity moved further the same
way. What the camera did not see before is the mirror image of what it saw: no black corners, but no new part either;
no defect is mirrored into it, nor is it roi. The map is Albumentations' Affine. Source: own.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from generator.camera.severity import Grades, require_grades, require_severity
from generator.camera.through import grown_owners, grown_supports
from generator.core.annotation import Instance, Region
from generator.core.sample import Sample
from generator.core.seeds import stage_rng
from generator.core.text import TextLine

_CUBIC_PX = 2  # how far cubic interpolation looks
_LEAST_SHOWN = 0.9  # share of a character that must be on the image for it to be read

Move = Callable[[np.ndarray], np.ndarray]


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
        pixels = _move(drawn["shift_xy_px"], drawn["turn_deg"], drawn["scale"], cv2.INTER_CUBIC, cv2.BORDER_REFLECT_101)
        bits = _move(drawn["shift_xy_px"], drawn["turn_deg"], drawn["scale"], cv2.INTER_NEAREST, cv2.BORDER_CONSTANT)
        white, roi = sample.source.white, sample.roi
        if roi is not None:
            roi = bits(roi.view(np.uint8)[..., None])[..., 0] > 0
        params = {**sample.params, self.name: drawn}
        sample = _moved_text(sample, drawn, pixels, bits, white)
        good = np.minimum(pixels(sample.good), white)
        if sample.blank is not None and sample.owner is not None:  # the mirrored border shows no text
            beyond = sample.owner == 0
            good[beyond] = sample.blank[beyond]
        image, instances = good, ()
        if sample.instances:
            moved = tuple(_carried(instance, sample.hw, bits) for instance in sample.instances)
            instances = grown_supports(moved, _CUBIC_PX, sample.hw, roi)
            image = np.minimum(pixels(sample.image), white)
        # the mirrored border shows a defect once more in the image, not in the twin: labels set it back
        touched = bool(sample.instances)
        return sample.with_(
            image=image, good=good, roi=roi, instances=instances, params=params, touched_everywhere=touched
        )


def _moved_text(sample: Sample, drawn: Mapping[str, Any], pixels: Move, bits: Move, white: int) -> Sample:
    """Return the sample with its blank, its owners and its lines moved; lines that left the image are gone."""
    if sample.blank is None:
        return sample
    blank, owner, alone = np.minimum(pixels(sample.blank), white), sample.owner, sample.alone
    if owner is not None:
        owner = grown_owners(bits(owner[..., None])[..., 0], _CUBIC_PX)
    if alone is not None:
        alone = np.minimum(pixels(alone[0]), white), np.minimum(pixels(alone[1]), white)
    height, width = sample.hw
    cos, sin = (part(math.radians(drawn["turn_deg"])) * drawn["scale"] for part in (math.cos, math.sin))
    middle = np.array([width / 2.0, height / 2.0])
    matrix = np.array([[cos, sin], [-sin, cos]])

    def to(points: np.ndarray) -> np.ndarray:
        return (points - middle) @ matrix.T + middle + np.array(drawn["shift_xy_px"])

    text = tuple(_cut(line.moved(to), sample.hw) for line in sample.text)
    return sample.with_(blank=blank, owner=owner, alone=alone, char_mask=None, text=text)


def _cut(line: TextLine, hw: tuple[int, int]) -> TextLine:
    """Return a line whose characters cannot be read where the image shows too little of them."""
    quads = line.char_quads_xy
    if not len(quads):
        return line
    low, high = quads.min(axis=1), quads.max(axis=1)
    shown = np.clip(high, 0, (hw[1], hw[0])) - np.clip(low, 0, (hw[1], hw[0]))
    share = shown.prod(axis=1) / np.maximum((high - low).prod(axis=1), 1e-6)
    readable = line.char_readable & (share >= _LEAST_SHOWN)
    return line.with_(char_readable=readable, is_readable=line.is_readable and bool(readable.all()))


def _carried(instance: Instance, hw: tuple[int, int], bits: Move) -> Instance:
    """Return an instance with its support moved; it is empty where the defect left the image."""
    support = bits(instance.support.full(hw).view(np.uint8)[..., None])[..., 0] > 0
    return replace(instance, support=Region.tight(support))


def _move(shift_xy_px: list[int], turn_deg: float, scale: float, interpolation: int, border: int) -> Move:
    """Return the map, for (H, W, C) arrays."""
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # it would ask a server for its newest version
    import albumentations

    step = albumentations.Affine(
        translate_px={"x": (shift_xy_px[0],) * 2, "y": (shift_xy_px[1],) * 2},
        rotate=(turn_deg, turn_deg),
        scale=(scale, scale),
        interpolation=interpolation,
        border_mode=border,
        p=1.0,
    )
    return lambda pixels: np.ascontiguousarray(step(image=pixels)["image"]).reshape(pixels.shape)

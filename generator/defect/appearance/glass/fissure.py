"""Fissure: a crack or scratch in glass: a dark line beside a bright one, glints, and the sheen of the cracked face.

Glass has no colour of its own to lose: a crack bends light away (dark) and throws light from elsewhere into the camera
(bright, added to what lies behind). A crack that runs obliquely shows its face as a soft band with ripples on one side.
Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.units import Range, require_within
from generator.defect.lighting import Neighbourhood, light_xy, times
from generator.defect.outline import Outline, Patch
from generator.defect.texture import clouds

_OFFSET_PX = 4
_FACE_PX = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Fissure:
    """A crack or scratch in glass.

    Attributes:
        dark: how much darker what lies behind the line is, [0, 1].
        bright: light that the line throws into the camera, share of full scale, [0, 1].
        offset_px: from the dark line to the bright one, px, [0, 4].
        broken: how unevenly the bright line shines along its way, [0, 1].
        glints: strength of the glints on it, share of full scale, [0, 1].
        glint_px: size of the glints along the line, px, [1, 64].
        face: brightness of the cracked face beside the line, share of full scale, [0, 1].
        face_px: how far that face reaches, px, [0, 24].
        warmth: how far the light's blue falls behind its red, [0, 0.5]; mono images ignore it.
    """

    dark: Range = Range(0.3, 0.7)
    bright: Range = Range(0.15, 0.5)
    offset_px: Range = Range(1.0, 2.0)
    broken: Range = Range(0.3, 0.8)
    glints: Range = Range(0.2, 0.7)
    glint_px: Range = Range(4.0, 10.0)
    face: Range = Range(0.0, 0.15)
    face_px: Range = Range(4.0, 16.0)
    warmth: Range = Range(0.0, 0.2)

    def __post_init__(self) -> None:
        require_within(
            self,
            dark=(0, 1),
            bright=(0, 1),
            offset_px=(0, _OFFSET_PX),
            broken=(0, 1),
            glints=(0, 1),
            glint_px=(1, 64),
            face=(0, 1),
            face_px=(0, _FACE_PX),
            warmth=(0, 0.5),
        )

    @property
    def reach_px(self) -> int:
        """As far as the bright line, or the face where there is one."""
        face = self.face_px.high if self.face.high > 0 else 0.0
        return math.ceil(max(self.offset_px.high, face)) + 1

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return lines, glints, and the face with the side it lies on."""
        names = ("dark", "bright", "offset_px", "broken", "glints", "glint_px", "face", "face_px", "warmth")
        return {
            **{name: getattr(self, name).draw(rng) for name in names},
            "side_deg": rng.uniform(-180.0, 180.0),
            "noise": int(rng.integers(2**31)),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return what is seen through the cracked glass, (N, C) float32."""
        alpha = outline.strength()
        values = times(patch.under(outline), 1.0 - np.float32(params["dark"]) * alpha)
        along = outline.pick(clouds(outline.alpha.shape, 2.0 * params["glint_px"], params["noise"], octaves=2))
        around = Neighbourhood.of(outline, outline.alpha, _OFFSET_PX)
        beside = around.away(params["side_deg"], params["offset_px"])
        even = np.clip(1.0 + np.float32(params["broken"]) * 1.6 * along, 0.0, 2.0)
        light = np.float32(params["bright"]) * beside * even
        if params["glints"] > 0:  # the few places where a facet faces lamp and camera; they outshine the rest
            spark = np.clip(along * np.float32(1.1) - np.float32(1.2), 0.0, 1.0)
            light += np.float32(params["glints"]) * spark * np.minimum(beside + 0.5 * alpha, 1.0)
        if params["face"] > 0 and params["face_px"] >= 1:
            light += self._face(outline, params)
        light *= np.clip(1.15 - values.mean(axis=1), 0.15, 1.0)  # on bright ground a crack has little light to add
        colour = (1.0, 1.0 - params["warmth"] / 2.0, 1.0 - params["warmth"])[: values.shape[1]]
        for channel, share in enumerate(colour):
            values[:, channel] += light * np.float32(share)
        return values

    def _face(self, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the light of the oblique face on one side of the line, (N,) float32."""
        off_line = np.ascontiguousarray(outline.alpha <= 0.5).view(np.uint8)
        if off_line.all():
            return np.zeros(outline.index.size, np.float32)
        distance = cv2.distanceTransform(off_line, cv2.DIST_L2, 5)
        around = Neighbourhood.of(outline, distance, 2)
        rise_x, rise_y = around.slope()
        x, y = light_xy(params["side_deg"])
        side = np.clip(1.5 * (rise_x * np.float32(x) + rise_y * np.float32(y)) + 0.2, 0.0, 1.0)
        far = outline.pick(distance) * np.float32(1.0 / params["face_px"])
        patches = clouds(outline.alpha.shape, 6.0 * params["glint_px"], params["noise"] + 1, octaves=1)
        ripple = 0.75 + 0.25 * np.cos(far * np.float32(14.0) + 3.0 * outline.pick(patches))
        shape = np.clip(1.0 - far, 0.0, 1.0) * np.clip(0.5 + outline.pick(patches), 0.0, 1.6)
        return np.float32(params["face"]) * side * shape * ripple

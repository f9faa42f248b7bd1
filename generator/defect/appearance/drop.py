"""Drop: something that flowed and set, such as glue, resin, water or solder: a dome with a highlight.

A clear drop is a lens: what lies below is seen displaced and tinted by the way through it, its far side glows with the
light it gathers. A metallic one mirrors a lamp and dark surroundings. Both cast a shadow. Source: own; Snell's law for
thin lenses, Beer's law for the tint, Blinn (1977) for the highlight.
"""

from __future__ import annotations

import colorsys
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from generator.core.units import Range, require_within
from generator.defect.dome import depth_inside, displaced
from generator.defect.lighting import Neighbourhood, light_xy, mixed, times
from generator.defect.material import cast_shadow
from generator.defect.outline import Outline, Patch
from generator.defect.texture import clouds
from generator.imaging.relief import Light

_LENS_PX = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """A drop that set.

    Attributes:
        contact_deg: angle between its edge and the surface, degrees, [5, 80]; steep drops are tall.
        uneven: deviation of its slope from a smooth dome's, [0, 1].
        clarity: 1 is clear, 0 opaque, [0, 1].
        hue_deg: of its colour, degrees, [0, 360]; mono images ignore it.
        saturation: of its colour, [0, 1].
        tint: light left after the way through its thickest place, [0.02, 1].
        body: brightness of what is opaque in it, share of full scale, [0, 1].
        refraction: how strongly it bends light, [-1, 2]; 1 is resin, negative a hollow.
        metal: share of it that mirrors lamp and surroundings as metal does, [0, 1].
        gloss: strength of the highlight, share of full scale, [0, 1].
        polish: exponent of the highlight, [4, 400]; high is small and sharp.
        glow: how much the side away from the light brightens and the other darkens inside, [0, 1].
        elevation_deg: of the light above the surface, degrees, [10, 90].
        shadow: how much the surface darkens beside it, [0, 1].
        shadow_px: how far the shadow falls, px, [0, 8].
    """

    contact_deg: Range = Range(30.0, 55.0)
    uneven: Range = Range(0.0, 0.1)
    clarity: Range = Range(0.6, 0.95)
    hue_deg: Range = Range(30.0, 50.0)
    saturation: Range = Range(0.05, 0.4)
    tint: Range = Range(0.6, 0.95)
    body: Range = Range(0.6, 0.8)
    refraction: Range = Range(0.6, 1.2)
    metal: Range = Range(0.0, 0.0)
    gloss: Range = Range(0.4, 0.9)
    polish: Range = Range(40.0, 160.0)
    glow: Range = Range(0.1, 0.4)
    elevation_deg: Range = Range(35.0, 60.0)
    shadow: Range = Range(0.1, 0.4)
    shadow_px: Range = Range(1.0, 3.0)

    def __post_init__(self) -> None:
        require_within(
            self,
            contact_deg=(5, 80),
            uneven=(0, 1),
            clarity=(0, 1),
            hue_deg=(0, 360),
            saturation=(0, 1),
            tint=(0.02, 1),
            body=(0, 1),
            refraction=(-1, 2),
            metal=(0, 1),
            gloss=(0, 1),
            polish=(4, 400),
            glow=(0, 1),
            elevation_deg=(10, 90),
            shadow=(0, 1),
            shadow_px=(0, 8),
        )

    @property
    def reach_px(self) -> int:
        """As far as the longest shadow and its soft edge."""
        return math.ceil(self.shadow_px.high) + 1

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return the drop's form, colour, highlight and shadow."""
        hue, saturation = self.hue_deg.draw(rng), self.saturation.draw(rng)
        colour = colorsys.hsv_to_rgb(hue / 360.0, saturation, 1.0) if patch.image.shape[2] == 3 else (1.0,)
        names = ("contact_deg", "uneven", "clarity", "tint", "body", "refraction", "metal", "gloss", "polish", "glow")
        drawn = {name: getattr(self, name).draw(rng) for name in names}
        return {
            **drawn,
            "colour": [float(v) for v in colour],
            "elevation_deg": self.elevation_deg.draw(rng),
            "shadow": self.shadow.draw(rng),
            "shadow_px": self.shadow_px.draw(rng),
            "noise": int(rng.integers(2**31)),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface with the drop and its shadow, (N, C) float32."""
        alpha, steep = outline.strength(), math.tan(math.radians(params["contact_deg"]))
        depth, half = depth_inside(outline, 0.35)
        dome = depth * (2.0 - depth)  # a parabola: its slope falls evenly from the edge to the top
        if params["uneven"] > 0:
            size = max(3.0, 0.8 * half)
            lumps = clouds(outline.alpha.shape, size, params["noise"], octaves=2)
            dome = dome + lumps * depth * np.float32(params["uneven"] * size / half)
        tall = 0.5 * half * steep  # px; the parabola starts with twice its height over `half`
        rise_x, rise_y = Neighbourhood.of(outline, dome, 1).slope()
        rise_x *= np.float32(tall)
        rise_y *= np.float32(tall)
        thick = outline.pick(dome)
        shadow = cast_shadow(outline, patch.light_deg, params["shadow_px"], params["shadow"])
        surface = times(patch.under(outline), shadow)
        inside = self._through(patch, outline, params, rise_x, rise_y, thick, tall, steep)
        light = Light(patch.light_deg, params["elevation_deg"])
        up = 1.0 / np.sqrt(rise_x * rise_x + rise_y * rise_y + 1.0)
        body = _body(params, rise_x, rise_y, up, light)
        inside = inside * np.float32(params["clarity"]) + body * np.float32(1.0 - params["clarity"])
        half_x, half_y, half_z = light.halfway
        facing = np.maximum((half_z - half_x * rise_x - half_y * rise_y) * up, 0.0)
        shine = np.float32(params["gloss"]) * facing ** np.float32(params["polish"])
        shine *= np.clip(thick * 4.0 - 0.4, 0.0, 1.0)  # at its edge a drop is rounder than a pixel can tell
        inside += shine[:, None]
        return mixed(surface, inside, alpha)

    def _through(
        self,
        patch: Patch,
        outline: Outline,
        params: Mapping[str, Any],
        rise_x: np.ndarray,
        rise_y: np.ndarray,
        thick: np.ndarray,
        tall: float,
        steep: float,
    ) -> np.ndarray:
        """Return what is seen through the drop, (N, C) float32."""
        if params["clarity"] <= 0:
            return np.zeros((thick.size, patch.image.shape[2]), np.float32)
        bent = thick * np.float32(0.34 * tall * params["refraction"])  # 1 - 1/n for n = 1.5
        below = displaced(patch, outline, rise_x * bent, rise_y * bent, _LENS_PX)
        x, y = light_xy(patch.light_deg)
        gathered = (rise_x * np.float32(x) + rise_y * np.float32(y)) * np.float32(params["glow"] / steep)
        way = np.maximum(thick, 0.0)
        for channel, colour in enumerate(params["colour"]):
            left = np.float32(math.log(max(params["tint"] * colour, 0.02)))
            below[:, channel] *= np.exp(left * way) * np.maximum(1.0 + gathered, 0.1)
        return below


def _body(
    params: Mapping[str, Any], rise_x: np.ndarray, rise_y: np.ndarray, up: np.ndarray, light: Light
) -> np.ndarray:
    """Return what is opaque, (N, C) float32: matt under the lamp, or a mirror of lamps and a dark room."""
    x, y, z = light.direction
    matt = np.clip((z - x * rise_x - y * rise_y) * up, 0.0, 1.0) * np.float32(0.65) + np.float32(0.35)
    if params["metal"] > 0:
        # what a mirror that leans shows lies twice as low: the lens above, then the lamps, then the dark room
        high = np.float32(2.0) * up * up - np.float32(1.0)
        side = -(rise_x * np.float32(x) + rise_y * np.float32(y)) * up
        lamps = np.clip((high + 0.15) * 1.6, 0.0, 1.0) * (np.float32(0.75) + np.float32(0.55) * side)
        lamps *= np.float32(1.0) - np.float32(0.35) * np.clip((high - 0.8) * 6.0, 0.0, 1.0)
        mirror = np.float32(0.12) + np.float32(1.05) * lamps
        matt += np.float32(params["metal"]) * (mirror - matt)
    colour = np.array(params["colour"], np.float32) * np.float32(params["body"])
    return matt[:, None] * colour

"""Heat: the colours that a hot spot leaves, in rings about its core.

On steel an oxide film thickens with the temperature and interferes: straw, brown, purple, blue, pale grey, and dark
scale at the core. Plastic yellows, browns and chars. The outline's soft alpha is the temperature above which colours
begin, made uneven by clouds; a table of CIELAB steps gives the colour of each temperature, and the surface's texture
goes on but for the scale or char of the core. A mono camera sees the brightness alone.
Source: own; order of the temper colours after the usual charts for carbon steel in air.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from generator.core.units import LengthRange, Range, require_within
from generator.defect.lighting import Neighbourhood, level_of, mixed, times
from generator.defect.outline import Outline, Patch
from generator.defect.texture import clouds
from generator.imaging.lab import shifted_lab, to_lab

# temperature as a share of the hottest, brightness factor, step of a*, step of b*
COLOURS: dict[str, tuple[tuple[float, float, float, float], ...]] = {
    "oxide": (
        (0.00, 1.00, 0.0, 0.0),
        (0.14, 0.97, 1.0, 10.0),  # pale straw
        (0.28, 0.86, 5.0, 24.0),  # straw
        (0.38, 0.66, 13.0, 21.0),  # brown
        (0.47, 0.48, 17.0, 1.0),  # purple
        (0.56, 0.44, 8.0, -20.0),  # deep blue
        (0.68, 0.64, -3.0, -19.0),  # pale blue
        (0.78, 0.78, -3.0, -5.0),  # grey
        (0.88, 0.52, 2.0, 2.0),
        (1.00, 0.26, 1.0, 2.0),  # scale
    ),
    "char": (
        (0.00, 1.00, 0.0, 0.0),
        (0.20, 0.96, 1.0, 8.0),  # yellowed
        (0.42, 0.76, 8.0, 25.0),
        (0.60, 0.48, 13.0, 23.0),  # brown
        (0.78, 0.22, 7.0, 10.0),
        (1.00, 0.07, 0.0, 1.0),  # black
    ),
}
_FULL_CHROMA_L = 60.0  # the table's steps of a* and b* hold at this lightness; a darker surface takes less
_CORE_FROM = 0.8  # where scale or char begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """A burn.

    Attributes:
        colours: ``oxide`` of metal, or ``char`` of plastic.
        peak: temperature of the core, as a share of the one that leaves scale or char, [0.1, 1].
        steepness: how fast it rises towards the core, [0.3, 3]; above 1 the outer rings are wide.
        strength: of all colours, [0, 1]; below 1 the film is worn.
        turbulence: how uneven the rings are, [0, 1].
        turbulence_size: size of that unevenness.
        roughness: relative deviation of the core's own texture, [0, 1].
    """

    colours: Literal["oxide", "char"] = "oxide"
    peak: Range = Range(0.6, 1.0)
    steepness: Range = Range(0.7, 1.3)
    strength: Range = Range(0.7, 1.0)
    turbulence: Range = Range(0.1, 0.3)
    turbulence_size: LengthRange
    roughness: Range = Range(0.05, 0.2)

    def __post_init__(self) -> None:
        require_within(self, peak=(0.1, 1), steepness=(0.3, 3), strength=(0, 1), turbulence=(0, 1), roughness=(0, 1))

    @property
    def reach_px(self) -> int:
        """0: nothing changes beyond the outline."""
        return 0

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return the heat, its unevenness and the core's roughness."""
        return {
            "peak": self.peak.draw(rng),
            "steepness": self.steepness.draw(rng),
            "strength": self.strength.draw(rng),
            "turbulence": self.turbulence.draw(rng),
            "turbulence_px": max(3.0, self.turbulence_size.draw_px(rng, patch.scale)),
            "roughness": self.roughness.draw(rng),
            "noise": int(rng.integers(2**31)),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the burnt surface, (N, C) float32."""
        values, alpha = patch.under(outline), outline.strength()
        level = level_of(values, alpha)
        rise = (alpha / np.float32(max(float(alpha.max()), 1e-6))) ** np.float32(params["steepness"])
        swirl = outline.pick(clouds(outline.alpha.shape, params["turbulence_px"], params["noise"], octaves=4))
        heat = rise * np.float32(params["peak"])
        heat *= 1.0 + np.float32(params["turbulence"]) * swirl * (1.0 - 0.5 * rise)
        np.clip(heat, 0.0, 1.0, out=heat)
        at, gain, red, yellow = np.array(COLOURS[self.colours]).T
        strength = np.float32(params["strength"])
        factor = 1.0 + strength * (np.interp(heat, at, gain).astype(np.float32) - 1.0)
        core = np.clip((heat - _CORE_FROM) * np.float32(1.0 / (1.0 - _CORE_FROM)), 0.0, 1.0)
        if core.any():
            values = mixed(values, level, 0.7 * core)  # scale and char hide the surface's texture and have their own
            crust = clouds(outline.alpha.shape, 3.0, params["noise"] ^ 1, octaves=2)
            lit = -Neighbourhood.of(outline, crust, 1).rise_towards(patch.light_deg)
            factor *= 1.0 + np.float32(params["roughness"]) * core * np.clip(outline.pick(crust) + 1.5 * lit, -3.0, 3.0)
        out = times(values, np.maximum(factor, 0.0))
        if values.shape[1] == 1:
            return out
        if self.colours == "char":  # what burns away takes the plastic's own colour with it
            out = mixed(out, np.repeat(out.mean(axis=1, keepdims=True), 3, axis=1), np.minimum(1.0, 1.8 * heat))
        lightness = float(to_lab(level[None])[0, 0])
        chroma = strength * min(1.0, lightness / _FULL_CHROMA_L)
        steps = np.zeros((alpha.size, 3), np.float32)
        steps[:, 1] = chroma * np.interp(heat, at, red)
        steps[:, 2] = chroma * np.interp(heat, at, yellow)
        return shifted_lab(out, steps)

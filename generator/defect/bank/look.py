"""The look of a real cut-out, on the surface it comes to lie on.

The surface under the outline is filled in from around, smoothly; the cut-out's change of brightness multiplies it and
the steps of its tint are added in CIELAB, stronger or weaker as drawn; where it took colour from its surface it takes
the same share of this one's, so that white on orange does not turn blue on black. That face takes the surface's place
under the alpha, or goes over into the surface by Poisson's equation. Source: own; Pérez, Gangnet, Blake (2003).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from generator.core.errors import require
from generator.core.units import Range, require_within
from generator.defect.bank.cutout import FLOOR
from generator.defect.outline import Outline, Patch
from generator.imaging.lab import shifted_lab, to_lab
from generator.imaging.poisson import blend
from generator.imaging.surround import filled

_AROUND_PX = 16  # how much of the surroundings the surface is filled in from
_COLOURED = 4.0  # steps of a* and b* from grey on
_GREY = 1.3  # times its surface's colour may seem to have gone: the surface was a little more coloured just there
_DARKEST, _BRIGHTEST = -0.97, 7.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RealFace:
    """What a cut-out does to its surface, done to another one.

    Attributes:
        strength: what its change is multiplied by, in [0, 5]; its tint too where that is below 1: more than all of a
            surface's colour cannot go.
        blend: ``alpha``: feathered as it was cut; ``poisson``: its own steps from pixel to pixel, met at its border.
    """

    strength: Range = Range(0.7, 1.3)
    blend: Literal["alpha", "poisson"] = "alpha"

    def __post_init__(self) -> None:
        require_within(self, strength=(0, 5))

    @property
    def reach_px(self) -> int:
        """0: the cut-out's own alpha holds what spills over."""
        return 0

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return the strength.

        Raises:
            RangeError: the outline is none of a bank.
        """
        require(outline.face is not None, "shape", "generator.defect.bank.shape.FromBank for this appearance", "other")
        return {"strength": self.strength.draw(rng)}

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface with the cut-out's face, (N, C) float32."""
        assert outline.face is not None
        around = patch.rect.grown(_AROUND_PX).clipped(patch.image.shape[:2])
        inner = patch.rect.inside(around)
        here = patch.image[around.slices].astype(np.float32) * np.float32(1.0 / patch.white)
        hole = np.zeros(here.shape[:2], bool)
        hole[inner] = outline.support
        surface = filled(here, ~hole)
        strength = np.float32(params["strength"])
        face = outline.pick(outline.face)
        change = np.clip(face[:, :1] * strength, _DARKEST, _BRIGHTEST)
        under = outline.pick(np.ascontiguousarray(surface[inner]))
        values = np.clip((under + np.float32(FLOOR)) * (1 + change) - np.float32(FLOOR), 0.0, 1.0)
        if face.shape[1] == 3 and values.shape[1] == 3:
            own = np.array(outline.params.get("surface_ab", (0.0, 0.0)), np.float32)
            tinted = _tinted(to_lab(under)[:, 1:], face[:, 1:] * min(strength, np.float32(1)), own)
            values = shifted_lab(values, np.pad(tinted - to_lab(values)[:, 1:], ((0, 0), (1, 0))))
        alpha = outline.strength()[:, None]
        if self.blend == "alpha":
            return alpha * values + (1 - alpha) * outline.pick(np.ascontiguousarray(here[inner]))
        pasted = surface.copy()
        pasted[hole] = values
        return outline.pick(np.ascontiguousarray(blend(here, pasted, hole)[inner]))


def _tinted(surface_ab: np.ndarray, steps: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Return a* and b* of a surface, (N, 2), after the steps that a cut-out took on its own.

    Args:
        surface_ab: (N, 2), of the surface it comes to lie on.
        steps: (N, 2), what it did to its own.
        own: (2,) a* and b* of its own surface.
    """
    strength = float(own @ own)
    if strength < _COLOURED**2:
        return surface_ab + steps
    along = (steps @ own / strength)[:, None]
    across = steps - along * own
    taken = np.clip(along, -1.0, 0.0)  # share of its surface's colour that went
    added = np.where(along < -_GREY, along + 1, np.maximum(along, 0.0))  # its opposite, or more of it
    return surface_ab * (1 + taken) + across + added * own

"""Text that a laser leaves: burnt dark, ablated bright, or foamed light.

The beam fills the letters with hatch lines, drawn at one angle and often closed by a line along the outline; slow
pulses show as rows of spots. *Burn* is what annealing does to steel or charring to plastic: dark, smooth, with a
tinted halo of heat. *Ablation* takes paint or anodising off down to bright, frosted metal, with a sharp, slightly
scorched edge. *Foam* is gas under the skin of dark plastic: light, raised, soft and mottled.
Source: own; hatch, annealing, ablation and foaming as makers of markers describe them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np

from generator.core.errors import require
from generator.core.units import Range, require_within
from generator.imaging.noise import grain
from generator.imaging.relief import Light
from generator.text.marking.pigment import channels as colour_of
from generator.text.marking.surface.shading import SLOPE_PX, relief, shared, spread
from generator.text.plate import Plate

_FINEST_PX = 2.0  # hatch lines closer than this cannot be seen
_LEAST_TINT = 0.3
_SHADE = 0.35  # foam and frost scatter light every way, so their relief is weakly shaded
_HALO = 0.6  # a halo is this share of the mark at the mark's edge, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Laser:
    """A laser's mark.

    Attributes:
        kinds: of faces, the most fitting first.
        contrast: strong change, share of full scale.
        mode: ``burn``, ``ablation`` or ``foam``.
        strength: share of the light that is lost (burn), or of what lacks to white that is gained, (0, 1].
        tint: colours of the mark, red, green, blue in [0, 1], to choose from: what is left of the light where it burns,
            what is gained where it turns light.
        halo_tint: colours of the halo, to choose from: what is left of the light.
        halo: strength of the halo beside the mark, share of the mark's, [0, 1].
        halo_width: how far it reaches, share of a capital's height, [0.01, 0.5].
        hatch: distance of hatch lines, share of a capital's height, [0.01, 0.3].
        hatch_deg: their direction, degrees, counter-clockwise as displayed.
        lines: how much less is marked between two hatch lines, [0, 0.6].
        pulses: how much less is marked between two pulses of a line, [0, 0.6].
        contour: share of texts whose letters are closed by a line along the outline, [0, 1].
        mottle: how uneven the mark is, share of its strength, [0, 0.6].
        rise: height of the mark, share of a capital's height, [-0.1, 0.1]; negative: the beam dug in.
        softness: sigma of the soft edge, share of a capital's height, [0, 0.1].
    """

    kinds: tuple[Literal["outline", "dots", "strokes", "segments"], ...] = ("outline", "strokes", "dots")
    contrast: Range = Range(0.2, 0.6)
    mode: Literal["burn", "ablation", "foam"] = "burn"
    strength: Range = Range(0.5, 0.85)
    tint: tuple[tuple[float, float, float], ...] = ((0.0, 0.0, 0.0),)
    halo_tint: tuple[tuple[float, float, float], ...] = ((0.0, 0.0, 0.0),)
    halo: Range = Range(0.0, 0.4)
    halo_width: Range = Range(0.05, 0.15)
    hatch: Range = Range(0.03, 0.08)
    hatch_deg: Range = Range(-90.0, 90.0)
    lines: Range = Range(0.05, 0.4)
    pulses: Range = Range(0.0, 0.2)
    contour: float = 0.5
    mottle: Range = Range(0.05, 0.15)
    rise: Range = Range(0.0, 0.0)
    softness: Range = Range(0.0, 0.01)

    def __post_init__(self) -> None:
        require(self.mode in ("burn", "ablation", "foam"), "mode", "burn, ablation or foam", self.mode)
        require_within(self, contrast=(0.01, 1), strength=(0.05, 1), halo=(0, 1), halo_width=(0.01, 0.5))
        require_within(self, hatch=(0.01, 0.3), hatch_deg=(-180, 180), lines=(0, 0.6), pulses=(0, 0.6))
        require_within(self, mottle=(0, 0.6), rise=(-0.1, 0.1), softness=(0, 0.1))
        require(0 <= self.contour <= 1, "contour", "a share within [0, 1]", self.contour)
        for field, colours in (("tint", self.tint), ("halo_tint", self.halo_tint)):
            require(len(colours) > 0, field, "at least one [red, green, blue]", colours)
            inside = all(0.0 <= value <= 1.0 for colour in colours for value in colour)
            require(inside, field, "[red, green, blue] within [0, 1]", colours)
        is_seen = self.mode == "burn" or all(max(colour) >= _LEAST_TINT for colour in self.tint)
        require(
            is_seen, "tint", f"light colours, with a channel of at least {_LEAST_TINT:g}, for a light mark", self.tint
        )

    @property
    def sign(self) -> str:
        """``dark`` for a burn, else ``light``."""
        return "dark" if self.mode == "burn" else "light"

    def is_flat(self, drawn: Mapping[str, Any]) -> bool:
        """Say no: the mark is mottled."""
        return False

    def strike(self, plate: Plate, rng: np.random.Generator) -> Plate:
        """Return the plate with hatch lines, and pulses along them, in its ink."""
        pitch_px = self.hatch.draw(rng) * plate.height_px
        angle, phase = math.radians(self.hatch_deg.draw(rng)), rng.random(2) * (2.0 * math.pi)
        lines, pulses = self.lines.draw(rng), self.pulses.draw(rng)
        closed = rng.random() < self.contour
        softness_px = self.softness.draw(rng) * plate.height_px
        fades = min(1.0, max(0.0, pitch_px / _FINEST_PX - 1.0))
        cover = plate.cover
        if fades > 0 and lines + pulses > 0:
            loss = _hatch(cover.shape, pitch_px, angle, phase[0], lines * fades)
            if pulses > 0:
                loss += _hatch(cover.shape, 1.3 * pitch_px, angle + 0.5 * math.pi, phase[1], pulses * fades)
            gain = np.float32(1.0) - cv2.min(loss, 0.6)
            if closed:  # the line along the outline is as strong as a hatch line
                inner = cv2.erode(cover, np.ones((3, 3), np.uint8))
                cover = cv2.add(cv2.subtract(cover, inner), cv2.multiply(inner, gain, dtype=cv2.CV_8U))
            else:
                cover = cv2.multiply(cover, gain, dtype=cv2.CV_8U)
        if softness_px >= 0.3:
            margin = math.ceil(2.0 * softness_px)
            plate = plate.padded(margin)
            cover = cv2.GaussianBlur(np.pad(cover, margin), (0, 0), softness_px)
        return plate.with_(cover=cover)

    def draw(self, rng: np.random.Generator) -> Mapping[str, Any]:
        """Return the mark's strength and colours, its halo and its relief."""
        return {
            "strength": self.strength.draw(rng),
            "tint": list(self.tint[int(rng.integers(len(self.tint)))]),
            "halo_tint": list(self.halo_tint[int(rng.integers(len(self.halo_tint)))]),
            "halo": self.halo.draw(rng),
            "halo_width": self.halo_width.draw(rng),
            "mottle": self.mottle.draw(rng),
            "rise": self.rise.draw(rng),
            "texture": int(rng.integers(1 << 16)),
        }

    def reach_px(self, drawn: Mapping[str, Any], height_px: float) -> int:
        """Return how far halo or slopes reach."""
        reach = _halo_px(drawn, height_px) if drawn["halo"] > 0 else 0
        return max(reach, _rise_px(drawn, height_px) + SLOPE_PX if drawn["rise"] else 0)

    def change(
        self, ground: np.ndarray, cover: np.ndarray, drawn: Mapping[str, Any], light_deg: float, height_px: float
    ) -> np.ndarray:
        """Return what the mark, its halo and its relief do to the surface."""
        fine, coarse = grain(cover.shape, drawn["texture"]), grain(cover.shape, drawn["texture"] >> 1, 8)
        uneven = cv2.addWeighted(fine, 0.6 * drawn["mottle"], coarse, 0.6 * drawn["mottle"], 1.0)
        share = cv2.multiply(cover, uneven, scale=drawn["strength"])
        np.clip(share, 0.0, 1.0, out=share)
        channels = ground.shape[2]
        tint, halo_tint = colour_of(drawn["tint"], channels).tolist(), colour_of(drawn["halo_tint"], channels).tolist()
        halo = np.zeros_like(share)
        if drawn["halo"] > 0:
            around = spread(cover, _halo_px(drawn, height_px))
            halo = cv2.multiply(cv2.subtract(around, cv2.multiply(around, cover)), 2.0 * _HALO * drawn["halo"])
            halo *= np.float32(drawn["strength"])
        if self.mode == "burn":
            lost = [cv2.addWeighted(share, 1.0 - t, halo, 1.0 - h, 0.0) for t, h in zip(tint, halo_tint, strict=True)]
            change = cv2.multiply(ground, _merged(lost), scale=-1.0).reshape(ground.shape)
        else:
            gained = _merged([share * np.float32(t) for t in tint])
            lost = _merged(
                [cv2.scaleAdd(halo, 1.0 - h, share * np.float32(t)) for t, h in zip(tint, halo_tint, strict=True)]
            )
            change = cv2.subtract(gained, cv2.multiply(lost, ground)).reshape(ground.shape)
        if drawn["rise"]:
            height = spread(cover, _rise_px(drawn, height_px))
            height *= np.float32(drawn["rise"] * height_px)
            shade = relief(height, Light(light_deg, 45.0), 0.2, 0.1) * np.float32(_SHADE)
            change += shared(ground + change, shade)
        return change


def _hatch(hw: tuple[int, int], pitch_px: float, angle: float, phase: float, depth: float) -> np.ndarray:
    """Return the loss between lines at an angle, (h, w) float32 in [0, depth], as two outer products."""
    turn = 2.0 * math.pi / pitch_px
    u = np.arange(hw[1], dtype=np.float32) * np.float32(turn * math.sin(angle)) + np.float32(phase)
    v = np.arange(hw[0], dtype=np.float32) * np.float32(turn * math.cos(angle))
    wave = np.outer(np.cos(v), np.cos(u))
    wave -= np.outer(np.sin(v), np.sin(u))
    wave += np.float32(1.0)
    wave *= np.float32(0.5 * depth)
    return wave


def _merged(planes: list[np.ndarray]) -> np.ndarray:
    return planes[0][..., None] if len(planes) == 1 else cv2.merge(planes)


def _halo_px(drawn: Mapping[str, Any], height_px: float) -> int:
    return max(1, math.ceil(drawn["halo_width"] * height_px))


def _rise_px(drawn: Mapping[str, Any], height_px: float) -> int:
    return max(1, round(0.03 * height_px))

"""Outlines that are real ones: a cut-out of the bank, turned, scaled, mirrored and stretched a little.

Alpha, mask and face go through one map, so what was outlined stays on what is seen. Source: own; elastic maps are those
of Simard, Steinkraus, Platt (2003), with value noise for the field.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.errors import require
from generator.core.geometry import Rect, mask_to_rect
from generator.core.units import Range, require_within
from generator.defect.bank.bank import open_bank
from generator.defect.bank.cutout import CutOut
from generator.defect.outline import Outline, Room, Site
from generator.imaging.noise import smooth

_LARGEST = 1.5  # times the image may the box of a turned cut-out be
_OUTSIDE = 0.25  # of a cut-out may hang over the image's border
_BENDS_PX = 6.0  # shortest wave of an elastic map
_SMOOTH_PX = 0.7  # stairs of a mask are no shape: turned, they would break a thin line up
_LEAST_SHARE = 0.2  # of a pixel is the mask, at least
_SLANTED = 1.25  # a line of one pixel has up to 1.4 times as many where it runs straighter than before
_BEYOND_PX, _OVER = 2, 1.08  # a bent cut is no straight line: so much of it lies beyond the image
_BEND = 0.35  # of such a wave is moved, at elastic 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FromBank:
    """One of the bank's cut-outs.

    Attributes:
        bank: folder of the bank.
        cutouts: ids of those that are taken, each as often as any other.
        weights: how often each is taken, numbers >= 0 as many as cut-outs; none: all alike.
        scale: size relative to the real one, drawn log-uniformly, in [0.1, 10].
        turn_deg: turn against the real one, degrees counter-clockwise, in [-180, 180].
        mirror: whether half of them are mirrored.
        elastic: how far outlines are bent, 0 not at all, 1 strongly.
        at_border: whether a defect that reached a side of its image reaches that side of this one: the cut there was
            the image's end and no edge of its own. It is not turned then, and not mirrored away from that side.
    """

    bank: str
    cutouts: tuple[str, ...]
    weights: tuple[float, ...] = ()
    scale: Range = Range(0.7, 1.4)
    turn_deg: Range = Range(-180.0, 180.0)
    mirror: bool = True
    elastic: float = 0.25
    at_border: bool = False

    def __post_init__(self) -> None:
        require(bool(self.bank), "bank", "the folder of a bank", "none")
        require(len(self.cutouts) > 0, "cutouts", "at least one id", "none")
        sound = not self.weights or (len(self.weights) == len(self.cutouts) and min(self.weights) >= 0)
        require(sound and (not self.weights or sum(self.weights) > 0), "weights",
                f"{len(self.cutouts)} numbers >= 0, some above, or none", list(self.weights))  # fmt: skip
        require_within(self, scale=(0.1, 10), turn_deg=(-180, 180))
        require(0 <= self.elastic <= 1, "elastic", "a number in [0, 1]", self.elastic)

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return a cut-out whose middle lies at the site, moved into the image if it hangs over too far.

        Raises:
            AssetError: the bank does not hold it.
        """
        name = self._choose(rng)
        bank = open_bank(self.bank)
        cutout = bank.cutout(name)
        scale = min(math.exp(rng.uniform(math.log(self.scale.low), math.log(self.scale.high))), 10.0)
        turn_deg = self.turn_deg.draw(rng)
        mirrored = bool(self.mirror and rng.random() < 0.5)
        sides = bank.entries[name].get("touches", "") if self.at_border else ""
        if sides:
            turn_deg, mirrored = 0.0, mirrored and not {"l", "r"} & {*sides}
            scale *= _spanning(sides, cutout.mask, scale, room.hw)
        scale *= min(1.0, _room_for(cutout.hw, scale, turn_deg, room.hw))
        alpha, mask, face = _moved(cutout, scale, turn_deg, mirrored, self.elastic, rng)
        height, width = mask.shape
        over = 0.0 if _is_scattered(mask) else _OUTSIDE
        x, y = (
            _inside(centre, size, whole, over)
            for centre, size, whole in ((site.x, width, room.hw[1]), (site.y, height, room.hw[0]))
        )
        if sides:
            x, y = _at_sides(sides, mask, x, y, room.hw)
        params: dict[str, Any] = {
            "kind": "cutout",
            "cutout": name,
            "cutout_source": bank.entries[name].get("sha256", ""),
            "surface_ab": list(bank.entries[name]["surface"]["lab"][1:]),
            "scale": scale,
            "turn_deg": turn_deg,
            "mirrored": mirrored,
        }
        rect = Rect(x, y, width, height)
        return Outline(rect=rect, alpha=alpha, support=alpha > 1.0 / 255.0, drawn=mask, face=face, params=params)

    def _choose(self, rng: np.random.Generator) -> str:
        if not self.weights:
            return self.cutouts[int(rng.integers(len(self.cutouts)))]
        weights = np.array(self.weights)
        return self.cutouts[int(rng.choice(len(weights), p=weights / weights.sum()))]


def _spanning(sides: str, mask: np.ndarray, scale: float, hw: tuple[int, int]) -> float:
    """Return how much larger a cut-out becomes so that it goes from side to side where the real one did."""
    box = mask_to_rect(mask)
    spans = [_OVER * whole / (size * scale) for ends, size, whole in (("lr", box.w, hw[1]), ("tb", box.h, hw[0]))
             if set(ends) <= set(sides)]  # fmt: skip
    return max(spans, default=1.0)


def _at_sides(sides: str, mask: np.ndarray, x: int, y: int, hw: tuple[int, int]) -> tuple[int, int]:
    """Return where a cut-out begins so that its mask goes on beyond the sides that the real one reached."""
    box, beyond = mask_to_rect(mask), _BEYOND_PX
    first = {"l": -box.x - beyond, "r": hw[1] - box.x - box.w + beyond}
    second = {"t": -box.y - beyond, "b": hw[0] - box.y - box.h + beyond}
    across, down = ([at[side] for side in sides if side in at] for at in (first, second))
    return round(sum(across) / len(across)) if across else x, round(sum(down) / len(down)) if down else y


def _room_for(hw: tuple[int, int], scale: float, turn_deg: float, image_hw: tuple[int, int]) -> float:
    """Return how much of its size a turned cut-out keeps; one that crosses its image may cross this one and go on."""
    height, width = _turned_hw(hw, scale, turn_deg)
    return min(_LARGEST * image_hw[0] / height, _LARGEST * image_hw[1] / width)


def _turned_hw(hw: tuple[int, int], scale: float, turn_deg: float) -> tuple[float, float]:
    c, s = abs(math.cos(math.radians(turn_deg))) * scale, abs(math.sin(math.radians(turn_deg))) * scale
    return hw[1] * s + hw[0] * c, hw[1] * c + hw[0] * s


def _is_scattered(mask: np.ndarray) -> bool:
    """Say whether a mask has pieces that lie apart: what they mean together would be lost with one of them."""
    return cv2.connectedComponents(cv2.dilate(mask.astype(np.uint8), np.ones((9, 9), np.uint8)))[0] > 2


def _inside(centre: float, size: int, whole: int, over: float) -> int:
    """Return where a box of that size begins: at most a share of it beyond either end, or over most of the image."""
    hang = int(over * size)
    low, high = sorted((-hang, whole - size + hang))
    return max(low, min(round(centre - size / 2.0), high))


def _moved(
    cutout: CutOut, scale: float, turn_deg: float, mirrored: bool, elastic: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return alpha, mask and face after one map, area-averaged where it shrinks.

    The face goes through a long kernel: its grain is a pixel wide, of which a linear one takes a third away, and a
    detector soon knows a paste by that.
    """
    height, width = cutout.hw
    out_h, out_w = (math.ceil(size) + 4 for size in _turned_hw(cutout.hw, scale, turn_deg))
    turn = cv2.getRotationMatrix2D((width / 2.0 - 0.5, height / 2.0 - 0.5), turn_deg, scale)
    turn[:, 2] += (out_w - width) / 2.0, (out_h - height) / 2.0
    back = cv2.invertAffineTransform(turn)
    y, x = np.mgrid[0:out_h, 0:out_w].astype(np.float32)
    map_x = (back[0, 0] * x + back[0, 1] * y + back[0, 2]).astype(np.float32)
    map_y = (back[1, 0] * x + back[1, 1] * y + back[1, 2]).astype(np.float32)
    if mirrored:
        map_x = np.float32(width - 1) - map_x
    if elastic > 0:
        wave = max(_BENDS_PX, 0.5 * math.sqrt(out_h * out_w))
        for coordinate in (map_x, map_y):
            coordinate += smooth((out_h, out_w), wave, rng) * np.float32(elastic * _BEND * wave / (2.0 * scale))

    def moved(values: np.ndarray, kernel: int = cv2.INTER_LINEAR) -> np.ndarray:
        if scale < 0.9:  # as a lens further away would average
            values = cv2.GaussianBlur(values, (0, 0), 0.4 * (1.0 / scale - 0.5), borderType=cv2.BORDER_REPLICATE)
        return cv2.remap(values, map_x, map_y, kernel, borderMode=cv2.BORDER_CONSTANT)

    mask = moved(cv2.GaussianBlur(cutout.mask.astype(np.float32), (0, 0), _SMOOTH_PX, borderType=cv2.BORDER_REPLICATE))
    seen = mask >= _level_of(mask, _area_px(cutout.mask, scale))
    face = moved(cutout.face, cv2.INTER_LANCZOS4)
    return moved(cutout.alpha), seen, face if face.ndim == 3 else face[..., None]


def _area_px(mask: np.ndarray, scale: float) -> float:
    """Return the area that a mask, (h, w) bool, has at another size: what is a line stays at least a pixel wide."""
    inside = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_5)[inside > 0]
    width = max(1.0, 4.0 * float(depth.mean()) - 3.0)  # 1 px deep on average: a line of one pixel
    line = _SLANTED if width < 2.0 else 1.0
    return np.count_nonzero(mask) * scale * max(width * scale, 1.0) / width * line


def _level_of(shares: np.ndarray, area_px: float) -> float:
    """Return the level above which a moved mask has its area: at one half a line of a pixel or two would break up."""
    count = min(max(round(area_px), 1), shares.size)
    level = float(np.partition(shares, shares.size - count, axis=None)[shares.size - count])
    return min(max(level, _LEAST_SHARE), 0.5)

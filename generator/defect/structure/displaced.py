"""Displaced things: where a part or ink is, and where it goes instead.

The thing is shifted, turned about its middle or mirrored, and must land on the part (inside image and roi); of the
landings that are tried the one on the calmest ground is taken, so that a chip does not end on another. Source: own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np

from generator.core.errors import require
from generator.core.units import Length, Range
from generator.defect.outline import Matte, Outline, Room, Site
from generator.defect.structure.layer import carried, hole_of, landing, nothing, origins, spared, united

_LANDINGS = 4
_SEEN_PX = 2048  # from which the level beside a thing is read
_LEAST_MIRRORED = 0.35  # a mirrored part must differ more: most are nearly alike both ways
_LEAST_CHANGE = 0.22  # of the thing's own contrast: a round part that is turned, or its like in its place, is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Displaced:
    """A thing that is not where or how it should be.

    Attributes:
        shift: how far it is moved, any way, as a share of its size (the root of its area), [0, 3].
        turn_deg: how far it is turned, either way, degrees, [0, 180].
        mirror: whether it is mirrored, as a part that lies on its face.
        origin: ``leaves`` uncovers the ground where it was, ``stays`` keeps it there too, as a double print;
            ``other`` puts a copy of the place's second thing where the first was.
        margin: how far beyond the thing's edge the ground is uncovered, so that its own shade goes too.
    """

    shift: Range = Range(0.1, 0.4)
    turn_deg: Range = Range(0.0, 8.0)
    mirror: bool = False
    origin: Literal["leaves", "stays", "other"] = "leaves"
    margin: Length = Length(2.0, "px")

    def __post_init__(self) -> None:
        require(self.shift.within(0, 3), "shift", "(low, high) within [0, 3]", self.shift)
        require(self.turn_deg.within(0, 180), "turn_deg", "(low, high) within [0, 180]", self.turn_deg)

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of both places; one without strength where nothing was found or it cannot land."""
        if not site.things or (self.origin == "other" and len(site.things) < 2):
            return nothing()
        thing, piece = site.things[0], site.things[-1] if self.origin == "other" else site.things[0]
        middles, size = (_middle(thing), _middle(piece)), math.sqrt(float(thing.alpha.sum()))
        across = (thing.rect.w > thing.rect.h) != (piece.rect.w > piece.rect.h)
        drawn = [self._draw_move(*middles, size, across, rng) for _ in range(_LANDINGS)]
        landed = [(move, _landed(piece, move)) for move in drawn]
        calmest = sorted(
            (_unrest(matte, thing, room), i) for i, (_, matte) in enumerate(landed) if _is_on_part(matte, room)
        )
        chosen = next((i for _, i in calmest if self._shows(piece, *landed[i], room)), None)
        if chosen is None:
            return nothing()
        move, moved = landed[chosen]
        mattes = {"piece": piece}
        if self.origin != "stays":
            hole = hole_of(thing, self.margin.px(room.scale), room.hw)
            mattes["hole"] = spared(hole, thing, room.image, room.white)
        both = united([moved, *([mattes["hole"]] if "hole" in mattes else [])])
        whole = Outline.of(both.alpha, both.rect.x, both.rect.y)
        params = {"kind": "displaced", **move}
        return Outline(rect=whole.rect, alpha=whole.alpha, support=whole.support, params=params, mattes=mattes)

    def _is_away(self, move: dict[str, Any], piece: Matte) -> bool:
        """Say whether a thing is so far from its place, or twice there, that it cannot look as it should."""
        far = math.hypot(move["dx_px"], move["dy_px"])
        return self.origin == "stays" or (self.origin == "leaves" and far > 0.1 * math.sqrt(float(piece.alpha.sum())))

    def _shows(self, piece: Matte, move: dict[str, Any], moved: Matte, room: Room) -> bool:
        """Say whether a move can be seen."""
        least = _LEAST_MIRRORED if self.mirror else _LEAST_CHANGE
        return self._is_away(move, piece) or _change(piece, move, moved, room) >= least

    def _draw_move(
        self,
        to: tuple[float, float],
        middle: tuple[float, float],
        size: float,
        across: bool,
        rng: np.random.Generator,
    ) -> dict[str, Any]:
        """Return a move of a piece about its middle; ``across``: it must be turned to lie as the thing at ``to``."""
        (to_x, to_y), (x, y) = to, middle
        far = self.shift.draw(rng) * size
        way = rng.uniform(-math.pi, math.pi)
        dx, dy = far * math.cos(way), far * math.sin(way)
        turn = self.turn_deg.draw(rng) * (1.0 if rng.random() < 0.5 else -1.0)
        if across:
            turn += 90.0
        c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
        flip = -1.0 if self.mirror else 1.0
        a, b, d, e = flip * c, s, -flip * s, c  # mirrored left to right, then turned counter-clockwise as displayed
        matrix = [a, b, to_x + dx - a * x - b * y, d, e, to_y + dy - d * x - e * y]
        return {"dx_px": dx, "dy_px": dy, "turn_deg": turn, "mirror": self.mirror, "matrix": matrix}


def _middle(thing: Matte) -> tuple[float, float]:
    """Return the column and row of a thing's middle."""
    moments = cv2.moments(thing.alpha)
    mass = max(moments["m00"], 1e-6)
    return thing.rect.x + moments["m10"] / mass, thing.rect.y + moments["m01"] / mass


def _landed(piece: Matte, move: dict[str, Any]) -> Matte:
    """Return the piece's matte at its new place."""
    rect = landing(piece.rect, move)
    return Matte(rect=rect, alpha=carried(piece.alpha, piece.rect, origins(rect, move), cv2.BORDER_CONSTANT))


def _is_on_part(moved: Matte, room: Room) -> bool:
    """Say whether a moved thing lies wholly within image and roi."""
    inside = moved.rect.clipped(room.hw)
    solid = moved.alpha > 0.5
    here = solid[inside.inside(moved.rect)]
    if np.count_nonzero(here) < np.count_nonzero(solid):
        return False
    return room.roi is None or not (here & ~room.roi[inside.slices]).any()


def _change(piece: Matte, move: dict[str, Any], moved: Matte, room: Room) -> float:
    """Return the mean change where a thing lands, as a share of the thing's contrast with the ground beside it."""
    rect = moved.rect.clipped(room.hw)
    solid = moved.alpha[rect.inside(moved.rect)] > 0.5
    if not solid.any():
        return 0.0
    before = room.image[rect.slices].astype(np.float32)
    pixels = room.image[piece.rect.slices].astype(np.float32)
    after = carried(pixels, piece.rect, origins(rect, move), cv2.BORDER_REPLICATE)
    side = 2 * int(0.15 * math.sqrt(float(piece.alpha.sum()))) + 3
    step = cv2.blur(after - before, (side, side))  # nor is a fine edge that lies a little beside its own
    own, beside = piece.alpha > 0.5, piece.alpha < 0.05
    if not beside.any() or not own.any():
        return 0.0
    around = pixels[beside]
    level = np.median(around[:: -(-around.shape[0] // _SEEN_PX)], axis=0).tolist()
    contrast = cv2.mean(_largest(cv2.absdiff(pixels, (*level, 0.0, 0.0, 0.0)[:4])), own.view(np.uint8))[0]
    return cv2.mean(_largest(np.abs(step)), solid.view(np.uint8))[0] / max(contrast, 0.02 * room.white)


def _largest(values: np.ndarray) -> np.ndarray:
    """Return the largest value over the channels, (h, w)."""
    if values.ndim == 2:
        return values
    largest = values[..., 0]
    for channel in range(1, values.shape[2]):
        largest = np.maximum(largest, values[..., channel])
    return np.ascontiguousarray(largest)


def _unrest(moved: Matte, thing: Matte, room: Room) -> float:
    """Return how busy the ground is where a thing lands, apart from where it was: its deviation, in grey levels."""
    rect = moved.rect.clipped(room.hw)
    bits = moved.alpha[rect.inside(moved.rect)] > 0.5
    common = rect.intersection(thing.rect)
    if not common.is_empty:
        bits[common.inside(rect)] &= thing.alpha[common.inside(thing.rect)] < 0.1
    if np.count_nonzero(bits) <= 4:
        return 0.0
    return float(cv2.meanStdDev(room.image[rect.slices], mask=bits.view(np.uint8))[1].sum())

"""A struck plate with print defects on it, one after another. Source: own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from generator.core.text import PRINT_DEFECT
from generator.imaging.warp import Bend, Warp
from generator.text.plate import Plate
from generator.text.port import Fault, Harm

_SHARES = (1.0, 0.75, 0.5, 0.35, 0.2, 0.1)


@dataclass(frozen=True, slots=True, eq=False)
class _Moved:
    """A bend of a plate that was moved before: ``before`` is a (3, 3) affine map of the plate onto itself."""

    before: np.ndarray
    bend: Bend | None

    def forward(self, uv: np.ndarray) -> np.ndarray:
        """Return where (n, 2) points of the plate go."""
        moved = uv @ self.before[:2, :2].T + self.before[:2, 2]
        return moved if self.bend is None else self.bend.forward(moved)

    def backward(self, xy: np.ndarray) -> np.ndarray:
        """Return where (n, 2) points came from; NaN where from nowhere."""
        points = xy if self.bend is None else self.bend.backward(xy)
        back = np.linalg.inv(self.before)
        return points @ back[:2, :2].T + back[:2, 2]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Harmed:
    """A print after a defect.

    Attributes:
        plate: with the ink that is there.
        warp: where it went.
        readable: (n,) bool, per character.
        category: of the defect; empty: none yet.
        params: what was drawn (JSON).
    """

    plate: Plate
    warp: Warp
    readable: np.ndarray
    category: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def sound(cls, plate: Plate, warp: Warp) -> Harmed:
        """Return a print without a defect."""
        return cls(plate=plate, warp=warp, readable=np.ones(len(plate.chars), bool))


def harmed(before: Harmed, fault: Fault, hw: tuple[int, int], rng: np.random.Generator) -> Harmed | None:
    """Return a print with one more defect; None: this one cannot be put on it.

    A print that would be moved off an image of height and width ``hw`` is moved less, the same way.
    """
    harm = fault.harm(before.plate, rng)
    if harm is None:
        return None
    warp, share = before.warp, 1.0
    if harm.shift_uv != (0.0, 0.0) or harm.turn_deg:
        share = next((s for s in _SHARES if _lies_in(_moved(before, harm, s), before.plate, hw)), 0.0)
        if share == 0.0:
            return None
        warp = _moved(before, harm, share)
    return Harmed(
        plate=before.plate.with_(cover=harm.cover),
        warp=warp,
        readable=before.readable & harm.readable,
        category=fault.category,
        params={PRINT_DEFECT: fault.category, **harm.params, **({"moved_share": share} if share < 1.0 else {})},
    )


def _moved(before: Harmed, harm: Harm, share: float) -> Warp:
    """Return where a share of the way goes that a print was misplaced by."""
    u, v = harm.shift_uv
    moved = _about_middle((u * share, v * share), harm.turn_deg * share, before.plate.wh)
    warp = before.warp
    return Warp(warp.matrix @ moved) if warp.bend is None else replace(warp, bend=_Moved(moved, warp.bend))


def _lies_in(warp: Warp, plate: Plate, hw: tuple[int, int]) -> bool:
    """Say whether all ink lies on the image."""
    boxes = plate.boxes_uv
    points = warp.forward(np.concatenate([boxes[:, [0, 1]], boxes[:, [2, 1]], boxes[:, [2, 3]], boxes[:, [0, 3]]]))
    return bool((points >= 0).all() and (points <= np.array([hw[1], hw[0]])).all())


def _about_middle(shift_uv: tuple[float, float], turn_deg: float, wh: tuple[int, int]) -> np.ndarray:
    """Return the (3, 3) map that turns a plate about its middle, counter-clockwise as displayed, and shifts it."""
    cos, sin = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))
    turn = np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])
    to, back = np.eye(3), np.eye(3)
    to[:2, 2] = -wh[0] / 2.0, -wh[1] / 2.0
    back[:2, 2] = wh[0] / 2.0 + shift_uv[0], wh[1] / 2.0 + shift_uv[1]
    return back @ turn @ to

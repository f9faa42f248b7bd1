"""A row: one real defect as numbers, from which new ones are drawn.

Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from generator.core.errors import RangeError, require
from generator.defect.fitted.own import WAYS

KINDS = ("line", "blob", "region")
SIDES = "lrtb"
SPANNING = 0.9  # of an image's width or height counts as all of it
_TEXTS = ("kind", "touches", "source")
_LISTS = ("wh", "centre", "tint", "clouds_px", "own", "parts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured on one real defect and the mask that a person drew of it.

    Attributes:
        kind: ``line``, ``blob`` or ``region``.
        wh: width and height of its image, px.
        centre: middle of the mask's box, as shares of the image's (or the part's) width and height.
        touches: sides of the image that the mask reaches, of l, r, t, b.
        area_px, length_px, width_px: of the mask; the length is that of the smallest turned rectangle.
        angle_deg: direction of its longer axis, (-90, 90].
        contrast: mean change under the mask near its border, relative to the surface; negative is darker.
        share: share of the mask that really changes, (0, 1].
        shift_px: how far the change reaches beyond the mask's border; negative: it stays inside.
        softness_px: sigma of the change's edge.
        clouds: deviation of the change within it, relative to the surface.
        clouds_px: size of these clouds, across and down the image.
        grain: how much a line's strength varies along its way, relative deviation.
        texture: what the surface's own fine texture is multiplied by, where that goes on.
        own: deviations of the defect's own fine texture, relative to the surface: of its long and its short streaks
            down the image, the same across, and of the rest; none: the surface's goes on.
        tint: steps of a* and b*.
        parts: courses of x, y, width, x, y, width, ... for a line, else rings of x, y, x, y, ...; px from the middle
            of the mask's box.
        source: sha256 of the image file that it was measured on; empty: not known.
    """

    kind: str
    wh: tuple[int, int]
    centre: tuple[float, float]
    touches: str = ""
    area_px: float
    length_px: float
    width_px: float
    angle_deg: float
    contrast: float
    share: float = 1.0
    shift_px: float = 0.0
    softness_px: float = 0.8
    clouds: float = 0.0
    clouds_px: tuple[float, float] = (6.0, 6.0)
    grain: float = 0.2
    texture: float = 1.0
    own: tuple[float, ...] = ()
    tint: tuple[float, float] = (0.0, 0.0)
    parts: tuple[tuple[float, ...], ...]
    source: str = ""

    def __post_init__(self) -> None:
        require(self.kind in KINDS, "kind", "one of " + ", ".join(KINDS), self.kind)
        require(set(self.touches) <= set(SIDES), "touches", f"some of {SIDES}", self.touches)
        require(len(self.wh) == 2 and min(self.wh) >= 1, "wh", "two px >= 1", self.wh)
        require(len(self.centre) == 2, "centre", "two shares", self.centre)
        require(len(self.tint) == 2, "tint", "steps of a* and b*", self.tint)
        for name in ("area_px", "length_px", "width_px", "softness_px"):
            require(getattr(self, name) > 0, name, "a number > 0", getattr(self, name))
        require(0 < self.share <= 1, "share", "a share in (0, 1]", self.share)
        for name in ("clouds", "texture", "grain"):
            require(getattr(self, name) >= 0, name, "a number >= 0", getattr(self, name))
        require(len(self.clouds_px) == 2 and min(self.clouds_px) > 0, "clouds_px", "two px > 0", self.clouds_px)
        sound = len(self.own) in (0, WAYS) and all(number >= 0 for number in self.own)
        require(sound, "own", f"{WAYS} numbers >= 0, or none", self.own)
        step, least = (3, 3) if self.kind == "line" else (2, 6)
        sound = bool(self.parts) and all(len(part) % step == 0 and len(part) >= least for part in self.parts)
        expected = "lists of x, y, width" if step == 3 else "lists of x, y, of three corners or more"
        require(sound, "parts", expected, self.parts)

    @classmethod
    def parse(cls, value: object) -> Row:
        """Read a mapping of the fields.

        Raises:
            RangeError: an unknown or missing key, or a value of another type.
        """
        if isinstance(value, Row):
            return value
        if not isinstance(value, Mapping):
            raise RangeError("", "a mapping of what was measured", value)
        known = {f.name for f in fields(cls)}
        unknown = [key for key in value if key not in known]
        require(not unknown, "", "known keys: " + ", ".join(sorted(known)), unknown)
        missing = [f.name for f in fields(cls) if f.name not in value and f.name in _REQUIRED]
        require(not missing, "", "the keys " + ", ".join(_REQUIRED), f"none of {missing}")
        return cls(**{key: _read(key, item) for key, item in value.items()})

    def to_plain(self) -> dict[str, Any]:
        """Return the row as a mapping for yaml, numbers rounded to what matters."""
        plain: dict[str, Any] = {}
        for f in fields(self):
            item = getattr(self, f.name)
            if f.name == "parts":
                plain["parts"] = [[_short(number, 1) for number in part] for part in item]
            elif f.name == "source" and not item:
                continue
            elif isinstance(item, tuple):
                plain[f.name] = [_short(number, 4 if f.name == "own" else 3) for number in item]
            else:
                plain[f.name] = item if isinstance(item, str) else _short(item, 4)
        return plain

    def extent(self) -> np.ndarray:
        """Return how far the parts reach across and down, (2,) px >= 1."""
        everything = np.concatenate(self.points())
        return np.maximum(np.ptp(everything[:, :2], axis=0), 1.0)

    def spans(self) -> tuple[bool, bool]:
        """Say whether the mask goes from side to side of its image, or nearly so, across and down."""
        across, down = self.extent() >= SPANNING * np.array(self.wh)
        return bool(across) or {"l", "r"} <= set(self.touches), bool(down) or {"t", "b"} <= set(self.touches)

    def points(self) -> list[np.ndarray]:
        """Return the parts as (N, 3) arrays of x, y, width, or (N, 2) of x, y."""
        step = 3 if self.kind == "line" else 2
        return [np.array(part, np.float64).reshape(-1, step) for part in self.parts]


_REQUIRED = ("kind", "wh", "centre", "area_px", "length_px", "width_px", "angle_deg", "contrast", "parts")


def _read(key: str, item: object) -> Any:
    if key in _TEXTS:
        require(isinstance(item, str), key, "a text", item)
        return item
    if key not in _LISTS:
        return _number(key, item)
    require(isinstance(item, (list, tuple)), key, "a list", item)
    if key == "parts":
        require(all(isinstance(part, (list, tuple)) for part in item), key, "lists of numbers", item)
        return tuple(tuple(_number(key, number) for number in part) for part in item)
    numbers = tuple(_number(key, number) for number in item)
    return tuple(int(number) for number in numbers) if key == "wh" else numbers


def _number(key: str, item: object) -> float:
    require(isinstance(item, (int, float)) and not isinstance(item, bool) and np.isfinite(item), key, "a number", item)
    return float(item)  # type: ignore[arg-type]


def _short(number: float, digits: int) -> float | int:
    rounded = round(float(number), digits)
    return int(rounded) if rounded == int(rounded) else rounded

"""Etched: copper that is not there, or copper that should not be.

The image around is explained as laminate and copper of locally varying colour, mixed by how much copper a pixel shows,
plus light and shade on the copper's borders; these are fitted to the borders that are there. The changed copper goes
through the same sum, so new borders are as sharp and as lit as the old ones. What the sum leaves unexplained is the
grain: it stays where nothing changed and is copied from true places of the new material where it did.
Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.errors import require
from generator.core.seeds import texture_rng
from generator.core.units import Range
from generator.defect.outline import Outline, Patch
from generator.defect.trace.conductors import copper_share, soft_share

_AROUND_PX = 14
_FARTHER_PX = 1.2  # how much softer the second of the two slopes is that light and shade follow
_SHIFTS = 24
_FADE_PX = 1.2
_NOISE = 2.2  # standard deviations of noise in the step between neighbours that a quarter stay below
_LEAST_MOST = 0.004
_REACH_PX = 4
_SQUARE = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Etched:
    """The other of the board's two materials; for outlines on conductors.

    Attributes:
        grain: strength of the new material's grain relative to the material that is there, [0, 2].
        left: how much of what was there still shows through, as thin rests of copper or a thin film, [0, 0.3].
    """

    grain: Range = Range(1.0, 1.0)
    left: Range = Range(0.0, 0.0)

    def __post_init__(self) -> None:
        require(self.grain.within(0, 2), "grain", "(low, high) within [0, 2]", self.grain)
        require(self.left.within(0, 0.3), "left", "(low, high) within [0, 0.3]", self.left)

    @property
    def reach_px(self) -> int:
        """4: the light and shade on the new borders."""
        return _REACH_PX

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return the grain's strength, what is left, and the number that decides where grain is copied from."""
        _levels(outline)
        return {"grain": self.grain.draw(rng), "left": self.left.draw(rng), "texture": int(rng.integers(1 << 31))}

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface with its copper changed, (N, C) float32."""
        copper, laminate = _levels(outline)
        rect = outline.rect.grown(_AROUND_PX).clipped(patch.image.shape[:2])
        values = np.multiply(patch.image[rect.slices], np.float32(1.0 / patch.white), dtype=np.float32)
        raw, foreign = copper_share(values, copper, laminate)
        softness = outline.params["edge_px"]
        share = soft_share(raw, softness)
        inner = outline.rect.inside(rect)
        becomes_copper = outline.params["becomes"] == "copper"
        changed = share.copy()
        strength = outline.alpha * np.float32(1.0 - params["left"])
        changed[inner] += ((1.0 - share[inner]) if becomes_copper else -share[inner]) * strength
        if softness <= 0:
            changed = (changed > 0.5).astype(np.float32)
        scene = _Scene.fitted(values, share, foreign, copper, laminate, softness)
        before, after = scene.shown(share), scene.shown(changed)
        grain = values - before
        there = np.abs(changed - share)
        # beyond a border that goes, its light and shade go too
        swap = np.clip(cv2.GaussianBlur(cv2.dilate(there, _SQUARE), (0, 0), _FADE_PX) * np.float32(4.0), 0.0, 1.0)
        pure = ~foreign & (np.abs(1.0 - share if becomes_copper else share) < 0.02)
        pure &= np.abs(raw - np.float32(becomes_copper)) < 0.5
        inmost = cv2.erode(pure.view(np.uint8), _SQUARE).view(bool)  # away from borders, where there is such a place
        pure = inmost if np.count_nonzero(inmost) >= _ENOUGH_PX else pure
        # what is left of lit borders is no grain
        steps = np.abs(values[::2, 1:] - values[::2, :-1]).reshape(-1, values.shape[2])
        noise = np.percentile(steps, 25, axis=0).astype(np.float32) * np.float32(_NOISE)
        most = np.float32(3.2) * noise + np.float32(_LEAST_MOST)
        copied = np.clip(_copied_grain(grain, pure, swap > 0, params["texture"]), -most, most)
        spread = copied[there > 0.5].std(axis=0) if (there > 0.5).any() else noise
        copied *= np.minimum(1.0, noise / np.maximum(spread, 1e-6)) * np.float32(params["grain"])
        share_of_new = swap[..., None]
        kept = np.sqrt(1.0 - share_of_new * share_of_new)
        shown = after + kept * grain + share_of_new * copied
        near = cv2.dilate((there > 1e-3).view(np.uint8), np.ones((2 * _REACH_PX - 1,) * 2, np.uint8))
        shown = np.where(near[..., None] > 0, shown, values)
        return outline.pick(np.ascontiguousarray(shown[inner])).astype(np.float32)


def _levels(outline: Outline) -> tuple[np.ndarray, np.ndarray]:
    """Return the copper's and the laminate's colour, (C,) float32.

    Raises:
        RangeError: the outline does not lie on conductors.
    """
    known = "copper" in outline.params and "laminate" in outline.params
    require(known, "shape", "one of generator.defect.trace, because this look swaps copper and laminate", "another one")
    return tuple(np.array(outline.params[name], np.float32) for name in ("copper", "laminate"))


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """What a window's conductors look like for any share of copper.

    Attributes:
        copper: (h, w, C) float32, the copper's colour as it varies over the window.
        laminate: (h, w, C) float32.
        lit: (features, C) float32, what the slopes of the copper's borders add.
        softness_px: of the borders.
    """

    copper: np.ndarray
    laminate: np.ndarray
    lit: np.ndarray
    softness_px: float

    @classmethod
    def fitted(
        cls,
        values: np.ndarray,
        share: np.ndarray,
        foreign: np.ndarray,
        copper: np.ndarray,
        laminate: np.ndarray,
        softness_px: float,
    ) -> _Scene:
        """Return the scene that explains a window best."""
        known = cv2.dilate(foreign.view(np.uint8), np.ones((5, 5), np.uint8)) == 0
        fields = [
            _field(values, known & (np.abs(share - target) < 0.03), level)
            for target, level in ((1.0, copper), (0.0, laminate))
        ]
        unlit = cls(*fields, np.zeros((_FEATURES, values.shape[2]), np.float32), softness_px)
        band = known & (cv2.dilate(share, _SQUARE) - cv2.erode(share, _SQUARE) > 0.1)
        if softness_px <= 0 or np.count_nonzero(band) < _ENOUGH_PX:
            return unlit
        slopes = _slopes(share, softness_px)[band]
        return cls(*fields, _least_squares(slopes, (values - unlit.shown(share))[band]), softness_px)

    def shown(self, share: np.ndarray) -> np.ndarray:
        """Return the window with this share of copper, (h, w, C) float32."""
        flat = self.laminate + (self.copper - self.laminate) * share[..., None]
        if not self.lit.any():
            return flat
        return flat + cv2.transform(_slopes(share, self.softness_px), self.lit.T).reshape(flat.shape)


_FEATURES = 6
_UNITS = 1 << 14
_ENOUGH_PX = 60  # of borders, to tell how they are lit


def _least_squares(features: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the weights, (features, C) float32, that explain (N, C) values best; small ones where that is unclear.

    Sums are of whole numbers, so that no order of adding, which differs between machines, can show in a pixel.
    """
    rows, targets = (np.rint(values * np.float32(_UNITS)).astype(np.int64) for values in (features, wanted))
    normal = (rows.T @ rows) / _UNITS**2
    normal[np.diag_indices(len(normal))] += 0.02 * float(np.trace(normal)) / len(normal) + 1e-6
    return np.linalg.solve(normal, (rows.T @ targets) / _UNITS**2).round(5).astype(np.float32)


def _slopes(share: np.ndarray, softness_px: float) -> np.ndarray:
    """Return what light and shade on a border depend on, (h, w, 6): the slopes of the share, as it is and softer."""
    planes = []
    for map_ in (share, cv2.GaussianBlur(share, (0, 0), softness_px + _FARTHER_PX)):
        rise_x = cv2.Sobel(map_, cv2.CV_32F, 1, 0, ksize=1, scale=0.5)
        rise_y = cv2.Sobel(map_, cv2.CV_32F, 0, 1, ksize=1, scale=0.5)
        planes += [rise_x, rise_y, np.sqrt(rise_x * rise_x + rise_y * rise_y)]  # cv2.magnitude may differ by a bit
    return cv2.merge(planes)


def _field(values: np.ndarray, pure: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Return a material's colour over a window: the mean of the pure pixels near each pixel, its level far from any."""
    weight = pure.astype(np.float32)
    size = (4 * _AROUND_PX // 2 + 1,) * 2
    near = cv2.blur(weight, size, borderType=cv2.BORDER_CONSTANT)[..., None]
    total = cv2.blur(values * weight[..., None], size, borderType=cv2.BORDER_CONSTANT).reshape(values.shape)
    trust = np.float32(0.01)
    return (total + trust * level) / (near + trust)


def _copied_grain(grain: np.ndarray, pure: np.ndarray, wanted: np.ndarray, number: int) -> np.ndarray:
    """Return grain of a material from other places of the window, (h, w, C) float32; its own where none is found.

    Args:
        grain: (h, w, C) float32.
        pure: (h, w) bool, where it is the material's.
        wanted: (h, w) bool, where it is needed.
        number: decides which places are tried.
    """
    rng = texture_rng(number)
    height, width = pure.shape
    rows, columns = np.nonzero(wanted)
    copied = np.zeros_like(grain)
    places = np.flatnonzero(pure)
    if places.size == 0 or rows.size == 0:
        return copied
    # single pixels first, so that nothing stays bare; whole pieces, which keep the grain's own structure, over them
    singles = places[rng.integers(places.size, size=rows.size)]
    copied[rows, columns] = grain.reshape(-1, grain.shape[2])[singles]
    open_ = np.ones(rows.size, bool)
    for dy, dx in rng.integers(-_AROUND_PX, _AROUND_PX + 1, (_SHIFTS, 2)):
        from_rows, from_columns = rows + dy, columns + dx
        fits = open_ & (from_rows >= 0) & (from_rows < height) & (from_columns >= 0) & (from_columns < width)
        fits[fits] = pure[from_rows[fits], from_columns[fits]]
        if np.count_nonzero(fits) < 4:
            continue
        copied[rows[fits], columns[fits]] = grain[from_rows[fits], from_columns[fits]]
        open_ &= ~fits
        if not open_.any():
            break
    return copied

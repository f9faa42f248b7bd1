"""How good a painted defect is, from 0 to 1 in each respect.

* seen: the share of what is outlined that changes by more than twice the noise of the surface around.
* seamless: whether what changes at the outermost pixels is less than a step that the surface itself takes there; 0.5
  where it is twice that.
* real: how near it is to the nearest real one, see ``likeness``; 0.5 at twice the distance of real ones to each other.

Apart from these stands how like a candidate is to one of the real ones, pixel by pixel, see ``copy``.

Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from generator.imaging.painted.copy import Copies, change_of
from generator.imaging.painted.likeness import Likeness
from generator.imaging.painted.window import windows

_OUTLINED = 0.9  # of the extent: what lies beyond may belong to the defect, but need not
_LEAST = 2.0 / 255.0  # change that can be seen at all, of full scale
_ENOUGH = 0.5  # of what is outlined
_HARDLY = 0.1  # of it and less is not seen
_NEAR_PX = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How good one candidate is, each in [0, 1].

    Attributes:
        seen: share of the outlined pixels that stand out.
        seamless: whether no seam shows at its border.
        real: how near it is to real ones; 1 where none are known.
    """

    seen: float
    seamless: float
    real: float

    @property
    def is_seen(self) -> bool:
        """Whether enough of it stands out to be seen."""
        return self.seen > _HARDLY

    @property
    def total(self) -> float:
        """The product; what is seen counts up to ``_ENOUGH``, as people outline more than changes."""
        return min(1.0, self.seen / _ENOUGH) * self.seamless * self.real

    def to_json(self) -> dict[str, float]:
        """Return the total and the numbers, to four digits."""
        return {name: round(getattr(self, name), 4) for name in ("total", "seen", "seamless", "real")}


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """What candidates of one class are compared with.

    Attributes:
        likeness, copies: of the real ones; None: none are known.
        size: side of their crops, px.
    """

    likeness: Likeness | None
    copies: Copies | None
    size: int

    @classmethod
    def of(cls, crops: np.ndarray | None, extents: np.ndarray | None) -> Judge:
        """Return the judge of a class.

        Args:
            crops: (n, s, s, C) float32 in [0, 1], real defects; None: none are known.
            extents: (n, s, s) float32 in [0, 1], theirs.
        """
        if crops is None or extents is None or not len(crops):
            return cls(None, None, 0)
        return cls(Likeness.of(crops, extents), Copies.of(crops, extents), crops.shape[1])

    def scores(self, surface: np.ndarray, extent: np.ndarray, painted: np.ndarray, scale: float) -> list[Score]:
        """Return the score of each candidate.

        Args:
            surface: (h, w, C) float32 in [0, 1], without the defect.
            extent: (h, w) float32 in [0, 1], not all zero.
            painted: (n, h, w, C) float32 in [0, 1].
            scale: px of the real crops for each px here.
        """
        around = _around(extent)
        noise = _noise(surface, around)
        found = []
        for one in painted:
            change = np.abs(one - surface).max(axis=2)
            found.append(
                Score(
                    seen=_seen(change, extent, noise),
                    seamless=_seamless(change, surface, extent, around),
                    real=self._real(surface, one, extent, scale),
                )
            )
        return found

    def copy(self, surface: np.ndarray, painted: np.ndarray, extent: np.ndarray, scale: float) -> tuple[float, int]:
        """Return how like a candidate, (h, w, C), is to the most alike real one, in [0, 1], and that one's number.

        A model may have learned by heart what a defect looks like, or what it does to its surface: both are compared.
        Where no real one is known the answer is 0 and -1.
        """
        if self.copies is None:
            return 0.0, -1
        found = []
        for pixels, change, part in windows(surface, painted, extent, scale, self.size):
            found.append(self.copies.nearest(change_of(pixels, part), part))
            found.append(self.copies.nearest(change.mean(axis=2), part))
        return max(found)

    def _real(self, surface: np.ndarray, painted: np.ndarray, extent: np.ndarray, scale: float) -> float:
        if self.likeness is None:
            return 1.0
        parts = windows(surface, painted, extent, scale, self.size)
        return float(np.mean([self.likeness.score(pixels, part) for pixels, _, part in parts]))


def _around(extent: np.ndarray) -> np.ndarray:
    """Return the surface near a defect, (h, w) bool; all else where there is none."""
    side = 2 * _NEAR_PX + 1
    near = (cv2.dilate(extent, np.ones((side, side), np.uint8)) > 0) & (extent == 0)
    return near if near.any() else np.ones_like(near)


def _noise(surface: np.ndarray, around: np.ndarray) -> float:
    """Return a robust sigma of the surface's noise, from its steps between neighbours."""
    grey = surface.mean(axis=2)
    steps = (grey[:, 1:] - grey[:, :-1])[around[:, 1:] & around[:, :-1]]
    return float(np.median(np.abs(steps)) * 1.4826 / np.sqrt(2.0)) if steps.size else 0.0


def _seen(change: np.ndarray, extent: np.ndarray, noise: float) -> float:
    outlined = extent >= _OUTLINED * extent.max()
    return float(np.count_nonzero(change[outlined] > max(_LEAST, 2.0 * noise)) / np.count_nonzero(outlined))


def _seamless(change: np.ndarray, surface: np.ndarray, extent: np.ndarray, around: np.ndarray) -> float:
    """Return 1 where a step at the border is none that the surface does not take itself, less where it is larger."""
    inside = (extent > 0).astype(np.uint8)
    inner = cv2.erode(inside, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_REPLICATE)
    border = (inside > 0) & (inner == 0)
    if not border.any():
        return 1.0
    across, down = (np.abs(np.diff(surface, axis=axis)).max(axis=2) for axis in (1, 0))
    steps = np.concatenate([across[around[:, 1:] & around[:, :-1]], down[around[1:] & around[:-1]]])
    own = max(float(np.mean(steps)) if steps.size else 0.0, 1.0 / 255.0)
    beyond = max(0.0, float(np.mean(change[border])) / own - 1.0)
    return 1.0 / (1.0 + beyond * beyond)

"""How far a mask found from a box can be trusted.

What can be seen of it is measured: how much of the box it fills and how near it comes to all of its sides, in how many
pieces, how far it stands out from what is beside it and whether the surface around is as strange, whether its edge
follows steps of the image, how thin it is and whether it lies on a line, whether other ways of finding it say the same.
Weighted sums of these, for lines and for the rest, foretell the overlap with what a person would draw.
Source: own; the weights are a ridge regression on real defects whose masks were drawn by people, and on boxes without
any defect.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from generator.core.geometry import Rect, mask_to_rect
from generator.harvest.candidate import View, soft
from generator.imaging.surround import depth_px

EVIDENCE = (
    "fill", "gap", "whole", "standing_out", "edge", "roundness", "thinness", "on_path", "lined", "spill", "agreement",
)  # fmt: skip
"""What is measured of a mask; each is about [0, 1].

fill: its share of the box; gap: twice the widest gap to a side of the box, as a share of the box; whole: its largest
piece; standing_out: how far it lies from what is beside it; edge: steps at its border against those elsewhere;
roundness: overlap with the ellipse in the box; thinness: 1 for a hair; on_path: how much of the strongest path through
the box it covers; lined: how much stronger that path is than the strongest of the other sign; spill: 1 where hardly a
pixel around is as strange as the mask; agreement: mean overlap with the half of the other masks that is most alike.
"""
# a constant, and a weight for each of EVIDENCE: which mask is best if there is a defect, and what it is worth if
# there may be none
_LIKELY = {
    "line": (0.03, -0.591, -0.115, -0.099, 0.246, 0.18, 0.5, -0.167, 0.07, 0.008, 0.031, 0.634),
    "area": (-0.364, -0.556, -0.053, -0.029, 0.168, 0.241, 0.661, 0.079, 0.124, -0.063, 0.063, 0.728),
}
_TRUSTED = {
    "line": (0.048, -0.547, -0.121, -0.082, 0.426, 0.22, 0.416, -0.404, 0.034, 0.081, 0.075, 0.399),
    "area": (-0.424, -0.467, -0.075, -0.026, 0.312, 0.296, 0.541, -0.094, 0.095, 0.043, 0.076, 0.615),
}
_LEAST_SIDE_PX = 3  # boxes of fewer px hold too little to tell
_LEAST_AREA_PX = 24
_STEADY = 0.6
_LINED, _FAINT = 0.35, 0.55
_THIN = ("line", "path")


def evidence(view: View, masks: Mapping[str, np.ndarray]) -> dict[str, dict[str, float]]:
    """Return what speaks for and against each mask, by the names of ``EVIDENCE``.

    Args:
        view: what was looked at.
        masks: (h, w) bool within the view's box, not empty, by the way they were found.
    """
    ground = _Ground(view)
    found = np.array([mask[view.inside] for mask in masks.values()])
    alike = np.sort(_overlaps(found), axis=1)
    half = max(1, len(masks) // 2)
    agreement = alike[:, -half - 1 : -1].mean(axis=1) if len(masks) > 1 else np.ones(1)
    return {
        way: {**ground.seen(mask), "agreement": float(agreed)}
        for (way, mask), agreed in zip(masks.items(), agreement, strict=True)
    }


def choose(seen: Mapping[str, Mapping[str, float]]) -> tuple[str, float]:
    """Return the way whose mask is likely the best, and its score.

    Where there is a line in the box, and the best mask hardly stands out, grain has been gathered around the line: then
    the path is taken.

    Args:
        seen: what speaks for and against the mask of each way, at least one.

    Returns:
        The score is the overlap, in [0, 1], that the mask is likely to have with one that a person would draw.
    """
    likely = {way: _weighed(_LIKELY, way, facts) for way, facts in seen.items()}
    best = max(likely, key=likely.__getitem__)
    paths = [way for way in likely if " path " in way]
    if paths and seen[best]["lined"] >= _LINED and seen[best]["standing_out"] < _FAINT:
        best = max(paths, key=likely.__getitem__)
    return best, float(min(1.0, max(0.0, _weighed(_TRUSTED, best, seen[best]))))


def faults(seen: Mapping[str, float], box: Rect, hw: tuple[int, int], steady: float) -> tuple[tuple[str, ...], bool]:
    """Return what is wrong with a mask, in words, and whether it must not be used unseen, whatever its score.

    Args:
        seen: what speaks for and against it.
        box: that it was found in, px.
        hw: of the image.
        steady: its overlap with the one found in a slightly wider box.
    """
    grave = {
        "the box is as large as the image": box.w * box.h >= 0.9 * hw[0] * hw[1],
        "the box is too small to tell": min(box.w, box.h) < _LEAST_SIDE_PX or box.w * box.h < _LEAST_AREA_PX,
        "the mask fills the box": seen["fill"] > 0.95,
        "hardly anything was found": seen["fill"] < 0.01,
        "it comes nowhere near one side of the box": seen["gap"] > 0.8,
    }
    light = {
        "no contrast with what is beside it": seen["standing_out"] < 0.45,
        "the surface around looks the same": seen["spill"] < 0.4,
        "its edge follows no step in the image": seen["edge"] < 0.55,
        "it is in pieces": seen["whole"] < 0.5,
        "it leaves a side of the box free": 0.4 < seen["gap"] <= 0.8,
        "different ways of finding it disagree": seen["agreement"] < 0.5,
        "it changes with the box": steady < _STEADY,
    }
    named = tuple(words for words, holds in (grave | light).items() if holds)
    return named, bool(any(grave.values()))


class _Ground:
    """What of a view does not depend on the mask."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._features = np.dstack([view.change, view.texture])
        self._calm = soft(view.change, 1.5)
        self._around = np.ascontiguousarray(self._calm[view.known].T)
        self._steps = _steps(soft(view.change, 1.0))
        self._round = _ellipse(view.inside.shape, view.box)
        gains = {name: float(view.maps[f"{name} line"][path].mean()) for name, path in view.paths.items()}
        self._path = view.paths[max(gains, key=gains.__getitem__)]
        self._lined = float(np.tanh(np.log((max(gains.values()) + 0.05) / (min(gains.values()) + 0.05))))

    def seen(self, mask: np.ndarray) -> dict[str, float]:
        view, box, own = self._view, self._view.box, mask_to_rect(mask)
        bits, area = mask.view(np.uint8), np.count_nonzero(mask)
        gaps = (
            (own.x - box.x) / box.w, (box.x + box.w - own.x - own.w) / box.w,
            (own.y - box.y) / box.h, (box.y + box.h - own.y - own.h) / box.h,
        )  # fmt: skip
        pieces = cv2.connectedComponentsWithStats(bits, connectivity=8)[2][1:, cv2.CC_STAT_AREA]
        beside = (cv2.dilate(bits, np.ones((9, 9), np.uint8)) > 0) & (cv2.dilate(bits, np.ones((3, 3), np.uint8)) == 0)
        beside = beside if beside.any() else view.known
        mine, theirs = self._features[mask], self._features[beside]
        apart = np.abs(mine.mean(axis=0) - theirs.mean(axis=0)) / np.sqrt(mine.var(axis=0) + theirs.var(axis=0) + 1.0)
        return {
            "fill": area / (box.w * box.h),
            "gap": min(1.0, 2.0 * max(gaps)),
            "whole": float(pieces.max() / area),
            "standing_out": float(np.tanh(0.5 * apart.max())),
            "edge": self._edge(mask, beside),
            "roundness": np.count_nonzero(mask & self._round) / np.count_nonzero(mask | self._round),
            "thinness": float(np.exp(-(depth_px(mask)[mask].mean() + 0.5) / 1.5)),
            "on_path": np.count_nonzero(mask & self._path) / np.count_nonzero(self._path),
            "lined": self._lined,
            "spill": self._spill(mask),
        }

    def _edge(self, mask: np.ndarray, beside: np.ndarray) -> float:
        """Return near 1 where the image steps at the mask's border alone, 0.5 where it steps as much elsewhere."""
        rim = cv2.morphologyEx(mask.view(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
        away = (self._view.inside | beside) & ~rim
        at_rim = float(self._steps[rim].mean()) if rim.any() else 0.0  # where all is mask there is no border
        elsewhere = float(self._steps[away].mean()) if away.any() else at_rim
        return at_rim / (at_rim + elsewhere + 1e-6)

    def _spill(self, mask: np.ndarray) -> float:
        """Return near 1 where hardly a pixel of the surface around is as strange as the mask, 0 where many are."""
        mine = self._calm[mask]
        channel = int(np.argmax(np.abs(mine.mean(axis=0))))
        level = float(np.median(mine[:, channel]))
        return float(np.exp(-30.0 * np.mean(self._around[channel] * np.sign(level) > abs(level))))


def _weighed(weights: Mapping[str, tuple[float, ...]], way: str, seen: Mapping[str, float]) -> float:
    constant, *each = weights["line" if any(f" {word} " in way for word in _THIN) else "area"]
    return constant + sum(weight * seen[name] for name, weight in zip(EVIDENCE, each, strict=True))


def _overlaps(masks: np.ndarray) -> np.ndarray:
    """Return the intersection over union of (n, pixels) bool masks with each other, (n, n)."""
    areas = np.count_nonzero(masks, axis=1)
    alike = np.eye(len(masks))
    for one in range(len(masks)):
        common = np.count_nonzero(masks[one + 1 :] & masks[one], axis=1)
        alike[one, one + 1 :] = alike[one + 1 :, one] = common / (areas[one + 1 :] + areas[one] - common)
    return alike


def _ellipse(hw: tuple[int, int], box: Rect) -> np.ndarray:
    """Return the ellipse that touches the sides of the box, (h, w) bool."""
    y, x = np.ogrid[: hw[0], : hw[1]]
    across, down = (x + 0.5 - box.x) / box.w - 0.5, (y + 0.5 - box.y) / box.h - 0.5
    return across**2 + down**2 <= 0.25


def _steps(change: np.ndarray) -> np.ndarray:
    """Return the length of the gradient over all channels, (h, w) float32."""
    total = np.zeros(change.shape[:2], np.float32)
    for plane in cv2.split(change):
        total += np.square(cv2.Sobel(plane, cv2.CV_32F, 1, 0)) + np.square(cv2.Sobel(plane, cv2.CV_32F, 0, 1))
    return np.sqrt(total)

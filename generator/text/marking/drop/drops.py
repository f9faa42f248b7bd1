"""Many small drops on a plate, stamped at once.

Each drop is an ellipse with an edge one pixel wide, evaluated in its own small window; the windows are summed, so drops
that touch join; a few drops are laid over each other instead. With ``merge`` the field of a drop reaches beyond its
edge, and the sum is cut where an isolated drop has its edge: neighbours then flow together, as wet ones do.
Source: own; summed fields are Blinn's (1982).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from generator.text.plate import Plate

_SMALLEST_PX = 0.6
_FEW = 8  # drops whose windows fill less than an eighth of the plate are stamped one over the other, not summed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drops:
    """Drops on a plate.

    Attributes:
        uv: (n, 2) float32 centres, px.
        radii: (n, 2) float32 half axes along u and v, px.
        weights: (n,) float32: how dense each is, (0, 1].
        numbers: (n,) of their characters, from 1.
    """

    uv: np.ndarray
    radii: np.ndarray
    weights: np.ndarray
    numbers: np.ndarray


def stamped(plate: Plate, drops: Drops, merge: float = 0.0, rim: float = 0.0, is_all: bool = False) -> Plate:
    """Return the plate with the drops on its ink; what lies beyond its border is cut off.

    A pixel under a drop belongs to the drop's character; where two meet, to the later one's.

    Args:
        plate: its cover stays where it is denser.
        drops: what to stamp; those of a character after one another.
        merge: how far a drop's field reaches beyond its edge, share of its radius, [0, 1].
        rim: how much thinner a drop is in its middle than at its rim, [0, 1], as ink dries on what does not absorb it.
        is_all: whether the drops are all of the ink, so that the boxes are theirs.
    """
    if not len(drops.uv):
        return plate
    radii, weights = drops.radii, drops.weights
    if radii.min() < _SMALLEST_PX:
        radii = np.maximum(radii, np.float32(_SMALLEST_PX))
        weights = weights * (drops.radii / radii).prod(axis=1)
    squared, places, inside = _windows(drops.uv, radii, plate.cover.shape, merge)
    slope = np.minimum(radii[:, 0], radii[:, 1])
    gain = 1.0 + merge * float(slope.sum()) / len(slope)
    slope /= 1.0 + np.float32(merge) * slope
    alpha = np.sqrt(squared)
    alpha *= -slope[:, None, None]
    alpha += (slope + np.float32(0.5))[:, None, None]
    np.maximum(alpha, 0.0, out=alpha)
    np.minimum(alpha, np.float32(0.5 + 0.5 / gain), out=alpha)  # full ink, once the gain is applied
    if rim > 0:
        middle = 1.0 - squared
        np.maximum(middle, 0.0, out=middle)
        middle *= np.float32(rim / gain)
        alpha -= middle
    alpha *= weights[:, None, None]
    if inside is not None:
        alpha *= inside
    low, high = drops.uv - radii, drops.uv + radii
    owner = _owned(plate.owner, drops.numbers, low, high, alpha, places)
    boxes = _boxes(plate.boxes_uv, drops.numbers, low, high) if is_all else plate.boxes_uv
    if merge == 0 and _FEW * alpha.size < plate.cover.size:
        cover = plate.cover.copy()
        np.maximum.at(cover.reshape(-1), places.ravel(), (alpha * 255.0 + 0.5).astype(np.uint8).ravel())
        return plate.with_(cover=cover, owner=owner, boxes_uv=boxes)
    field = np.bincount(places.ravel(), weights=alpha.ravel(), minlength=plate.cover.size).reshape(plate.cover.shape)
    cover = cv2.addWeighted(field, 255.0 * gain, field, 0.0, 127.5 * (1.0 - gain), dtype=cv2.CV_8U)
    return plate.with_(cover=np.maximum(cover, plate.cover), owner=owner, boxes_uv=boxes)


def _windows(
    uv: np.ndarray, radii: np.ndarray, hw: tuple[int, int], merge: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Return squared distances in radii, (n, k, k), the pixels they stand for, and which of them exist (None: all)."""
    reach = math.ceil(float(radii.max()) * (1.0 + 0.5 * merge) + 0.5)
    offsets = np.arange(-reach, reach + 1)
    first = np.floor(uv).astype(np.int64)
    at = (first - uv + 0.5).astype(np.float32)
    x = (at[:, :1] + offsets.astype(np.float32)) / radii[:, :1]
    y = (at[:, 1:] + offsets.astype(np.float32)) / radii[:, 1:]
    x *= x
    y *= y
    columns, rows = first[:, :1] + offsets, first[:, 1:] + offsets
    inside = None
    if columns.min() < 0 or rows.min() < 0 or columns.max() >= hw[1] or rows.max() >= hw[0]:
        inside = ((rows >= 0) & (rows < hw[0]))[:, :, None] & ((columns >= 0) & (columns < hw[1]))[:, None, :]
        columns, rows = np.clip(columns, 0, hw[1] - 1), np.clip(rows, 0, hw[0] - 1)
    rows *= hw[1]
    return x[:, None, :] + y[:, :, None], rows[:, :, None] + columns[:, None, :], inside


def _boxes(before: np.ndarray, numbers: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return the boxes around each character's drops."""
    starts = np.concatenate([[0], np.flatnonzero(numbers[1:] != numbers[:-1]) + 1])
    boxes, whose = before.copy(), numbers[starts] - 1
    boxes[whose, :2] = np.minimum.reduceat(low, starts)
    boxes[whose, 2:] = np.maximum.reduceat(high, starts)
    return boxes


def _owned(
    owner: np.ndarray, numbers: np.ndarray, low: np.ndarray, high: np.ndarray, alpha: np.ndarray, places: np.ndarray
) -> np.ndarray:
    """Return the owners, with the pixels changed of drops that reach over the border of their character's own."""
    last = np.array([owner.shape[1] - 1, owner.shape[0] - 1])
    ends = np.stack([low, high])
    ends[0] -= np.float32(0.5)
    ends[1] += np.float32(0.5)
    u, v = np.minimum(np.maximum(ends.astype(np.intp), 0), last).transpose(2, 0, 1)
    strays = np.flatnonzero((owner[v[:, None], u] != numbers).any(axis=(0, 1)))
    if not len(strays):
        return owner
    owner = owner.copy()
    inked = alpha[strays] > 0.05
    whose = np.broadcast_to(numbers[strays][:, None, None], inked.shape)
    owner.reshape(-1)[places[strays][inked]] = whose[inked]
    return owner

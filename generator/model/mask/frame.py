"""A defect's outline in a frame of its own, and the way back to the image.

In its frame a mask lies level, along its longest direction, and fills most of a square of fixed side; it is kept as the
distance of each pixel to its outline, which is smooth, so that a network draws it with clean edges. A thin mask is
widened there until its distance has a ridge that holds together, and narrowed again on the way back, each part by the
same share, so that a crack of one pixel does not break up. Source: own; distance fields for shapes are those of Park et
al., DeepSDF (2019), the tanh that makes them finest at the outline is own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from generator.core.geometry import mask_to_rect
from generator.model.patches import width_of

FILLED = 0.75
"""Of the frame's side, the length of a mask."""
THIN_SHARE = 5.0 / 64
"""Of the frame's side, the least width of a mask there."""
_NEAR_SHARE = 4.0 / 64  # within this of its outline, a share of the side, a mask shows finest
_SMOOTH_PX, _FROM_PX = 0.6, 3.0  # stairs of pixels are no shape, where a mask is so wide that it stays one
_LINE_PX = 0.75  # from the middle line at least: what is nearer is as deep, but for the grid of pixels


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Framed:
    """A mask in its frame.

    Attributes:
        field: (s, s) float32 in (-1, 1), positive within the mask, which may be widened; 0 is its outline.
        length_px: longest extent in the image, px.
        width_px: see ``generator.model.patches.width_of``.
        angle_deg: its longest direction in the image, degrees counter-clockwise as displayed, in [-90, 90].
    """

    field: np.ndarray
    length_px: float
    width_px: float
    angle_deg: float


def framed(mask: np.ndarray, side: int) -> Framed:
    """Return a mask in a frame of its own.

    Args:
        mask: (h, w) bool, not empty.
        side: of the frame, px.
    """
    box = mask_to_rect(mask)
    ys, xs = np.nonzero(mask[box.slices])
    angle = _direction(xs, ys)
    along = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    reached = along @ np.stack([xs + 0.5, ys + 0.5])
    low, high = reached.min(axis=1) - 0.5, reached.max(axis=1) + 0.5
    length = float(max(high - low))
    scale = FILLED * side / length
    margin = math.ceil(3 * _NEAR_SHARE * side / scale) + 2
    inside = np.pad(mask[box.slices], margin)
    width = width_of(mask[box.slices])
    distance = _signed(inside)
    if width >= _FROM_PX:
        distance = cv2.GaussianBlur(distance, (0, 0), _SMOOTH_PX)
    wider = max(0.0, THIN_SHARE * side / scale - width) / 2
    linear = scale * along
    offset = side / 2 - scale * (low + high) / 2 + linear @ np.array([0.5 - margin, 0.5 - margin]) - 0.5
    to_frame = np.column_stack([linear, offset])
    moved = cv2.warpAffine(distance, to_frame, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    field = to_field((moved + np.float32(wider)) * np.float32(scale), side)
    return Framed(field=field, length_px=length, width_px=width, angle_deg=math.degrees(angle))


def unframed(field: np.ndarray, length_px: float, width_px: float, turn_deg: float) -> np.ndarray:
    """Return the mask of a field in an image, its pieces that are mere dust left out.

    Args:
        field: (s, s) float32 in [-1, 1], somewhere positive.
        length_px: of a mask that fills its frame as ``framed`` lets it; > 0.
        width_px: at most as wide is it made, on average, where it was widened.
        turn_deg: counter-clockwise as displayed.

    Returns:
        (h, w) bool, cut close, not empty.
    """
    side = field.shape[0]
    scale = length_px / (FILLED * side)
    angle = math.radians(turn_deg)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    large = math.ceil(math.sqrt(2.0) * side * scale) + 4
    linear = scale * turn
    offset = large / 2 - linear @ np.full(2, side / 2 - 0.5) - 0.5
    distance = np.float32(scale) * to_distance(field, side)
    moved = cv2.warpAffine(
        distance, np.column_stack([linear, offset]), (large, large), flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT, borderValue=float(distance.min()),
    )  # fmt: skip
    mask = moved > 0
    if not mask.any():
        mask[large // 2, large // 2] = True  # smaller than a pixel
    mask = without_dust(mask)
    mask = mask[mask_to_rect(mask).slices]
    wide = width_of(mask)
    if is_thin(field) and wide > width_px:
        mask = _narrowed(mask, wide, width_px / wide)
    return mask[mask_to_rect(mask).slices]


def is_thin(field: np.ndarray) -> bool:
    """Say whether a field is that of a mask about as thin as thin ones are made."""
    mask = field > 0
    return bool(mask.any()) and width_of(mask) < 1.5 * THIN_SHARE * field.shape[0]


def to_field(distance: np.ndarray, side: int) -> np.ndarray:
    """Return distances to the outline, px of the frame, as a field in (-1, 1)."""
    return np.tanh(distance / np.float32(_NEAR_SHARE * side))


def to_distance(field: np.ndarray, side: int) -> np.ndarray:
    """Return the distances, px of the frame, that a field stands for."""
    return np.arctanh(np.clip(field, -0.995, 0.995)) * np.float32(_NEAR_SHARE * side)


def likeness(field: np.ndarray, others: np.ndarray) -> float:
    """Return how much a mask is like the nearest of others: their common share, turned and mirrored as fits best.

    Args:
        field: (s, s) float32.
        others: (n, s, s) float32.

    Returns:
        Intersection over union in [0, 1]; 0 where there are none.
    """
    theirs = others > 0
    best = 0.0
    for quarter in range(4):
        for own in (np.rot90(field > 0, quarter), np.rot90(field > 0, quarter)[:, ::-1]):
            common = np.count_nonzero(theirs & own, axis=(1, 2))
            either = np.count_nonzero(theirs | own, axis=(1, 2))
            best = max(best, float((common / np.maximum(either, 1)).max(initial=0.0)))
    return best


def _direction(xs: np.ndarray, ys: np.ndarray) -> float:
    """Return the longest direction of pixels, radians counter-clockwise as displayed, in [-pi / 2, pi / 2]."""
    if len(xs) < 3:
        return 0.0
    (xx, xy), (_, yy) = np.cov(np.stack([xs, ys]).astype(float))
    return 0.5 * math.atan2(-2.0 * xy, xx - yy)


def _signed(mask: np.ndarray) -> np.ndarray:
    """Return the distance of each pixel to the outline, float32 px, positive within."""
    within, beyond = (cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
                      for part in (mask, ~mask))  # fmt: skip
    return np.where(mask, within - 0.5, 0.5 - beyond).astype(np.float32)


def without_dust(mask: np.ndarray) -> np.ndarray:
    """Return a mask without pieces of less than a hundredth of it."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count <= 2:
        return mask
    areas = stats[:, cv2.CC_STAT_AREA]
    kept = areas >= min(0.01 * areas[1:].sum(), areas[1:].max())
    kept[0] = False
    return kept[labels]


def _narrowed(mask: np.ndarray, width_px: float, share: float) -> np.ndarray:
    """Return a mask whose every part keeps a share of its width, about its middle line.

    Args:
        mask: (h, w) bool.
        width_px: its mean width.
        share: in (0, 1].
    """
    padded = np.pad(mask, 1)
    depth = cv2.distanceTransform(padded.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    reach = math.ceil(share * width_px / 2) + 1  # so far from the line that a pixel there is left out
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    deepest = cv2.dilate(depth, disc)
    least = np.minimum((1.0 - share) * deepest + 0.5 * share * (1.0 - share), deepest - _LINE_PX)
    kept = padded & (depth > least)
    bridged = cv2.morphologyEx(kept.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)) > 0
    return (bridged & padded)[1:-1, 1:-1]

"""Pixels of fitted outlines: the mask that a person would draw, and how strongly each pixel changes. Source: own."""

from __future__ import annotations

import cv2
import numpy as np

from generator.core.geometry import Rect
from generator.defect.shape.path import smooth_noise
from generator.defect.texture import clouds
from generator.imaging.surround import depth_px

_SHIFT = 4  # cv2 draws with 1/16 px
_BEYOND_PX = 16  # how far beyond the image an outline is drawn
_MARGIN_PX = 14  # room about a mask for what spills over
_WANDER_PX = 9.0  # how far a line goes before it has wandered from one side of its mask to the other


def fill_lines(parts: list[np.ndarray], hw: tuple[int, int]) -> tuple[np.ndarray, int, int]:
    """Return the mask of courses with their widths, (N, 3) px each, and x, y of its first pixel."""
    rect = _canvas(parts, max(float(part[:, 2].max()) for part in parts), hw)
    canvas = np.zeros((rect.h, rect.w), np.uint8)
    for part in parts:
        _stroke(canvas, part[:, :2] - (rect.x, rect.y), part[:, 2], np.full(len(part), 255.0))
    return canvas > 127, rect.x, rect.y


def fill_rings(parts: list[np.ndarray], hw: tuple[int, int]) -> tuple[np.ndarray, int, int]:
    """Return the mask of rings, (N, 2) px each, by the even-odd rule, and x, y of its first pixel."""
    rect = _canvas(parts, 0.0, hw)
    canvas = np.zeros((rect.h, rect.w), np.uint8)
    corners = [np.rint((part - (rect.x + 0.5, rect.y + 0.5)) * (1 << _SHIFT)).astype(np.int32) for part in parts]
    cv2.fillPoly(canvas, corners, 255, cv2.LINE_AA, _SHIFT)
    return canvas > min(140, int(canvas.max()) // 2), rect.x, rect.y


def core_of_line(
    parts: list[np.ndarray],
    xy: tuple[int, int],
    hw: tuple[int, int],
    share: float,
    softness_px: float,
    grain: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return how strongly each pixel changes about lines that wander within their masks.

    Args:
        parts: (N, 3) x, y, width of the mask, px of the image.
        xy: first pixel of the patch.
        hw: the patch's size.
        share: of the mask's width that the line itself has.
        softness_px: sigma of its edge.
        grain: how much its strength varies along the way, relative deviation.
        rng: source of chance.

    Returns:
        (h, w) float32 in [0, 1].
    """
    edge = 3.2 * softness_px  # width that the soft edge alone gives to what is drawn without any
    canvas = np.zeros(hw, np.uint8)
    for part in parts:
        fine = _resampled(part, 2.0)
        count = len(fine)
        knots = max(3, round(count * 2.0 / _WANDER_PX))
        tangent = np.gradient(fine[:, :2], axis=0)
        normal = tangent[:, ::-1] * (-1.0, 1.0) / np.maximum(np.hypot(*tangent.T), 1e-6)[:, None]
        width = fine[:, 2] * share * np.exp((0.15 + 0.4 * grain) * smooth_noise(count, knots, rng))
        width = np.sqrt(np.maximum(width * width - edge * edge, 0.6))
        room = np.maximum(fine[:, 2] - width, 0.0) / 2.0
        offset = room * np.clip(0.6 * smooth_noise(count, knots, rng), -1.0, 1.0)
        offset += (0.2 + 0.7 * grain) * rng.standard_normal(count) * (room > 0.3)
        varied = 0.7 * smooth_noise(count, knots, rng) + 0.8 * rng.standard_normal(count)
        strength = np.clip(0.6 * (1.0 + grain * varied), 0.04, 1.0)
        _stroke(canvas, fine[:, :2] + normal * offset[:, None] - xy, width, 255.0 * strength)
    return _soft(canvas.astype(np.float32) / 255.0, softness_px)


def core_of_rings(drawn: np.ndarray, shift_px: float, softness_px: float, rng: np.random.Generator) -> np.ndarray:
    """Return how strongly each pixel changes within a filled mask, or a little beyond it.

    Args:
        drawn: (h, w) bool.
        shift_px: how far beyond the mask's border the change's edge lies; negative: within.
        softness_px: sigma of the edge.
        rng: source of chance.

    Returns:
        (h, w) float32 in [0, 1].
    """
    number = int(rng.integers(1 << 32))
    if not drawn.any():
        return np.zeros(drawn.shape, np.float32)
    depth = depth_px(drawn)
    shift = max(shift_px, 0.5 - 0.7 * float(depth.max()))  # something of a small mask is left
    wobble = clouds(drawn.shape, 10.0, number) * np.float32(0.25 + 0.35 * max(-shift, 0.0))
    outside = cv2.distanceTransform((~drawn).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    signed = np.where(drawn, depth, 0.5 - outside) + np.float32(shift)
    signed += np.minimum(wobble, np.float32(1.0 + max(-shift, 0.0)))
    return _soft(np.clip(signed + 0.5, 0.0, 1.0), softness_px)


def length_px(mask: np.ndarray) -> float:
    """Return the longer side of the smallest turned rectangle around a mask's pixels, px."""
    rows = np.flatnonzero(mask.any(axis=1))
    bits = mask[rows]
    columns = np.concatenate([bits.argmax(axis=1), bits.shape[1] - bits[:, ::-1].argmax(axis=1)])
    corners = np.concatenate([np.stack([columns, np.tile(rows, 2) + dy], axis=1) for dy in (0, 1)])
    return max(cv2.minAreaRect(corners.astype(np.float32))[1])


def _soft(core: np.ndarray, softness_px: float) -> np.ndarray:
    return np.clip(cv2.GaussianBlur(core, (0, 0), max(softness_px, 0.4)), 0.0, 1.0)


def _canvas(parts: list[np.ndarray], widest_px: float, hw: tuple[int, int]) -> Rect:
    points = np.concatenate([part[:, :2] for part in parts])
    margin = _MARGIN_PX + widest_px / 2.0
    x, y = (int(v) for v in np.floor(points.min(axis=0) - margin))
    right, bottom = (int(v) for v in np.ceil(points.max(axis=0) + margin))
    seen = Rect(x, y, right - x, bottom - y).intersection(Rect(0, 0, hw[1], hw[0]).grown(_BEYOND_PX))
    return Rect(0, 0, 1, 1) if seen.is_empty else seen


def _resampled(part: np.ndarray, step_px: float) -> np.ndarray:
    """Return a course with a point every ``step_px``."""
    if len(part) == 1:
        half = max(part[0, 2] / 2.0, 0.5)
        part = np.stack([part[0] - (half, 0, 0), part[0] + (half, 0, 0)])
    way = np.r_[0.0, np.cumsum(np.hypot(*np.diff(part[:, :2], axis=0).T))]
    at = np.linspace(0.0, way[-1], max(3, round(way[-1] / step_px) + 1))
    return np.stack([np.interp(at, way, part[:, column]) for column in range(3)], axis=1)


def _stroke(canvas: np.ndarray, points: np.ndarray, widths: np.ndarray, levels: np.ndarray) -> None:
    """Draw a course of varying width and level into a canvas in place; points in px of the canvas."""
    scale = float(1 << _SHIFT)
    centres = np.rint((points - 0.5) * scale).astype(np.int64)
    radii = np.maximum(np.rint((widths / 2.0 - 0.25) * scale), 2).astype(np.int64)
    for (x, y), radius, level in zip(centres.tolist(), radii.tolist(), levels.tolist(), strict=True):
        cv2.circle(canvas, (x, y), radius, level, -1, cv2.LINE_AA, _SHIFT)
    tangent = np.diff(points, axis=0)
    normal = tangent[:, ::-1] * (-1.0, 1.0) / np.maximum(np.hypot(*tangent.T), 1e-6)[:, None]
    half = np.maximum(widths / 2.0 - 0.25, 0.12)[:, None]
    corners = np.stack(
        [
            points[:-1] + normal * half[:-1],
            points[1:] + normal * half[1:],
            points[1:] - normal * half[1:],
            points[:-1] - normal * half[:-1],
        ],
        axis=1,
    )
    quads = np.rint((corners - 0.5) * scale).astype(np.int32)
    for quad, level in zip(quads, levels[1:].tolist(), strict=True):
        cv2.fillConvexPoly(canvas, quad, level, cv2.LINE_AA, _SHIFT)

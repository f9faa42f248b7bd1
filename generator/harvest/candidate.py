"""Masks that a box may mean, found in different ways.

The surface is filled in from around the box; what lies apart from it, darker, brighter or of another colour, is cut at
a level: Otsu's, a lower one, half of it where it hangs on, or the highest one at which all four sides of the box are
still reached, because boxes are drawn tight. GrabCut starts from the strongest of it. Thin lines are sought by long
narrow filters and as the one path that runs through the box. Big boxes are looked at on a smaller copy.
Source: own; Otsu (1979); GrabCut is Rother, Kolmogorov, Blake (2004) as in OpenCV.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from generator.core.geometry import Rect, mask_to_rect
from generator.harvest.line import line_strength, path_through
from generator.imaging.surround import filled

_SEEN_PX = 144  # side of the square of a box's area above which a smaller copy is looked at
_GRAB_PX = 80  # the same for GrabCut
_CONTEXT = 0.4  # of the box's longer side is looked at around it
_CONTEXT_PX = (8, 48)
_GAP_PX = 2  # what defects spill over their box
_LEAST_NOISE = 0.004  # of full scale; a drawn surface has none
_SPECK = 0.06  # of the largest piece: smaller ones are dropped
_HOLE = 0.25  # of the box: smaller holes are filled
_SIDE = 0.04  # of the box: what comes as near to a side reaches it
_SURE = 0.3  # of the pixels found, the strongest: GrabCut keeps them
_GRAB_LEAST_PX = 64  # box area below which there is too little to learn colours from
_SMOOTHED = " smoothed"
_LEAST_STRENGTH = 0.25  # of what is usual around: below it nothing is to be seen

WAYS = (
    *(
        f"{name} {how}"
        for name in ("change", "dark", "bright")
        for how in ("smoothed hysteresis", "smoothed tight", "low", "grabcut")
    ),
    *(f"{name} {how}" for name in ("dark", "bright") for how in ("otsu", "line hysteresis", "path 3", "path 5")),
)
"""The ways in which a mask is sought: in what map of the view, and how it is cut."""


@dataclass(frozen=True, eq=False)
class View:
    """A box with its context, on the grid that is looked at.

    Attributes:
        frame: what of the image is looked at, px of the image.
        inside: (h, w) bool, the box.
        known: (h, w) bool, the surface around, without other defects; where there is none, the box's own border.
        change: (h, w, C) float32: how far grey, or Lab, lies from the surface, in deviations of what is known.
        texture: (h, w) float32: how much more or less busy it is than what is known, in its deviations.
        maps: (h, w) float32 >= 0 each, how far a pixel is ``change``, ``dark``, ``bright``; the same smoothed; how
            line-like it is, ``dark line`` and ``bright line``, about 1 for the most line-like of what is known.
    """

    frame: Rect
    inside: np.ndarray
    known: np.ndarray
    change: np.ndarray
    texture: np.ndarray
    maps: Mapping[str, np.ndarray]

    @cached_property
    def box(self) -> Rect:
        """The box on the grid."""
        return mask_to_rect(self.inside)

    @cached_property
    def paths(self) -> Mapping[str, np.ndarray]:
        """The strongest ``dark`` and ``bright`` path through the box, (h, w) bool each."""
        paths = {}
        for name in ("dark", "bright"):
            paths[name] = np.zeros_like(self.inside)
            paths[name][self.box.slices] = path_through(self.maps[f"{name} line"][self.box.slices])
        return paths

    def grown(self, by_px: int) -> View:
        """Return the same with the box grown by ``by_px`` of the grid on each side; the surface stays."""
        inside = np.zeros_like(self.inside)
        inside[self.box.grown(by_px).clipped(inside.shape).slices] = True
        return replace(self, inside=inside)


def look_at(pixels: np.ndarray, white: int, box: Rect, others: np.ndarray | None) -> View:
    """Return a box with its context, measured against the surface around it.

    Args:
        pixels: (H, W, C) uint8 or uint16.
        white: full scale.
        box: within the image, not empty.
        others: (H, W) bool, what other defects cover.
    """
    least, most = _CONTEXT_PX
    context = int(min(max(most, 0.1 * max(box.w, box.h)), max(least, _CONTEXT * max(box.w, box.h))))
    frame = box.grown(context).clipped((pixels.shape[0], pixels.shape[1]))
    values = pixels[frame.slices].astype(np.float32) * np.float32(1.0 / white)
    inside = np.zeros((frame.h, frame.w), bool)
    inside[box.inside(frame)] = True
    known = cv2.dilate(inside.view(np.uint8), np.ones((2 * _GAP_PX + 1,) * 2, np.uint8)) == 0
    if others is not None:
        known &= ~others[frame.slices]
    pitch_px = (box.w * box.h) ** 0.5 / _SEEN_PX
    if pitch_px > 1.0:
        wh = max(4, round(frame.w / pitch_px)), max(4, round(frame.h / pitch_px))
        values = cv2.resize(values, wh, interpolation=cv2.INTER_AREA)
        inside, known = (_on_grid(one, wh) for one in (inside, known))
    if not known.any():
        known = ~inside if not inside.all() else _rim(inside)
    values = values.reshape(*inside.shape, -1)
    if values.shape[2] == 3:
        values = cv2.cvtColor(values, cv2.COLOR_RGB2Lab) * np.float32(0.01)
    change = _change(values, known)
    return View(frame, inside, known, change, _texture(values[..., 0], known), _maps(values, change, inside, known))


def on_image(mask: np.ndarray, view: View, box: Rect, hw: tuple[int, int]) -> np.ndarray:
    """Return a mask of the view's grid as (H, W) bool of the image, within the box."""
    full = np.zeros(hw, bool)
    part = mask.astype(np.float32)
    if mask.shape != (view.frame.h, view.frame.w):
        part = cv2.resize(part, (view.frame.w, view.frame.h), interpolation=cv2.INTER_LINEAR)
    full[box.slices] = part[box.inside(view.frame)] > 0.5
    return full


def on_grid(mask: np.ndarray, view: View) -> np.ndarray:
    """Return an (H, W) bool mask of the image on the view's grid, within the box; thin lines are not lost."""
    part = mask[view.frame.slices]
    if part.shape != view.inside.shape:
        wh = view.inside.shape[1], view.inside.shape[0]
        part = cv2.resize(part.astype(np.float32), wh, interpolation=cv2.INTER_AREA) > 0.4
    return part & view.inside


def find(view: View, way: str) -> np.ndarray:
    """Return the mask that one of ``WAYS`` finds, (h, w) bool within the box; it may be empty."""
    name, _, how = way.rpartition(" ")
    is_path = name.endswith(" path")
    strength = view.maps[name.removesuffix(" path") + " line" if is_path else name]
    own = strength[view.inside]
    if own.max() < _LEAST_STRENGTH:
        return np.zeros_like(view.inside)
    if is_path:
        path = view.paths[name.removesuffix(" path")].view(np.uint8)
        return (cv2.dilate(path, np.ones((int(how), int(how)), np.uint8)) > 0) & view.inside
    if how == "grabcut":
        return _grab(view, strength)
    if how == "tight":
        return _tidied(strength > _tight_level(strength[view.box.slices]), view.inside)
    if how == "low":
        return _tidied(strength > _otsu(np.sqrt(own)) ** 2, view.inside)
    high = _otsu(own)
    if how == "hysteresis":
        return _tidied(_hanging_on(np.where(view.inside, strength, 0), 0.5 * high, high), view.inside)
    return _tidied(strength > high, view.inside)


def soft(values: np.ndarray, sigma_px: float) -> np.ndarray:
    """Return values smoothed, of the same shape."""
    return cv2.GaussianBlur(values, (0, 0), sigma_px, borderType=cv2.BORDER_REPLICATE).reshape(values.shape)


def _on_grid(mask: np.ndarray, wh: tuple[int, int]) -> np.ndarray:
    return cv2.resize(mask.view(np.uint8), wh, interpolation=cv2.INTER_NEAREST) > 0


def _rim(inside: np.ndarray) -> np.ndarray:
    """Return the border of a box that is all there is to see."""
    rim = np.zeros_like(inside)
    rim[[0, -1]] = True
    rim[:, [0, -1]] = True
    return rim


def _change(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    level = known.astype(np.float32)
    share = np.maximum(soft(level, 3.0), np.float32(1e-3))[..., None]
    calm = soft(values * level[..., None], 3.0) / share
    change = soft(values, 0.7) - filled(calm, known)
    return change / (1.4826 * np.median(np.abs(change[known]), axis=0) + np.float32(_LEAST_NOISE))


def _texture(grey: np.ndarray, known: np.ndarray) -> np.ndarray:
    busy = np.sqrt(soft(np.abs(grey - soft(grey, 1.5)), 2.0) + np.float32(1e-3))
    middle = np.median(busy[known])
    return (busy - middle) / (1.4826 * np.median(np.abs(busy[known] - middle)) + np.float32(0.01))


def _maps(values: np.ndarray, change: np.ndarray, inside: np.ndarray, known: np.ndarray) -> dict[str, np.ndarray]:
    grey = change[..., 0]
    maps = {
        "change": np.sqrt(np.square(change).sum(axis=2)),
        "dark": np.maximum(-grey, 0),
        "bright": np.maximum(grey, 0),
    }
    sigma_px = max(0.7, 0.02 * float(np.count_nonzero(inside)) ** 0.5)
    maps |= {name + _SMOOTHED: soft(strength, sigma_px) for name, strength in maps.items()}
    lines = line_strength(np.ascontiguousarray(values[..., 0]))
    for name, line in zip(("dark line", "bright line"), lines, strict=True):
        maps[name] = line / np.float32(np.quantile(line[known], 0.95) + 0.1 * _LEAST_NOISE)
    return maps


def _tight_level(strength: np.ndarray) -> float:
    """Return the highest level at which what is above still reaches all four sides of the box."""
    down, across = (max(1, round(_SIDE * side)) for side in strength.shape)
    sides = (strength[:down], strength[-down:], strength[:, :across], strength[:, -across:])
    return min(0.7 * float(strength.max()), *(0.999 * float(side.max()) for side in sides))


def _tidied(mask: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Return a mask within the box with its specks dropped and its gaps and small holes filled."""
    bits = cv2.morphologyEx((mask & inside).view(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(bits, connectivity=8)
    if count < 2:
        return np.zeros_like(inside)
    areas = stats[1:, cv2.CC_STAT_AREA]
    kept = np.r_[False, areas >= _SPECK * areas.max()][labels]
    count, labels, stats, _ = cv2.connectedComponentsWithStats((~kept).view(np.uint8), connectivity=4)
    is_hole = stats[:, cv2.CC_STAT_AREA] < _HOLE * np.count_nonzero(inside)
    is_hole[labels[kept]] = False
    for side in (labels[0], labels[-1], labels[:, 0], labels[:, -1], labels[~inside]):
        is_hole[side] = False
    return (kept | is_hole[labels]) & inside


def _otsu(values: np.ndarray) -> float:
    """Return the level that parts values into two groups as far apart as can be; outliers do not stretch the scale."""
    low, high = float(values.min()), float(np.quantile(values, 0.995))
    if high <= low:
        return high
    shades = np.clip((values - low) * (255.0 / (high - low)), 0, 255).astype(np.uint8).reshape(-1, 1)
    level = cv2.threshold(shades, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[0]
    return low + (level + 0.5) / 255.0 * (high - low)


def _hanging_on(strength: np.ndarray, low: float, high: float) -> np.ndarray:
    count, labels = cv2.connectedComponents((strength > low).view(np.uint8))
    keep = np.zeros(count, bool)
    keep[labels[strength > high]] = True
    keep[0] = False
    return keep[labels]


def _grab(view: View, strength: np.ndarray) -> np.ndarray:
    """Return GrabCut's mask; what is outside of the box surely is none of it, and the strongest of it surely is."""
    box = view.box
    if box.w * box.h < _GRAB_LEAST_PX:
        return np.zeros_like(view.inside)
    around = box.grown(max(4, round(0.15 * max(box.w, box.h)))).clipped(view.inside.shape)
    pitch = max(1.0, (box.w * box.h) ** 0.5 / _GRAB_PX)
    wh = max(4, round(around.w / pitch)), max(4, round(around.h / pitch))
    grey = view.change[..., 0]
    planes = [*cv2.split(view.change)] if view.change.shape[2] == 3 else [grey, soft(grey, 2.0), view.texture]
    image = np.dstack([_stretched(_small(plane, around, wh)) for plane in planes])
    calm = _small(soft(strength, 1.0), around, wh)
    inside = _on_grid(np.ascontiguousarray(view.inside[around.slices]), wh)
    found = inside & (calm > _otsu(np.sqrt(calm[inside])) ** 2)
    if not found.any() or found.all():
        return np.zeros_like(view.inside)
    marks = np.where(inside, cv2.GC_PR_BGD, cv2.GC_BGD).astype(np.uint8)
    marks[found] = cv2.GC_PR_FGD
    marks[found & (calm >= np.quantile(calm[found], 1 - _SURE))] = cv2.GC_FGD
    cv2.setRNGSeed(0)  # its first clusters are drawn by OpenCV's own chance: the same at each call
    cv2.grabCut(image, marks, None, np.zeros((1, 65)), np.zeros((1, 65)), 2, cv2.GC_INIT_WITH_MASK)
    kept = ((marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)).astype(np.float32)
    full = np.zeros_like(view.inside)
    full[around.slices] = cv2.resize(kept, (around.w, around.h), interpolation=cv2.INTER_LINEAR) > 0.5
    return _tidied(full, view.inside)


def _small(plane: np.ndarray, around: Rect, wh: tuple[int, int]) -> np.ndarray:
    return cv2.resize(np.ascontiguousarray(plane[around.slices]), wh, interpolation=cv2.INTER_AREA)


def _stretched(plane: np.ndarray) -> np.ndarray:
    """Return a plane as uint8, its usual range from black to white."""
    low, high = np.quantile(plane, (0.01, 0.99))
    return np.clip((plane - low) * (255.0 / max(float(high - low), 1e-6)), 0, 255).astype(np.uint8)

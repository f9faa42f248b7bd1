"""Places on printed conductors, found in the image itself.

A few windows are looked at, brought to size where the image is large; points are drawn among the middles of their
strips or in their free material, and looked at again at full resolution. One is taken if a straight strip of the wanted
width runs there, between the other material on both sides, and nothing but copper and laminate is near.
Source: own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

import cv2
import numpy as np

from generator.core.errors import require
from generator.core.geometry import Rect
from generator.core.units import Length, LengthRange
from generator.defect.outline import Room
from generator.defect.shape.path import direction_xy
from generator.defect.trace.conductors import Conductors, look_closely
from generator.defect.trace.materials import Board, find_board
from generator.defect.trace.site import TraceSite
from generator.defect.trace.strip import Strip, measure_strips

_WINDOWS = 24
_LOOKED_AT_PX = 400  # the image is looked at with a shorter side of at least this many px, if it has them
_LEAST_WINDOW_PX, _LEAST_PX = 48, 8
_PURE = 0.15  # how far the share amid free material may be from 0 or 1
_TRIED = 12  # points that are looked at closely


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTrace:
    """On printed conductors; no place where the image shows none.

    Attributes:
        at: ``trace`` the middle of a trace; ``border`` a trace's border; ``gap`` the middle of the laminate between
            two conductors; ``laminate`` or ``copper`` inside free material, away from its borders.
        width: of traces (``trace``, ``border``) or gaps that are taken; of free material the diameter of the largest
            circle in it.
        beside: least width of the other material beside a strip; at a border, on its side.
        window: side of the square in which conductors are looked for.
        copper: whether copper is ``brighter`` or ``darker`` than laminate in the image.
    """

    at: Literal["trace", "border", "gap", "laminate", "copper"] = "trace"
    width: LengthRange = LengthRange(Length(1.0, "px"), Length(8.0, "%"))
    beside: Length = Length(1.2, "px")
    window: Length = Length(12.0, "%")
    copper: Literal["brighter", "darker"] = "brighter"
    sought: ClassVar[str] = "printed trace with room for it"

    def __post_init__(self) -> None:
        require(self.window.value > 0, "window", "a length > 0", str(self.window))

    def draw(self, room: Room, rng: np.random.Generator) -> TraceSite | None:
        """Return a place; None if none was found."""
        coarse = max(1, int(min(room.hw) / _LOOKED_AT_PX))
        side = int(max(self.window.px(room.scale), _LEAST_WINDOW_PX)) // coarse * coarse
        windows = _windows(room, side, rng)
        if not windows or min(windows[0].w, windows[0].h) < _LEAST_PX * coarse:
            return None
        low, high = sorted((self.width.low.px(room.scale), self.width.high.px(room.scale)))
        values = _scaled(room, windows, coarse)
        board = find_board(values, self.copper == "brighter", high / coarse + 1.0, rng)
        if board is None:
            return None
        height = len(values) // len(windows)
        for column, row, about in self._points(board, low / coarse, high / coarse, rng):
            window = windows[min(int(row) // height, len(windows) - 1)]
            x, y = window.x + column * coarse, window.y + row % height * coarse
            site = self._at(room, board, x, y, low, min(high, (about + 1.0) * coarse), rng)
            if site is not None and _lies_on_part(room, site):
                return site
        return None

    def _points(
        self, board: Board, low_px: float, high_px: float, rng: np.random.Generator
    ) -> list[tuple[float, float, float]]:
        """Return points x, y on the windows where a place may be, and how wide the material is there."""
        if self.at == "copper":
            depth = board.depth(high_px)
            places = np.flatnonzero(depth * 2.0 >= low_px)
            if places.size == 0:
                return []
            rows, columns = np.divmod(places[rng.integers(places.size, size=_TRIED)], depth.shape[1])
            return [(c + 0.5, r + 0.5, 2.0 * float(depth[r, c])) for r, c in zip(rows, columns, strict=True)]
        if self._on_copper:
            found = [(s.x, s.y, 1.3 * s.width_px) for s in board.traces if s.width_px > low_px - 1.0]
        else:  # laminate is what lies beside traces; a part may be as dark
            found = [self._beside(s, sign, high_px, rng) for s in board.traces for sign in (1.0, -1.0)]
            found = [found[i] for i in rng.permutation(len(found)) if low_px - 1.0 < found[i][2] <= high_px]
        return found[:_TRIED]

    def _beside(
        self, strip: Strip, sign: float, high_px: float, rng: np.random.Generator
    ) -> tuple[float, float, float]:
        """Return a point of the laminate on one side of a trace and how wide that is; a gap's point is its middle."""
        free = strip.left_px if sign > 0 else strip.right_px
        share = 0.5
        if self.at == "laminate":
            free, share = min(free, high_px), rng.uniform(0.35, 0.65)
        away = strip.width_px / 2.0 + (share * free if math.isfinite(free) else 0.0)
        off = direction_xy(strip.along_deg + 90.0) * (sign * away)
        return float(strip.x + off[0]), float(strip.y + off[1]), free

    @property
    def _on_copper(self) -> bool:
        return self.at in ("trace", "border", "copper")

    @property
    def _is_free(self) -> bool:
        return self.at in ("laminate", "copper")

    def _at(
        self, room: Room, board: Board, x: float, y: float, low_px: float, high_px: float, rng: np.random.Generator
    ) -> TraceSite | None:
        """Return the site at a point of the full image, if all that is asked of it holds."""
        radius = math.ceil((0.5 if self._is_free else 2.6) * high_px + 10)
        view = look_closely(room.image, room.white, *board.levels, x, y, radius)
        if self._is_free:
            return _free_site(view, self._on_copper, x, y, low_px, high_px)
        share = view.share if self._on_copper else 1.0 - view.share
        origin = np.array([view.rect.x, view.rect.y])
        reach = np.array([0.7 * high_px + 2.0])
        strips = measure_strips(share, np.array([[x, y]]) - origin, reach, high_px, self._on_copper)
        if not strips or strips[0].width_px < low_px or not _goes_on(view, strips[0], self.at == "gap"):
            return None
        strip, beside = strips[0], self.beside.px(room.scale)
        if self.at != "border" and min(strip.left_px, strip.right_px) < beside:
            return None
        place, inward, beyond = origin + np.array([strip.x, strip.y]), None, 0.0
        if self.at == "border":
            side = 1.0 if rng.random() < 0.5 else -1.0
            beyond = strip.left_px if side > 0 else strip.right_px
            if beyond < beside:
                return None
            place = place + direction_xy(strip.along_deg + 90.0) * (side * strip.width_px / 2.0)
            inward = strip.along_deg - side * 90.0
        clear = 1.5 * strip.width_px + 3.0
        x, y = (float(v) for v in place)
        if not view.is_clean(x, y, clear):
            return None
        return TraceSite(
            x=x,
            y=y,
            along_deg=strip.along_deg,
            inward_deg=inward,
            on_copper=self._on_copper,
            width_px=strip.width_px,
            beyond_px=beyond,
            clear_px=clear,
            view=view,
            softness_px=view.softness_px(),
        )


def _windows(room: Room, side: int, rng: np.random.Generator) -> list[Rect]:
    """Return windows of one size about points of the roi; one window, all of it, where the image is small."""
    height, width = room.hw
    if height * width <= _WINDOWS * side * side:
        return [Rect(0, 0, width, height)]
    w, h = min(side, width), min(side, height)
    windows = []
    for _ in range(_WINDOWS):
        point = room.random_xy(rng)
        if point is None:
            return []
        x, y = np.clip(np.array(point) - (w / 2, h / 2), 0, (width - w, height - h))
        windows.append(Rect(int(x), int(y), w, h))
    return windows


def _scaled(room: Room, windows: list[Rect], coarse: int) -> np.ndarray:
    """Return windows one below the other, (h, w, C) float32 in [0, 1], brought to 1 / ``coarse`` of their size."""
    pieces = []
    for rect in windows:
        piece = np.ascontiguousarray(room.image[rect.slices])
        if coarse > 1:
            piece = cv2.resize(piece, (rect.w // coarse, rect.h // coarse), interpolation=cv2.INTER_AREA)
        pieces.append(piece.reshape(*piece.shape[:2], -1))
    return np.multiply(np.concatenate(pieces), np.float32(1.0 / room.white), dtype=np.float32)


def _free_site(
    view: Conductors, on_copper: bool, x: float, y: float, low_px: float, high_px: float
) -> TraceSite | None:
    """Return a site inside free material, if the largest circle about the point is wide enough."""
    row, column = int(y) - view.rect.y, int(x) - view.rect.x
    if not (0 <= row < view.rect.h and 0 <= column < view.rect.w):
        return None
    inside = (view.share > 0.5) == on_copper
    _, labels, boxes, _ = cv2.connectedComponentsWithStats((~inside).view(np.uint8), connectivity=8)
    long = boxes[:, cv2.CC_STAT_WIDTH : cv2.CC_STAT_HEIGHT + 1].max(axis=1) >= min(view.rect.w, view.rect.h) / 2
    long[0] = False
    to_other, to_any = (
        float(cv2.distanceTransform(each.view(np.uint8), cv2.DIST_L2, 5)[row, column]) - 0.5
        for each in (~long[labels], inside & ~view.foreign)
    )
    free = min(to_any, high_px / 2.0)
    # a part may be as dark as laminate, but no trace is what bounds it
    bounded = on_copper or to_other < to_any + 2.0
    if 2.0 * free < low_px or not bounded or not view.is_clean(x, y, free + 2.0):
        return None
    reach = int(free / 1.5)
    amid = view.share[max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1]
    if abs(float(np.median(amid)) - on_copper) > _PURE:
        return None
    return TraceSite(
        x=x,
        y=y,
        on_copper=on_copper,
        width_px=2.0 * free,
        beyond_px=0.0,
        clear_px=free + 2.0,
        view=view,
        softness_px=view.softness_px(),
    )


def _goes_on(view: Conductors, strip: Strip, is_gap: bool) -> bool:
    """Say whether the copper of a strip, or on both sides of a gap, is as long as traces are; letters are short.

    On both sides of a gap it must not be one piece within the window.
    """
    _, labels, boxes, _ = cv2.connectedComponentsWithStats((view.share > 0.5).view(np.uint8), connectivity=8)
    left = direction_xy(strip.along_deg + 90.0)
    pieces = []
    for off in (strip.width_px / 2.0 + 1.0, -strip.width_px / 2.0 - 1.0) if is_gap else (0.0,):
        x, y = np.array([strip.x, strip.y]) + left * off
        row, column = int(y), int(x)
        if not (0 <= row < labels.shape[0] and 0 <= column < labels.shape[1]) or labels[row, column] == 0:
            return False
        pieces.append(int(labels[row, column]))
    if len(set(pieces)) < len(pieces):
        return False
    sides = boxes[pieces, cv2.CC_STAT_WIDTH : cv2.CC_STAT_HEIGHT + 1].max(axis=1)
    return bool(sides.min() >= min(view.rect.w, view.rect.h) / 2)


def _lies_on_part(room: Room, site: TraceSite) -> bool:
    if room.roi is None:
        return True
    reach = math.ceil(site.clear_px)
    around = Rect(int(site.x) - reach, int(site.y) - reach, 2 * reach + 1, 2 * reach + 1)
    return bool(room.roi[around.clipped(room.hw).slices].all())

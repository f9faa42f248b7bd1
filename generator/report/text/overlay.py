"""Labels of text drawn over the image: ink, characters, words, lines and baselines.

Characters take turns between two colours, so that neighbours can be told apart; one that cannot be read, and text that
is not to be read, have colours of their own. Source: own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from generator.core.geometry import Rect
from generator.core.text import DISTRACTOR, TextLine
from generator.imaging.panel import Colour

CHARACTERS: tuple[Colour, Colour] = ((0, 166, 110), (146, 84, 255))
WORD, LINE, BASELINE = (40, 120, 255), (214, 160, 0), (255, 92, 205)
UNREADABLE, ASIDE = (226, 0, 60), (128, 130, 136)
_TINT = 0.6
_LEAST_PX = 14  # of a line's height on the picture; below it characters, words and baseline are not outlined
_STEPS = 4  # bits of a pixel that corners are drawn to
_APART_PX = 3.0  # on the picture: how far a word lies around its characters, a line around its words


def draw_text(
    picture: np.ndarray, lines: Sequence[TextLine], window: Rect, char_mask: np.ndarray | None = None
) -> np.ndarray:
    """Return a picture with the labels of text over it.

    Of a line that is too small on the picture only the ink and the outline are marked.

    Args:
        picture: (h, w, 3) uint8 RGB, which shows ``window`` of the image.
        lines: the labels, px on the image.
        window: part of the image.
        char_mask: (H, W) numbers of characters on the whole image; None: no ink is tinted.
    """
    out = picture.copy()
    if char_mask is not None:
        _tint(out, char_mask[window.slices], lines)
    scale = np.array([picture.shape[1] / window.w, picture.shape[0] / window.h])
    for line in lines:
        place = _Place(out, np.array([window.x, window.y]), scale)
        if line.kind == DISTRACTOR:
            place.outline(line.outline_xy(), ASIDE, 0.0)
            continue
        if line.quad_xy is not None and _height(line.quad_xy) * scale.max() < _LEAST_PX:
            place.outline(line.outline_xy(), LINE, _APART_PX)
            continue
        for number, quad in enumerate(line.char_quads_xy):
            place.outline(quad, _colour(line, number), 0.0)
        if len(line.words) > 1:
            for word in line.words:
                place.outline(word.quad_xy, WORD, _APART_PX)
        place.outline(line.outline_xy(), LINE, 2 * _APART_PX if line.chars else 0.0)
        if line.baseline_xy is not None:
            place.stroke(line.baseline_xy, BASELINE)
    return out


def legend_of(lines: Iterable[TextLine]) -> dict[str, Colour]:
    """Return the colours that the labels of some lines are drawn in, by what they mean."""
    lines = list(lines)
    read = [line for line in lines if line.kind != DISTRACTOR]
    meant = (
        ("character", CHARACTERS[0], any(line.chars for line in read)),
        ("next character", CHARACTERS[1], any(len(line.chars) > 1 for line in read)),
        ("word", WORD, any(len(line.words) > 1 for line in read)),
        ("line", LINE, any(line.quad_xy is not None for line in read)),
        ("baseline", BASELINE, any(line.baseline_xy is not None for line in read)),
        ("cannot be read", UNREADABLE, any(not line.is_readable for line in read)),
        ("not to be read", ASIDE, len(read) < len(lines)),
    )
    return {name: colour for name, colour, is_there in meant if is_there}


def _colour(line: TextLine, number: int) -> Colour:
    is_readable = not len(line.char_readable) or line.char_readable[number]
    return CHARACTERS[number % 2] if is_readable else UNREADABLE


def _height(quad: np.ndarray) -> float:
    return float(min(np.hypot(*(quad[3] - quad[0])), np.hypot(*(quad[2] - quad[1]))))


def _tint(picture: np.ndarray, numbers: np.ndarray, lines: Sequence[TextLine]) -> None:
    """Tint the ink of characters in place."""
    shown = cv2.resize(numbers, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_NEAREST)
    table = np.zeros((int(shown.max(initial=0)) + 1, 3), np.float32)
    for line in lines:
        for number in range(len(line.chars)):
            value = line.first_number + number
            if 0 < value < len(table):
                table[value] = ASIDE if line.kind == DISTRACTOR else _colour(line, number)
    ink = shown > 0
    picture[ink] = np.rint(picture[ink] * (1 - _TINT) + table[shown[ink]] * _TINT).astype(np.uint8)


class _Place:
    """Where labels are drawn: a picture, the corner of the image's part that it shows, and its scale."""

    def __init__(self, picture: np.ndarray, origin: np.ndarray, scale: np.ndarray) -> None:
        self._picture, self._origin, self._scale = picture, origin, scale

    def outline(self, corners: np.ndarray | None, colour: Colour, away_px: float) -> None:
        """Draw a closed outline, ``away_px`` of the picture outside of its corners."""
        if corners is None:
            return
        points = self._shown(corners)
        if away_px:
            points = _grown(points, away_px)
        self._draw(points, colour, True)

    def stroke(self, points: np.ndarray, colour: Colour) -> None:
        """Draw an open line."""
        self._draw(self._shown(points), colour, False)

    def _shown(self, points: np.ndarray) -> np.ndarray:
        return (points - self._origin) * self._scale - 0.5

    def _draw(self, points: np.ndarray, colour: Colour, is_closed: bool) -> None:
        fixed = np.rint(points * (1 << _STEPS)).astype(np.int32)
        cv2.polylines(self._picture, [fixed], is_closed, colour, 1, cv2.LINE_AA, _STEPS)


def _grown(points: np.ndarray, by_px: float) -> np.ndarray:
    """Return an outline, clockwise as displayed, moved outward at each corner."""
    before, after = np.roll(points, 1, axis=0), np.roll(points, -1, axis=0)
    sides = [one / (np.hypot(*one.T)[:, None] + 1e-6) for one in (points - before, after - points)]
    normals = [np.stack([side[:, 1], -side[:, 0]], axis=1) for side in sides]  # outward, y down
    sharp = 1.0 + (normals[0] * normals[1]).sum(axis=1, keepdims=True)
    return points + by_px * (normals[0] + normals[1]) / np.maximum(sharp, 0.3)

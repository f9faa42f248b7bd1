"""Which characters a person can still read after a print defect.

A character is readable where all of this holds; a doubt counts against it, as a wrong reading is worse than none:

* at least 85 % of its ink is still there. Ink is where the sound print covers at least half of what its densest part
  does; it is still there where at least 35 % of its cover is left.
* no piece of lost ink is larger than 1.5 strokes squared: the arm that tells E from F is larger, a scratch is not. A
  stroke is as wide as the widest of its character; of dots, at most two that are neighbours are lost.
* at most 15 % of its box, grown by a tenth of a capital's height, is newly inked, and no more than half as much as its
  own ink; no new ink in its box lies in the middle of something thicker than 1.2 strokes. Newly inked is what was no
  ink and is now at least half as dense as what is left of the character.

Source: own.
"""

from __future__ import annotations

import cv2
import numpy as np

from generator.text.plate import Plate

_INK = 0.5
_LEFT = 0.35
_KEPT = 0.85
_PIECE, _PIECE_OF_DOTS = 1.5, 2.0  # strokes squared; two round dots are 1.6 of them, three are 2.4
_FOREIGN, _FOREIGN_OF_INK, _MARGIN, _THICK = 0.15, 0.5, 0.1, 1.2


def readable(plate: Plate, cover: np.ndarray) -> np.ndarray:
    """Return which characters can still be read, (n,) bool.

    Args:
        plate: the sound print.
        cover: (h, w) uint8: the ink that is there instead.
    """
    count = len(plate.chars)
    whose = plate.owner.astype(np.intp)
    densest = np.zeros(count + 1, np.uint8)
    np.maximum.at(densest, whose.ravel(), plate.cover.ravel())
    ink = (plate.cover > 0) & (plate.cover >= _INK * densest[whose])
    lost = ink & (cover < _LEFT * plate.cover)
    had = np.bincount(whose[ink], minlength=count + 1)
    loses = np.bincount(whose[lost], minlength=count + 1)
    left = np.bincount(whose[ink], weights=cover[ink], minlength=count + 1) / np.maximum(had, 1)
    strokes = _strokes_px(ink, whose, count)
    has_dots = plate.marks is not None and len(plate.marks.dots_uvn) > 0
    pieces = _largest_pieces(lost, whose, count, plate.marks.pitch_px if plate.marks and has_dots else 0.0)
    is_kept = loses <= (1.0 - _KEPT) * had
    is_whole = pieces <= (_PIECE_OF_DOTS if has_dots else _PIECE) * strokes**2
    foreign = ~ink & (cover > plate.cover) & (cover >= _INK * left[whose])
    is_clear = _is_clear(plate, foreign, foreign | (ink & ~lost), strokes[1:], had[1:])
    return is_kept[1:] & is_whole[1:] & is_clear


def _largest_pieces(lost: np.ndarray, whose: np.ndarray, count: int, pitch_px: float) -> np.ndarray:
    """Return the area of each character's largest piece of lost ink, px, (count + 1,); dots within a pitch are one."""
    largest = np.zeros(count + 1, np.int64)
    joined = lost.astype(np.uint8)
    if pitch_px > 0:
        side = 2 * round(0.4 * pitch_px) + 1
        joined = cv2.dilate(joined, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    _, labels = cv2.connectedComponents(joined, connectivity=8)
    own = whose[lost] * (int(labels.max()) + 1) + labels[lost]
    pieces, areas = np.unique(own, return_counts=True)
    np.maximum.at(largest, pieces // (int(labels.max()) + 1), areas)
    return largest


def _strokes_px(ink: np.ndarray, whose: np.ndarray, count: int) -> np.ndarray:
    """Return the width of each character's widest stroke, px, (count + 1,)."""
    deepest = np.zeros(count + 1, np.float32)
    np.maximum.at(deepest, whose.ravel(), _depth(ink).ravel())
    return np.maximum(2.0 * deepest - 1.0, 1.0)


def _depth(of: np.ndarray) -> np.ndarray:
    return cv2.distanceTransform(of.astype(np.uint8), cv2.DIST_L2, 3)


def _is_clear(
    plate: Plate, foreign: np.ndarray, solid: np.ndarray, strokes_px: np.ndarray, ink_px: np.ndarray
) -> np.ndarray:
    """Return which characters have little new ink on or beside them, (n,) bool."""
    if not foreign.any():
        return np.ones(len(plate.chars), bool)
    thickness = (2.0 * _depth(solid) - 1.0) * foreign
    margin = _MARGIN * plate.height_px
    clear = []
    for box, stroke, ink in zip(plate.boxes_uv, strokes_px.tolist(), ink_px.tolist(), strict=True):
        around = foreign[_window(box, margin)]
        most = min(_FOREIGN * around.size, _FOREIGN_OF_INK * ink)
        thickest = float(thickness[_window(box, 0.0)].max(initial=0.0))
        clear.append(np.count_nonzero(around) <= most and thickest <= _THICK * stroke)
    return np.array(clear)


def _window(box: np.ndarray, margin: float) -> tuple[slice, slice]:
    u0, v0, u1, v1 = (round(float(value)) for value in box + np.array([-margin, -margin, margin, margin]))
    return slice(max(v0, 0), max(v1, 0)), slice(max(u0, 0), max(u1, 0))

"""Plates that are drawn by hand, so that no font decides what the tests see."""

import itertools

import numpy as np
import pytest

from generator.text.plate import Marks, Plate, PlateLine

HEIGHT = 28


def _plate(cover: np.ndarray, boxes: list[list[int]], chars: str, height: float, marks: Marks | None = None) -> Plate:
    width = cover.shape[1]
    edges = [0, *((a[2] + b[0]) // 2 for a, b in itertools.pairwise(boxes)), width]
    row = np.repeat(np.arange(1, len(chars) + 1, dtype=np.uint8), np.diff(edges))
    base = float(max(box[3] for box in boxes))
    line = PlateLine(
        text=chars,
        first=0,
        stop=len(chars),
        words=((chars, 0, len(chars)),),
        baseline_uv=np.array([[2.0, base], [width - 2.0, base]], np.float32),
    )
    return Plate(
        cover=cover,
        owner=np.broadcast_to(row, cover.shape),
        chars=tuple(chars),
        boxes_uv=np.array(boxes, np.float32),
        lines=(line,),
        height_px=height,
        marks=marks,
    )


@pytest.fixture
def plate() -> Plate:
    """``LEI-`` of strokes 5 px wide."""
    cover = np.zeros((HEIGHT + 4, 88), np.uint8)
    top, bottom = 2, HEIGHT + 2
    cover[top:bottom, 4:9] = cover[bottom - 5 : bottom, 4:22] = 255
    cover[top:bottom, 28:33] = 255
    for v in (top, 14, bottom - 5):
        cover[v : v + 5, 28:46] = 255
    cover[top:bottom, 54:59] = 255
    cover[16:18, 66:80] = 255
    return _plate(cover, [[4, 2, 22, 30], [28, 2, 46, 30], [54, 2, 59, 30], [66, 16, 80, 18]], "LEI-", HEIGHT)


@pytest.fixture
def dotted() -> Plate:
    """``LI`` of dots, pitch 5 px: seven rows, and the foot of the L four columns wide."""
    dots = [(5.0, 5.0 + 5 * row, 1) for row in range(7)] + [(5.0 + 5 * column, 35.0, 1) for column in range(1, 4)]
    dots += [(35.0, 5.0 + 5 * row, 2) for row in range(7)]
    cover = np.zeros((40, 40), np.uint8)
    boxes = [[3, 3, 22, 37], [33, 3, 37, 37]]
    return _plate(cover, boxes, "LI", 34.0, Marks(dots_uvn=np.array(dots, np.float32), pitch_px=5.0))

"""Free places for parts of any outline.

On a grid of a few px every place at which a part's cells meet no cell that is taken is found at once, as a correlation,
and one of them is drawn: all are equally likely, and none is missed for lack of tries. Cells are taken by any pixel in
them, so what does not meet on the grid does not meet on the image. Source: own.
"""

from __future__ import annotations

import cv2
import numpy as np

_CELLS = 160  # along the longer side


class Room:
    """An image on which parts take places, one after another.

    Args:
        hw: its height and width, px.
        gap_px: least distance between two parts, >= 0.
        least_shown: least share of a part that must lie on the image, (0, 1]; 1: all of it.
    """

    def __init__(self, hw: tuple[int, int], gap_px: int, least_shown: float) -> None:
        self._taken = np.zeros(hw, bool)
        self._gap_px, self._least_shown = gap_px, least_shown
        self._cell = max(1, -(-max(hw) // _CELLS))

    def find(self, bits: np.ndarray, rng: np.random.Generator) -> tuple[int, int] | None:
        """Return x and y of the first pixel of a part at a place that is free, and take it; None: there is none.

        Args:
            bits: (h, w) bool, the pixels of the part, without empty borders.
            rng: says which place.
        """
        cell, shown = self._cell, self._least_shown
        chances = rng.random(3).tolist()
        sides = list(zip(self._taken.shape, bits.shape, strict=True))
        margins = [0 if shown >= 1 else -(-int(own * (1 - shown)) // cell) for _, own in sides]
        slack = [side + 2 * margin * cell - own for (side, own), margin in zip(sides, margins, strict=True)]
        if min(slack) < 0:
            return None
        # where in its cell the first pixel lies: chance, and no farther than lets a part that just fits in
        phase = [int(chance * min(cell, free + 1)) for chance, free in zip(chances, slack, strict=False)]
        foot = _cells(bits, cell, phase)
        grid = cv2.copyMakeBorder(_cells(self._taken, cell), *(m for m in margins for _ in (0, 1)), cv2.BORDER_CONSTANT)
        free = cv2.matchTemplate(grid, foot, cv2.TM_CCORR) < 0.5
        if shown < 1:
            image = np.zeros_like(grid)
            rows, columns = (slice(m, m + side // cell) for m, (side, _) in zip(margins, sides, strict=True))
            image[rows, columns] = 1
            free &= cv2.matchTemplate(image, foot, cv2.TM_CCORR) > shown * float(foot.sum()) + 0.25
        last = [(more - off) // cell for more, off in zip(slack, phase, strict=True)]
        places = np.flatnonzero(free[: last[0] + 1, : last[1] + 1])
        if not places.size:
            return None
        row, column = divmod(int(places[int(chances[2] * places.size)]), min(last[1] + 1, free.shape[1]))
        y, x = ((at - m) * cell + off for at, m, off in zip((row, column), margins, phase, strict=True))
        self._take(bits, x, y)
        return x, y

    def _take(self, bits: np.ndarray, x: int, y: int) -> None:
        gap = self._gap_px
        wide = cv2.copyMakeBorder(bits.view(np.uint8), gap, gap, gap, gap, cv2.BORDER_CONSTANT)
        if gap:
            wide = cv2.dilate(wide, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * gap + 1, 2 * gap + 1)))
        top, left = y - gap, x - gap
        seen = wide[max(0, -top) :, max(0, -left) :] > 0
        taken = self._taken[max(0, top) :, max(0, left) :][: seen.shape[0], : seen.shape[1]]
        taken |= seen[: taken.shape[0], : taken.shape[1]]


def _cells(bits: np.ndarray, cell: int, phase: list[int] | tuple[int, int] = (0, 0)) -> np.ndarray:
    """Return which cells any pixel lies in, (rows, columns) float32 of 0 and 1; the first pixel lies ``phase`` in."""
    rows, columns = (-(-(side + off) // cell) for side, off in zip(bits.shape, phase, strict=True))
    padded = np.zeros((rows * cell, columns * cell), bool)
    padded[phase[0] : phase[0] + bits.shape[0], phase[1] : phase[1] + bits.shape[1]] = bits
    return padded.reshape(rows, cell, -1).any(axis=1).reshape(rows, columns, cell).any(axis=2).astype(np.float32)

"""A stroke font for printed and cast texts: capitals, small letters, digits, a few signs.

A letter stands in a box 12 units high from cap line to base line; each point is two digits of base 36, x and y. A
stroke that begins with ``~`` is a smooth line between its end points, one with ``*`` a smooth closed line, both by
Chaikin's (1974) corner cutting. Source: own letters.
"""

from __future__ import annotations

import functools

import numpy as np

CAP = 12
"""Units from cap line to base line."""
_GAP, _BLANK, _CUTS = 2.0, 1.5, 3

_STROKES = {
    "A": "0c408c 1878", "B": "000c ~00707606 ~06868c0c", "C": "~8380000c8c89", "D": "000c ~00808c0c",
    "E": "70000c7c 0666", "F": "70000c 0666", "G": "~8380000c8c87 4787", "H": "000c 808c 0686", "I": "000c",
    "J": "~606c0c09", "K": "000c 8007 348c", "L": "000c7c", "M": "0c0058a0ac", "N": "0c008c80", "O": "*00808c0c",
    "P": "000c ~00808707", "Q": "*00808c0c 588c", "R": "000c ~00808707 478c", "S": "~83800006868c0c09",
    "T": "0080 404c", "U": "~000c8c80", "V": "004c80", "W": "003c619cc0", "X": "008c 800c", "Y": "004680 464c",
    "Z": "00800c8c",
    "a": "*04747c0c 747c", "b": "000c *04747c0c", "c": "~7674040c7c7a", "d": "707c *04747c0c",
    "e": "0878 ~7874040c7c7a", "f": "~50202c 0454", "g": "*04747c0c ~747g0g0e", "h": "000c ~0804646c",
    "i": "040c 0001", "j": "~242g0g 2021", "k": "000c 6409 276c", "l": "000c", "m": "040c ~0804545c ~5854a4ac",
    "n": "040c ~0804646c", "o": "*04747c0c", "p": "040g *04747c0c", "q": "747g *04747c0c", "r": "040c ~080444",
    "s": "~66640408686c0c0a", "t": "~202c5c 0454", "u": "~040c6c64 646c", "v": "043c64", "w": "042c456c84",
    "x": "046c 640c", "y": "043c 641g", "z": "04640c6c",
    "0": "*00707c0c", "1": "03303c", "2": "~0300808609 0c8c 090c", "3": "~0200707636 ~36868c0c0a", "4": "6c600989",
    "5": "700005 ~05848c0c0a", "6": "*05858c0c ~700108", "7": "00804c", "8": "*10707616 *06868c0c",
    "9": "*00808707 ~848b1c", "-": "0747", "/": "0c60", ".": "0b0c", ":": "0506 0b0c", ",": "1b0e", "+": "0767 343a",
}  # fmt: skip


@functools.cache
def strokes(letter: str) -> tuple[tuple[np.ndarray, ...], float]:
    """Return a letter's strokes and its width.

    Args:
        letter: one that is there; any other is blank.

    Returns:
        (N, 2) float64 points x, y each, in units; the width in units, without the gap to the next letter.
    """
    lines = []
    for code in _STROKES.get(letter, "").split():
        digits = code.lstrip("~*")
        points = np.array([int(digit, 36) for digit in digits], np.float64).reshape(-1, 2)
        if code[0] == "*":
            points = _cut(np.vstack([points, points[:1]]), closed=True)
        elif code[0] == "~":
            points = _cut(points, closed=False)
        points.setflags(write=False)
        lines.append(points)
    width = max((float(line[:, 0].max()) for line in lines), default=_BLANK)
    return tuple(lines), width


def text_width(text: str, height: float, weight: float, narrow: float = 1.0) -> float:
    """Return how wide a line of text is, in the unit of ``height``; arguments as of ``text_strokes``."""
    gap = _GAP + weight / narrow
    units = sum(strokes(letter)[1] + gap for letter in text) - gap
    return max(0.0, units) * height / CAP * narrow


def text_strokes(text: str, height: float, weight: float, narrow: float = 1.0) -> list[np.ndarray]:
    """Return the strokes of a line of text from (0, 0), its top left.

    Args:
        text: one line.
        height: of a capital letter.
        weight: width of the strokes that will be drawn, in units; letters keep apart by it.
        narrow: width of the letters relative to their drawing, > 0.

    Returns:
        (N, 2) float64 points each, in the unit of ``height``.
    """
    scale = np.array([height / CAP * narrow, height / CAP])
    gap = _GAP + weight / narrow
    lines, x = [], 0.0
    for letter in text:
        drawn, width = strokes(letter)
        lines += [(line + np.array([x, 0.0])) * scale for line in drawn]
        x += width + gap
    return lines


def _cut(points: np.ndarray, closed: bool) -> np.ndarray:
    """Return a line with its corners cut, a closed one through the middles of its sides."""
    for _ in range(_CUTS):
        before, after = points[:-1], points[1:]
        cut = np.stack([before * 0.75 + after * 0.25, before * 0.25 + after * 0.75], axis=1).reshape(-1, 2)
        points = np.vstack([cut, cut[:1]]) if closed else np.vstack([points[:1], cut[1:-1], points[-1:]])
    return points

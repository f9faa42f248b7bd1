"""What is known about the text on an image: lines, words, characters.

Characters are grapheme clusters that leave ink: a space has none, a base letter and its accent are one, and so are
letters that a font joins into one shape. All corners are px in the image, clockwise as displayed from the text's own
top left, so that a line turned upside down begins at the bottom right. Reading order is logical order: a Hebrew line's
first character is its rightmost one. Source: own; the order of corners is ICDAR 2015's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

TEXT, DISTRACTOR = "text", "distractor"
KINDS = (TEXT, DISTRACTOR)
PRINT_DEFECT = "print_defect"
"""Key in the params of an instance that is a defect of the print itself, not of what lies over it."""
_NO_CORNERS, NO_BOXES = np.zeros((0, 4, 2), np.float32), np.zeros((0, 4), np.int32)
_NO_CORNERS.setflags(write=False)
NO_BOXES.setflags(write=False)

Moved = Callable[[np.ndarray], np.ndarray]
"""From (n, 2) float points in px to their new places, (n, 2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Char:
    """One character of a line, as a line hands it out.

    Attributes:
        text: its letters.
        number: its value in the image's character mask, >= 1; 0: there is no mask.
        quad_xy: (4, 2) float32 corners of its ink in the text's own frame.
        bbox_xywh: the smallest box around its ink, px, half-open; None: not known.
        is_readable: whether a person could read it.
    """

    text: str
    number: int
    quad_xy: np.ndarray
    bbox_xywh: tuple[int, int, int, int] | None
    is_readable: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Word:
    """One word of a line.

    Attributes:
        text: its letters, without space.
        quad_xy: (4, 2) float32 corners around its ink in the text's own frame.
        first, stop: which of the line's characters it holds: ``chars[first:stop]``; both 0 where they are not known.
        polygon_xy: (n, 2) float32 outline of a bent word, along its top and back along its bottom; None: the quad.
    """

    text: str
    quad_xy: np.ndarray
    first: int = 0
    stop: int = 0
    polygon_xy: np.ndarray | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Word):
            return NotImplemented
        mine, theirs = (self.text, self.first, self.stop), (other.text, other.first, other.stop)
        return mine == theirs and _same(self.quad_xy, other.quad_xy) and _same(self.polygon_xy, other.polygon_xy)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TextLine:
    """One line of text on an image.

    Attributes:
        text: what it says, in logical order; no line break.
        quad_xy: (4, 2) float32 corners around its ink in the text's own frame; None: only the whole image is known
            to hold it.
        polygon_xy: (n, 2) float32 outline of a bent line, along its top and back along its bottom; None: the quad.
        baseline_xy: (n, 2) float32, n >= 2, from left to right end in the text's own frame; None: not known.
        words: in reading order.
        chars: in reading order: the letters of each; empty: not known.
        char_quads_xy: (len(chars), 4, 2) float32.
        char_boxes_xywh: (len(chars), 4) int32, px, half-open, around the ink; (0, 4): not known.
        char_readable: (len(chars),) bool; (0,): all are.
        first_number: value of the first character in the image's character mask; the others follow; 0: no mask.
        is_readable: whether a person could read all of it.
        kind: ``text``, or ``distractor``: text that is there but is not to be read.
        name: of the field that it fills; empty: none.
        params: what was drawn to make it (JSON).
    """

    text: str
    quad_xy: np.ndarray | None = None
    polygon_xy: np.ndarray | None = None
    baseline_xy: np.ndarray | None = None
    words: tuple[Word, ...] = ()
    chars: tuple[str, ...] = ()
    char_quads_xy: np.ndarray = field(default_factory=lambda: _NO_CORNERS)
    char_boxes_xywh: np.ndarray = field(default_factory=lambda: NO_BOXES)
    char_readable: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    first_number: int = 0
    is_readable: bool = True
    kind: str = TEXT
    name: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    def each_char(self) -> Iterator[Char]:
        """Yield the characters in reading order."""
        for i, letters in enumerate(self.chars):
            yield Char(
                text=letters,
                number=self.first_number + i if self.first_number else 0,
                quad_xy=self.char_quads_xy[i],
                bbox_xywh=tuple(self.char_boxes_xywh[i].tolist()) if len(self.char_boxes_xywh) else None,  # type: ignore[arg-type]
                is_readable=bool(self.char_readable[i]) if len(self.char_readable) else True,
            )

    def outline_xy(self) -> np.ndarray | None:
        """Return the polygon of a bent line, else the quad; None: neither is known."""
        return self.quad_xy if self.polygon_xy is None else self.polygon_xy

    def bbox_xywh(self) -> tuple[float, float, float, float] | None:
        """Return the smallest box around the outline, px; None: none is known."""
        outline = self.outline_xy()
        if outline is None:
            return None
        x, y = zip(*outline.tolist(), strict=True)
        left, top = min(x), min(y)
        return left, top, max(x) - left, max(y) - top

    def moved(self, to: Moved) -> TextLine:
        """Return the line with every point moved; boxes of ink are left to whoever measures the ink again."""
        quads = self.char_quads_xy
        return replace(
            self,
            quad_xy=_moved(self.quad_xy, to),
            polygon_xy=_moved(self.polygon_xy, to),
            baseline_xy=_moved(self.baseline_xy, to),
            words=tuple(
                replace(word, quad_xy=_moved(word.quad_xy, to), polygon_xy=_moved(word.polygon_xy, to))
                for word in self.words
            ),
            char_quads_xy=to(quads.reshape(-1, 2)).reshape(quads.shape).astype(np.float32) if len(quads) else quads,
        )

    def with_(self, **changes: Any) -> TextLine:
        """Return a copy with some fields replaced."""
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """Return the line as records.jsonl holds it; arrays stay arrays of numpy, which orjson writes."""
        line: dict[str, Any] = {
            "text": self.text,
            "kind": self.kind,
            "name": self.name,
            "is_readable": self.is_readable,
            "quad_xy": self.quad_xy,
            "polygon_xy": self.polygon_xy,
            "baseline_xy": self.baseline_xy,
            "words": [
                {
                    "text": word.text,
                    "quad_xy": word.quad_xy,
                    "polygon_xy": word.polygon_xy,
                    "first": word.first,
                    "stop": word.stop,
                }
                for word in self.words
            ],
            "chars": self.chars,
            "char_quads_xy": self.char_quads_xy,
            "char_boxes_xywh": self.char_boxes_xywh,
            "char_readable": self.char_readable,
            "first_number": self.first_number,
            "params": dict(self.params),
        }
        return line

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> TextLine:
        """Return the line that ``to_json`` wrote.

        Raises:
            KeyError: a key is missing.
        """
        count = len(line["chars"])
        boxes, readable = line["char_boxes_xywh"], line["char_readable"]
        return cls(
            text=line["text"],
            kind=line["kind"],
            name=line["name"],
            is_readable=line["is_readable"],
            quad_xy=_points(line["quad_xy"]),
            polygon_xy=_points(line["polygon_xy"]),
            baseline_xy=_points(line["baseline_xy"]),
            words=tuple(
                Word(
                    text=word["text"],
                    quad_xy=_points(word["quad_xy"]),
                    first=word["first"],
                    stop=word["stop"],
                    polygon_xy=_points(word.get("polygon_xy")),
                )
                for word in line["words"]
            ),
            chars=tuple(line["chars"]),
            char_quads_xy=np.array(line["char_quads_xy"], np.float32).reshape(count, 4, 2),
            char_boxes_xywh=np.array(boxes, np.int32).reshape(len(boxes), 4),
            char_readable=np.array(readable, bool),
            first_number=line["first_number"],
            params=line["params"],
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TextLine):
            return NotImplemented
        plain = ("text", "kind", "name", "is_readable", "words", "chars", "first_number", "params")
        arrays = ("quad_xy", "polygon_xy", "baseline_xy", "char_quads_xy", "char_boxes_xywh", "char_readable")
        return all(getattr(self, name) == getattr(other, name) for name in plain) and all(
            _same(getattr(self, name), getattr(other, name)) for name in arrays
        )

    __hash__ = None  # type: ignore[assignment]


def _moved(points: np.ndarray | None, to: Moved) -> Any:
    return None if points is None else to(points).astype(np.float32)


def _points(values: Any) -> Any:
    return None if values is None else np.array(values, np.float32).reshape(-1, 2)


def _same(one: np.ndarray | None, other: np.ndarray | None) -> bool:
    if one is None or other is None:
        return one is other
    return np.array_equal(one, other)

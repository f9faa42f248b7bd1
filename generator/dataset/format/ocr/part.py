"""Lines and characters cut out of images, upright: what readers of single lines and characters learn from.

The rule. An image that holds one line and little else is that line, as it is: the line's place is not known, or its box
is at least a third as high and half as wide as the image, and it runs more to the right than up, down or to the left.
Any other line is cut out along its quad, read from left to right, with a margin of a tenth of its height (2 px at the
least) on every side. A quad whose corners lie within half a pixel of an upright box is cut out in whole px, as far as
the image reaches, turned by quarters: not one value is changed. Any other is rectified: one homography carries the quad
to a rectangle as high and as wide as the mean of its sides, so that a px of height stays a px; values are interpolated
linearly between pixels' centres, and what lies beyond the image repeats its border. A character is cut out likewise,
along its own quad, with its line's margin, so that a full stop is not all of its image.

A part of an image is named <image>@<line> or <image>@<line>.<character>, from 1; safe names of images hold no @.
Source: own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from generator.core.errors import AssetError, ConfigError
from generator.core.geometry import Rect
from generator.core.text import TEXT, TextLine
from generator.dataset.format.ocr.line import chars_of, is_to_be_read, with_text
from generator.dataset.link import place
from generator.dataset.names import safe_name
from generator.dataset.record import DataSet, Record
from generator.dataset.view import MAX_PIXELS, source_image
from generator.imaging.codec import decode_image, encode_png
from generator.imaging.warp import Warp, quad_to_quad

_MARGIN, _LEAST_MARGIN_PX = 0.1, 2
_LEAST_HEIGHT, _LEAST_WIDTH = 1 / 3, 1 / 2
_STRAIGHT_PX = 0.5
_CORNERS = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """How a quad of an image is seen upright.

    Attributes:
        wh: width and height of what is seen, px.
        to: from points of the image to its own.
        rect: the pixels of the image that it is, unchanged; None: they are resampled.
        turns: quarters counter-clockwise that they are turned by.
        matrix: (3, 3), for pixels' centres, where they are resampled.
    """

    wh: tuple[int, int]
    to: Warp
    rect: Rect | None = None
    turns: int = 0
    matrix: np.ndarray | None = None

    def cut(self, pixels: np.ndarray) -> np.ndarray:
        """Return what is seen of (H, W, C) pixels, (h, w, C)."""
        if self.rect is not None:
            return np.ascontiguousarray(np.rot90(pixels[self.rect.slices], self.turns))
        seen = cv2.warpPerspective(
            pixels, self.matrix, self.wh, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return seen.reshape(self.wh[1], self.wh[0], pixels.shape[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A line or a character with an image of its own.

    Attributes:
        record: what is known about it; its line is stated on its own image.
        stem: of its file.
        view: how it is cut out; None: it is the whole image, as it is.
    """

    record: Record
    stem: str
    view: View | None

    @property
    def suffix(self) -> str:
        """The suffix of its file."""
        return self.record.suffix if self.view is None else ".png"

    @property
    def line(self) -> TextLine:
        """Its line."""
        return self.record.text[0]


def view_of(quad_xy: np.ndarray, hw: tuple[int, int], margin_px: int) -> View | None:
    """Return how a quad with a margin is seen upright; None: nothing of it lies on the image.

    Args:
        quad_xy: (4, 2) corners in the text's own frame, clockwise from its top left, px.
        hw: the image's height and width in px.
        margin_px: seen beyond the quad on every side.
    """
    quad = np.asarray(quad_xy, np.float64)
    (left, top), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
    if not (right > 0 and bottom > 0 and left < hw[1] and top < hw[0]):
        return None
    box = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    for turns in range(_CORNERS):
        if np.abs(np.roll(box, -turns, axis=0) - quad).max() < _STRAIGHT_PX:
            x, y = int(np.floor(left)) - margin_px, int(np.floor(top)) - margin_px
            w, h = int(np.ceil(right)) + margin_px - x, int(np.ceil(bottom)) + margin_px - y
            return _straight(Rect(x, y, w, h).clipped(hw), turns)
    sides = np.hypot(*(np.roll(quad, -1, axis=0) - quad).T)
    w, h = max(1, round((sides[0] + sides[2]) / 2)), max(1, round((sides[1] + sides[3]) / 2))
    target = np.array([(0, 0), (w, 0), (w, h), (0, h)], np.float64) + margin_px
    return View(
        wh=(w + 2 * margin_px, h + 2 * margin_px),
        to=Warp(quad_to_quad(quad, target)),
        matrix=quad_to_quad(quad - 0.5, target - 0.5),
    )


def line_parts(record: Record) -> list[Part]:
    """Return the lines of an image that are to be read, with their own images.

    Raises:
        ConfigError: the place of one of several lines is not known, or it lies outside the image.
    """
    if is_line_image(record):
        return [Part(record=with_text(record, record.text), stem=safe_name(record.key), view=None)]
    parts = []
    for number, line in enumerate(record.text, 1):
        if is_to_be_read(line):
            parts.append(_part(record, f"@{number}", line, line.quad_xy, _margin_px(line)))
    return parts


def char_parts(record: Record) -> list[Part]:
    """Return the characters of an image that can be read, with their own images.

    Raises:
        ConfigError: the characters of a line are not known, or one lies outside the image.
    """
    parts = []
    for line_number, line in enumerate(record.text, 1):
        if line.kind == TEXT:
            for number, char in chars_of(line, record):
                alone = TextLine(text=char.text, chars=(char.text,), char_quads_xy=char.quad_xy[None])
                parts.append(_part(record, f"@{line_number}.{number}", alone, char.quad_xy, _margin_px(line)))
    return parts


def put_parts(data: DataSet, record: Record, parts: Sequence[Part], folder: Path) -> list[str]:
    """Put the images of parts into a folder and return their names; whole images are linked, others cut out as PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    source = Source(data, record)
    return [source.put(part, folder) for part in parts]


class Source:
    """The image that parts are cut out of, decoded when the first one is.

    Args:
        data: the data set.
        record: the image's.

    Attributes:
        path: of its file.
    """

    def __init__(self, data: DataSet, record: Record) -> None:
        self.path = source_image(data, record)
        self._pixels: np.ndarray | None = None

    def put(self, part: Part, folder: Path) -> str:
        """Put a part's image into a folder that is there and return its name; a whole image is linked.

        Raises:
            AssetError: there is no such image, or it cannot be read.
        """
        name = f"{part.stem}{part.suffix}"
        if part.view is None:
            place(self.path, folder / name)
        else:
            (folder / name).write_bytes(self.cut(part.view))
        return name

    def bytes_of(self, part: Part) -> bytes:
        """Return a part's image file.

        Raises:
            AssetError: there is no such image, or it cannot be read.
        """
        return self._read() if part.view is None else self.cut(part.view)

    def cut(self, view: View) -> bytes:
        """Return the PNG of what is seen.

        Raises:
            AssetError: there is no such image, or it cannot be read.
        """
        if self._pixels is None:
            self._pixels = decode_image(self._read(), self.path.name, MAX_PIXELS).pixels
        return encode_png(view.cut(self._pixels))

    def _read(self) -> bytes:
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise AssetError(self.path, "an image of the data set", error.strerror or "no such file") from error


def is_line_image(record: Record) -> bool:
    """Say whether an image is one line, which is to be read, and little else."""
    if len(record.text) != 1 or not is_to_be_read(record.text[0]):
        return False
    quad = record.text[0].quad_xy
    if quad is None:
        return True
    (left, top), (right, bottom) = quad.min(axis=0).tolist(), quad.max(axis=0).tolist()
    along, down = (quad[1] - quad[0]).tolist()
    is_large = bottom - top >= _LEAST_HEIGHT * record.height and right - left >= _LEAST_WIDTH * record.width
    return is_large and along > abs(down)


def _part(record: Record, name: str, line: TextLine, quad_xy: np.ndarray | None, margin_px: int) -> Part:
    if quad_xy is None:
        expected = "lines whose places are known, where an image holds several"
        raise ConfigError(f"image {record.key}", expected, f"'{line.text}' without one")
    view = view_of(quad_xy, record.hw, margin_px)
    if view is None:
        got = f"'{line.text}', which lies outside it"
        raise ConfigError(f"image {record.key}", f"text on the image of {record.width} x {record.height} px", got)
    stem = f"{safe_name(record.key)}{name}"
    if view.rect == Rect(0, 0, record.width, record.height) and view.turns == 0:
        return Part(record=replace(with_text(record, [line]), key=stem), stem=stem, view=None)
    own = replace(record, key=stem, width=view.wh[0], height=view.wh[1], index=0)
    return Part(record=with_text(own, [_seen(line, view)]), stem=stem, view=view)


def _seen(line: TextLine, view: View) -> TextLine:
    """Return a line as it lies on its own image; boxes of ink that was resampled are not known."""
    boxes = np.zeros((0, 4), np.int32)
    if view.rect is not None and len(line.char_boxes_xywh):
        first = view.to.forward(line.char_boxes_xywh[:, :2])
        last = view.to.forward(line.char_boxes_xywh[:, :2] + line.char_boxes_xywh[:, 2:])
        low, high = np.minimum(first, last), np.maximum(first, last)
        boxes = np.rint(np.concatenate([low, high - low], axis=1)).astype(np.int32)
    return line.moved(view.to.forward).with_(char_boxes_xywh=boxes, first_number=0)


def _margin_px(line: TextLine) -> int:
    """Return what is seen beyond a line, by its own height or, where it has no place, by its highest character's."""
    quads = line.char_quads_xy if line.quad_xy is None else line.quad_xy[None]
    if not len(quads):
        return _LEAST_MARGIN_PX
    sides = np.hypot(*np.moveaxis(quads[:, [3, 2]] - quads[:, [0, 1]], -1, 0))
    return max(_LEAST_MARGIN_PX, round(_MARGIN * float(sides.mean(axis=1).max())))


def _straight(rect: Rect, turns: int) -> View:
    w, h = rect.w, rect.h
    turned = {
        0: [[1, 0, 0], [0, 1, 0]],
        1: [[0, 1, 0], [-1, 0, w]],
        2: [[-1, 0, w], [0, -1, h]],
        3: [[0, -1, h], [1, 0, 0]],
    }[turns]
    matrix = np.array([*turned, [0, 0, 1]], np.float64)
    return View(
        wh=(h, w) if turns % 2 else (w, h),
        to=Warp.shift(-rect.x, -rect.y).then(matrix),
        rect=rect,
        turns=turns,
    )

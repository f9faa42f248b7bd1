"""The review sheet: what was cut and from which mask, flagged ones first, for a person to accept or to mend.

Each tile shows the place with its box, and beside it the mask's outline. Source: own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from generator.core.annotation import Region
from generator.core.geometry import Rect
from generator.imaging.codec import encode_png
from generator.imaging.panel import Colour, cut, mask_in, outline, resized, wrapped, write

PAGE_ROWS = 60
_COLUMNS = 5
_PANEL_PX, _GAP_PX, _MARGIN_PX, _LINE_PX, _TITLE_PX = 168, 4, 14, 16, 30
_AROUND, _LEAST_AROUND_PX = 0.35, 8
_PAPER, _EMPTY, _INK, _SOFT = (24, 25, 28), (33, 34, 38), (232, 232, 228), (150, 152, 156)
_FLAGGED, _FOUND, _BOX = (255, 84, 84), (0, 214, 143), (240, 228, 66)
_TEXT_PX = 12
_REASON_LINES = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """One cut-out on the sheet.

    Attributes:
        pixels: (H, W, C) uint8 or uint16, the whole image.
        white: the value shown as full brightness.
        mask: (H, W) bool, not empty.
        bbox_xywh: the box it was drawn or found in, px.
        category: its class.
        name: what it is called: its id and the image's file.
        score: of the mask, in [0, 1]; 1 where it was given.
        review: whether a person must look at it first.
        reasons: why, in words.
    """

    pixels: np.ndarray
    white: int
    mask: np.ndarray
    bbox_xywh: tuple[float, float, float, float]
    category: str
    name: str
    score: float
    review: bool = False
    reasons: tuple[str, ...] = ()


def write_sheet(rows: Sequence[Row], path: Path) -> list[Path]:
    """Write the sheet, flagged rows first, the worst of them at the top.

    Args:
        rows: the cut-outs.
        path: of the first page; the second one gets -2 before its suffix, and so on.

    Returns:
        The pages written.
    """
    ordered = sorted(rows, key=lambda row: (not row.review, row.score if row.review else 0.0))
    pages = [ordered[start : start + PAGE_ROWS] for start in range(0, len(ordered), PAGE_ROWS)] or [[]]
    flagged = sum(row.review for row in rows)
    written = []
    for number, page in enumerate(pages, 1):
        title = f"{len(rows)} cut-outs, {flagged} to be looked at (red, with reasons); page {number} of {len(pages)}"
        written.append(path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}"))
        written[-1].write_bytes(encode_png(_page(page, title)))
    return written


def _page(rows: Sequence[Row], title: str) -> np.ndarray:
    """Return a page as (H, W, 3) uint8."""
    tile_w, tile_h = 2 * _PANEL_PX + _GAP_PX, _PANEL_PX + (2 + _REASON_LINES) * _LINE_PX + 6
    columns = max(1, min(_COLUMNS, len(rows)))
    lines = max(1, -(-len(rows) // columns))
    width = max(640, _MARGIN_PX + columns * (tile_w + _MARGIN_PX))
    page = Image.new("RGB", (width, _TITLE_PX + _MARGIN_PX + lines * (tile_h + _MARGIN_PX)), _PAPER)
    pen = ImageDraw.Draw(page)
    write(pen, (_MARGIN_PX, 10), cut(title, width - 2 * _MARGIN_PX, 15), _INK, 15)
    for number, row in enumerate(rows):
        x = _MARGIN_PX + number % columns * (tile_w + _MARGIN_PX)
        y = _TITLE_PX + _MARGIN_PX + number // columns * (tile_h + _MARGIN_PX)
        colour = _FLAGGED if row.review else _FOUND
        for place, panel in enumerate(_panels(row, colour)):
            left = x + place * (_PANEL_PX + _GAP_PX)
            pen.rectangle((left, y, left + _PANEL_PX - 1, y + _PANEL_PX - 1), fill=_EMPTY)
            picture = Image.fromarray(panel)
            page.paste(picture, (left + (_PANEL_PX - picture.width) // 2, y + (_PANEL_PX - picture.height) // 2))
        if row.review:
            pen.rectangle((x - 3, y - 3, x + tile_w + 2, y + tile_h - 1), outline=_FLAGGED, width=2)
        _write_lines(pen, (x, y + _PANEL_PX + 3), row, colour, tile_w)
    return np.asarray(page)


def _write_lines(pen: ImageDraw.ImageDraw, at: tuple[int, int], row: Row, colour: Colour, width: int) -> None:
    texts = [(f"{row.category}  {row.score:.2f}", _INK), (row.name, _SOFT)]
    texts += [(line, colour) for line in wrapped("; ".join(row.reasons), width, _REASON_LINES, _TEXT_PX)]
    for place, (text, ink) in enumerate(texts):
        write(pen, (at[0], at[1] + place * _LINE_PX), cut(text, width, _TEXT_PX), ink, _TEXT_PX)


def _panels(row: Row, colour: Colour) -> tuple[np.ndarray, np.ndarray]:
    """Return the place with its box, and with the mask's outline, (h, w, 3) uint8."""
    region = Region.tight(row.mask)
    hw = row.pixels.shape[0], row.pixels.shape[1]
    x, y, w, h = row.bbox_xywh
    left, top = min(int(x), region.rect.x), min(int(y), region.rect.y)
    right = max(round(x + w), region.rect.x + region.rect.w)
    bottom = max(round(y + h), region.rect.y + region.rect.h)
    both = Rect(left, top, right - left, bottom - top)
    window = both.grown(max(_LEAST_AROUND_PX, round(_AROUND * max(both.w, both.h)))).clipped(hw)
    ratio = _PANEL_PX / max(window.w, window.h)
    wh = max(1, round(window.w * ratio)), max(1, round(window.h * ratio))
    boxed = resized(row.pixels[window.slices], wh, row.white).copy()  # colour comes as a view that is not written to
    masked = boxed.copy()
    first = max(0, round((x - window.x) * ratio) - 1), max(0, round((y - window.y) * ratio) - 1)
    last = min(wh[0] - 1, round((x + w - window.x) * ratio)), min(wh[1] - 1, round((y + h - window.y) * ratio))
    cv2.rectangle(boxed, first, last, _BOX, 1)
    outline(masked, mask_in(region, window, wh), colour)
    return boxed, masked

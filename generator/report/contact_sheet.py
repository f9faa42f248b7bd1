"""Contact sheets: image, twin, mask overlay and a zoom on a defect, side by side.

Masks are outlined from outside, so that what they cover stays to be seen, and what would be too small to notice gets a
ring around it. In the zoom, pixels stay pixels. Source: own; the first colours are Okabe and Ito's.
"""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from generator.core.annotation import Region
from generator.core.geometry import Rect
from generator.imaging.panel import Colour, cut, mask_in, outline, resized, write

_COLOURS: tuple[Colour, ...] = (
    (255, 94, 0),
    (86, 190, 255),
    (240, 228, 66),
    (255, 92, 205),
    (0, 214, 143),
    (178, 132, 255),
    (255, 168, 0),
)
_PAPER, _INK, _SOFT = (24, 25, 28), (232, 232, 228), (150, 152, 156)
_TINT = 0.28
_RING_BELOW_PX = 16
_MARGIN_PX, _GAP_PX, _LABEL_PX = 16, 4, 26
_LEAST_ZOOM_PX = 32
_LARGEST_ZOOM = 0.45


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SheetRow:
    """One sample of a sheet.

    Attributes:
        image: (H, W, C) uint8 or uint16, C in {1, 3}, RGB.
        twin: its good twin, same shape; None: there is none, or the image is good.
        regions: the pixels of each defect.
        colours: RGB of each defect.
        white: the value shown as full brightness.
        label: the line under the panels.
        focus: which region is zoomed at; None: the largest.
    """

    image: np.ndarray
    twin: np.ndarray | None
    regions: tuple[Region, ...]
    colours: tuple[Colour, ...]
    white: int
    label: str = ""
    focus: int | None = None

    @property
    def hw(self) -> tuple[int, int]:
        """Height and width in px."""
        return self.image.shape[0], self.image.shape[1]


def class_colours(classes: Sequence[str]) -> dict[str, Colour]:
    """Return a bright RGB colour for each class; the first seven can be told apart by most colour-blind people."""
    colours = {}
    for place, name in enumerate(classes):
        if place < len(_COLOURS):
            colours[name] = _COLOURS[place]
        else:
            rgb = colorsys.hsv_to_rgb(place * 0.618034 % 1.0, 0.75 - 0.2 * (place % 2), 1.0)
            colours[name] = (round(rgb[0] * 255), round(rgb[1] * 255), round(rgb[2] * 255))
    return colours


def contact_sheet(
    rows: Sequence[SheetRow], legend: dict[str, Colour], columns: int = 2, panel_px: int = 224, title: str = ""
) -> np.ndarray:
    """Draw samples as tiles of four panels: image, twin, overlay, zoom.

    Args:
        rows: the samples.
        legend: colour of each class that the sheet explains.
        columns: tiles beside each other, >= 1.
        panel_px: side of a panel, px.
        title: the first line.

    Returns:
        (H, W, 3) uint8 RGB.
    """
    columns = max(1, min(columns, len(rows)))
    tile_w, tile_h = 4 * panel_px + 3 * _GAP_PX, panel_px + _LABEL_PX
    width = _MARGIN_PX + columns * (tile_w + _MARGIN_PX)
    keys = _legend_lines(legend, width)
    top = _MARGIN_PX + _LABEL_PX * (len(keys) + 1)
    height = top + max(1, -(-len(rows) // columns)) * (tile_h + _MARGIN_PX)
    page = Image.new("RGB", (width, height), _PAPER)
    pen = ImageDraw.Draw(page)
    write(pen, (_MARGIN_PX, _MARGIN_PX - 2), title or "image, twin, mask, zoom", _INK, 15)
    for line, names in enumerate(keys, 1):
        _write_legend(pen, names, _MARGIN_PX + line * _LABEL_PX - 2)
    for number, row in enumerate(rows):
        x = _MARGIN_PX + number % columns * (tile_w + _MARGIN_PX)
        y = top + number // columns * (tile_h + _MARGIN_PX)
        for place, panel in enumerate(panels(row, panel_px)):
            left = x + place * (panel_px + _GAP_PX)
            pen.rectangle((left, y, left + panel_px - 1, y + panel_px - 1), fill=(33, 34, 38))
            if panel is not None:
                picture = Image.fromarray(panel)
                page.paste(picture, (left + (panel_px - picture.width) // 2, y + (panel_px - picture.height) // 2))
        write(pen, (x, y + panel_px + 4), cut(row.label, tile_w), _SOFT, 13)
    return np.asarray(page)


def panels(row: SheetRow, panel_px: int) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None, np.ndarray | None]:
    """Return image, twin, overlay and zoom as (h, w, 3) uint8 whose longer side is ``panel_px``.

    A good image has only the first; the twin is None where the row has none.
    """
    height, width = row.hw
    ratio = panel_px / max(height, width)
    wh = max(1, round(width * ratio)), max(1, round(height * ratio))
    picture = resized(row.image, wh, row.white)
    if not row.regions:
        return picture, None, None, None
    twin = None if row.twin is None else resized(row.twin, wh, row.white)
    whole = Rect(0, 0, width, height)
    window = zoom_window(row)
    overlay = _outlined(picture, row, whole, tinted=True)
    if min(window.w, window.h) * ratio >= _RING_BELOW_PX and max(window.w / width, window.h / height) < 0.6:
        _mark_window(overlay, window, ratio)
    crop = resized(row.image[window.slices], wh, row.white)
    return picture, twin, overlay, _outlined(crop, row, window, tinted=False)


def zoom_window(row: SheetRow) -> Rect:
    """Return what the zoom shows, of the image's proportions: the focused defect with some surface around it.

    Of a defect that is large in the image it shows a part of the edge.
    """
    height, width = row.hw
    shorter = min(height, width)
    place = row.focus
    if place is None:
        place = max(range(len(row.regions)), key=lambda i: row.regions[i].area_px)
    x, y, w, h = row.regions[place].bbox_xywh
    needed = max(_LEAST_ZOOM_PX / shorter, 1.6 * w / width, 1.6 * h / height)
    share = min(1.0, needed, max(_LARGEST_ZOOM, 2 * _LEAST_ZOOM_PX / shorter))
    window_w, window_h = max(1, round(share * width)), max(1, round(share * height))
    is_whole = window_w >= 1.2 * w and window_h >= 1.2 * h
    middle = (x + w / 2, y + h / 2) if is_whole else _on_edge(row.regions[place], row.hw)
    left = min(max(0, round(middle[0] - window_w / 2)), width - window_w)
    top = min(max(0, round(middle[1] - window_h / 2)), height - window_h)
    return Rect(left, top, window_w, window_h)


def _on_edge(region: Region, hw: tuple[int, int]) -> tuple[float, float]:
    """Return the pixel of a region's outer edge that is nearest to the middle of its edges, x and y in px.

    Where the image ends is no edge, unless there is no other.
    """
    contours, _ = cv2.findContours(region.bits.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    points = np.concatenate(contours)[:, 0] + (region.rect.x, region.rect.y)
    within = ((points > 0) & (points < (hw[1] - 1, hw[0] - 1))).all(axis=1)
    points = points[within] if within.any() else points
    nearest = points[np.argmin(((points - points.mean(axis=0)) ** 2).sum(axis=1))]
    return float(nearest[0]), float(nearest[1])


def _outlined(picture: np.ndarray, row: SheetRow, window: Rect, tinted: bool) -> np.ndarray:
    """Return the picture of ``window`` with the regions' outlines around what they cover."""
    out = picture.copy()
    for region, colour in zip(row.regions, row.colours, strict=True):
        mask = mask_in(region, window, (picture.shape[1], picture.shape[0]))
        if not mask.any():
            continue
        if tinted:
            out[mask] = np.rint(out[mask] * (1 - _TINT) + np.float32(colour) * _TINT).astype(np.uint8)
        outline(out, mask, colour)
        rows, columns = np.nonzero(mask)
        h, w = np.ptp(rows) + 1, np.ptp(columns) + 1
        if tinted and max(h, w) < _RING_BELOW_PX:
            middle = round(float(columns.mean())), round(float(rows.mean()))
            cv2.circle(out, middle, _RING_BELOW_PX, (0, 0, 0), 3, cv2.LINE_AA)
            cv2.circle(out, middle, _RING_BELOW_PX, colour, 1, cv2.LINE_AA)
    return out


def _mark_window(panel: np.ndarray, window: Rect, ratio: float) -> None:
    """Draw the frame of the zoom in place."""
    first = round(window.x * ratio), round(window.y * ratio)
    last = round((window.x + window.w) * ratio) - 1, round((window.y + window.h) * ratio) - 1
    cv2.rectangle(panel, (first[0] - 1, first[1] - 1), (last[0] + 1, last[1] + 1), (0, 0, 0), 1)
    cv2.rectangle(panel, first, last, (255, 255, 255), 1)


def _legend_lines(legend: dict[str, Colour], width: int) -> list[list[tuple[str, Colour]]]:
    """Return the legend's entries in lines that fit."""
    lines: list[list[tuple[str, Colour]]] = []
    used = width
    for name, colour in legend.items():
        need = _entry_px(name)
        if used + need > width - 2 * _MARGIN_PX:
            lines.append([])
            used = 0
        lines[-1].append((name, colour))
        used += need
    return lines


def _entry_px(name: str) -> int:
    return 36 + round(ImageFont.load_default(13).getlength(name))


def _write_legend(pen: ImageDraw.ImageDraw, names: list[tuple[str, Colour]], y: int) -> None:
    x = _MARGIN_PX
    for name, colour in names:
        pen.rectangle((x, y + 3, x + 11, y + 14), fill=colour)
        write(pen, (x + 18, y), name, _INK, 13)
        x += _entry_px(name)

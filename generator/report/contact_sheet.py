"""Contact sheets: image, twin, mask overlay and a zoom on a defect, side by side; lines of text as strips.

What is turned stands beside itself turned back by its label.
Masks are outlined from outside, so that what they cover stays to be seen, and what would be too small to notice gets a
ring around it. In the zoom, pixels stay pixels. Labels of text are drawn over image and zoom; a crop of a line is a
strip with its labels below, as many beside each other as fit. Source: own; the first colours are Okabe and Ito's.
"""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from generator.core.annotation import Orientation, Part, Region
from generator.core.geometry import Rect
from generator.core.text import DISTRACTOR, TextLine
from generator.imaging.panel import Colour, cut, mask_in, outline, resized, write
from generator.report.angle.overlay import draw_angles, part_turned_back, turned_back
from generator.report.text.caption import caption_picture
from generator.report.text.overlay import draw_text
from generator.text.font.files import FontFiles

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
_STRIP_PX, _STRIP_ASPECT = 96, 2.0  # height at which a crop of a line is shown; width over height that makes it one
_ZOOMED_CHARS = 6


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
        lines: its text; none: there is none, or it is not labelled.
        focus_line: which of them is zoomed at; None: a region, or the first where there is none.
        blank: the surface without its text, same shape; None: it is not shown.
        char_mask: (H, W) numbers of the characters whose ink a pixel is; None: not known.
        caption: what the text says, above the label.
        fonts: where the caption's letters are looked for first.
        orientation: how the image is turned; None: not known.
        parts: whole parts on it, each with the colour of its class.
    """

    image: np.ndarray
    twin: np.ndarray | None
    regions: tuple[Region, ...]
    colours: tuple[Colour, ...]
    white: int
    label: str = ""
    focus: int | None = None
    lines: tuple[TextLine, ...] = ()
    focus_line: int | None = None
    blank: np.ndarray | None = None
    char_mask: np.ndarray | None = None
    caption: str = ""
    fonts: tuple[FontFiles, ...] = ()
    orientation: Orientation | None = None
    parts: tuple[tuple[Part, Colour], ...] = ()

    @property
    def is_turned(self) -> bool:
        """Whether something on it has an angle."""
        return self.orientation is not None or bool(self.parts)

    @property
    def is_strip(self) -> bool:
        """Whether it is a crop of a line: text on an image that is low, or much wider than high."""
        return bool(self.lines) and (self.hw[0] <= _STRIP_PX or self.hw[1] >= _STRIP_ASPECT * self.hw[0])

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
    """Draw samples as tiles of four panels: image, twin, overlay, zoom; lines of text as strips.

    Args:
        rows: the samples.
        legend: colour of each class that the sheet explains.
        columns: tiles of four panels beside each other, >= 1.
        panel_px: side of a panel, px.
        title: the first line.

    Returns:
        (H, W, 3) uint8 RGB.
    """
    columns = max(1, min(columns, len(rows)))
    tile_w = 4 * panel_px + 3 * _GAP_PX
    inner = columns * (tile_w + _MARGIN_PX) - _MARGIN_PX
    tiles = [strip_tile(row, inner) if row.is_strip else _square_tile(row, panel_px) for row in rows]
    keys = _legend_lines(legend, inner + 2 * _MARGIN_PX)
    top = _MARGIN_PX + _LABEL_PX * (len(keys) + 1)
    corners, bottom = _shelves([tile.size for tile in tiles], inner, top)
    page = Image.new("RGB", (inner + 2 * _MARGIN_PX, bottom), _PAPER)
    pen = ImageDraw.Draw(page)
    write(pen, (_MARGIN_PX, _MARGIN_PX - 2), title or "image, twin, mask, zoom", _INK, 15)
    for line, names in enumerate(keys, 1):
        _write_legend(pen, names, _MARGIN_PX + line * _LABEL_PX - 2)
    for tile, corner in zip(tiles, corners, strict=True):
        page.paste(tile, corner)
    return np.asarray(page)


def _shelves(sizes: Sequence[tuple[int, int]], width: int, top: int) -> tuple[list[tuple[int, int]], int]:
    """Return the upper left corners of tiles set in rows one after another, and where the last row ends."""
    corners, x, y, tallest = [], 0, top, 0
    for w, h in sizes:
        if x and x + w > width:
            x, y, tallest = 0, y + tallest + _MARGIN_PX, 0
        corners.append((_MARGIN_PX + x, y))
        x, tallest = x + w + _MARGIN_PX, max(tallest, h)
    return corners, y + tallest + _MARGIN_PX


def _square_tile(row: SheetRow, panel_px: int) -> Image.Image:
    """Return a sample's four panels beside each other, its caption and label below."""
    width = 4 * panel_px + 3 * _GAP_PX
    captions = [caption_picture(row.caption, width, _INK, _PAPER, row.fonts)] if row.caption else []
    tile = Image.new("RGB", (width, panel_px + _LABEL_PX + sum(c.height for c in captions)), _PAPER)
    pen = ImageDraw.Draw(tile)
    for place, panel in enumerate(panels(row, panel_px)):
        left = place * (panel_px + _GAP_PX)
        pen.rectangle((left, 0, left + panel_px - 1, panel_px - 1), fill=(33, 34, 38))
        if panel is not None:
            picture = Image.fromarray(panel)
            tile.paste(picture, (left + (panel_px - picture.width) // 2, (panel_px - picture.height) // 2))
    _write_below(tile, captions, row.label, panel_px)
    return tile


def strip_tile(row: SheetRow, most_px: int) -> Image.Image:
    """Return a line's strips below each other, its caption and label below them, no wider than ``most_px``."""
    strips = [strip for strip in strip_panels(row, most_px) if strip is not None]
    height = sum(len(strip) + _GAP_PX for strip in strips)
    width = strips[0].shape[1]
    width = min(most_px, max(width, round(ImageFont.load_default(13).getlength(row.label)) + 4))
    captions = [caption_picture(row.caption, width, _INK, _PAPER, row.fonts)]
    tile = Image.new("RGB", (width, height + _LABEL_PX + captions[0].height), _PAPER)
    y = 0
    for strip in strips:
        tile.paste(Image.fromarray(strip), (0, y))
        y += len(strip) + _GAP_PX
    _write_below(tile, captions, row.label, height - _GAP_PX)
    return tile


def _write_below(tile: Image.Image, captions: Sequence[Image.Image], label: str, y: int) -> None:
    for caption in captions:
        tile.paste(caption, (0, y + 2))
        y += caption.height
    write(ImageDraw.Draw(tile), (0, y + 4), cut(label, tile.width), _SOFT, 13)


def strip_panels(row: SheetRow, most_px: int) -> tuple[np.ndarray, np.ndarray | None, np.ndarray]:
    """Return a line's image, its twin if it is defective, and its labels, (h, w, 3) uint8 no wider than ``most_px``."""
    height, width = row.hw
    scale = max(1.0, round(_STRIP_PX / height)) if height <= 2 * _STRIP_PX else 2 * _STRIP_PX / height
    scale = min(scale, most_px / width)
    wh = max(1, round(width * scale)), max(1, round(height * scale))
    picture = resized(row.image, wh, row.white)
    twin = None if row.twin is None else resized(row.twin, wh, row.white)
    return picture, twin, _labelled(picture, row, Rect(0, 0, width, height))


def panels(row: SheetRow, panel_px: int) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None, np.ndarray | None]:
    """Return image, twin, overlay and zoom as (h, w, 3) uint8 whose longer side is ``panel_px``.

    A good image without text has only the first; the twin is None where the row has none. The twin of a sound text is
    the surface without it. A good image with an angle has itself turned back instead of the twin, and its largest part
    turned back instead of the zoom; one with parts alone has two of them.
    """
    height, width = row.hw
    ratio = panel_px / max(height, width)
    wh = max(1, round(width * ratio)), max(1, round(height * ratio))
    picture = resized(row.image, wh, row.white)
    whole = Rect(0, 0, width, height)
    if not row.regions and not row.lines:
        return (picture, *_turned_panels(picture, row, panel_px)) if row.is_turned else (picture, None, None, None)
    without = row.twin if row.regions else row.blank
    twin = None if without is None else resized(without, wh, row.white)
    window = zoom_window(row)
    overlay = draw_angles(_labelled(picture, row, whole), whole, row.orientation, row.parts)
    if min(window.w, window.h) * ratio >= _RING_BELOW_PX and max(window.w / width, window.h / height) < 0.6:
        _mark_window(overlay, window, ratio)
    crop = resized(row.image[window.slices], wh, row.white)
    return picture, twin, overlay, _labelled(crop, row, window, tinted=False)


def _turned_panels(
    picture: np.ndarray, row: SheetRow, panel_px: int
) -> tuple[np.ndarray | None, np.ndarray, np.ndarray | None]:
    """Return a good image turned back by its label, its angles, and its largest part turned back.

    Of an image that has no angle of its own, the second part is turned back instead.
    """
    angle = None if row.orientation is None else row.orientation.angle_deg
    labels = draw_angles(picture, Rect(0, 0, row.hw[1], row.hw[0]), row.orientation, row.parts)
    back = None if angle is None else turned_back(picture, angle)
    largest = sorted(row.parts, key=lambda entry: -entry[0].region.area_px)[:2]
    parts = [part_turned_back(row.image, part, colour, row.white, panel_px) for part, colour in largest]
    if row.orientation is None and len(parts) > 1:
        back = parts[1]
    return back, labels, parts[0] if parts else None


def zoom_window(row: SheetRow) -> Rect:
    """Return what the zoom shows, of the image's proportions: the focused defect with some surface around it.

    Of a defect that is large in the image it shows a part of the edge; of text alone, the first characters.
    """
    height, width = row.hw
    shorter = min(height, width)
    if not row.regions or row.focus_line is not None:
        return _around_text(row)
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


def _around_text(row: SheetRow) -> Rect:
    """Return a window around the first characters of the focused line, or of the first that is to be read."""
    height, width = row.hw
    first = min(row.lines, key=lambda line: line.kind == DISTRACTOR)
    line = first if row.focus_line is None else row.lines[row.focus_line]
    corners = line.char_quads_xy[:_ZOOMED_CHARS].reshape(-1, 2) if len(line.chars) else line.outline_xy()
    if corners is None:
        return Rect(0, 0, width, height)
    low, high = corners.min(axis=0), corners.max(axis=0)
    share = min(1.0, max(_LEAST_ZOOM_PX / min(height, width), *(1.4 * (high - low) / (width, height)).tolist()))
    window_w, window_h = max(1, round(share * width)), max(1, round(share * height))
    left, top = np.rint((low + high) / 2 - (window_w / 2, window_h / 2)).astype(int).tolist()
    return Rect(min(max(0, left), width - window_w), min(max(0, top), height - window_h), window_w, window_h)


def _labelled(picture: np.ndarray, row: SheetRow, window: Rect, tinted: bool = True) -> np.ndarray:
    """Return the picture of ``window`` with text and defects marked."""
    out = draw_text(picture, row.lines, window, row.char_mask if tinted else None) if row.lines else picture
    return _outlined(out, row, window, tinted)


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

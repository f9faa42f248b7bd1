"""Small pictures for the eye: any depth as 8 bit, a mask's outline around what it covers, text in Pillow's own font.

Source: own.
"""

from __future__ import annotations

import cv2
import numpy as np
from PIL import ImageDraw, ImageFont

from generator.core.annotation import Region
from generator.core.geometry import Rect

Colour = tuple[int, int, int]

LINE_PX = 2
_TEXT_PX = 13


def shown(image: np.ndarray, white: int) -> np.ndarray:
    """Return an image of any depth and channels as (H, W, 3) uint8, ``white`` as 255."""
    pixels = image if image.ndim == 3 else image[..., None]
    if pixels.dtype != np.uint8 or white != 255:
        pixels = np.clip(np.rint(pixels * np.float32(255.0 / white)), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(pixels, (*pixels.shape[:2], 3)))


def resized(image: np.ndarray, wh: tuple[int, int], white: int) -> np.ndarray:
    """Return an image as (h, w, 3) uint8 of another size: averaged when it shrinks, enlarged pixel by pixel."""
    shrinks = wh[0] < image.shape[1]
    small = cv2.resize(np.ascontiguousarray(image), wh, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_NEAREST)
    return shown(small, white)


def mask_in(region: Region, window: Rect, wh: tuple[int, int]) -> np.ndarray:
    """Return a region as an (h, w) bool mask of the panel that shows ``window``; no pixel is lost in shrinking."""
    canvas = np.zeros((window.h, window.w), np.uint16)
    part = region.rect.intersection(window)
    if part.is_empty:
        return np.zeros((wh[1], wh[0]), bool)
    canvas[part.inside(window)] = region.bits[part.inside(region.rect)] * np.uint16(65535)
    shrinks = wh[0] < window.w
    return cv2.resize(canvas, wh, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_NEAREST) > 0


def outline(picture: np.ndarray, mask: np.ndarray, colour: Colour) -> None:
    """Draw a mask's outline in place, from outside, so that what it covers stays to be seen; (h, w, 3), (h, w) bool."""
    edge = _grown(mask, LINE_PX)
    picture[_grown(edge, 1) & ~edge] //= 2
    picture[edge & ~mask] = colour


def write(pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str, colour: Colour, size: int) -> None:
    """Write a line of text."""
    pen.text(at, text, fill=colour, font=ImageFont.load_default(size))


def cut(text: str, width_px: int, size: int = _TEXT_PX) -> str:
    """Return as much of a text as fits, with dots where it was cut."""
    font = ImageFont.load_default(size)
    if font.getlength(text) <= width_px:
        return text
    while text and font.getlength(f"{text}...") > width_px:
        text = text[:-1]
    return f"{text}..."


def wrapped(text: str, width_px: int, lines: int, size: int = _TEXT_PX) -> list[str]:
    """Return a text in at most ``lines`` lines, parted between words; the last one holds all that is left."""
    font = ImageFont.load_default(size)
    made = [""]
    for word in text.split():
        longer = f"{made[-1]} {word}".strip()
        if made[-1] and len(made) < lines and font.getlength(longer) > width_px:
            made.append(word)
        else:
            made[-1] = longer
    return made


def _grown(mask: np.ndarray, by_px: int) -> np.ndarray:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * by_px + 1, 2 * by_px + 1))
    return cv2.dilate(mask.view(np.uint8), disc).view(bool)

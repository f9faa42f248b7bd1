"""Characters that a defect of the surface has covered.

Defects that were put on after the text may hide it. What is left of a line is told by how the finished image stands off
the surface without text, against how the text alone did. A defect that lightens or darkens all around it alike hides
nothing, so what it did to the ground beside the ink is taken off first. Which characters can still be read is judged as
after a print defect; those that cannot, no detector is to be asked for. Source: own.
"""

from __future__ import annotations

import cv2
import numpy as np

from generator.core.geometry import Rect
from generator.core.sample import Sample
from generator.core.text import PRINT_DEFECT, TextLine
from generator.text.fault.legible import readable
from generator.text.plate import Plate

_GROUND = 0.2  # of the strongest ink: less is no ink
_SPARE = 0.25  # room about a line, share of a capital's height


def without_covered(sample: Sample) -> Sample:
    """Return the sample, its covered characters no longer readable; print defects were judged when they were made.

    Args:
        sample: its defects labelled, the ink of its characters known.
    """
    touched = _touched(sample)
    if touched is None or sample.char_mask is None or sample.owner is None:
        return sample
    return sample.with_(text=tuple(_judged(line, sample, touched) for line in sample.text))


def _touched(sample: Sample) -> np.ndarray | None:
    """Return where defects that are no print defects lie, (H, W) bool; None: nowhere."""
    masks = [one.mask for one in sample.instances if one.mask is not None and PRINT_DEFECT not in one.params]
    masks = [mask for mask in masks if mask.area_px]
    if not masks:
        return None
    touched = np.zeros(sample.hw, bool)
    for mask in masks:
        touched[mask.rect.slices] |= mask.bits
    return touched


def _judged(line: TextLine, sample: Sample, touched: np.ndarray) -> TextLine:
    assert sample.owner is not None and sample.char_mask is not None
    boxes = line.char_boxes_xywh
    seen = np.flatnonzero(boxes[:, 2] > 0) if len(boxes) else boxes
    if not len(seen):
        return line
    height = float(line.params.get("height_px", boxes[seen, 3].max()))
    rect = _around(boxes[seen], int(np.ceil(_SPARE * height)), sample.hw)
    part = touched[rect.slices]
    if not part.any():
        return line
    owner = sample.owner[rect.slices]
    numbers, is_free = owner.astype(np.int64) - (line.first_number - 1), owner == 0
    is_own = (numbers >= 1) & (numbers <= len(line.chars))
    ink = is_own & (sample.char_mask[rect.slices] == owner)
    if not (part & (is_own | is_free)).any() or not ink.any():
        return line
    print_, now = _seen(sample, rect, ink)
    strongest = float(np.abs(print_[ink]).max())
    if strongest == 0.0:
        return line
    left = _against_ground(print_, now, part, strongest, boxes[seen])
    sound = np.where(ink, np.abs(print_), 0.0)
    harmed = np.where(ink, left * np.sign(print_), np.abs(now - print_))  # beside the ink, what the defects added
    harmed = np.where(part & (is_own | is_free), harmed, sound)
    plate = Plate(
        cover=_levels(sound, strongest),
        owner=np.where(is_own, numbers, 0).astype(np.uint16),
        chars=line.chars,
        boxes_uv=_corners(boxes, rect),
        lines=(),
        height_px=height,
    )
    ok = readable(plate, _levels(harmed, strongest)) | (boxes[:, 2] == 0)
    if (ok | ~line.char_readable).all():
        return line
    return line.with_(char_readable=line.char_readable & ok, is_readable=False)


def _around(boxes_xywh: np.ndarray, spare_px: int, hw: tuple[int, int]) -> Rect:
    left, top = boxes_xywh[:, :2].min(axis=0).tolist()
    right, bottom = (boxes_xywh[:, :2] + boxes_xywh[:, 2:]).max(axis=0).tolist()
    return Rect(left, top, right - left, bottom - top).grown(spare_px).clipped(hw)


def _corners(boxes_xywh: np.ndarray, rect: Rect) -> np.ndarray:
    """Return boxes as u0, v0, u1, v1 within a rect, (n, 4) float32."""
    first = boxes_xywh[:, :2] - np.array([rect.x, rect.y])
    return np.concatenate([first, first + boxes_xywh[:, 2:]], axis=1).astype(np.float32)


def _seen(sample: Sample, rect: Rect, ink: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how text alone, and text with defects, differ from the surface without text, (h, w) float32 each.

    Of colour, the part is taken that runs the way of the ink.
    """
    assert sample.blank is not None
    blank = sample.blank[rect.slices].astype(np.float32)
    sound, now = (image[rect.slices].astype(np.float32) - blank for image in (sample.good, sample.image))
    inked = sound[ink]
    strongest = inked[:, int(np.abs(inked).sum(axis=0).argmax())]
    way = inked.T @ strongest
    way /= max(float(np.linalg.norm(way)), 1e-6)
    return sound @ way, now @ way


def _against_ground(
    sound: np.ndarray, now: np.ndarray, touched: np.ndarray, strongest: float, boxes_xywh: np.ndarray
) -> np.ndarray:
    """Return how the finished image stands off what defects made of the ground beside the ink, (h, w) float32."""
    ground = (touched & (np.abs(sound) < _GROUND * strongest)).astype(np.float32)
    sigma = max(1.0, _SPARE * float(np.median(boxes_xywh[:, 3])))
    weight = cv2.GaussianBlur(ground, (0, 0), sigma)
    mean = cv2.GaussianBlur(now * ground, (0, 0), sigma) / np.maximum(weight, 1e-3)
    return now - np.where(touched, mean, 0.0)


def _levels(values: np.ndarray, strongest: float) -> np.ndarray:
    return np.clip(np.rint(values * (255.0 / strongest)), 0, 255).astype(np.uint8)

"""Ink of characters, derived last.

A pixel is a character's ink where the text changed the finished image by at least half of that character's own strong
change, within the part of the image that is the character's; its box is the smallest one around its ink. So blur, noise
and compression move a label exactly as far as they move what can be seen, for ink, relief and dots alike. The strong
change is the 90th percentile of those changes that are at least half of the character's largest. Where a blur or a wide
marking has mixed neighbours, each is measured on an image that its neighbours are left out of. What a defect of another
stage painted over a character, or of the print added to it, is no ink: it is left out of what is measured.
Source: own; the edge of a blurred stroke is where half of its height is left.
"""

from __future__ import annotations

from itertools import accumulate, pairwise

import cv2
import numpy as np

from generator.core.annotation import Finding
from generator.core.geometry import Rect, mask_to_rect
from generator.core.sample import Sample
from generator.imaging.masks import half_of_strong

_LEVELS = 256
_LEAST_CHANGE = 3  # of 255: below it a character has left no ink at all


def derive_text(sample: Sample) -> Sample:
    """Return the sample with the ink of its characters known, and their boxes."""
    if sample.owner is None or sample.blank is None or sample.char_mask is not None:
        return sample
    rect = mask_to_rect(sample.owner > 0)
    whose = sample.owner[rect.slices]
    ends = list(accumulate([len(line.chars) for line in sample.text], initial=0))
    count = ends[-1]  # the last ones may have left the image
    if sample.alone is None:
        change = _change(sample.good, sample)[rect.slices]
        least = _least_ink(change, whose, count)
        part = np.where(change >= np.take(least, whose), whose, 0)
        boxes = ink_boxes(part, count)
    else:
        part, boxes, least = _told_apart(sample, whose, rect, count)
    boxes[boxes[:, 2] > 0, :2] += np.array([rect.x, rect.y], np.int32)
    ink = np.zeros_like(sample.owner)
    ink[rect.slices] = part
    lines = [
        line.with_(char_boxes_xywh=boxes[start:stop])
        for line, (start, stop) in zip(sample.text, pairwise(ends), strict=True)
    ]
    findings = (*sample.findings, *_lost(sample, least))
    return sample.with_(char_mask=ink, text=tuple(lines), alone=None, findings=findings)


def _told_apart(sample: Sample, whose: np.ndarray, rect: Rect, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ink, boxes and least changes where blurred neighbours overlap: each is measured without its neighbours."""
    assert sample.alone is not None and sample.blank is not None
    ink = np.zeros_like(whose)
    boxes, least = np.zeros((count, 4), np.int32), np.full(count + 1, _LEVELS)
    strongest = np.zeros(whose.shape, np.uint8)
    differs = (sample.good[rect.slices] != sample.blank[rect.slices]).any(axis=2)  # two neighbours may cancel out
    can_be = differs & (whose > 0)
    for parity, image in zip((1, 0), sample.alone, strict=True):
        change = _change(image, sample)[rect.slices]
        mine = nearest_owner(np.where(whose % 2 == parity, whose, 0))
        own = _least_ink(change, mine, count)
        part = np.where((change >= np.take(own, mine)) & can_be, mine, 0)
        at = np.arange(1, count + 1)[(np.arange(1, count + 1) % 2) == parity]
        boxes[at - 1], least[at] = ink_boxes(part, count)[at - 1], own[at]
        takes = (part > 0) & (change > strongest)
        ink[takes] = part[takes]
        strongest[takes] = change[takes]
    return ink, boxes, least


def nearest_owner(numbers: np.ndarray) -> np.ndarray:
    """Return the map with every free pixel given to the nearest number; all free: as it was."""
    free = (numbers == 0).view(np.uint8)
    if free.all():
        return numbers
    _, labels = cv2.distanceTransformWithLabels(free, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL)
    taken = free == 0
    table = np.zeros(int(labels.max()) + 1, numbers.dtype)
    table[labels[taken]] = numbers[taken]
    return table[labels]


def _change(image: np.ndarray, sample: Sample) -> np.ndarray:
    """Return the largest change over the channels against the blank, (H, W) uint8, 255 is full scale."""
    change = cv2.absdiff(image, sample.blank)
    if change.ndim == 3:
        change = change[..., 0] if change.shape[2] == 1 else change.max(axis=2)
    if change.dtype == np.uint8:
        return change
    return np.minimum(change * np.float32(255.0 / sample.source.white), 255.0).astype(np.uint8)


def _least_ink(change: np.ndarray, whose: np.ndarray, count: int) -> np.ndarray:
    """Return, per number from 0, the least change that is ink, (count + 1,); 256 where there is none."""
    index = whose.astype(np.int32) * _LEVELS + change
    table = np.bincount(index.ravel(), minlength=(count + 1) * _LEVELS).reshape(count + 1, _LEVELS)
    least = half_of_strong(table)
    least[least * 2 < _LEAST_CHANGE] = _LEVELS
    least[0] = _LEVELS
    return least


def _lost(sample: Sample, least: np.ndarray) -> tuple[Finding, ...]:
    """Return a finding for each line that has a readable character which left no ink."""
    findings = []
    for line in sample.text:
        numbers = line.first_number + np.flatnonzero(line.char_readable)
        known = numbers < least.size
        gone = int(np.count_nonzero(~known) + np.count_nonzero(least[numbers[known]] == _LEVELS))
        if gone:
            message = f"{gone} character(s) of '{line.text}' cannot be seen"
            findings.append(Finding(severity="error", code="text_lost", message=message))
    return tuple(findings)


def ink_boxes(ink: np.ndarray, count: int) -> np.ndarray:
    """Return the box of each number 1..count in a mask, (count, 4) int32 x, y, w, h; zeros where it has no pixel.

    Args:
        ink: (H, W) uint8 or uint16.
        count: largest number.
    """
    boxes = np.zeros((count, 4), np.int32)
    found = np.flatnonzero(ink)
    if not found.size:
        return boxes
    numbers = ink.ravel()[found]
    rows, columns = np.divmod(found.astype(np.int32), np.int32(ink.shape[1]))
    order = np.argsort(numbers, kind="stable")
    numbers, columns = numbers[order], columns[order]
    rows = rows[order]
    starts = np.flatnonzero(np.concatenate([[True], numbers[1:] != numbers[:-1]]))
    at = numbers[starts].astype(np.intp) - 1
    low_x, high_x = np.minimum.reduceat(columns, starts), np.maximum.reduceat(columns, starts)
    low_y, high_y = np.minimum.reduceat(rows, starts), np.maximum.reduceat(rows, starts)
    boxes[at] = np.stack([low_x, low_y, high_x - low_x + 1, high_y - low_y + 1], axis=1)
    return boxes

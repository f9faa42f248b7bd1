"""Ink of characters, derived last.

A pixel is a character's ink where the text changed the finished image by at least half of that character's own strong
change, within the part of the image that is the character's; its box is the smallest one around its ink. So blur, noise
and compression move a label exactly as far as they move what can be seen, for ink, relief and dots alike. The strong
change is the 90th percentile of those changes that are at least half of the character's largest. What a defect of
another stage painted over a character is no ink: there the good twin is measured.
Source: own; the edge of a blurred stroke is where half of its height is left.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

import cv2
import numpy as np

from generator.core.annotation import Finding
from generator.core.geometry import mask_to_rect
from generator.core.sample import Sample
from generator.core.text import PRINT_DEFECT, TextLine
from generator.imaging.masks import half_of_strong

_LEVELS = 256
_LEAST_CHANGE = 3  # of 255: below it a character has left no ink at all


def derive_text(sample: Sample) -> Sample:
    """Return the sample with its character mask cut down to ink, and the boxes of its characters."""
    owner = sample.char_mask
    if not sample.text or owner is None or sample.blank is None:
        return sample
    if sample.is_ink_known:
        return sample
    rect = mask_to_rect(owner > 0)
    whose = owner[rect.slices]
    change = _change(sample)[rect.slices]
    least = _least_ink(change, whose, int(whose.max(initial=0)))
    ink = np.zeros_like(owner)
    ink[rect.slices] = np.where(change >= np.take(least, whose), whose, 0)
    return _with_boxes(sample, ink, _lost(sample, least))


def _change(sample: Sample) -> np.ndarray:
    """Return the largest change over the channels that text made, (H, W) uint8, 255 is full scale."""
    assert sample.blank is not None
    seen = sample.image
    painted = [i for i in sample.instances if i.mask is not None and PRINT_DEFECT not in i.params]
    if painted:
        seen = seen.copy()
        for instance in painted:
            part = instance.mask.rect.slices
            seen[part][instance.mask.bits] = sample.good[part][instance.mask.bits]
    change = cv2.absdiff(seen, sample.blank)
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


def _with_boxes(sample: Sample, ink: np.ndarray, findings: tuple[Finding, ...]) -> Sample:
    """Return the sample with its ink known and the boxes of all characters taken from it."""
    counts = [len(line.chars) for line in sample.text]
    boxes = ink_boxes(ink, sum(counts))
    ends = list(accumulate(counts, initial=0))
    lines: list[TextLine] = [
        replace(line, char_boxes_xywh=boxes[start:stop])
        for line, start, stop in zip(sample.text, ends, ends[1:], strict=False)
    ]
    ink.setflags(write=False)
    return sample.with_(char_mask=ink, text=tuple(lines), is_ink_known=True, findings=(*sample.findings, *findings))


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

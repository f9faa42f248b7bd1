"""Characters that cannot be read on the finished image, and whom no detector is to be asked for.

Of some the ink is seen on a part alone: a hairline that has drowned, a mark on uneven ground. Others are hidden by
defects that were put on after the text: what is left of a line is told by how the finished image stands off the surface
without text, against how the text alone did, and judged as after a print defect: a stain through which the ink shows
hides nothing. Source: own.
"""

from __future__ import annotations

import numpy as np

from generator.core.annotation import Finding
from generator.core.geometry import Rect
from generator.core.sample import Sample
from generator.core.text import DISTRACTOR, PRINT_DEFECT, TextLine
from generator.text.fault.legible import readable
from generator.text.plate import Plate

_SHOWN = 0.7  # share of a character's length and width that ink is seen on; sound ones are above 0.75
_SOFT_PX = 2  # so much of a character may be lost in the softness of its edges
_UPRIGHT_PX = 0.5  # a side that leans by less is none that leans
_SPARE = 0.25  # room about a line, share of a capital's height


def judged_text(sample: Sample) -> Sample:
    """Return the sample, its characters that cannot be read said to be so.

    Args:
        sample: its defects labelled, the ink of its characters known.
    """
    if not sample.text or sample.char_mask is None:
        return sample
    return _without_covered(_without_slivers(sample))


def _without_slivers(sample: Sample) -> Sample:
    """Return the sample, characters that show too little of their quad not readable; an error where none is left."""
    assert sample.char_mask is not None
    lines = tuple([_whole(line, sample.char_mask) for line in sample.text])
    if all(new is old for new, old in zip(lines, sample.text, strict=True)):
        return sample
    before, after = (
        [one for one in text if one.is_readable and one.kind != DISTRACTOR] for text in (sample.text, lines)
    )
    findings = sample.findings
    if before and not after:
        message = f"of '{before[0].text}', characters can be seen to less than {_SHOWN:.0%} of their length or width"
        findings = (*findings, Finding(severity="error", code="illegible", message=message))
    return sample.with_(text=lines, findings=findings)


def _whole(line: TextLine, char_mask: np.ndarray) -> TextLine:
    stubs = _stubs(line, char_mask)
    if not stubs.any():
        return line
    return line.with_(char_readable=line.char_readable & ~stubs, is_readable=False)


def _stubs(line: TextLine, char_mask: np.ndarray) -> np.ndarray:
    """Return which readable characters show too little of their quad, (n,) bool."""
    if not len(line.char_boxes_xywh):
        return np.zeros(len(line.chars), bool)
    quads, boxes = line.char_quads_xy, line.char_boxes_xywh
    sides = quads[:, [1, 3]] - quads[:, :1]
    lengths = np.hypot(sides[..., 0], sides[..., 1])
    is_upright = np.abs(sides).min(axis=2).max(initial=0.0) < _UPRIGHT_PX and abs(sides[0, 0, 0]) > abs(sides[0, 0, 1])
    seen = boxes[:, 2:] if is_upright else _extents(line, sides / np.maximum(lengths, 1e-6)[..., None], char_mask)
    return line.char_readable & (boxes[:, 2] > 0) & _is_short(seen, lengths).any(axis=1)


def _extents(line: TextLine, ways: np.ndarray, char_mask: np.ndarray) -> np.ndarray:
    """Return how far each character's ink reaches along two directions of its own, (n, 2) px.

    Args:
        line: n characters.
        ways: (n, 2, 2) unit vectors x, y.
        char_mask: of the image.
    """
    boxes, count = line.char_boxes_xywh, len(line.chars)
    left, top = boxes[:, :2].min(axis=0)
    right, bottom = (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
    numbers = char_mask[top:bottom, left:right].astype(np.intp) - line.first_number
    rows, columns = np.nonzero((numbers >= 0) & (numbers < count))
    whose = numbers[rows, columns]
    along = ways[whose] @ np.stack([columns, rows], axis=1)[..., None]
    low, high = np.full((count, 2), np.inf), np.full((count, 2), -np.inf)
    np.minimum.at(low, whose, along[..., 0])
    np.maximum.at(high, whose, along[..., 0])
    return high - low + np.abs(ways).sum(axis=2)  # a pixel's own width


def _is_short(seen_px: np.ndarray, whole_px: np.ndarray) -> np.ndarray:
    return (seen_px < _SHOWN * whole_px) & (whole_px - seen_px > _SOFT_PX)


def _without_covered(sample: Sample) -> Sample:
    """Return the sample, its covered characters no longer readable; print defects were judged when they were made."""
    touched = _touched(sample)
    if touched is None:
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
    seen = boxes[boxes[:, 2] > 0]
    if not len(seen):
        return line
    height = float(line.params.get("height_px", seen[:, 3].max()))
    rect = _around(seen, int(np.ceil(_SPARE * height)), sample.hw)
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
    sound = np.where(ink, np.abs(print_), 0.0)
    harmed = np.where(ink, now * np.sign(print_), np.abs(now - print_))  # beside the ink, what the defects added
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


def _levels(values: np.ndarray, strongest: float) -> np.ndarray:
    return np.clip(np.rint(values * (255.0 / strongest)), 0, 255).astype(np.uint8)

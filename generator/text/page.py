"""The image while texts are written onto it, one after another. Source: own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.annotation import Finding, Instance, Region
from generator.core.geometry import Rect
from generator.core.sample import Sample
from generator.core.text import TextLine
from generator.imaging.warp import Warp
from generator.text.harm import Harmed
from generator.text.plate import Plate
from generator.text.port import Field, Marking
from generator.text.write import Ink, flat_table, height_on_image, pull_ink, put, strength_of, strong_cover, text_lines

_SEEN = 0.3  # share of a text's strong change from which on some character may count a pixel as its own


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Text:
    """One text on its way to the image.

    Attributes:
        field: what the layout wants of it.
        face: name of the face.
        family: that it shares a split with.
        plate: struck.
        marking: how it gets onto the surface.
        drawn: what the marking drew.
        contrast: that its group drew, share of full scale; None: it is alone.
    """

    field: Field
    face: str
    family: str
    plate: Plate
    marking: Marking
    drawn: Mapping[str, Any]
    contrast: float | None = None


class Page:
    """The image while texts are written onto it."""

    def __init__(self, blank: np.ndarray, white: int, light_deg: float, is_flat: bool) -> None:
        self.blank, self.white, self.light_deg, self.is_flat = blank, white, light_deg, is_flat
        self.hw = blank.shape[:2]
        self.good: np.ndarray | None = None
        self.image: np.ndarray | None = None
        self.owner: np.ndarray | None = None
        self.alone: tuple[np.ndarray, np.ndarray] | None = None
        self.ink: np.ndarray | None = None  # where it is known without measuring
        self.lines: list[TextLine] = []
        self.instances: list[Instance] = []
        self.count = 0
        self.problems: list[tuple[str, str]] = []  # code and message
        self.runs_out: list[str] = []  # texts

    def write(self, text: Text, warp: Warp, contrast: float, harms: tuple[Harmed, ...]) -> None:
        """Write one text."""
        plate, marking, drawn = text.plate, text.marking, text.drawn
        height = height_on_image(plate, warp)
        reach = marking.reach_px(drawn, height)
        ink = pull_ink(plate, warp, self.hw, reach)
        if ink.rect.is_empty or not plate.chars:
            return
        is_plain = self._is_plain(text, warp, marking, ink, harms)
        if is_plain:
            reached = self._write_plain(ink, marking, drawn, contrast, plate.half)
        else:
            reached = self._write_any(text, warp, ink, marking, contrast, height, harms, reach)
        params = {
            "face": text.face,
            "family": text.family,
            "height_px": round(height, 2),
            "contrast": round(reached, 4),
            "marking": {"name": type(marking).__name__, **drawn},
            **({"faults": [harm.params for harm in harms]} if harms else {}),
        }
        readable = None
        if harms:
            plate, warp, readable = harms[-1].plate, harms[-1].warp, harms[-1].readable
        lines = text_lines(plate, warp, text.field, readable, self.count + 1, params, is_plain)
        if reached < marking.contrast.low * 0.999:
            said = f"'{lines[0].text}' reaches {reached:.3f}, the band begins at {marking.contrast.low:g}"
            self.problems.append(("faint_text", said))
        self.lines += lines
        self.count += len(plate.chars)

    def _is_plain(self, text: Text, warp: Warp, marking: Marking, ink: Ink, harms: tuple[Harmed, ...]) -> bool:
        """Say whether a plain ink lies unturned on one flat colour, where nothing was written before."""
        alone = self.is_flat and self.good is None and not harms
        if not alone or text.plate.half is None or not marking.is_flat(text.drawn):
            return False
        shift = warp.whole_shift()
        return shift is not None and ink.rect == Rect(*shift, *text.plate.wh)

    def _write_plain(
        self, ink: Ink, marking: Marking, drawn: Mapping[str, Any], contrast: float, half: np.ndarray
    ) -> float:
        levels = set(half[1:].tolist())
        strong = 255 if levels == {128} else strong_cover(ink.cover)
        table, reached = flat_table(marking, self._colour(), drawn, contrast, self.white, strong)
        self.good = self.blank.copy()
        window = self.good[ink.rect.slices]
        if table.ndim > 1:
            window[:] = table[ink.cover]
        elif table.dtype == np.uint8:
            window[..., 0] = cv2.LUT(ink.cover, table)
        else:
            window[..., 0] = table[ink.cover]
        least = levels.pop() if len(levels) == 1 else np.take(half, ink.owner)
        self._own(ink)
        self.ink = np.zeros(self.hw, ink.owner.dtype)
        self.ink[ink.rect.slices] = ink.owner * (ink.cover >= least)
        return reached

    def _colour(self) -> tuple[int, ...]:
        return tuple(self.blank[0, 0].tolist())

    def _write_any(
        self,
        text: Text,
        warp: Warp,
        ink: Ink,
        marking: Marking,
        contrast: float,
        height: float,
        harms: tuple[Harmed, ...],
        reach: int,
    ) -> float:
        plate, drawn = text.plate, text.drawn
        if self.good is None:
            self.good = self.blank.copy()
        if harms and self.image is None:
            self.image = self.good.copy()
        if (harms or reach) and self.alone is None:
            self.alone = self._apart()

        def change_of(laid: Ink) -> tuple[np.ndarray, np.ndarray]:
            below = np.multiply(self.blank[laid.rect.slices], np.float32(1.0 / self.white), dtype=np.float32)
            cover = np.multiply(laid.cover, np.float32(1.0 / 255.0), dtype=np.float32)
            return marking.change(below, cover, drawn, self.light_deg, height), below

        change, below = change_of(ink)
        strength = strength_of(change, below, contrast)
        put(self.good, change, ink.rect, strength.scale, self.white)
        if reach and strength.scale and _runs_out(change, ink, self.hw, _SEEN * strength.contrast / strength.scale):
            self.runs_out.append("".join(plate.chars))
        shown = ink
        if harms:
            shown = pull_ink(harms[-1].plate, harms[-1].warp, self.hw, reach)
            self.instances += _print_defects(plate, warp, harms, self.hw, reach)
            harmed_change = change_of(shown)[0]
            assert self.image is not None
            put(self.image, harmed_change, shown.rect, strength.scale, self.white)
        elif self.image is not None:
            put(self.image, change, ink.rect, strength.scale, self.white)
        if harms:  # what a defect added to the print is no character's ink
            sound = pull_ink(plate, harms[-1].warp, self.hw, reach)
            left = Ink(rect=shown.rect, cover=np.minimum(shown.cover, sound.cover), owner=shown.owner)
            self._tell_apart(left, change_of, strength.scale)
        elif reach or self.alone is not None:
            self._tell_apart(ink, change_of, strength.scale)
        self.ink = None
        self._own(shown)
        return strength.contrast

    def _tell_apart(self, ink: Ink, change_of: Callable[[Ink], tuple[np.ndarray, ...]], scale: float) -> None:
        """Write the characters of odd and of even numbers apart, as a marking that reaches further mixes neighbours."""
        assert self.alone is not None
        for image, parity in zip(self.alone, (1, 0), strict=True):
            own = (ink.owner + self.count) % 2 == parity
            part = Ink(rect=ink.rect, cover=np.where(own, ink.cover, 0).astype(np.uint8), owner=ink.owner)
            put(image, change_of(part)[0], ink.rect, scale, self.white)

    def _apart(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the characters written so far, those of odd and those of even numbers alone."""
        if self.owner is None:
            return self.blank.copy(), self.blank.copy()
        assert self.good is not None
        odd = self.owner % 2 == 1
        even = (self.owner > 0) & ~odd
        return (
            np.where(odd[..., None], self.good, self.blank),
            np.where(even[..., None], self.good, self.blank),
        )

    def _own(self, ink: Ink) -> None:
        """Give a text's pixels to its characters; where another text's lie already, only its ink."""
        if self.owner is None:
            self.owner = np.zeros(self.hw, ink.owner.dtype)
        if self.count and self.owner.dtype == np.uint8 and self.count + int(ink.owner.max(initial=0)) > 255:
            self.owner = self.owner.astype(np.uint16)
        window = self.owner[ink.rect.slices]
        if self.count == 0:
            window[:] = ink.owner
            return
        takes = (ink.owner > 0) & ((window == 0) | (ink.cover > 0))
        window[takes] = ink.owner[takes].astype(self.owner.dtype) + self.count

    def finished(self, sample: Sample, roi: np.ndarray | None, least: float | None) -> Sample:
        """Return the sample with what was written."""
        good = self.blank if self.good is None else self.good
        image = good if self.image is None else self.image
        findings = list(sample.findings)
        for code, message in self.problems:
            findings.append(Finding(severity="error", code=code, message=message))
        if least is not None and self.ink is None:  # a plain text's window lies within the image
            findings += [_cut(text) for text in (*_cut_off(self.lines, self.hw), *self.runs_out)]
        return sample.with_(
            image=image,
            good=good,
            blank=self.blank,
            roi=roi,
            text=(*sample.text, *self.lines),
            owner=self.owner,
            char_mask=self.ink,
            alone=self.alone,
            instances=tuple(self.instances),
            findings=tuple(findings),
        )


def framed(sample: Sample, frame: Rect | None) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the surface and roi of a frame; beyond the border the surface is mirrored and no roi."""
    if frame is None:
        return sample.image, sample.roi
    height, width = sample.hw
    if (height, width) == (1, 1):
        return np.broadcast_to(sample.image, (frame.h, frame.w, sample.image.shape[2])).copy(), None
    inner = frame.clipped(sample.hw)
    around = (
        inner.y - frame.y,
        frame.y + frame.h - inner.y - inner.h,
        inner.x - frame.x,
        frame.x + frame.w - inner.x - inner.w,
    )
    part = np.ascontiguousarray(sample.image[inner.slices])
    roi = None if sample.roi is None else np.ascontiguousarray(sample.roi[inner.slices])
    if any(around):
        channels = part.shape[2]
        part = cv2.copyMakeBorder(part, *around, cv2.BORDER_REFLECT_101).reshape(frame.h, frame.w, channels)
        if roi is not None:
            roi = cv2.copyMakeBorder(roi.view(np.uint8), *around, cv2.BORDER_CONSTANT) > 0
    return part, roi


def _print_defects(
    plate: Plate, warp: Warp, harms: tuple[Harmed, ...], hw: tuple[int, int], reach_px: int
) -> list[Instance]:
    """Return an instance per print defect of a text; those that moved it come first, so that the others own their ink.

    Each lies where two inks differ: of a moved text the sound ink before and after, of other defects the ink where the
    text ended up.
    """
    moved, others = [], []
    sound, last = plate, harms[-1].warp
    for harm in harms:
        is_moved = harm.warp is not warp
        if is_moved:
            before, after = pull_ink(sound, warp, hw, reach_px), pull_ink(sound, harm.warp, hw, reach_px)
        else:
            before, after = pull_ink(plate, last, hw, reach_px), pull_ink(harm.plate, last, hw, reach_px)
        support = _difference(before, after, reach_px, hw)
        found = Instance(category=harm.category, support=support, params=harm.params)
        (moved if is_moved else others).append(found)
        plate, warp = harm.plate, harm.warp
    return [*moved, *others]


def _difference(before: Ink, after: Ink, reach_px: int, hw: tuple[int, int]) -> Region:
    """Return where two inks differ, and as far as the marking reaches."""
    left, top = min(before.rect.x, after.rect.x), min(before.rect.y, after.rect.y)
    right = max(before.rect.x + before.rect.w, after.rect.x + after.rect.w)
    bottom = max(before.rect.y + before.rect.h, after.rect.y + after.rect.h)
    frame = Rect(left, top, right - left, bottom - top)
    covers = np.zeros((2, frame.h, frame.w), np.uint8)
    for cover, ink in zip(covers, (before, after), strict=True):
        cover[ink.rect.inside(frame)] = ink.cover
    differs = (covers[0] != covers[1]).view(np.uint8)
    if reach_px:
        differs = cv2.dilate(differs, np.ones((2 * reach_px + 1, 2 * reach_px + 1), np.uint8))
    return Region.tight(differs > 0, frame.x, frame.y)


def _runs_out(change: np.ndarray, ink: Ink, hw: tuple[int, int], least: float) -> bool:
    """Say whether a relief is strong at the image's border beside its letters: there it would go on beyond it."""
    x, y, h, w = ink.rect.x, ink.rect.y, *ink.cover.shape
    edges = (y == 0, np.s_[0]), (y + h == hw[0], np.s_[-1]), (x == 0, np.s_[:, 0]), (x + w == hw[1], np.s_[:, -1])
    return any(
        is_there and bool((np.abs(change[at]).max(axis=1) >= least)[ink.cover[at] == 0].any()) for is_there, at in edges
    )


def _cut_off(lines: list[TextLine], hw: tuple[int, int]) -> list[str]:
    """Return the lines whose ink leaves the image."""
    limit = np.array([hw[1], hw[0]]) + 0.5
    return [
        line.text
        for line in lines
        if line.quad_xy is not None and (line.char_quads_xy.min() < -0.5 or (line.char_quads_xy > limit).any())
    ]


def _cut(text: str) -> Finding:
    return Finding(severity="error", code="text_cut", message=f"'{text}' leaves the image")

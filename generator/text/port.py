"""What the parts of a text recipe promise each other. A component is a frozen dataclass that fits one of these.

Source: own; that drawing is apart from applying is SynthTIGER's idea (Yim et al. 2021).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import cv2
import numpy as np

from generator.core.annotation import Finding
from generator.core.geometry import Rect
from generator.core.text import TEXT
from generator.core.units import Scale
from generator.imaging.warp import Warp
from generator.text.plate import Plate

_FAINT = 16  # of 255: the least cover that says how far a glyph reaches
_EDGE_PX = 2  # so far the soft edge of ink to the eye may reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """For which place in the data set a text is wanted.

    Attributes:
        index: of the sample, >= 0.
        split: ``train``, ``val`` or ``test``.
        seed: the run's.
        place: number of the text on its image, from 0.
        retry: how often a text was turned down before, because the face lacks a letter of it.
        part: number of the text within a text that is composed of several, from 0.
    """

    index: int
    split: str
    seed: int
    place: int = 0
    retry: int = 0
    part: int = 0


class Corpus(Protocol):
    """What a text says."""

    def draw(self, ask: Ask, rng: np.random.Generator) -> str:
        """Return a text, not empty, without control characters but line breaks between its lines."""

    def matches(self, text: str) -> bool:
        """Say whether a text keeps what the corpus promises: its pattern fits, its dates exist, its checks hold."""

    def digest(self) -> str:
        """Return a hash of the files it reads; empty: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaped:
    """A line's glyphs, from left to right.

    Attributes:
        glyphs: the face's own numbers.
        x, y: where each glyph's origin lies, px, from the line's left end and its baseline, y down.
        starts, stops: which letters each glyph shows: ``text[start:stop]``; glyphs of one cluster share them.
        advance_px: length of the line.
    """

    glyphs: Sequence[int]
    x: Sequence[float]
    y: Sequence[float]
    starts: Sequence[int]
    stops: Sequence[int]
    advance_px: float


@dataclass(frozen=True, slots=True, eq=False)
class Glyph:
    """A glyph's ink.

    Attributes:
        cover: (h, w) uint8, read-only; (0, 0): it leaves no ink.
        left, top: where its first pixel lies from its origin on the baseline, px, right and down; above is negative.
        half: least level that is ink to the eye: half of its strong one (``imaging.masks.half_of_strong``), less where
            hairlines of a smaller cover reach further, as the stem of an i whose dot alone fills a pixel.
        box: u0, v0, u1, v1 of the pixels of at least that level, px from its first pixel.
        dots_uv: (n, 2) float32 centres of its dots, px from its first pixel; None: it is not made of dots.
        strokes_uv: its strokes, (k, 2) float32 each, likewise; empty: it is not made of strokes.
    """

    cover: np.ndarray
    left: int
    top: int
    box: tuple[float, float, float, float]
    dots_uv: np.ndarray | None = None
    strokes_uv: tuple[np.ndarray, ...] = ()
    half: int = 128

    @classmethod
    def of_cover(
        cls,
        cover: np.ndarray,
        left: int,
        top: int,
        dots_uv: np.ndarray | None = None,
        strokes_uv: tuple[np.ndarray, ...] = (),
    ) -> Glyph:
        """Return the glyph of some coverage, (h, w) uint8, which becomes read-only."""
        cover.setflags(write=False)
        strong = cover >= 128
        full, upper = cover.tobytes().count(b"\xff"), np.count_nonzero(strong)
        half = 128
        if not full or full < 0.1 * upper + 1:  # else more than a tenth of the upper half is full, so full is strong
            largest = int(cover.max(initial=0))
            if not largest:
                return cls(cover[:0, :0], left, top, (0.0, 0.0, 0.0, 0.0), dots_uv, strokes_uv)
            levels = np.sort(cover[cover >= (largest + 1) // 2])
            half = (int(levels[math.ceil(0.9 * len(levels)) - 1]) + 1) // 2
            strong = cover >= half
        u, v, w, h = cv2.boundingRect(strong.view(np.uint8))
        all_u, all_v, all_w, all_h = wide = cv2.boundingRect((cover >= _FAINT).view(np.uint8))
        beyond = max(u - all_u, v - all_v, all_u + all_w - u - w, all_v + all_h - v - h)
        if beyond > _EDGE_PX:
            half = min(half, _reaching(cover, wide))
            u, v, w, h = cv2.boundingRect((cover >= half).view(np.uint8))
        corners = (float(u), float(v), float(u + w), float(v + h))
        return cls(cover, left, top, corners, dots_uv, strokes_uv, half)


def _reaching(cover: np.ndarray, box: Sequence[int]) -> int:
    """Return the greatest level whose pixels reach within ``_EDGE_PX`` of each side of a box x, y, w, h."""
    u, v, w, h = box
    inside = cover[v : v + h, u : u + w]
    rows, columns, deep = inside.max(axis=1), inside.max(axis=0), _EDGE_PX + 1
    return int(min(side.max() for side in (rows[:deep], rows[-deep:], columns[:deep], columns[-deep:])))


class Face(Protocol):
    """One face of a font; cheap to make and to pickle, its files are opened when used."""

    @property
    def name(self) -> str:
        """Its name, such as Lato-Bold."""

    @property
    def family(self) -> str:
        """The family that it shares a split with."""

    @property
    def kind(self) -> str:
        """What it is made of: ``outline``, ``dots``, ``strokes`` or ``segments``."""

    def missing(self, text: str) -> tuple[str, ...]:
        """Return the letters of a text that it has not, does not draw, or draws as .notdef."""

    def size_of(self, height_px: float) -> float:
        """Return the size, in the face's own measure, at which its capitals are so high."""

    def shape(self, line: str, size: float, tracking_px: float = 0.0) -> Shaped:
        """Return a line's glyphs at a size, kerned; ``tracking_px`` more stands between clusters."""

    def glyph(self, number: int, size: float, sub_x: float = 0.0) -> Glyph:
        """Return a glyph's ink at a size, its origin ``sub_x`` px, in [0, 1), right of a pixel's left edge."""

    def pitch_px(self, size: float) -> float:
        """Return the distance between its dots, or the width of its strokes; 0 for outlines."""


class SegmentFace(Face, Protocol):
    """A face of kind ``segments``."""

    def unlit(self, number: int, size: float, sub_x: float = 0.0) -> Glyph:
        """Return the ink of the segments that a glyph leaves dark."""


class Font(Protocol):
    """The faces to choose from."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of face there are, each once."""

    def draw(self, text: str, ask: Ask, rng: np.random.Generator, kinds: Sequence[str]) -> Face | None:
        """Return a face of one of the kinds that has every letter of the text; None: none has (the policy says so).

        Raises:
            ConfigError: a face lacks a letter and the policy is ``fail``, or there is no face of these kinds.
        """

    def turned_down(self, text: str, ask: Ask) -> dict[str, tuple[str, ...]]:
        """Return which letters of a text each face lacks, by the face's name; faces that have all are left out."""

    def digest(self) -> str:
        """Return a hash of the files it reads."""

    def findings(self) -> tuple[Finding, ...]:
        """Return what was noticed, such as files that were skipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a text is set.

    Attributes:
        height_px: height of a capital.
        tracking: more room between characters, share of the height; negative: less.
        leading: distance of baselines, share of the height.
        align: ``left``, ``centre`` or ``right``, for several lines.
    """

    height_px: float
    tracking: float = 0.0
    leading: float = 1.9
    align: str = "left"


class Raster(Protocol):
    """From a text to a plate."""

    def lay(self, text: str, face: Face, style: Style, rng: np.random.Generator) -> Plate:
        """Return the plate of a text; several lines where it has line breaks."""


class Marking(Protocol):
    """How a text gets onto a surface.

    First ``strike`` changes the ink of the flat plate (dots, gaps, heater lines). When plate and surface are one image,
    ``change`` says what the ink does to the light that comes back. All chance is in ``strike`` and ``draw``.
    """

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of face it takes, the most fitting first."""

    @property
    def contrast(self) -> Any:
        """A ``Range``: strong change of the image, share of full scale, (0, 1]; the stage scales ``change`` to it."""

    @property
    def sign(self) -> str:
        """``dark``: it makes darker; ``light``: it makes lighter; ``both``: either, or both at once as relief does."""

    def strike(self, plate: Plate, rng: np.random.Generator) -> Plate:
        """Return the plate as the marker leaves it: other ink, the same characters."""

    def draw(self, rng: np.random.Generator) -> Mapping[str, Any]:
        """Return what is drawn for one text (JSON)."""

    def is_flat(self, drawn: Mapping[str, Any]) -> bool:
        """Say whether ``change`` on one flat colour is exactly the cover times one colour."""

    def reach_px(self, drawn: Mapping[str, Any], height_px: float) -> int:
        """Return how far beyond the ink it changes the surface, such as by a halo or a lip."""

    def change(
        self, ground: np.ndarray, cover: np.ndarray, drawn: Mapping[str, Any], light_deg: float, height_px: float
    ) -> np.ndarray:
        """Return the change of the image.

        Args:
            ground: (h, w, C) float32 surface, [0, 1] of full scale.
            cover: (h, w) float32 ink on the image's own grid, [0, 1].
            drawn: what ``draw`` returned; ``ground`` beside it is the (C,) mean surface under all texts of a group, by
                which each of them is dark or light.
            light_deg: azimuth of the light, degrees counter-clockwise, 0 right.
            height_px: of a capital on the image.

        Returns:
            (h, w, C) float32, at any scale: the stage brings its strong part to the contrast that was drawn. Zero
            farther than ``reach_px`` from ink.
        """


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Harm:
    """What a print defect did to a plate.

    Attributes:
        cover: (h, w) uint8: the ink that is there instead; the plate's own size.
        readable: (n,) bool: which characters a person could still read.
        shift_uv: how far the print was misplaced, px of the plate.
        turn_deg: how far it was turned about the middle of the plate, degrees counter-clockwise as displayed.
        params: what was drawn (JSON).
    """

    cover: np.ndarray
    readable: np.ndarray
    shift_uv: tuple[float, float] = (0.0, 0.0)
    turn_deg: float = 0.0
    params: dict[str, Any] = field(default_factory=dict)


class Fault(Protocol):
    """One kind of print defect."""

    @property
    def category(self) -> str:
        """Its class in the data set."""

    def harm(self, plate: Plate, rng: np.random.Generator) -> Harm | None:
        """Return what it does to a struck plate, which has room around its ink; None: nothing can be harmed so here."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Canvas:
    """The image that text is to go onto.

    Attributes:
        hw: height and width, px.
        roi: (H, W) bool: where text may lie; None: everywhere.
        scale: turns lengths into px.
    """

    hw: tuple[int, int]
    roi: np.ndarray | None
    scale: Scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One text that a layout wants.

    Attributes:
        style: how it is set.
        name: of the field; empty: none.
        kind: ``text`` or ``distractor``.
        corpus: what it says; None: the recipe's corpus.
        font: None: the recipe's.
        marking: None: the recipe's.
        group: texts of an image that one machine wrote share face, colours and contrast; empty: it is alone.
    """

    style: Style
    name: str = ""
    kind: str = TEXT
    corpus: Corpus | None = None
    font: Font | None = None
    marking: Marking | None = None
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placed:
    """Where the plates go.

    Attributes:
        warps: from each plate to the canvas, or to the frame where there is one; None: this text found no room.
        frame: the part of the canvas that becomes the image, px; it may reach beyond the canvas, whose border is then
            mirrored; None: the whole canvas.
    """

    warps: tuple[Warp | None, ...]
    frame: Rect | None = None


class Layout(Protocol):
    """Where texts stand."""

    def fields(self, canvas: Canvas, rng: np.random.Generator) -> tuple[Field, ...]:
        """Return the texts that are wanted on an image, in reading order; none: a negative."""

    def place(
        self, plates: Sequence[Plate], shapes: Sequence[Warp], canvas: Canvas, rng: np.random.Generator
    ) -> Placed:
        """Return where the plates go; ``shapes`` say how each is bent and seen, about its own origin."""

    def digest(self) -> str:
        """Return a hash of the files that its fields' corpora and fonts read; empty: none."""


class Warping(Protocol):
    """How plates are bent and seen."""

    def draw(self, plate: Plate, rng: np.random.Generator) -> Warp:
        """Return the shape of a plate: a map from (u, v) to px of the image's scale, about its own origin."""

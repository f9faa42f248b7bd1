"""The raster of TRDG: its own package draws the line, our layer derives all labels from what it drew.

TRDG puts every letter down alone, at whole pixels and without kerning, at a larger size than wanted, and reduces the
picture with Lanczos. Its blur, skew, colours and backgrounds are left to the stages that come after. Each pixel of ink
goes to the letter whose one-bit mask is nearest. An accent above the font's own ascent is cut, as TRDG cuts it.
Source: TextRecognitionDataGenerator 1.8.0 (Belval), MIT; labels: own.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageFont

from generator.core.errors import ConfigError, require
from generator.core.units import Range, require_within
from generator.text.font.outline import OutlineFace
from generator.text.font.runs import is_plain
from generator.text.plate import Plate
from generator.text.port import Face, Glyph, Shaped, Style
from generator.text.raster.own import Own

_HINT = "Choose text/raster=own, which sets every face and script."


@dataclass(frozen=True, slots=True, kw_only=True)
class Trdg:
    """TRDG's horizontal computer text: letters side by side, left to right, in a face of a font file.

    Attributes:
        reduce: how many times larger a line is drawn before it is reduced, [1, 4]; 1: it is not reduced, and as high as
            the nearest whole size of the font makes it. TRDG reduces 1.7 times for images 32 px high, 1.4 times for
            64 px.
        space_width: width of a space, share of the font's own, [0.1, 10].
        character_spacing: more room between letters, px of the larger size, >= 0.
    """

    reduce: Range = Range(1.3, 1.8)
    space_width: float = 1.0
    character_spacing: int = 0

    def __post_init__(self) -> None:
        require_within(self, reduce=(1.0, 4.0))
        require(0.1 <= self.space_width <= 10, "space_width", "a share in [0.1, 10]", self.space_width)
        require(self.character_spacing >= 0, "character_spacing", ">= 0", self.character_spacing)

    def lay(self, text: str, face: Face, style: Style, rng: np.random.Generator) -> Plate:
        """Return the plate of a text; several lines where it has line breaks.

        Raises:
            ConfigError: the face is not the first one of a font file, or the text needs shaping.
        """
        if not isinstance(face, OutlineFace) or face.number or face.axes:
            raise ConfigError("text.raster", "a font file's first face at its own axes", face.name, _HINT)
        if not is_plain(text):
            raise ConfigError("text.raster", "letters that stand side by side, left to right", f"'{text}'", _HINT)
        return Own().lay(text, _Drawn(face, self.reduce.draw(rng), self), style, rng)


@dataclass(slots=True)
class _Drawn:
    """The letters that TRDG drew, handed on as the glyphs of a face."""

    face: OutlineFace
    reduce: float
    knobs: Trdg
    inks: list[Glyph] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.face.name

    @property
    def family(self) -> str:
        return self.face.family

    @property
    def kind(self) -> str:
        return self.face.kind

    def missing(self, text: str) -> tuple[str, ...]:
        return self.face.missing(text)

    def size_of(self, height_px: float) -> float:
        return self.face.size_of(height_px)

    def pitch_px(self, size: float) -> float:
        return self.face.pitch_px(size)

    def glyph(self, number: int, size: float, sub_x: float = 0.0) -> Glyph:
        return self.inks[number]

    def shape(self, line: str, size: float, tracking_px: float = 0.0) -> Shaped:
        if not line.strip():
            return Shaped(glyphs=(), x=(), y=(), starts=(), stops=(), advance_px=0.0)
        large = max(1, round(size * self.reduce))
        reduce = large / size if self.reduce > 1 else 1.0
        spacing = max(0, self.knobs.character_spacing + round(tracking_px * reduce))
        # a space at either end keeps ink that leaves its letter's width on the picture
        picture, mask = _generate(f" {line} ", self.face.path, large, self.knobs.space_width, spacing)
        font = ImageFont.truetype(self.face.path, large)
        room = int(round(font.getlength(" ")) * self.knobs.space_width) + spacing
        cover, numbers, left, baseline = _reduced(picture, mask, reduce, room, font.getmetrics()[0])
        first, places, starts = len(self.inks), [], []
        for i in range(len(line)):
            own = numbers == i + 2
            u, v, w, h = cv2.boundingRect(own.view(np.uint8))
            if w and cover[own].any():
                ink = np.where(own, cover, 0)[v : v + h, u : u + w]
                self.inks.append(Glyph.of_cover(ink, 0, v - baseline))
                places.append(float(u - left))
                starts.append(i)
        return Shaped(
            glyphs=range(first, len(self.inks)),
            x=places,
            y=[0.0] * len(places),
            starts=starts,
            stops=[start + 1 for start in starts],
            advance_px=(picture.width - 2 * room) / reduce,
        )


def _reduced(
    picture: Image.Image, mask: Image.Image, reduce: float, room: int, ascent: int
) -> tuple[np.ndarray, np.ndarray, int, int]:
    """Return ink and the owner of each pixel at the wanted size, and where the first letter and the baseline are."""
    ink = np.asarray(picture)[:, :, 3]
    levels = np.asarray(mask).astype(np.int32)
    numbers = levels[:, :, 1] * 255 + levels[:, :, 2]
    # room on top and left, so that both the baseline and the first letter begin at a whole pixel
    left, baseline = math.ceil(room / reduce), math.ceil(ascent / reduce)
    above, before = baseline * reduce - ascent, left * reduce - room
    width = math.ceil((before + ink.shape[1]) / reduce)
    height = math.ceil((above + ink.shape[0]) / reduce)
    top, side = math.ceil(above), math.ceil(before)
    bottom = math.ceil(height * reduce) + 1 - ink.shape[0]
    right = math.ceil(width * reduce) + 1 - ink.shape[1]
    padding = ((top, max(bottom, 0)), (side, max(right, 0)))
    box = (side - before, top - above, side - before + width * reduce, top - above + height * reduce)
    ink, numbers = np.pad(ink, padding), np.pad(_nearest(numbers), padding, mode="edge")
    small = Image.fromarray(ink).resize((width, height), Image.Resampling.LANCZOS, box=box)
    owners = Image.fromarray(numbers).resize((width, height), Image.Resampling.NEAREST, box=box)
    return np.asarray(small), np.asarray(owners), left, baseline


def _nearest(numbers: np.ndarray) -> np.ndarray:
    """Return the number of the nearest pixel that has one, (h, w) int32."""
    _, labels = cv2.distanceTransformWithLabels(
        (numbers == 0).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    by_label = np.zeros(int(labels.max()) + 1, np.int32)
    by_label[labels[numbers > 0]] = numbers[numbers > 0]
    return by_label[labels]


def _generate(text: str, path: str, size: int, space_width: float, spacing: int) -> tuple[Image.Image, Image.Image]:
    drawer = _drawer()
    with _patched(drawer):
        return drawer.generate(text, path, "#000000", size, 0, space_width, spacing, False, False)


def _drawer() -> Any:
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return importlib.import_module("trdg.computer_text_generator")
    except ModuleNotFoundError:
        raise ConfigError(
            "text.raster", "the package trdg to be installed", "none", "Install it, or " + _HINT
        ) from None


class _Even:
    """In the place of the global random numbers that TRDG draws its colours with: both ends are the same here."""

    @staticmethod
    def randint(low: int, high: int) -> int:
        return low


@contextlib.contextmanager
def _patched(drawer: Any) -> Iterator[None]:
    """Give Pillow back the method that TRDG 1.8.0 calls, and TRDG numbers that are not random, while it draws."""
    before, drawer.rnd = drawer.rnd, _Even
    is_gone = not hasattr(ImageFont.FreeTypeFont, "getsize")
    if is_gone:
        ImageFont.FreeTypeFont.getsize = lambda font, text: font.getbbox(text, anchor="la")[2:]
    try:
        yield
    finally:
        drawer.rnd = before
        if is_gone:
            del ImageFont.FreeTypeFont.getsize

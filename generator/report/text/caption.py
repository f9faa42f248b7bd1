"""Captions in any script, for pictures.

Pillow's own font has the letters of English alone. Any other text is set in the first face that has its letters, of
those the recipe uses, of the bundled ones, or of this machine; Pillow shapes it and sets it from right to left where it
runs so. Source: own.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from itertools import chain

from PIL import Image, ImageDraw, ImageFont

from generator.core.errors import RangeError
from generator.imaging.panel import Colour
from generator.text.font.files import FontFiles
from generator.text.font.place import Package, System

_SIZE_PX, _LINE_PX = 15, 22


def caption_picture(text: str, width_px: int, colour: Colour, paper: Colour, own: Sequence[FontFiles]) -> Image.Image:
    """Return a text on one line, cut where it is wider than ``width_px``.

    Args:
        text: in logical order.
        width_px: of the picture.
        colour: of the letters.
        paper: of what is behind them.
        own: fonts that are looked at first.
    """
    font = font_for(text, own)
    shown, end = text, ""
    while shown and font.getlength(shown + end) > width_px:
        shown, end = shown[:-1], "..."
    picture = Image.new("RGB", (width_px, _LINE_PX), paper)
    ImageDraw.Draw(picture).text((0, _LINE_PX - 6), shown + end, fill=colour, font=font, anchor="ls")
    return picture


def font_for(text: str, own: Sequence[FontFiles] = ()) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return a font that has a text's letters; Pillow's own where they are English, or where no other has them."""
    if not text.isascii():
        for fonts in chain(own, _others()):
            plainest = sorted(fonts.faces("train"), key=lambda face: len(face.name))  # without Bold and Italic
            face = next((face for face in plainest if not face.missing(text)), None)
            if face is not None:
                return ImageFont.truetype(face.path, _SIZE_PX, index=face.number)
    return ImageFont.load_default(_SIZE_PX)


def _others() -> Iterator[FontFiles]:
    yield _bundled()
    if (system := _system()) is not None:
        yield system


@functools.cache
def _bundled() -> FontFiles:
    return Package(package="trdg", folder="fonts/latin", allow=("OpenSans-Regular*", "DroidSans*"))


@functools.cache
def _system() -> FontFiles | None:
    """Return the machine's fonts; None: it has none."""
    try:
        return System(exclude=("*Emoji*", "*LastResort*"))
    except RangeError:
        return None

"""What a page, a sheet and a data card say of text in words.

Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from generator.core.text import DISTRACTOR, TextLine
from generator.report.choice import option_of

_GROUPS = ("corpus", "font", "raster", "marking", "warp", "layout")


def said_of(lines: Sequence[TextLine]) -> list[str]:
    """Return how the text of an image was made: face and height of a single line, else how many lines there are."""
    if not lines:
        return []
    read = [line for line in lines if line.kind != DISTRACTOR]
    said = [f"{len(read)} lines" + f", {len(lines) - len(read)} not to be read" * (len(read) < len(lines))]
    if len(lines) == 1:
        params = lines[0].params
        height = f"{params['height_px']:.0f} px" if "height_px" in params else ""
        said = [str(params.get("face", "")), height]
    return said


def text_choices(config: Mapping[str, Any]) -> list[str]:
    """Return what was chosen for text as the command line names it, such as ``text/font=bundled``; none: no text."""
    text = config.get("text")
    if not isinstance(text, Mapping):
        return []
    chosen = [(group, option_of(text.get(group), f"text/{group}")) for group in _GROUPS]
    faults = [f"text/fault=[{','.join(text['fault'])}]"] if text.get("fault") else []
    return [f"text/{group}={option}" for group, option in chosen if option] + faults


def text_law() -> list[tuple[str, str]]:
    """Return what each label of text means."""
    return [
        (
            "Text",
            "What a line says, in logical order: the first character of a Hebrew line is its rightmost. Spaces "
            "stand in the text and are no characters.",
        ),
        (
            "Character",
            "What stands alone on paper and leaves ink: a letter with its accents is one, and so are letters that"
            " the font joins into one shape. char_quads_xy, char_boxes_xywh and char_readable follow chars, in "
            "reading order.",
        ),
        (
            "Ink",
            "The pixels where the text changed the finished image by at least half of the character's own strong "
            "change (the 90th percentile of those changes that are at least half of its largest). So blur, relief"
            " and dots are measured by one rule. Where neighbours' ink is mixed, each is measured without the "
            "other.",
        ),
        (
            "Boxes",
            "char_boxes_xywh: the smallest box around a character's ink, whole px, half-open: x, y, width, height.",
        ),
        (
            "Quads",
            "Four corners x, y around the ink, px, clockwise as displayed, from the text's own top left: a line "
            "that is turned upside down begins at the bottom right. Of a bent line the quad joins its ends and "
            "polygon_xy follows the bend, along the top and back along the bottom. baseline_xy runs from the "
            "text's left to its right end.",
        ),
        (
            "Character mask",
            "masks_char: 0 none, else the character's number on the image: its place in the line, from 0, plus "
            "the line's first_number; 0 there: the line has no mask.",
        ),
        (
            "Blank",
            "blanks: the same surface through the same camera without the text. Image and blank differ where text"
            " is; the good twin of a defective image has its text, without the defects.",
        ),
        (
            "Readable",
            "is_readable and char_readable: whether a person could still read it after a defect of the print; a "
            "doubt counts as no. The text stays what was to be printed.",
        ),
        (
            "Kind",
            "text is to be read; a distractor is there and is labelled, but is not to be read. An image without a"
            " line is a negative.",
        ),
    ]

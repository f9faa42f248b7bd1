"""One sample of a page as pictures that stand in the page itself.

Source: own.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from generator.core.annotation import Part, Region
from generator.core.errors import AssetError, FormatError
from generator.core.text import DISTRACTOR, TextLine
from generator.dataset.link import LOST
from generator.imaging.codec import decode_image, decode_mask, encode_thumbnail
from generator.imaging.panel import Colour
from generator.report.angle.line import orientation_of
from generator.report.angle.words import lies_said, parts_said
from generator.report.contact_sheet import SheetRow, panels, strip_panels
from generator.report.showcase import Candidate
from generator.report.text.words import said_of
from generator.report.words import portable

PANEL_PX, STRIP_PX, STRIP_SIZE = 288, 1800, 0.6  # strips are shown smaller than they are
_QUALITY = 82
_FULL_SCALES = (1023, 4095, 16383, 65535)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture on the page: what it shows, its data URI, its width and height in px."""

    name: str
    uri: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """What the page's template needs of a sample.

    Attributes:
        key, split, source: of the sample.
        categories: on it, each once; empty: a good image.
        pictures: what they show, their data URIs, widths and heights in px.
        title, note: of an extreme, such as ``smallest`` and ``12 px``.
        is_strip: whether the pictures are strips, to be shown one above the other.
        texts: what its lines say, and what is to be known of each.
        made: how its text was made.
        angle: how it is turned; empty: not known.
        parts: the classes of its parts with their numbers.
    """

    key: str
    split: str
    source: str
    categories: tuple[str, ...]
    pictures: tuple[Picture, ...]
    title: str = ""
    note: str = ""
    is_strip: bool = False
    texts: tuple[tuple[str, str], ...] = ()
    made: str = ""
    angle: str = ""
    parts: tuple[tuple[str, int], ...] = ()


def full_scale(root: Path, candidates: Sequence[Candidate]) -> int:
    """Return the value that the images' camera shows as white.

    Records do not hold it. 8-bit images have 255; of deeper ones it is the smallest usual full scale (10, 12, 14 or 16
    bits) that no image goes beyond.

    Raises:
        FormatError, AssetError: an image is missing or damaged.
    """
    peak = 0
    for candidate in candidates:
        pixels = _image(root, candidate.image)
        if pixels.dtype == np.uint8:
            return 255
        peak = max(peak, int(pixels.max()))
    return next((scale for scale in _FULL_SCALES if peak <= scale), _FULL_SCALES[-1])


def make_tile(
    root: Path,
    candidate: Candidate,
    colours: Mapping[str, Colour],
    white: int,
    focus: int | None = None,
    focus_line: int | None = None,
    title: str = "",
    note: str = "",
) -> Tile:
    """Return a sample's tile.

    Args:
        root: the data set's folder.
        candidate: the sample.
        colours: RGB per class.
        white: the value shown as full brightness.
        focus: which of its defects is zoomed at, from 0; None: the largest.
        focus_line: which line of its text is zoomed at, from 0; None: a defect, or the first.
        title: of an extreme.
        note: of an extreme.

    Raises:
        FormatError, AssetError: one of its files is missing or damaged.
    """
    row = _row(root, candidate, colours, white, focus, focus_line)
    names = ("image", "good twin", "labels" if row.is_turned else "mask", "zoom")
    if row.is_turned and not row.regions and not row.lines:
        names = ("image", "part " * (row.orientation is None) + "turned back", "labels", "part turned back")
    if row.lines:
        names = ("image", "good twin" if row.regions else "without text", "labels", "zoom")
    size = STRIP_SIZE if row.is_strip else 1.0
    drawn = strip_panels(row, STRIP_PX) if row.is_strip else panels(row, PANEL_PX)
    return Tile(
        key=candidate.key,
        split=candidate.split,
        source=portable(candidate.source_id),
        categories=tuple(dict.fromkeys(candidate.categories)),
        pictures=tuple(
            Picture(name, data_uri(panel), round(panel.shape[1] * size), round(panel.shape[0] * size))
            for name, panel in zip(names, drawn, strict=False)
            if panel is not None
        ),
        title=title,
        note=note,
        is_strip=row.is_strip,
        texts=tuple((line.text, _state(line)) for line in row.lines),
        made=" · ".join(filter(None, (*said_of(row.lines), _angles_of_parts(row)))),
        angle=lies_said(row.orientation),
        parts=tuple(Counter(part.category for part, _ in row.parts).items()),
    )


def _angles_of_parts(row: SheetRow) -> str:
    """Return how the parts lie, where they do not all lie as the image does."""
    parts = [(part.category, part.orientation) for part, _ in row.parts]
    return "" if all(how == row.orientation for _, how in parts) else parts_said(parts, row.orientation)


def _state(line: TextLine) -> str:
    """Return what is to be known of a line beside its text."""
    states = [line.name, "not to be read" * (line.kind == DISTRACTOR), "cannot be read" * (not line.is_readable)]
    return ", ".join(filter(None, states))


def data_uri(picture: np.ndarray) -> str:
    """Return an (h, w, 3) uint8 picture as a data URI."""
    jpeg = encode_thumbnail(picture, max(picture.shape[:2]), quality=_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")


def _row(
    root: Path,
    candidate: Candidate,
    colours: Mapping[str, Colour],
    white: int,
    focus: int | None,
    focus_line: int | None,
) -> SheetRow:
    image = _image(root, candidate.image)
    regions, painted, parts = [], [], []
    if candidate.mask is not None:
        mask = _mask(root, candidate.mask, image.shape[:2])
        parts = [(part, colours[part.category]) for part in _parts(candidate, mask)]
        for place, (number, category) in enumerate(zip(candidate.numbers, candidate.categories, strict=True)):
            bits = mask == number
            if place == focus:
                focus = len(regions) if bits.any() else None
            if bits.any():
                regions.append(Region.tight(bits))
                painted.append(colours[category])
    twin, blank = (None if path is None else _image(root, path) for path in (candidate.twin, candidate.blank))
    return SheetRow(
        image=image,
        twin=twin,
        regions=tuple(regions),
        colours=tuple(painted),
        white=white,
        focus=focus if regions else None,
        lines=tuple(TextLine.from_json(line) for line in candidate.lines),
        blank=blank,
        char_mask=None if candidate.char_mask is None else _mask(root, candidate.char_mask, image.shape[:2]),
        focus_line=focus_line,
        orientation=candidate.orientation,
        parts=tuple(parts),
    )


def _parts(candidate: Candidate, mask: np.ndarray) -> Iterator[Part]:
    """Yield the parts whose oriented box is known."""
    for label in candidate.parts:
        how = orientation_of(label)
        if label.get("quad_xy") and how is not None:
            region = Region.tight(mask == label["id"])
            yield Part(category=label["category"], region=region, quad_xy=np.array(label["quad_xy"]), orientation=how)


def _mask(root: Path, path: str, hw: tuple[int, int]) -> np.ndarray:
    mask = decode_mask(_bytes(root, path), path)
    if mask.shape != hw:
        raise FormatError(root / path, "", f"a mask of shape {hw}", f"{mask.shape}")
    return mask


def _image(root: Path, path: str) -> np.ndarray:
    return decode_image(_bytes(root, path), path).pixels


def _bytes(root: Path, path: str) -> bytes:
    try:
        return (root / path).read_bytes()
    except OSError as error:
        raise AssetError(root / path, "a file of the data set", error.strerror or "none", LOST) from None

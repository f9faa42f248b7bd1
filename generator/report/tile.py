"""One sample of a page as pictures that stand in the page itself.

Source: own.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from generator.core.annotation import Region
from generator.core.errors import FormatError
from generator.imaging.codec import decode_image, decode_mask, encode_thumbnail
from generator.imaging.panel import Colour
from generator.report.contact_sheet import SheetRow, panels
from generator.report.showcase import Candidate
from generator.report.words import portable

PANEL_PX = 288
_QUALITY = 82
_FULL_SCALES = (1023, 4095, 16383, 65535)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """What the page's template needs of a sample.

    Attributes:
        key, split, source: of the sample.
        categories: on it, each once; empty: a good image.
        pictures: data URIs of image, twin, overlay and zoom; empty text: there is none.
        sizes: width and height of each picture, px.
        title, note: of an extreme, such as ``smallest`` and ``12 px``.
    """

    key: str
    split: str
    source: str
    categories: tuple[str, ...]
    pictures: tuple[str, ...]
    sizes: tuple[tuple[int, int], ...]
    title: str = ""
    note: str = ""


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
        title: of an extreme.
        note: of an extreme.

    Raises:
        FormatError, AssetError: one of its files is missing or damaged.
    """
    row = _row(root, candidate, colours, white, focus)
    drawn = panels(row, PANEL_PX)
    return Tile(
        key=candidate.key,
        split=candidate.split,
        source=portable(candidate.source_id),
        categories=tuple(dict.fromkeys(candidate.categories)),
        pictures=tuple("" if panel is None else data_uri(panel) for panel in drawn),
        sizes=tuple((0, 0) if panel is None else (panel.shape[1], panel.shape[0]) for panel in drawn),
        title=title,
        note=note,
    )


def data_uri(picture: np.ndarray) -> str:
    """Return an (h, w, 3) uint8 picture as a data URI."""
    jpeg = encode_thumbnail(picture, max(picture.shape[:2]), quality=_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")


def _row(root: Path, candidate: Candidate, colours: Mapping[str, Colour], white: int, focus: int | None) -> SheetRow:
    image = _image(root, candidate.image)
    regions, painted = [], []
    if candidate.mask is not None:
        mask = decode_mask(_bytes(root, candidate.mask), candidate.mask)
        if mask.shape != image.shape[:2]:
            raise FormatError(root / candidate.mask, "", f"a mask of shape {image.shape[:2]}", f"{mask.shape}")
        for number, category in enumerate(candidate.categories, 1):
            bits = mask == number
            if number - 1 == focus:
                focus = len(regions) if bits.any() else None
            if bits.any():
                regions.append(Region.tight(bits))
                painted.append(colours[category])
    twin = None if candidate.twin is None else _image(root, candidate.twin)
    return SheetRow(
        image=image,
        twin=twin,
        regions=tuple(regions),
        colours=tuple(painted),
        white=white,
        focus=focus if regions else None,
    )


def _image(root: Path, path: str) -> np.ndarray:
    return decode_image(_bytes(root, path), path).pixels


def _bytes(root: Path, path: str) -> bytes:
    try:
        return (root / path).read_bytes()
    except OSError as error:
        raise FormatError(root / path, "", "a file of the data set", error.strerror or "none") from None

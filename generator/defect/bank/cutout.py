"""A cut-out: one real defect taken off its surface, and the files that keep it.

Its face is what the defect does to the surface, not the crop itself: the change of brightness relative to the smooth
surface that is filled in from around, and the steps of a* and b* from that surface to it. So it goes onto a darker,
lighter or differently coloured surface as it lay on its own. Files are PNGs that any viewer shows:

    cutouts/<id>/face.png     16 bit, one channel or three (change, a*, b*), see ``to_levels``
    cutouts/<id>/alpha.png    8 bit, how far each pixel belongs to the defect
    cutouts/<id>/mask.png     0 and 255, what a person outlined
    cutouts/<id>/crop.png     the real pixels, to look at; nothing reads them

The id is a hash of all that is pasted, so equal cut-outs are one and a changed file is found out.
Source: own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from generator.core.errors import AssetError
from generator.imaging.codec import decode_image, decode_mask, encode_mask_png, encode_png

FLOOR = 0.02
"""What is added to values in [0, 1] before one is divided by another, so that black stays calm."""
LEAST, MOST = -1.0, 7.0
"""Range of a change: black, and eight times as bright."""
_STEPS, _ZERO = 8192.0, 32768
_TINT_STEPS = 256.0
FOLDER = "cutouts"
_LONGEST_PX = 16_384


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CutOut:
    """One real defect without its surface.

    Attributes:
        category: its class.
        face: (h, w, C) float32: change of brightness relative to the surface, [-1, 7]; where C is 3 also steps of a*
            and b* in [-128, 128).
        alpha: (h, w) float32 in [0, 1], a multiple of 1/255, zero at the border unless the image ended there.
        mask: (h, w) bool, what a person outlined.
        facts: all else that is known of it (JSON): source, its sha256, split, group, xy, wh, touches, sliver, surface.
    """

    category: str
    face: np.ndarray
    alpha: np.ndarray
    mask: np.ndarray
    facts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for array in (self.face, self.alpha, self.mask):
            array.setflags(write=False)

    @property
    def hw(self) -> tuple[int, int]:
        """Height and width, px."""
        return self.mask.shape[0], self.mask.shape[1]

    def files(self) -> dict[str, bytes]:
        """Return the files of what is pasted, by name."""
        return {
            "face.png": encode_png(to_levels(self.face)),
            "alpha.png": encode_mask_png(np.rint(self.alpha * 255).astype(np.uint8)),
            "mask.png": encode_mask_png(self.mask.astype(np.uint8) * 255),
        }

    def identity(self) -> str:
        """Return the id: a hash of the category and the arrays, whatever way the files are compressed."""
        return identity(self.category, to_levels(self.face), np.rint(self.alpha * 255).astype(np.uint8), self.mask)


def identity(category: str, levels: np.ndarray, alpha: np.ndarray, mask: np.ndarray) -> str:
    """Return the id of what a cut-out's files hold, 16 hexadecimal digits."""
    text = orjson.dumps([category, list(levels.shape)])
    parts = (text, levels.astype("<u2").tobytes(), alpha.tobytes(), mask.astype(np.uint8).tobytes())
    return hashlib.sha256(b"".join(parts)).hexdigest()[:16]


def read_cutout(bank: Path, name: str, category: str, facts: dict[str, Any]) -> CutOut:
    """Return a cut-out of a bank.

    Raises:
        AssetError: a file is missing, cannot be read, or holds something else than was harvested.
    """
    folder = bank / FOLDER / name
    data = {}
    for file in ("face.png", "alpha.png", "mask.png"):
        try:
            data[file] = (folder / file).read_bytes()
        except OSError as error:
            cause = error.strerror or "a file that cannot be read"
            raise AssetError(folder / file, "a file of a cut-out; harvest the bank again", cause) from error
    levels = decode_image(data["face.png"], str(folder / "face.png")).pixels
    alpha, mask = (decode_mask(data[f], str(folder / f), _LONGEST_PX**2) for f in ("alpha.png", "mask.png"))
    sound = levels.dtype == np.uint16 and levels.shape[:2] == alpha.shape == mask.shape
    if not sound or identity(category, levels, alpha.astype(np.uint8), mask > 127) != name:
        raise AssetError(folder, "the cut-out that was harvested", "changed files; harvest the bank again")
    return CutOut(
        category=category,
        face=from_levels(levels),
        alpha=alpha.astype(np.float32) / np.float32(255),
        mask=mask > 127,
        facts=facts,
    )


def to_levels(face: np.ndarray) -> np.ndarray:
    """Return a face as (h, w, C) uint16: changes in steps of 1/8192 from -1, tints in steps of 1/256 about 32768."""
    levels = np.empty(face.shape, np.uint16)
    levels[..., 0] = np.rint((np.clip(face[..., 0], LEAST, MOST - 1.0 / _STEPS) - LEAST) * _STEPS)
    if face.shape[2] == 3:
        levels[..., 1:] = np.clip(np.rint(face[..., 1:] * _TINT_STEPS) + _ZERO, 0, 65535)
    return levels


def from_levels(levels: np.ndarray) -> np.ndarray:
    """Return the (h, w, C) float32 face that ``to_levels`` wrote."""
    face = np.empty(levels.shape, np.float32)
    face[..., 0] = levels[..., 0] / np.float32(_STEPS) + np.float32(LEAST)
    if levels.shape[2] == 3:
        face[..., 1:] = (levels[..., 1:].astype(np.float32) - _ZERO) / np.float32(_TINT_STEPS)
    return face

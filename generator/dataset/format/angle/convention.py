"""What an angle means, in words, and two images that show it.

Every export that holds angles says so in its own files; beside them lie a picture that is upright and the same picture
turned by +90, so that nobody has to trust the words. They lie at the export's root, where no reader looks for images.
Source: own.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from generator.imaging.codec import encode_png

CONVENTION = "degrees, counter-clockwise positive as displayed, about the image centre, in (-180, 180]"
"""The convention in one sentence."""
CONVENTION_WORD = "deg_ccw_as_displayed"
"""The same as one word, for a table's cells."""
NOTE, UPRIGHT, PLUS_90 = "ANGLES.txt", "probe_upright.png", "probe_plus_90.png"
PROBES = (UPRIGHT, PLUS_90)

_TEXT = f"""Angles in these files: {CONVENTION}.

{UPRIGHT} has the angle 0: its arrow points up.
{PLUS_90} is the same picture turned by +90: its arrow points to the left.
Whoever reads these angles and expects the arrow to point to the right has the sign reversed.

An angle says how far the content is turned from upright; turning it by the negative of the angle puts it upright.
A turn by +angle is PIL.Image.rotate(angle), torchvision.transforms.functional.rotate(image, angle) and
cv2.getRotationMatrix2D(centre, angle, 1). The exact centre of an image of w x h px is ((w - 1) / 2, (h - 1) / 2) where
whole numbers are the centres of pixels, and (w / 2, h / 2) where they are corners.
An angle of a part is about the part's own centre.
Something with symmetry n looks the same n times in a full turn; its angle is in (-180/n, 180/n]. With symmetry 0 it
looks the same at every angle and has none. The two probes are no images of the data set.
"""
_SIDE_PX, _WHITE, _INK = 96, 255, 0
_BARS = (  # left, top, right, bottom in px: an F, and UP below it
    (52, 10, 60, 58), (52, 10, 84, 18), (52, 30, 76, 38),
    (28, 66, 33, 88), (43, 66, 48, 88), (28, 83, 48, 88),
    (55, 66, 60, 88), (70, 66, 75, 80), (55, 66, 75, 71), (55, 75, 75, 80),
    (22, 30, 30, 58),
)  # fmt: skip
_ARROW_TIP, _ARROW_HEIGHT_PX = (26, 8), 22


def write_probe(folder: Path) -> None:
    """Write the note on the convention and the two probes to the root of an export."""
    upright = probe()
    (folder / NOTE).write_text(_TEXT, "utf-8", newline="\n")
    (folder / UPRIGHT).write_bytes(encode_png(upright))
    (folder / PLUS_90).write_bytes(encode_png(np.ascontiguousarray(np.rot90(upright))))


def probe() -> np.ndarray:
    """Return the upright probe, (96, 96, 1) uint8: an arrow that points up, an F, and UP below them."""
    picture = np.full((_SIDE_PX, _SIDE_PX, 1), _WHITE, np.uint8)
    for left, top, right, bottom in _BARS:
        picture[top:bottom, left:right] = _INK
    x, y = _ARROW_TIP
    for row in range(_ARROW_HEIGHT_PX):
        half = row * 2 // 3
        picture[y + row, x - half : x + half] = _INK
    return picture

"""What parts are laid on: the image's own background, or other images.

The own background is the image with the part taken out, and with it the shadow that it cast: around the part whatever
is darker than the far background foretells belongs to the hole. Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np

from generator.core.annotation import Finding
from generator.rotation.images import OtherImages
from generator.rotation.kept import Kept
from generator.rotation.scene.cutout import Cutout
from generator.rotation.scene.plain import smoothed_over, unshaded

_KEPT = 8


class Ground(Protocol):
    """What parts lie on."""

    def lay(self, part: Cutout, hw: tuple[int, int], white: int, split: str, rng: np.random.Generator) -> np.ndarray:
        """Return the ground of a scene, (H, W, C) at the depth and with the channels of the part's image.

        Args:
            part: with the image that it was cut of.
            hw: height and width of the scene, px.
            white: full scale.
            split: ``train``, ``val`` or ``test``: no other image stands on two sides.
            rng: for what is drawn.
        """

    def digest(self) -> str:
        """Return a hash of the files it reads; empty: none."""

    def findings(self) -> tuple[Finding, ...]:
        """Return what was noticed about the files it reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """The image's own background, made larger where the scene is larger than the image."""

    _kept: Kept = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_kept", Kept(_KEPT))

    def lay(self, part: Cutout, hw: tuple[int, int], white: int, split: str, rng: np.random.Generator) -> np.ndarray:
        """Return the background without the part, its middle in the middle of the scene."""
        _, whole = self._kept.get(id(part), lambda: (part, without(part, white)))  # what is kept keeps its id
        if whole.shape[:2] == hw:
            return whole
        zoom = max(1.0, *(side / own for side, own in zip(hw, whole.shape[:2], strict=True)))
        if zoom > 1.0:
            size = tuple(max(side, round(own * zoom)) for side, own in zip(hw, whole.shape[:2], strict=True))
            larger = cv2.resize(whole, size[::-1], interpolation=cv2.INTER_CUBIC).reshape(*size, whole.shape[2])
            whole = np.minimum(larger, whole.dtype.type(white))
        top, left = ((own - side) // 2 for side, own in zip(hw, whole.shape[:2], strict=True))
        return whole[top : top + hw[0], left : left + hw[1]]

    def digest(self) -> str:
        """Return nothing: no file is read."""
        return ""

    def findings(self) -> tuple[Finding, ...]:
        """Return nothing."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """A window of another image, brought to the size of the scene; each image stands on one side of the split only.

    Attributes:
        images: the others.
    """

    images: OtherImages

    def lay(self, part: Cutout, hw: tuple[int, int], white: int, split: str, rng: np.random.Generator) -> np.ndarray:
        """Return a window of an image of the split, as large as fits."""
        return self.images.window(part.surface, (hw[1], hw[0]), white, split, rng)

    def digest(self) -> str:
        """Return a hash of the files."""
        return self.images.digest()

    def findings(self) -> tuple[Finding, ...]:
        """Return what was noticed about the files."""
        return self.images.findings()


def without(part: Cutout, white: int) -> np.ndarray:
    """Return the image that a part was cut of, without the part and its shadow, (H, W, C) of its dtype."""
    image = part.surface
    covered = np.zeros(image.shape[:2], np.uint8)
    inner = part.rect.clipped(image.shape[:2])
    covered[inner.slices] = part.alpha[inner.inside(part.rect)] > 0
    # what shows through a part's holes lies in its shade, or is no ground at all
    outlines, _ = cv2.findContours(covered, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(covered, outlines, -1, 1, cv2.FILLED)
    lit, hole = unshaded(image, covered)
    made = np.clip(np.rint(smoothed_over(lit, hole)), 0, white).astype(image.dtype)
    made.setflags(write=False)
    return made

"""Blank surfaces of one even level, such as clean text lines are printed on.

An image of one px is enough where a stage cuts a frame of its own from it: what lies beyond is what lies in it. The
level hangs on the image's id alone. Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.core.annotation import Finding
from generator.core.errors import AssetError, require
from generator.core.sample import GoodImage
from generator.core.seeds import stable_hash
from generator.core.units import Range, require_within

_WHITE = {"rgb8": 255, "mono8": 255, "mono16": 4095}
_NAME = "blank-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """Even surfaces.

    Attributes:
        size_wh: width and height of an image in px, each 1..8192.
        mode: ``mono8``, ``rgb8`` (grey), or ``mono16`` (12 bits in uint16, white is 4095).
        level: of the surface, share of full scale, [0, 1].
        light_deg: azimuth the light comes from, degrees, counter-clockwise as displayed, 0 right, [-360, 360].
        seed: other seeds give other levels, >= 0.
        count: how many images there are, >= 1; None: as many as are asked for.
        pixel_size_mm: one pixel in mm, > 0; None: not known.
    """

    size_wh: tuple[int, int] = (1, 1)
    mode: Literal["mono8", "rgb8", "mono16"] = "mono8"
    level: Range = Range(0.75, 0.98)
    light_deg: float = 135.0
    seed: int = 0
    count: int | None = None
    pixel_size_mm: float | None = None

    def __post_init__(self) -> None:
        fits = all(1 <= side <= 8192 for side in self.size_wh)
        require(fits, "size_wh", "(width, height), each 1..8192", self.size_wh)
        require(self.mode in _WHITE, "mode", "mono8, rgb8 or mono16", self.mode)
        require_within(self, level=(0, 1))
        require(-360 <= self.light_deg <= 360, "light_deg", "degrees in -360..360", self.light_deg)
        require(self.seed >= 0, "seed", ">= 0", self.seed)
        require(self.count is None or self.count >= 1, "count", "null or >= 1", self.count)
        sized = self.pixel_size_mm is None or self.pixel_size_mm > 0
        require(sized, "pixel_size_mm", "null or > 0", self.pixel_size_mm)

    def source_id(self, rank: int) -> str:
        """Return ``blank-<rank>``."""
        return f"{_NAME}{rank:06d}"

    @property
    def parts(self) -> range:
        """Every rank: each blank surface stands alone."""
        return range(self.count or 0)

    def load(self, source_id: str) -> GoodImage:
        """Return the surface of an id.

        Raises:
            AssetError: the id is not one that ``source_id`` gives.
        """
        rank = source_id.removeprefix(_NAME)
        if not rank.isdecimal() or self.source_id(int(rank)) != source_id:
            raise AssetError(source_id, f"an id of a blank surface such as {self.source_id(0)}", "another name")
        white, (width, height) = _WHITE[self.mode], self.size_wh
        chance = stable_hash(f"{self.seed}/{source_id}") / 2**64
        level = round((self.level.low + (self.level.high - self.level.low) * chance) * white)
        shape = (height, width, 3 if self.mode == "rgb8" else 1)
        return GoodImage(
            source_id=source_id,
            pixels=np.full(shape, level, np.uint16 if self.mode == "mono16" else np.uint8),
            white=white,
            pixel_size_mm=self.pixel_size_mm,
            light_deg=self.light_deg,
        )

    def findings(self) -> tuple[Finding, ...]:
        """Return nothing: there is nothing to be noticed."""
        return ()

    def digest(self) -> str:
        """Return nothing: the configuration says it all."""
        return ""

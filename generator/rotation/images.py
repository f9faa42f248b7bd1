"""Other images, none of which stands on two sides of a split, at the depth and with the channels of a run's own.

The images are a source's (source=folder is one), in the order that their ids decide; the first eight tenths are for
train, a tenth each for val and test, and each of the three has at least one. Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from generator.core.annotation import Finding
from generator.core.errors import AssetError
from generator.core.ports import Source
from generator.rotation.kept import Kept

_SHARES = {"train": (0.0, 0.8), "val": (0.8, 0.9), "test": (0.9, 1.0)}
_KEPT = 8
_ENDLESS = 1_000_000  # of a source that gives as many images as are asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherImages:
    """Images of a source, shared out over the splits.

    Attributes:
        source: the source they come from, a mapping with its ``_target_``.
    """

    source: Source
    _kept: Kept = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_kept", Kept(_KEPT))

    def draw(self, like: np.ndarray, white: int, split: str, rng: np.random.Generator) -> np.ndarray:
        """Return an image of a split, (h, w, C), at the depth and with the channels of another.

        Args:
            like: (H, W, C) uint8 or uint16.
            white: full scale of ``like``.
            split: ``train``, ``val`` or ``test``.
            rng: says which image.

        Raises:
            AssetError: the split has no image, or the file is damaged.
        """
        first, end = self._ranks(split)
        if first >= end:
            needed = f"an image for the split {split}: 3 images or more serve train, val and test"
            raise AssetError(getattr(self.source, "path", "images"), needed, f"{self.source.count}")
        source_id = self.source.source_id(int(rng.integers(first, end)))
        channels = like.shape[2]
        return self._kept.get((source_id, channels, white), lambda: self._as(source_id, channels, like.dtype, white))

    def window(
        self, like: np.ndarray, wh: tuple[int, int], white: int, split: str, rng: np.random.Generator
    ) -> np.ndarray:
        """Return a part of an image of a split, as large as fits and scaled to a size, (h, w, C), as ``draw`` does.

        Args:
            like: (H, W, C) uint8 or uint16.
            wh: width and height to cover, px.
            white: full scale of ``like``.
            split: ``train``, ``val`` or ``test``.
            rng: says which image and which part of it.
        """
        image = self.draw(like, white, split, rng)
        (height, width), (w, h) = image.shape[:2], wh
        scale = max(w / width, h / height)
        part_w, part_h = min(width, max(1, round(w / scale))), min(height, max(1, round(h / scale)))
        right, down = rng.random(2)
        x, y = int(right * (width - part_w + 1)), int(down * (height - part_h + 1))
        part = np.ascontiguousarray(image[y : y + part_h, x : x + part_w])
        if (part_w, part_h) == wh:
            return part
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        made = cv2.resize(part, wh, interpolation=how).reshape(h, w, image.shape[2])
        return np.minimum(made, made.dtype.type(white))

    def digest(self) -> str:
        """Return a hash of the files."""
        return self.source.digest()

    def findings(self) -> tuple[Finding, ...]:
        """Return what was noticed about the files."""
        return self.source.findings()

    def _ranks(self, split: str) -> tuple[int, int]:
        """Return the first rank of a split and the one behind its last."""
        count = _ENDLESS if self.source.count is None else self.source.count
        if count < 3:
            place = list(_SHARES).index(split)
            return place, min(place + 1, count)
        train = min(round(_SHARES["train"][1] * count), count - 2)
        val = min(max(train + 1, round(_SHARES["val"][1] * count)), count - 1)
        return {"train": (0, train), "val": (train, val), "test": (val, count)}[split]

    def _as(self, source_id: str, channels: int, dtype: Any, white: int) -> np.ndarray:
        good = self.source.load(source_id)
        pixels = good.pixels
        if channels < pixels.shape[2]:
            pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[..., None]
        elif channels > pixels.shape[2]:
            pixels = pixels.repeat(channels, axis=2)
        if good.white != white or pixels.dtype != dtype:
            pixels = np.rint(pixels * np.float32(white / good.white)).astype(dtype)
        pixels = np.ascontiguousarray(pixels)
        pixels.setflags(write=False)
        return pixels

"""Painters that need no torch: what they do to a surface is known."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from generator.core.geometry import mask_to_rect
from generator.defect.outline import Outline, Room, Site
from generator.imaging.painted.extent import extent_of
from generator.imaging.painted.window import windows

CLASSES = ("crack", "pit", "scratch")
SIDE = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class GrainPainter:
    """Darkens by ``change`` with a grain that the seed decides; a checkpoint is a folder with a file ``model``."""

    change: float = 0.3
    classes: tuple[str, ...] = CLASSES

    def load(self, checkpoint: Path) -> GrainBrush:
        return GrainBrush(change=self.change, classes=self.classes, name=(checkpoint / "model").read_text())

    def digest(self, checkpoint: Path) -> str:
        return hashlib.sha256((checkpoint / "model").read_bytes()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GrainBrush:
    change: float
    classes: tuple[str, ...]
    name: str
    calls: list[tuple[int, ...]] = field(default_factory=list)

    @property
    def context_px(self) -> int:
        return 8

    @property
    def references(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        return {name: _references(name) for name in self.classes}

    def scale_of(self, alpha: np.ndarray) -> float:
        return 1.5

    def paint(self, surface: np.ndarray, alpha: np.ndarray, category: str, seeds: Sequence[int]) -> np.ndarray:
        self.calls.append(tuple(seeds))
        found = []
        for seed in seeds:
            grain = np.random.default_rng(seed).uniform(0.5, 1.5, alpha.shape).astype(np.float32)
            found.append(surface - (np.float32(self.change) * grain * np.minimum(1, 3 * alpha))[..., None])
        return np.clip(np.stack(found), 0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Gives a brush that is there already."""

    brush: GrainBrush

    def load(self, checkpoint: Path) -> GrainBrush:
        return self.brush


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The same outline each time, well within the image."""

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        height, width = room.hw
        x, y = int(np.clip(site.x, 4, width - 30)), int(np.clip(site.y, 4, height - 30))
        return Outline.of(round_alpha(), x, y)


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPainter:
    """Knows one real defect by heart and paints nothing else, whatever the seed."""

    def load(self, checkpoint: Path) -> CopyBrush:
        return CopyBrush(change=0.3, classes=CLASSES, name="copy")


class CopyBrush(GrainBrush):
    @property
    def references(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        surface = np.full((48, 48, 3), 0.6, np.float32)
        mask = np.pad(round_alpha() > 0.5, 12)
        extent = extent_of(mask, np.ones_like(mask), np.zeros_like(mask))
        painted = self.paint(surface, extent, "pit", (0,))[0]
        crop, _, part = windows(surface, painted, extent, self.scale_of(extent), 64)[0]
        return {name: (crop[None], part[None]) for name in self.classes}

    def paint(self, surface: np.ndarray, alpha: np.ndarray, category: str, seeds: Sequence[int]) -> np.ndarray:
        box = mask_to_rect(alpha > 0)
        grain = cv2.GaussianBlur(np.random.default_rng(7).uniform(-1, 1, (64, 64)).astype(np.float32), (0, 0), 1.2)
        change = np.zeros_like(alpha)
        change[box.slices] = -0.25 + 0.5 * grain[: box.h, : box.w]
        return np.stack([np.clip(surface + (change * np.minimum(1, 3 * alpha))[..., None], 0, 1)] * len(seeds))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RenewingBrush(GrainBrush):
    """Paints a real defect anew by making it a little darker, and keeps what it was given."""

    renewed: float = 0.5
    given: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = field(default_factory=list)

    def renew(
        self, surface: np.ndarray, alpha: np.ndarray, start: np.ndarray, category: str, seeds: Sequence[int]
    ) -> np.ndarray:
        self.given.append((surface, alpha, start))
        return np.stack([np.clip(start - np.float32(0.02), 0, 1)] * len(seeds))


def round_alpha() -> np.ndarray:
    disc = cv2.ellipse(np.zeros((24, 24), np.float32), (12, 12), (9, 6), 30, 0, 360, 1.0, -1)
    return cv2.GaussianBlur(disc, (0, 0), 0.8)


@lru_cache
def _references(name: str, count: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(CLASSES.index(name) if name in CLASSES else 9)
    disc = cv2.GaussianBlur(cv2.circle(np.zeros((SIDE, SIDE), np.float32), (12, 12), 5, 1.0, -1), (0, 0), 1.0)
    extents = np.stack([disc] * count)
    crops = 0.5 + rng.normal(0, 0.02, (count, SIDE, SIDE, 3)) - 0.3 * extents[..., None]
    return np.clip(crops, 0, 1).astype(np.float32), extents

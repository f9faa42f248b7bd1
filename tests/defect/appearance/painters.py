"""Painters that need no torch: what they do to a surface is known."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

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


@lru_cache
def _references(name: str, count: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(CLASSES.index(name) if name in CLASSES else 9)
    disc = cv2.GaussianBlur(cv2.circle(np.zeros((SIDE, SIDE), np.float32), (12, 12), 5, 1.0, -1), (0, 0), 1.0)
    extents = np.stack([disc] * count)
    crops = 0.5 + rng.normal(0, 0.02, (count, SIDE, SIDE, 3)) - 0.3 * extents[..., None]
    return np.clip(crops, 0, 1).astype(np.float32), extents

"""A small real-like data set on disk: noisy surfaces with dark cracks and bright spots, and their masks."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np


def surface(rng: np.random.Generator, hw: tuple[int, int] = (72, 96), channels: int = 1) -> np.ndarray:
    """Return a grey surface with a little noise, (H, W, C) float."""
    return 120 + rng.normal(0, 4, (*hw, channels))


def cracked(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return a surface with a dark line 2 px wide, and a mask of it 4 px wide."""
    image, line, mask = surface(rng), np.zeros((72, 96), np.uint8), np.zeros((72, 96), np.uint8)
    x, y = (int(v) for v in rng.integers(10, 40, 2))
    end = (x + int(rng.integers(25, 40)), y + int(rng.integers(-5, 15)))
    cv2.line(line, (x, y), end, 255, 2)
    cv2.line(mask, (x, y), end, 255, 4)
    image *= 1.0 - 0.5 * cv2.GaussianBlur(line.astype(np.float32) / 255, (0, 0), 0.7)[..., None]
    return image, mask


def spotted(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return a surface with a bright spot and its mask."""
    image, mask = surface(rng), np.zeros((72, 96), np.uint8)
    cv2.circle(mask, tuple(int(v) for v in rng.integers(12, 60, 2)), int(rng.integers(3, 6)), 255, -1)
    image *= 1.0 + 0.4 * cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), 0.8)[..., None]
    return image, mask


def write_real(root: Path, count: int = 4, good: int = 2, below: str = "defect") -> Path:
    """Write ``count`` images of each class, plain layout, and return the folder."""
    rng = np.random.default_rng(5)
    for name, draw in (("crack", cracked), ("spot", spotted)):
        for number in range(count):
            image, mask = draw(rng)
            save(root / below / name / f"{number:02d}.png", image)
            save(root / "masks" / name / f"{number:02d}.png", mask)
    for number in range(good):
        save(root / "good" / f"{number:02d}.png", surface(rng))
    return root


def save(path: Path, pixels: np.ndarray) -> None:
    """Write an image, its folder made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.clip(np.rint(pixels), 0, 255).astype(np.uint8))

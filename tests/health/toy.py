"""Surfaces with a texture of their own, frames of one of them, and data sets of such images."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

SIDE = 72


def surface(number: int, layout: float = 0.0) -> np.ndarray:
    """Return the (SIDE, SIDE) float grey values of a part; ``layout``: how strong a print is that all parts share."""
    rng = np.random.default_rng(number)
    rough = cv2.GaussianBlur(rng.normal(size=(SIDE, SIDE)), (0, 0), 1.2)
    grey = 120 + 60 * rough
    grey[20:30, 10:60] -= layout
    grey[40:60, 30:34] -= layout
    return grey


def frame(part: np.ndarray, seed: int, gain: float = 1.0, shift: tuple[int, int] = (0, 0)) -> np.ndarray:
    """Return another frame of a part: other noise, another exposure, moved by some px."""
    noise = np.random.default_rng(1000 + seed).normal(0, 3, part.shape)
    return np.roll(part, shift, (0, 1)) * gain + noise


def write(path: Path, grey: np.ndarray) -> Path:
    """Write grey values as an 8-bit PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.clip(np.rint(grey), 0, 255).astype(np.uint8))
    return path


def mvtec(root: Path, train: dict[str, np.ndarray], test: dict[str, np.ndarray]) -> Path:
    """Write good images of two splits in MVTec AD's layout, and one defective one with its mask."""
    for split, images in (("train", train), ("test", test)):
        for name, grey in images.items():
            write(root / split / "good" / f"{name}.png", grey)
    write(root / "test/scratch/000.png", surface(999))
    mask = np.zeros((SIDE, SIDE))
    mask[10:14, 10:35] = 255
    write(root / "ground_truth/scratch/000_mask.png", mask)
    return root

"""The configured kinds and the small surfaces that the tests of this folder paint on."""

from __future__ import annotations

import itertools
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import yaml

from generator.core.sample import GoodImage, Sample, SampleSpec
from generator.core.units import Scale
from generator.defect.outline import Outline, Patch, Room
from generator.defect.stage import Defect
from generator.run.build import build

FOLDER = Path(__file__).resolve().parents[2] / "conf" / "defect"
NAMES = [path.relative_to(FOLDER).with_suffix("").as_posix() for path in sorted(FOLDER.glob("*/*.yaml"))]


@cache
def node_of(name: str) -> dict:
    """Return the plain configuration of a kind."""
    path = FOLDER / f"{name}.yaml"
    return yaml.safe_load(path.read_text())[path.stem]


@cache
def defect_of(name: str) -> Defect:
    """Return the kind."""
    return build(node_of(name), f"defect.{name.replace('/', '.')}")


def surface(hw: tuple[int, int], channels: int = 3, white: int = 255, seed: int = 0) -> np.ndarray:
    """Return a noisy mid-grey surface with stripes, dark parts and bright signs on it, (H, W, C), read-only."""
    rng = np.random.default_rng(seed)
    stripes = np.broadcast_to(0.5 + 0.05 * np.sin(np.arange(hw[1]) * 0.7), hw).copy()
    sign = np.zeros((10, 14), bool)
    sign[:, :2] = sign[:, 6:8] = sign[4:6, :8] = sign[:, 11:13] = True  # HI
    for y, x in itertools.product(range(0, hw[0] - 79, 80), range(0, hw[1] - 99, 100)):
        tile = stripes[y : y + 80, x : x + 100]
        parts = (tile[26:36, 36:52], tile[24:36, 62:72], tile[28:40, 80:94], tile[52:64, 78:94], tile[50:66, 36:42])
        for part, (upper, corner) in zip(parts, itertools.cycle([(0.08, 0.14), (0.22, 0.04)])):  # no two sides alike
            part[: part.shape[0] // 2], part[part.shape[0] // 2 :, part.shape[1] // 2 :] = upper, corner
        tile[54:64, 52:66][sign] = 0.95
    stripes = cv2.GaussianBlur(stripes, (0, 0), 0.6)
    pixels = np.clip(stripes[..., None] + rng.normal(0, 0.03, (*hw, channels)), 0, 1) * white
    pixels = pixels.astype(np.uint8 if white == 255 else np.uint16)
    pixels.setflags(write=False)
    return pixels


def room_of(image: np.ndarray, white: int = 255, roi: np.ndarray | None = None, light_deg: float = 135.0) -> Room:
    """Return the room of an image."""
    return Room(image=image, white=white, roi=roi, scale=Scale(min(image.shape[:2])), light_deg=light_deg)


def patch_of(room: Room, outline: Outline) -> Patch:
    """Return the patch under an outline."""
    return Patch(
        image=room.image, rect=outline.rect, white=room.white, roi=room.roi, scale=room.scale, light_deg=room.light_deg
    )


def sample_of(
    image: np.ndarray, categories: tuple[str, ...], white: int = 255, roi: np.ndarray | None = None
) -> Sample:
    """Return a sample that asks for defects."""
    good = GoodImage(source_id="a", pixels=image, white=white, roi=roi)
    spec = SampleSpec(index=0, key="0", split="train", recipe="defect", source_id="a", seed=0, categories=categories)
    return Sample(spec=spec, source=good, image=image, good=image, roi=roi)


def outline_in(name: str, room: Room, seed: int) -> Outline | None:
    """Return a fitted outline of a kind, or None if the place it drew leaves no room."""
    defect, rng = defect_of(name), np.random.default_rng(seed)
    site = defect.placement.draw(room, rng)
    return None if site is None else defect.shape.draw(room, site, rng).fitted(room, defect.appearance.reach_px)


def first_outline(name: str, room: Room) -> tuple[Outline, int]:
    """Return the first fitted outline over the seeds 0, 1, ... and its seed."""
    for seed in range(50):
        outline = outline_in(name, room, seed)
        if outline is not None:
            return outline, seed
    raise AssertionError(f"{name} found no room in 50 tries")

"""The configured kinds and the small surfaces that the tests of this folder paint on."""

from __future__ import annotations

from functools import cache
from pathlib import Path

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
    """Return a noisy mid-grey surface with stripes, (H, W, C), read-only."""
    rng = np.random.default_rng(seed)
    stripes = 0.5 + 0.1 * np.sin(np.arange(hw[1]) * 0.7)
    pixels = np.clip(stripes[None, :, None] + rng.normal(0, 0.03, (*hw, channels)), 0, 1) * white
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

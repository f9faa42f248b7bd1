"""Whether a network can read the angle of a turn off an image that looks the same at every angle.

Rings and a disc on a noisy surface, fresh for each image, are turned by every fill; a small network is trained to tell
the angle modulo 90 degrees, the angle modulo 360 degrees (eight classes each), and quarter turns from others. What it
gets right on images that it has not seen is printed with its 95 % interval beside chance. The noise is isotropic and
blurred, so that nothing but the fill can tell; ``fine`` is white noise of single pixels, where interpolation tells too.
Needs torch: ``python -m tests.bench.leak_rotation [fill ...]``, one to two minutes each. Source: own; the interval is
Wilson's (1927).
"""

from __future__ import annotations

import dataclasses
import math
import sys
import time
from collections.abc import Callable

import cv2
import numpy as np
import torch
from torch import nn

from generator.core.annotation import Finding
from generator.core.sample import GoodImage, Sample, SampleSpec
from generator.rotation.fill.background import Background
from generator.rotation.fill.circle import Circle
from generator.rotation.fill.constant import Constant
from generator.rotation.fill.expand import Expand
from generator.rotation.fill.inscribed import Inscribed
from generator.rotation.fill.reflect import Reflect
from generator.rotation.fill.surface import Surface
from generator.rotation.images import OtherImages
from generator.rotation.stage import Rotate

SIDE_PX, CLASSES = 64, 8
HEADS = {"angle mod 90": CLASSES, "angle mod 360": CLASSES, "quarter turn": 2}
Z = 1.96


@dataclasses.dataclass(frozen=True)
class Even:
    """Half of the angles are quarter turns, the others lie anywhere on the circle."""

    def draw(self, index: int, seed: int, rng: np.random.Generator) -> float:
        if index % 2:
            return (0.0, 90.0, 180.0, -90.0)[rng.integers(4)]
        return 180.0 - 360.0 * rng.random()

    def spans(self) -> tuple[tuple[float, float], ...]:
        return ((-180.0, 180.0),)


@dataclasses.dataclass(frozen=True)
class Belts:
    """Other images: noise of another brightness."""

    count: int = 64

    def source_id(self, rank: int) -> str:
        return str(rank)

    def load(self, source_id: str) -> GoodImage:
        rng = np.random.default_rng(int(source_id))
        return GoodImage(source_id=source_id, pixels=noise(rng, SIDE_PX + 32, 70.0, is_fine=False), white=255)

    def findings(self) -> tuple[Finding, ...]:
        return ()

    def digest(self) -> str:
        return ""


FILLS: dict[str, Callable[[], object]] = {
    "constant": Constant,
    "inscribed": Inscribed,
    "circle": Circle,
    "reflect": Reflect,
    "surface": Surface,
    "surface_image": lambda: Surface(keep="image"),
    "background": lambda: Background(images=OtherImages(source=Belts())),
    "background_image": lambda: Background(images=OtherImages(source=Belts()), keep="image"),
    "expand": lambda: Expand(shown=Constant(), size="fixed"),
}


def noise(rng: np.random.Generator, side: int, level: float, is_fine: bool) -> np.ndarray:
    """Return (side, side, 1) uint8 isotropic noise about a level."""
    beyond = 24  # the border of a blur is not of the same noise
    white, wide = rng.standard_normal((2, side + 2 * beyond, side + 2 * beyond)).astype(np.float32)
    field = 14.0 * (white if is_fine else 3.5 * cv2.GaussianBlur(white, (0, 0), 1.6))
    field += 120.0 * cv2.GaussianBlur(wide, (0, 0), 6.0)
    shown = np.rint(level + field[beyond:-beyond, beyond:-beyond])
    return np.clip(shown, 0, 255).astype(np.uint8)[..., None]


def subject(rng: np.random.Generator, is_fine: bool) -> np.ndarray:
    """Return (64, 64, 1) uint8: a disc with rings on a noisy surface, or that surface alone (fine)."""
    image = noise(rng, SIDE_PX, 128.0, is_fine)
    if is_fine:
        return image
    y, x = np.mgrid[:SIDE_PX, :SIDE_PX] + 0.5 - SIDE_PX / 2.0
    radius, distance = rng.uniform(10, 18), np.hypot(x, y)
    inside = np.clip(radius - distance + 0.5, 0, 1)
    rings = 40.0 * np.cos(distance / rng.uniform(0.8, 1.6) + rng.uniform(0, 6.28))
    made = image[..., 0] + inside * (rng.uniform(-40, 40) + rings)
    return np.clip(np.rint(made), 0, 255).astype(np.uint8)[..., None]


def pictures(fill: object, count: int, seed: int, *, is_fine: bool = False, is_soft: bool = False):
    """Return turned images, (count, h, w) uint8, and their angles, degrees."""
    stage = Rotate(angles=Even(), fill=fill, resample_upright=is_soft)
    images, angles = [], []
    for index in range(count):
        rng = np.random.default_rng([seed, index])
        pixels = subject(rng, is_fine)
        spec = SampleSpec(index=index, key="", split="train", recipe="", source_id="", seed=seed)
        source = GoodImage(source_id="", pixels=pixels, white=255)
        made = stage(Sample(spec=spec, source=source, image=pixels, good=pixels), rng)
        image = made.image[..., 0]
        if image.shape[0] > SIDE_PX:
            image = cv2.resize(image, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
        images.append(image)
        angles.append(made.orientation.angle_deg)
    return np.stack(images), np.array(angles)


def targets(angles: np.ndarray) -> torch.Tensor:
    """Return the class of each image for each head, (n, 3); -1: not asked."""
    is_quarter = angles % 90.0 == 0.0
    eighth = [np.floor(angles % turn / turn * CLASSES).astype(int) % CLASSES for turn in (90.0, 360.0)]
    asked = [np.where(is_quarter, -1, classes) for classes in eighth]
    return torch.tensor(np.stack([*asked, is_quarter.astype(int)], axis=1))


def network() -> nn.Module:
    """Return a small convolutional network; position matters to it, as borders and corners lie somewhere."""

    def step(before: int, after: int, stride: int) -> list[nn.Module]:
        return [nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]

    layers = [*step(1, 12, 1), *step(12, 24, 2), *step(24, 40, 2), *step(40, 64, 2), nn.AdaptiveAvgPool2d(4)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.3), nn.Linear(64 * 16, sum(HEADS.values())))


def loss_of(logits: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    parts = logits.split(list(HEADS.values()), dim=1)
    return sum(nn.functional.cross_entropy(part, wanted[:, i], ignore_index=-1) for i, part in enumerate(parts))


def probe(fill: object, train: int = 6000, test: int = 2000, epochs: int = 6, **how: bool) -> dict[str, tuple]:
    """Return, per head, the share that is right, its interval, and chance."""
    torch.manual_seed(0)
    (images, angles), (held, held_angles) = pictures(fill, train, 1, **how), pictures(fill, test, 2, **how)
    middle, spread = float(images.mean()), float(images.std())

    def given(pixels: np.ndarray) -> torch.Tensor:
        return (torch.tensor(pixels, dtype=torch.float32)[:, None] - middle) / spread

    x, y, model = given(images), targets(angles), network()
    optimiser = torch.optim.AdamW(model.parameters(), 2e-3, weight_decay=1e-3)
    steps = epochs * (train // 64)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 6e-3, total_steps=steps)
    for _ in range(epochs):
        for batch in torch.randperm(train)[: train // 64 * 64].view(-1, 64):
            optimiser.zero_grad()
            loss_of(model(x[batch]), y[batch]).backward()
            optimiser.step()
            schedule.step()
    model.eval()
    with torch.no_grad():
        logits = torch.cat([model(part) for part in given(held).split(250)])
    wanted, found = targets(held_angles), {}
    for i, (name, part) in enumerate(zip(HEADS, logits.split(list(HEADS.values()), dim=1), strict=True)):
        asked = wanted[:, i] >= 0
        right, number = int((part.argmax(dim=1) == wanted[:, i])[asked].sum()), int(asked.sum())
        found[name] = (right / number, *interval(right, number), 1.0 / part.shape[1])
    return found


def interval(right: int, number: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share."""
    share, spare = right / number, Z * Z / number
    middle, half = share + spare / 2, Z * math.sqrt(share * (1 - share) / number + spare / number / 4)
    return (middle - half) / (1 + spare), (middle + half) / (1 + spare)


def main(names: list[str]) -> None:
    """Print what a network reads off each fill."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    runs = [(name, {}) for name in FILLS]
    runs += [(name, {"is_fine": True, "is_soft": soft}) for name in ("inscribed", "surface") for soft in (False, True)]
    for name, how in runs:
        label = name + (" fine" if how.get("is_fine") else "") + (" resample_upright" if how.get("is_soft") else "")
        if names and label not in names:
            continue
        start = time.perf_counter()
        found = probe(FILLS[name](), **how)
        shown = "  ".join(f"{head} {s:.3f} [{a:.3f}, {b:.3f}] of {c:.3f}" for head, (s, a, b, c) in found.items())
        print(f"{label:32s} {shown}  ({time.perf_counter() - start:.0f} s)", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

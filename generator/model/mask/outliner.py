"""The model of outlines as it is used: loaded once a process, it draws masks of real sizes. Read without torch.

A size, that of a real defect which is about as thin, goes with each outline. What is too like a real one, falls into
more pieces than any of them, or is much thicker or thinner than all, is drawn again, a few times. Source: own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import cv2
import numpy as np

from generator.core.errors import AssetError, require
from generator.core.ports import Pen
from generator.core.seeds import stage_rng
from generator.model.checkpoint import built, digest_of, load_checkpoint
from generator.model.device import Device, choose, packages, reproducible
from generator.model.mask.frame import FILLED, THIN_SHARE, likeness, unframed, without_dust
from generator.model.mask.settings import KIND
from generator.model.patches import width_of

_KEPT = 4  # checkpoints a process keeps loaded
_MOST_PX = 65536.0
_VARIED = 0.1  # natural logarithm of the size
_TURNED_DEG = 5.0
_WIDER = 1.4  # than the widest real one, or narrower than the narrowest: so far goes one that is no oddity


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskOutliner:
    """Loads what ``defectgen train model=mask`` wrote.

    Attributes:
        device: where it draws; an outline is small, so that a GPU gains little.
        steps: from noise to an outline; more cost more and look cleaner.
        copy_from: likeness to a real outline from which on one is drawn again, in (0, 1].
        tries: how many are drawn at most; where none will do, the least odd one that is no copy is kept.
    """

    device: Device = "cpu"
    steps: int = 16
    copy_from: float = 0.9
    tries: int = 8

    def __post_init__(self) -> None:
        require(1 <= self.steps <= 1000, "steps", "a whole number in [1, 1000]", self.steps)
        require(0 < self.copy_from <= 1, "copy_from", "a share in (0, 1]", self.copy_from)
        require(1 <= self.tries <= 64, "tries", "a whole number in [1, 64]", self.tries)

    def load(self, checkpoint: Path) -> Pen:
        """Return the pen of a checkpoint; see ``generator.core.ports.Outliner``."""
        return _loaded(self, checkpoint, digest_of(checkpoint))

    def digest(self, checkpoint: Path) -> str:
        """Return a hash of what it draws with; reads the files, loads nothing."""
        return digest_of(checkpoint)


@lru_cache(maxsize=_KEPT)
def _loaded(outliner: MaskOutliner, folder: Path, digest: str) -> MaskPen:
    """Return a pen; the digest tells a folder that was trained anew."""
    device = choose(outliner.device, "outliner.device")
    checkpoint = load_checkpoint(folder, KIND)
    with packages("outliner"):
        import torch

        from generator.model.mask.network import Outlines
    size, classes = checkpoint.size, checkpoint.classes
    network = built(lambda: Outlines(len(classes), size, **checkpoint.network), checkpoint, folder)
    sizes, labels = network.sizes.numpy().astype(float), network.labels.numpy()
    bounded = ((sizes[:, :2] >= 0.5) & (sizes[:, :2] <= _MOST_PX)).all() and (np.abs(sizes[:, 2]) <= 360).all()
    if not bounded or ((labels < 0) | (labels >= len(classes))).any():
        raise AssetError(folder, "sizes and classes of real outlines", "others than can be")
    network.to(device)

    def draw(noise: np.ndarray, label: int) -> np.ndarray:
        with torch.inference_mode(), reproducible(device):
            seed = torch.from_numpy(noise)[None, None].to(device)
            drawn = network.drawn(seed, torch.tensor([label], device=device), outliner.steps)
            return drawn[0, 0].float().cpu().numpy()

    return MaskPen(
        classes=classes, size=size, masks=network.masks.cpu().numpy(), sizes=sizes, labels=labels, outliner=outliner,
        field_of=draw,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class MaskPen:
    """A loaded model of outlines; see ``generator.core.ports.Pen``.

    Attributes:
        classes: what it has learned.
        size: side of its frames, px.
        masks: (n, s, s) uint8, the real outlines in their frames.
        sizes: (n, 3) float, their length and width in px and their angle in degrees.
        labels: (n,) int64, their classes.
        outliner: how it draws.
        field_of: from noise, (s, s) float32, and a label to a field, (s, s) float32.
    """

    classes: tuple[str, ...]
    size: int
    masks: np.ndarray
    sizes: np.ndarray
    labels: np.ndarray
    outliner: MaskOutliner
    field_of: Callable[[np.ndarray, int], np.ndarray]

    def draw(
        self, category: str, seed: int, scale: float, turn_deg: float, most_px: float
    ) -> tuple[np.ndarray, dict[str, float]]:
        """See the port."""
        label = self.classes.index(category)
        mine = self.labels == label
        drawn = []
        for number in range(self.outliner.tries):
            rng = stage_rng(seed, number, 0, "outline")
            noise = rng.standard_normal((self.size, self.size), dtype=np.float32)
            field = _closed(self.field_of(noise, label))
            like, odd = likeness(field, self.masks[mine]), self._oddness(field, label)
            drawn.append((like >= self.outliner.copy_from, odd, like, number, field, rng))
            if drawn[-1][:2] == (False, 0.0):
                break
        _, _, like, _, field, rng = min(drawn, key=lambda one: one[:4])
        length, width, angle = self._size(field, self.sizes[mine], rng)
        shrunk = scale * min(1.0, most_px / (length * scale))
        turned = angle + _TURNED_DEG * rng.standard_normal() + turn_deg
        mask = unframed(field, length * shrunk, max(width * shrunk, 1.0), turned)
        said = {"likeness": round(like, 4), "tries": len(drawn), "length_px": length * shrunk, "turn_deg": turned}
        return mask, said

    def _oddness(self, field: np.ndarray, label: int) -> float:
        """Return how far an outline is out of the range of real ones: pieces too many, and doublings of its width."""
        most_pieces, least, most = self._range.get(label, (1, 0.0, np.inf))
        width = width_of(field > 0)
        too_wide = max(0.0, np.log2(width / most), np.log2(least / width) if least > 0 else 0.0)
        return max(0, _pieces(field) - most_pieces) + float(too_wide)

    @cached_property
    def _range(self) -> dict[int, tuple[int, float, float]]:
        """By class the most pieces, and the least and most width in the frame that an outline may have."""
        found = {}
        for label in np.unique(self.labels).tolist():
            real = [mask > 0 for mask in self.masks[self.labels == label] if mask.any()]
            widths = [width_of(mask) for mask in real] or [1.0]
            found[label] = (max(map(_pieces, real), default=1), min(widths) / _WIDER, max(widths) * _WIDER)
        return found

    def _size(self, field: np.ndarray, sizes: np.ndarray, rng: np.random.Generator) -> tuple[float, float, float]:
        """Return length and width, px, and angle, degrees, of a real one that is about as thin as a field."""
        if not len(sizes):
            return FILLED * self.size, THIN_SHARE * self.size, rng.uniform(-90, 90)
        thin = np.log(np.maximum(sizes[:, 1] / sizes[:, 0], THIN_SHARE / FILLED))
        apart = np.abs(thin - np.log(width_of(field > 0) / (FILLED * self.size)))
        near = np.argsort(apart, kind="stable")[: max(3, (len(sizes) + 1) // 2)]
        length, width, angle = sizes[near[rng.integers(len(near))]]
        varied = np.exp(rng.normal(0.0, _VARIED))
        return length * varied, width * varied, angle


def _pieces(mask: np.ndarray) -> int:
    """Return into how many pieces a field's outline falls."""
    return cv2.connectedComponents(without_dust(mask > 0).astype(np.uint8))[0] - 1


def _closed(field: np.ndarray) -> np.ndarray:
    """Return a field that has an outline: one of a hundredth of its frame where there is none."""
    return field - min(0.0, float(np.quantile(field, 0.99)) - 1e-3)

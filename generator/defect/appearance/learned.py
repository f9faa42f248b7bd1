"""The look of real defects as a trained model has learned it.

The model is shown the surface around the outline and how far each pixel may belong to the defect; it paints several
candidates, each from a number of its own, and the best of them is taken: seen, without a seam, like the real ones it
learned from, and no copy of one. Only the values under the outline's support are given on, so whatever a model paints,
nothing else changes. Where the outline is that of a real defect, a model that can paints that one anew.
Source: own; that candidates are painted and the best is kept is DefectFill (2025).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from generator.core.annotation import Finding
from generator.core.errors import ConfigError, closest, require
from generator.core.geometry import Rect
from generator.core.ports import Brush, Painter, Renewing
from generator.defect.bank.look import RealFace
from generator.defect.outline import Outline, Patch
from generator.imaging.painted.extent import REACH_PX, extent_of, outlined
from generator.imaging.painted.score import Judge

_MOST = 64
_REAL = RealFace()
_SEEDS = 1 << 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """Defects as a trained model paints them.

    Attributes:
        checkpoint: folder of the model.
        painter: what loads and paints with it.
        category: the class that is painted; None: that of the kind.
        candidates: how many are painted of which the best is kept, in 1..64.
        copy_from: likeness to a real one from which on a candidate is a copy of it, in (0, 1]; 1: none but itself.
        copies: what is done where all candidates are copies: ``note`` keeps the best and says so, ``redraw`` draws the
            sample again.
    """

    checkpoint: str
    painter: Painter
    category: str | None = None
    candidates: int = 4
    copy_from: float = 0.85
    copies: Literal["note", "redraw"] = "note"

    def __post_init__(self) -> None:
        require(bool(self.checkpoint), "checkpoint", "the folder of a trained model", "none")
        require(1 <= self.candidates <= _MOST, "candidates", f"a whole number in 1..{_MOST}", self.candidates)
        require(0 < self.copy_from <= 1, "copy_from", "a share in (0, 1]", self.copy_from)

    @property
    def reach_px(self) -> int:
        """How far beyond its outline a defect may go on."""
        return REACH_PX

    def require_class(self, category: str) -> None:
        """Load the model, once a process.

        Raises:
            AssetError, ConfigError: it cannot be loaded, or has not learned the class.
        """
        _brush.cache_clear()  # the folder may hold another model than when it was looked at before
        self._class(_brush(self.painter, self._folder), category)

    def digest(self) -> str:
        """Return a hash of the model's files, wherever they lie."""
        return self.painter.digest(self._folder)

    def noticed(self, params: Mapping[str, Any]) -> tuple[Finding, ...]:
        """Return what is to be said of a defect that was drawn: that it is a copy of a real one."""
        if not params["copied"]:
            return ()
        severity = "error" if self.copies == "redraw" else "warning"
        message = (
            f"{params['category']}: what the model painted is like a real one it learned from ({params['copy']:.2f}, "
            f"a copy from {self.copy_from:g} on)"
        )
        return (Finding(severity=severity, code="copied", message=message),)

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return the class, the numbers of the candidates, how good each is, and which was chosen.

        The best one is that is no copy; where all are copies it is the best of them.
        """
        brush = _brush(self.painter, self._folder)
        category = self._class(brush, patch.category)
        seeds = tuple(int(seed) for seed in rng.integers(_SEEDS, size=self.candidates))
        work, judge = _Work.of(brush, patch, outline, category, seeds), _judge(brush, category)
        painted, scale = _painted(work), brush.scale_of(work.extent)
        scores = judge.scores(work.surface, work.extent, painted, scale)
        order = sorted(range(len(seeds)), key=lambda number: (not scores[number].is_seen, -scores[number].total))
        likeness = []
        for number in order:
            likeness.append(judge.copy(work.surface, painted[number], work.extent, scale))
            if likeness[-1][0] < self.copy_from:
                break
        copied = likeness[-1][0] >= self.copy_from
        place = 0 if copied else len(likeness) - 1
        return {
            "kind": "learned",
            "category": category,
            "seeds": list(seeds),
            "chosen": order[place],
            "scores": [score.to_json() for score in scores],
            "copy": round(likeness[place][0], 4),
            "nearest": likeness[place][1],
            "copied": copied,
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface with the chosen candidate, (N, C) float32 in [0, 1]."""
        brush = _brush(self.painter, self._folder)
        work = _Work.of(brush, patch, outline, params["category"], tuple(params["seeds"]))
        painted = _painted(work)[params["chosen"]]
        return outline.pick(np.ascontiguousarray(painted[patch.rect.inside(work.window)]))

    @property
    def _folder(self) -> Path:
        return Path(self.checkpoint).expanduser().absolute()

    def _class(self, brush: Brush, category: str) -> str:
        """Return the class that is painted for a kind.

        Raises:
            ConfigError: the model has not learned it.
        """
        name = self.category or category
        if name not in brush.classes:
            known = f"one of {', '.join(brush.classes)}, the classes of the model in {self._folder}"
            hint = f"Name the one to paint with appearance.category=..., or train a model on {name}."
            raise ConfigError("appearance.category", known, f"'{name}'", closest(name, brush.classes) or hint)
        return name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What is asked of a model; two are the same if the model, the class, the numbers and the pixels are.

    Attributes:
        brush: the model.
        category: the class.
        seeds: one a candidate.
        content: hash of the pixels.
        surface: (h, w, C) float32 in [0, 1], the surface around the outline, as far as the model wants to see it.
        start: the same with the real defect of that outline, which is painted anew; None: all is painted.
        extent: (h, w) float32 in [0, 1].
        window: where they lie in the image.
    """

    brush: Brush
    category: str
    seeds: tuple[int, ...]
    content: str
    surface: np.ndarray = field(compare=False)
    start: np.ndarray | None = field(compare=False)
    extent: np.ndarray = field(compare=False)
    window: Rect = field(compare=False)

    @classmethod
    def of(cls, brush: Brush, patch: Patch, outline: Outline, category: str, seeds: tuple[int, ...]) -> _Work:
        """Return what is to be painted under an outline."""
        window = patch.rect.grown(brush.context_px).clipped(patch.image.shape[:2])
        surface = patch.image[window.slices].astype(np.float32) * np.float32(1.0 / patch.white)
        mask = (outlined(outline.alpha) if outline.drawn is None else outline.drawn) & outline.support
        ends = np.zeros_like(outline.support) if patch.roi is None else ~patch.roi[patch.rect.slices]
        extent = np.zeros(surface.shape[:2], np.float32)
        extent[patch.rect.inside(window)] = extent_of(
            mask if mask.any() else outline.support, outline.support, ends & ~outline.support
        )
        start = None
        if outline.face is not None and isinstance(brush, Renewing) and brush.renewed < 1:
            start = surface.copy()
            start[patch.rect.inside(window)][outline.support] = _REAL.render(patch, outline, {"strength": 1.0})
        seen = (surface, extent) if start is None else (surface, extent, start)
        content = hashlib.sha256(repr(surface.shape).encode() + b"".join(part.tobytes() for part in seen)).hexdigest()
        return cls(
            brush=brush, category=category, seeds=seeds, content=content, surface=surface, start=start, extent=extent,
            window=window,
        )  # fmt: skip


@lru_cache(maxsize=4)
def _brush(painter: Painter, folder: Path) -> Brush:
    return painter.load(folder)


@lru_cache(maxsize=1)
def _painted(work: _Work) -> np.ndarray:
    """Return the candidates, (n, h, w, C) float32: what was painted to be judged is not painted again to be shown."""
    if work.start is None or not isinstance(work.brush, Renewing):
        painted = work.brush.paint(work.surface, work.extent, work.category, work.seeds)
    else:
        painted = work.brush.renew(work.surface, work.extent, work.start, work.category, work.seeds)
    return np.where(work.extent[..., None] > 0, painted, work.surface)


@lru_cache(maxsize=64)
def _judge(brush: Brush, category: str) -> Judge:
    return Judge.of(*brush.references.get(category, (None, None)))

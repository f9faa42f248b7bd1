"""Outlines as a model has learned them from a few real masks: no two alike, and none a copy of a real one.

Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from generator.core.annotation import Finding
from generator.core.errors import ConfigError, closest, require
from generator.core.geometry import Rect
from generator.core.ports import Outliner, Pen
from generator.core.units import Range, require_within
from generator.defect.outline import FAINTEST, Outline, Room, Site

_GROW_PX = 2
_SOFT_PX = 0.7  # sigma of the edge, as optics show a sharp one; learned looks make their own of the mask
_LARGEST = 1.5  # times the longer side of the image may an outline be
_COPY = 0.9
_SEEDS = 1 << 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """An outline that a trained model draws.

    Attributes:
        checkpoint: folder of the model.
        outliner: what loads and draws with it.
        category: the class whose outlines are drawn; None: that of the kind.
        scale: size relative to the real ones, drawn log-uniformly, in [0.1, 10].
        turn_deg: turn against the real ones, degrees counter-clockwise, in [-180, 180].
    """

    checkpoint: str
    outliner: Outliner
    category: str | None = None
    scale: Range = Range(0.8, 1.25)
    turn_deg: Range = Range(-180.0, 180.0)

    def __post_init__(self) -> None:
        require(bool(self.checkpoint), "checkpoint", "the folder of a trained model", "none")
        require_within(self, scale=(0.1, 10), turn_deg=(-180, 180))

    def require_class(self, category: str) -> None:
        """Load the model, once a process.

        Raises:
            AssetError, ConfigError: it cannot be loaded, or has not learned the class.
        """
        self._pen(self.category or category)

    def digest(self) -> str:
        """Return a hash of the model's files, wherever they lie."""
        return self.outliner.digest(self._folder)

    def noticed(self, params: Mapping[str, Any]) -> tuple[Finding, ...]:
        """Return what is to be said of an outline that was drawn: that it is a copy of a real one."""
        if params["likeness"] < _COPY:
            return ()
        message = f"{params['category']}: the outline is like a real one it was learned from ({params['likeness']:.2f})"
        return (Finding(severity="warning", code="copied_outline", message=message),)

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return an outline whose middle lies at the site.

        Raises:
            AssetError, ConfigError: the model cannot be loaded, or has not learned the class.
        """
        category = self.category or room.category
        pen = self._pen(category)
        seed = int(rng.integers(_SEEDS))
        scale = math.exp(rng.uniform(math.log(self.scale.low), math.log(self.scale.high)))
        mask, said = pen.draw(category, seed, scale, self.turn_deg.draw(rng), _LARGEST * max(room.hw))
        drawn = np.pad(mask, _GROW_PX)
        alpha = cv2.GaussianBlur(drawn.astype(np.float32), (0, 0), _SOFT_PX)
        alpha[drawn] = 1.0  # a thin line keeps its strength
        height, width = drawn.shape
        return Outline(
            rect=Rect(round(site.x - width / 2), round(site.y - height / 2), width, height),
            alpha=alpha,
            support=alpha > FAINTEST,
            drawn=drawn,
            params={"kind": "learned", "category": category, "seed": seed, "scale": scale, **said},
        )

    def _pen(self, name: str) -> Pen:
        pen = self.outliner.load(self._folder)
        if name not in pen.classes:
            known = ", ".join(pen.classes)
            hint = closest(name, pen.classes) or "Give the class with shape.category=..., or train a model on it."
            raise ConfigError("shape.category", f"one of {known}, which the model in {self._folder} has learned",
                              f"'{name}'", hint)  # fmt: skip
        return pen

    @property
    def _folder(self) -> Path:
        return Path(self.checkpoint).expanduser().absolute()

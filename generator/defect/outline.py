"""The outline of a defect, the room it is drawn in, and the patch it is rendered on.

Everything works in the outline's own rectangle, and appearances only ever give values for the pixels of its support:
what lies outside cannot change. Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import cv2
import numpy as np

from generator.core.annotation import Finding, Region
from generator.core.geometry import Rect
from generator.core.units import Scale

FAINTEST = 1.0 / 255.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Room:
    """What shapes and placements may look at.

    Attributes:
        image: (H, W, C) uint8 or uint16, the image so far; read-only.
        white: full scale of the image.
        roi: (H, W) bool, where defects may lie; None: everywhere.
        scale: turns lengths into px.
        light_deg: azimuth of the light.
        taken: supports of the defects that are there already.
        category: class of the defect that is asked for; empty: not known.
    """

    image: np.ndarray
    white: int
    roi: np.ndarray | None
    scale: Scale
    light_deg: float
    taken: tuple[Region, ...] = ()
    category: str = ""

    @property
    def hw(self) -> tuple[int, int]:
        """Height and width in px."""
        return self.image.shape[0], self.image.shape[1]

    def random_xy(self, rng: np.random.Generator) -> tuple[float, float] | None:
        """Return a point drawn evenly from the roi, px; None if the roi is empty."""
        height, width = self.hw
        if self.roi is None:
            return rng.random() * width, rng.random() * height
        for _ in range(64):
            x, y = rng.random() * width, rng.random() * height
            if self.roi[int(y), int(x)]:
                return x, y
        inside = np.flatnonzero(self.roi)
        if inside.size == 0:
            return None
        row, column = divmod(int(inside[rng.integers(inside.size)]), width)
        return column + rng.random(), row + rng.random()

    def is_free(self, support: Region, gap_px: int) -> bool:
        """Say whether ``support`` keeps ``gap_px`` from every defect that is there already."""
        reach = support.rect.grown(gap_px)
        for other in self.taken:
            common = reach.intersection(other.rect)
            if common.is_empty:
                continue
            if gap_px == 0:
                mine = support.bits[common.inside(support.rect)]
            else:
                padded = np.pad(support.bits.astype(np.uint8), gap_px)
                mine = cv2.dilate(padded, np.ones((2 * gap_px + 1, 2 * gap_px + 1), np.uint8))[common.inside(reach)] > 0
            if np.any(mine & other.bits[common.inside(other.rect)]):
                return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Matte:
    """A thing that is on the image: a part, or ink; its edge pixels belong to it by a share.

    Attributes:
        rect: where it lies, within the image.
        alpha: (h, w) float32 in [0, 1], the share of each pixel that is the thing.
    """

    rect: Rect
    alpha: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Site:
    """A place for a defect.

    Attributes:
        x, y: px.
        along_deg: direction the surroundings suggest, counter-clockwise as displayed (grain, traces, the contour's
            tangent); None: any.
        inward_deg: direction into the part, at its contour; None: not at the contour.
        things: what was found there, by placements that look for it; the first is the one at (x, y).
    """

    x: float
    y: float
    along_deg: float | None = None
    inward_deg: float | None = None
    things: tuple[Matte, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outline:
    """Where and how strongly a defect lies.

    Attributes:
        rect: the outline's rectangle in the image; may reach beyond the image until it is fitted.
        alpha: (h, w) float32 in [0, 1], its strength with the soft edge that optics give.
        support: (h, w) bool, the pixels that may change: alpha and what the appearance needs around it.
        params: what was drawn (JSON): lengths in px, angles in degrees.
        mattes: what leaves its place (``hole``) and what is put somewhere (``piece``), in the image's own frame.
        drawn: (h, w) bool, what a person would outline, where the shape knows it from real masks.
        line: (K, 2) x, y in px of the image, the middle line of a strand from its root to its tip, where it is one.
        face: (h, w, C) float32, what a real cut-out does to its surface, where the shape is one.
    """

    rect: Rect
    alpha: np.ndarray
    support: np.ndarray
    params: Mapping[str, Any] = field(default_factory=dict)
    mattes: Mapping[str, Matte] = field(default_factory=dict)
    drawn: np.ndarray | None = None
    line: np.ndarray | None = None
    face: np.ndarray | None = None
    _index: np.ndarray | None = field(default=None, init=False, repr=False)

    @classmethod
    def of(cls, alpha: np.ndarray, x: int, y: int, **params: Any) -> Outline:
        """Return the outline of an alpha patch whose first pixel lies at (x, y) of the image.

        Args:
            alpha: (h, w) float32 in [0, 1].
            x: column of the image, px.
            y: row of the image, px.
            params: what was drawn (JSON).
        """
        rect = Rect(x, y, alpha.shape[1], alpha.shape[0])
        return cls(rect=rect, alpha=alpha, support=alpha > FAINTEST, params=params)

    @property
    def index(self) -> np.ndarray:
        """The (N,) positions of the support's pixels in the flattened rectangle; found when first asked for."""
        if self._index is None:
            object.__setattr__(self, "_index", np.flatnonzero(self.support))
        return self._index

    def fitted(self, room: Room, reach_px: int) -> Outline | None:
        """Return the outline cut to image and roi, its support grown by ``reach_px``; None if nothing is left."""
        alpha, support, drawn, face, rect = self.alpha, self.support, self.drawn, self.face, self.rect
        if reach_px > 0:
            border = (reach_px, reach_px, reach_px, reach_px, cv2.BORDER_CONSTANT)
            alpha = cv2.copyMakeBorder(alpha, *border)
            disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach_px + 1, 2 * reach_px + 1))
            support = cv2.dilate(cv2.copyMakeBorder(support.view(np.uint8), *border), disc).view(bool)
            if drawn is not None:
                drawn = cv2.copyMakeBorder(drawn.view(np.uint8), *border).view(bool)
            if face is not None:
                face = np.pad(face, ((reach_px,) * 2, (reach_px,) * 2, (0, 0)))
            rect = rect.grown(reach_px)
        part = rect.clipped(room.hw)
        if part.is_empty:
            return None
        if part != rect:
            alpha, support = alpha[part.inside(rect)], support[part.inside(rect)]
            drawn = None if drawn is None else drawn[part.inside(rect)]
            face = None if face is None else face[part.inside(rect)]
        if room.roi is not None:
            support = support & room.roi[part.slices]
            drawn = None if drawn is None else drawn & room.roi[part.slices]
        alpha, support = np.ascontiguousarray(alpha), np.ascontiguousarray(support)
        if not support.any():
            return None
        return Outline(
            rect=part,
            alpha=alpha,
            support=support,
            params=self.params,
            mattes=self.mattes,
            drawn=drawn,
            line=self.line,
            face=None if face is None else np.ascontiguousarray(face),
        )

    def pick(self, values: np.ndarray) -> np.ndarray:
        """Return the (N,) or (N, C) values of an (h, w) or (h, w, C) array under the support."""
        return np.take(values.reshape(-1, *values.shape[2:]), self.index, axis=0)

    def strength(self) -> np.ndarray:
        """Return alpha under the support, (N,) float32 in [0, 1]."""
        return self.alpha.ravel()[self.index]

    def index_in(self, width: int) -> np.ndarray:
        """Return the support's positions, (N,), in the flattened image of that width, within which it must lie."""
        if self.rect.w == width:
            return self.index + self.rect.y * width
        return self.index + (self.index // self.rect.w * (width - self.rect.w) + (self.rect.y * width + self.rect.x))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Patch:
    """What an appearance may look at.

    Attributes:
        image: (H, W, C) uint8 or uint16, the whole image so far; read-only.
        rect: the outline's rectangle, within the image.
        white: full scale.
        roi: (H, W) bool; None: everywhere.
        scale: turns lengths into px.
        light_deg: azimuth of the light.
        category: class of the defect; empty: not known.
    """

    image: np.ndarray
    rect: Rect
    white: int
    roi: np.ndarray | None
    scale: Scale
    light_deg: float
    category: str = ""

    @property
    def pixels(self) -> np.ndarray:
        """The (h, w, C) part of the image under the rectangle, in its own depth; a view."""
        return self.image[self.rect.slices]

    def under(self, outline: Outline) -> np.ndarray:
        """Return the image under the outline's support, (N, C) float32 in [0, 1]."""
        values = np.take(self.image.reshape(-1, self.image.shape[2]), outline.index_in(self.image.shape[1]), axis=0)
        return np.multiply(values, np.float32(1.0 / self.white), dtype=np.float32)


class Placement(Protocol):
    """Where a defect may lie."""

    def draw(self, room: Room, rng: np.random.Generator) -> Site | None:
        """Return a place; None if there is none."""


class Shape(Protocol):
    """What outline a defect has."""

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return an outline about ``site``, not yet cut to image or roi."""


class Appearance(Protocol):
    """What a defect looks like. All chance is in ``draw``, none in ``render``."""

    @property
    def reach_px(self) -> int:
        """How far beyond the outline's alpha the surface changes, px (shadows, lips)."""

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return what is drawn (JSON)."""

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the new values under the outline's support, (N, C) float32; [0, 1] is the sensor's range."""


@runtime_checkable
class Learning(Protocol):
    """A shape or an appearance that draws with a trained model."""

    def require_class(self, category: str) -> None:
        """Load the model, once a process.

        Raises:
            AssetError, ConfigError: it cannot be loaded, or has not learned the class.
        """

    def digest(self) -> str:
        """Return a hash of the model's files."""

    def noticed(self, params: Mapping[str, Any]) -> tuple[Finding, ...]:
        """Return what is to be said of what ``draw`` drew."""

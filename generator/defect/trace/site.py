"""A place on printed conductors: which material lies there, how wide it is, and what it looks like around.

Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from generator.core.errors import require
from generator.defect.fill import fill_rings
from generator.defect.outline import Outline, Room, Site
from generator.defect.shape.path import direction_xy
from generator.defect.trace.conductors import Conductors, soft_share

_THIN_EDGE_PX = 0.6  # what any lens blurs an edge by, at least


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TraceSite(Site):
    """A place on printed conductors; x and y lie on the strip's middle, on its border, or inside free material.

    Attributes:
        on_copper: whether the strip is copper; otherwise laminate.
        width_px: of the strip from border to border; of free material the largest circle's diameter.
        beyond_px: at a border, how far the other material goes on beyond it; 0 elsewhere.
        inward_deg: at a border, the direction into the strip.
        clear_px: radius within which there is copper and laminate alone.
        view: the conductors around.
        softness_px: sigma of the image's own edges; 0 in a black and white image.
    """

    on_copper: bool
    width_px: float
    beyond_px: float
    clear_px: float
    view: Conductors
    softness_px: float

    @property
    def least_px(self) -> float:
        """What must be left of a strip so that it can be seen through the blur of its borders, px."""
        return 1.2 + max(self.softness_px, _THIN_EDGE_PX)

    @property
    def overlap_px(self) -> float:
        """How far a ring must reach beyond a border so that nothing of the border is left, px."""
        return 2.5 + 2.5 * self.softness_px


def trace_site(site: Site) -> TraceSite:
    """Return the site as a place on conductors.

    Raises:
        RangeError: another placement drew it.
    """
    wanted = "generator.defect.trace.placement.OnTrace, because this shape changes conductors"
    require(isinstance(site, TraceSite), "placement", wanted, "another one")
    return site


def changed_outline(site: TraceSite, room: Room, ring: np.ndarray, to_copper: bool, **params: float | str) -> Outline:
    """Return the outline of what turns to the other material within a ring.

    Args:
        site: where it lies.
        room: the image.
        ring: (N, 2) x, y in px of the image; it may reach beyond the material that changes.
        to_copper: whether laminate turns to copper; otherwise copper to laminate.
        params: what was drawn (JSON).
    """
    softness = max(site.softness_px, _THIN_EDGE_PX)
    alpha, x, y = fill_rings([ring], softness, room.hw)
    share = soft_share(site.view.share, softness)
    if to_copper:
        share = 1.0 - share
    # all of the soft border changes, else the old border would show as a line
    changes = np.clip(cv2.dilate(share, np.ones((3, 3), np.uint8)) * np.float32(2.5), 0.0, 1.0)
    shift = np.array([[1.0, 0.0, x - site.view.rect.x], [0.0, 1.0, y - site.view.rect.y]])
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    alpha *= cv2.warpAffine(changes, shift, (alpha.shape[1], alpha.shape[0]), flags=flags)
    return Outline.of(
        alpha,
        x,
        y,
        **params,
        becomes="copper" if to_copper else "laminate",
        copper=[float(v) for v in site.view.copper],
        laminate=[float(v) for v in site.view.laminate],
        edge_px=site.softness_px,
    )


def in_image(local: np.ndarray, x: float, y: float, along_deg: float) -> np.ndarray:
    """Return points given as (along, to the left) in px of the image, (N, 2)."""
    along, left = direction_xy(along_deg), direction_xy(along_deg + 90.0)
    return np.array([x, y]) + local[:, :1] * along + local[:, 1:] * left

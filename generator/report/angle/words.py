"""What a page, a sheet and a data card say of angles in words. Source: own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from generator.core.annotation import Orientation
from generator.core.assets import conf_dir
from generator.health.angle.turned import degrees
from generator.report.choice import TARGET, option_of

_FEW = 3
_GROUP = "rotation"


def lies_said(how: Orientation | None) -> str:
    """Return how something lies, such as ``-37.25°``; empty: not known."""
    if how is None:
        return ""
    if how.angle_deg is None:
        return "no angle: it looks the same at every one"
    return f"{degrees(how.angle_deg)}°" + f" (symmetry {how.symmetry})" * (how.symmetry > 1)


def parts_said(parts: Sequence[tuple[str, Orientation]], image: Orientation | None) -> str:
    """Return the parts on an image and how they lie, where that is not how the image lies; empty: there is none."""
    if not parts:
        return ""
    if image is not None and all(how == image for _, how in parts):
        return ", ".join(category for category, _ in parts)
    said = [f"{category} {lies_said(how)}" for category, how in parts[:_FEW]]
    return ", ".join(said) + f" and {len(parts) - _FEW} more" * (len(parts) > _FEW)


def angle_choices(config: Mapping[str, Any]) -> list[str]:
    """Return what was chosen for angles as the command line names it, such as ``rotation.step=1``; none: no angles."""
    chosen = config.get(_GROUP)
    if not isinstance(chosen, Mapping):
        return []
    usual = _usual(str((config.get("recipe") or {}).get("name")))
    said = []
    for key, value in chosen.items():
        if isinstance(value, Mapping):
            option = option_of(value, f"{_GROUP}/{key}") if TARGET in value else ""
            said += [f"{_GROUP}/{key}={option}"] if option else []
        elif key not in usual or _plain(usual[key]) != _plain(value):
            said.append(f"{_GROUP}.{key}={_plain(value)}")
    return said


def angle_law(has_parts: bool) -> list[tuple[str, str]]:
    """Return what each label of angles means; oriented boxes only where there are parts."""
    laws = [
        (
            "Angle",
            "angle_deg: how far an image or a part is turned from upright about its centre, in degrees, "
            "counter-clockwise as displayed, in (-180, 180]: at 90 its top points to the left. "
            "Turned by the negative of it, it stands upright. It is what was applied, and is never rounded.",
        ),
        (
            "Symmetry",
            "symmetry: how often something looks the same in a full turn. Its angle is folded to (-180/n, 180/n]; with "
            "symmetry 0 it looks the same at every angle and angle_deg is null.",
        ),
    ]
    if not has_parts:
        return laws
    return [
        *laws,
        (
            "Part",
            "A label with an angle is a whole part and no defect: an image that shows parts alone is good. Its mask "
            "are its pixels on the image.",
        ),
        (
            "Oriented box",
            "quad_xy: four corners x, y of the part's box in its own frame, px from the outer corner of the first "
            "pixel, clockwise as displayed, from the corner that is its top left one when it lies upright: the first "
            "side is its top. Corners may lie beyond the image.",
        ),
    ]


def _usual(recipe: str) -> Mapping[str, Any]:
    """Return the keys of rotation that a shipped recipe comes with; none: there is no such recipe."""
    path = conf_dir() / "recipe" / f"{recipe}.yaml"
    shipped = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return shipped.get(_GROUP) or {}


def _plain(value: object) -> str:
    """Return a value as an override writes it."""
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_plain, value)) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)

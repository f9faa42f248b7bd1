"""Fitted kinds as yamls that the command line takes. Source: own."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import yaml

from generator.core.errors import ConfigError
from generator.core.names import option_name
from generator.dataset.store import write_text
from generator.defect.fitted.look import FittedLook
from generator.defect.fitted.placement_yaml import placement_yaml
from generator.defect.fitted.shape import Fitted
from generator.fit.learn import FittedKind

FAMILY = "fitted"

_TEXT = """\
# {category}: fitted to {count} real defects ({kinds}); defects on an image: {per_image}.
# Train on the annotator masks (labels=all export_mask=annotator): they are as wide as those the real ones came with;
# the exact masks hold every changed pixel.
{name}:
  _target_: generator.defect.stage.Defect
  # the class it is labelled with
  category: {category}
  # what outline it has: one of the rows below, varied
  shape:
    _target_: generator.defect.fitted.shape.Fitted
    # deviation of the logarithm of the size; the fewer rows, the more is wanted
    size_jitter: {shape.size_jitter}
    # the same for the width
    width_jitter: {shape.width_jitter}
    # the same for the contrast
    contrast_jitter: {shape.contrast_jitter}
    # deviation of the direction, degrees
    angle_jitter_deg: {shape.angle_jitter_deg}
    # how far courses and contours are bent, 0 not at all, 1 strongly
    bend: {shape.bend}
    # how near to the place a row must have been seen, as a share of the image; 0: any row
    near: {shape.near}
    # what places are shares of: image, or roi, the box around the part
    over: {shape.over}
    # what was measured, a row a real defect: lengths in px, places in shares, contrast relative to the surface around;
    # parts are x, y, width along a line, or x, y along a contour, from the middle of the defect's box
    rows:
{rows}
  # what it looks like: the row's contrast, texture and tint, measured on the surface it comes to lie on
  appearance:
    _target_: generator.defect.fitted.look.FittedLook
    # what the measured contrast is multiplied by
    strength: [1, 1]
    # what the measured clouds within the defect are multiplied by
    roughness: [1, 1]
    # how much of the surface's fine texture goes on in place of the defect's own, as measured over all of them
    through: [{look.through.low:g}, {look.through.high:g}]
    # degrees that the defect's own texture is turned by beyond the defect itself; 90: it runs any way
    turn_deg: [{look.turn_deg.low:g}, {look.turn_deg.high:g}]
{placement}
  # how often it is taken among the chosen defects of its category
  weight: 1.0
"""


def yaml_of(kind: FittedKind, name: str) -> str:
    """Return a fitted kind as the text of its yaml."""
    shape = kind.defect.shape
    look = kind.defect.appearance
    assert isinstance(shape, Fitted) and isinstance(look, FittedLook)
    kinds = [row.kind for row in shape.rows]
    flow = {"default_flow_style": True, "sort_keys": False, "width": 1_000_000, "allow_unicode": True}
    return _TEXT.format(
        name=name,
        category=json.dumps(kind.category),
        count=len(kind.real),
        kinds=", ".join(f"{kinds.count(word)} {word}" for word in dict.fromkeys(kinds)),
        per_image=", ".join(f"{number} on {images}" for number, images in kind.per_image.items()),
        shape=shape,
        look=look,
        placement=placement_yaml(kind.defect.placement),
        rows="\n".join(f"      - {yaml.safe_dump(row.to_plain(), **flow).strip()}" for row in shape.rows),
    )


def write_kinds(kinds: Sequence[FittedKind], out: Path) -> list[Path]:
    """Write ``out/defect/fitted/<category>.yaml`` for each kind; all or, where one cannot be, none.

    Raises:
        ConfigError: two categories share a name, or the folder cannot be written.
    """
    names = [option_name(kind.category) for kind in kinds]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        alike = [kind.category for kind, name in zip(kinds, names, strict=True) if name == twice]
        raise ConfigError("data", "categories with names of their own", " and ".join(alike), "Rename one of them.")
    texts = [yaml_of(kind, name).encode() for kind, name in zip(kinds, names, strict=True)]
    folder = out / "defect" / FAMILY
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(13, "no permission to write")
        paths = [folder / f"{name}.yaml" for name in names]
        for path, text in zip(paths, texts, strict=True):
            write_text(path, text)
    except OSError as error:
        raise ConfigError("out", "a folder that can be written", f"{out} ({error.strerror})") from None
    return paths

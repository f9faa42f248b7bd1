"""A bank on disk: cut-outs by their content, the manifest, and a kind a class that pastes from it. Source: own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from generator.core.errors import ConfigError
from generator.core.names import MARKER, option_name
from generator.dataset.link import fresh_folder
from generator.defect.bank.bank import MANIFEST, VERSION
from generator.defect.bank.cutout import FOLDER, CutOut
from generator.defect.fitted.heat_map import ByHeatMap, heat_of, reach_of
from generator.defect.fitted.placement_yaml import placement_yaml
from generator.defect.outline import Placement
from generator.defect.placement import OnPart
from generator.imaging.codec import encode_png

FAMILY = "bank"
SEEN, ANYWHERE = "seen", "anywhere"
PLACES = (SEEN, ANYWHERE)
_OF_BANK = frozenset({MARKER, MANIFEST, FOLDER, "defect", "review.png"})

_TEXT = """\
# {category}: {count} cut-outs from {images} real images.
# Train on the annotator masks (labels=all export_mask=annotator): they are as wide as those the real ones came with;
# the exact masks hold every changed pixel.
{name}:
  _target_: generator.defect.stage.Defect
  # the class it is labelled with
  category: {category}
  # what outline it has: one of the cut-outs below, moved
  shape:
    _target_: generator.defect.bank.shape.FromBank
    # folder of the bank
    bank: ${{bank}}
    # ids of the cut-outs that are taken; delete a line to leave one out
    cutouts:
{cutouts}
    # how often each is taken, numbers >= 0 in the order above; none: all alike
    weights: {weights}
    # size relative to the real one
    scale: [0.7, 1.4]
    # turn against the real one, degrees; a surface with a direction, or light from one side, wants less
    turn_deg: [-180, 180]
    # whether half of them are mirrored
    mirror: true
    # how far outlines are bent, 0 not at all, 1 strongly
    elastic: 0.25
    # whether one that reached a side of its image reaches it again, unturned
    at_border: {at_border}
  # what it looks like: what the real one did to its surface, done to this one
  appearance:
    _target_: generator.defect.bank.look.RealFace
    # what its change of brightness is multiplied by, and its tint where that is below 1
    strength: [0.7, 1.3]
    # alpha: feathered as it was cut; poisson: its own steps from pixel to pixel, met at its border
    blend: alpha
{placement}
  # how often it is taken among the chosen defects of its category
  weight: 1.0
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entry:
    """A cut-out for the bank.

    Attributes:
        cutout: what is pasted.
        crop: (h, w, C) uint8 or uint16, the real pixels under it.
        usable: whether a kind takes it; False: it waits for a person's eye.
    """

    cutout: CutOut
    crop: np.ndarray
    usable: bool = True


def write_bank(entries: Sequence[Entry], out: Path, data: Path, place: str, sheet: Any = None) -> dict[str, Path]:
    """Write a bank; the folder appears whole or not at all, and an older bank there is replaced.

    Args:
        entries: what was cut.
        out: the bank's folder.
        data: folder of the data set, which must not lie within ``out``.
        place: ``seen`` or ``anywhere``.
        sheet: called with the path of the review sheet.

    Returns:
        The kinds' yamls by category.

    Raises:
        ConfigError: ``out`` holds something else than a bank, or cannot be written.
    """
    require_place(out)
    by_class: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        by_class.setdefault(entry.cutout.category, {}).setdefault(entry.cutout.identity(), entry)
    names = {category: option_name(category) for category in sorted(by_class)}
    twice = next((c for c in names if list(names.values()).count(names[c]) > 1), None)
    if twice is not None:
        alike = " and ".join(c for c in names if names[c] == names[twice])
        raise ConfigError("data", "categories with names of their own", alike, "Rename one of them.")
    with fresh_folder(out, data, "out", _OF_BANK) as folder:
        (folder / MARKER).touch()
        lines = []
        for category in names:
            for name, entry in by_class[category].items():
                lines.append(_write_cutout(folder, name, entry))
        (folder / MANIFEST).write_bytes(
            orjson.dumps({"version": VERSION, "cutouts": lines}, option=orjson.OPT_INDENT_2)
        )
        written = _write_kinds(folder, by_class, names, place)
        if sheet is not None:
            sheet(folder / "review.png")
    return {category: out / path.relative_to(folder) for category, path in written.items()}


def require_place(out: Path) -> None:
    """Raise ``ConfigError`` where something else than a bank lies at ``out``."""
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / MANIFEST).is_file())):
        raise ConfigError("out", "a bank to replace, or a path that is free", f"'{out}'", "Choose another.")


def _write_cutout(folder: Path, name: str, entry: Entry) -> dict[str, Any]:
    """Write a cut-out's files; return its line of the manifest."""
    place = folder / FOLDER / name
    place.mkdir(parents=True)
    for file, data in entry.cutout.files().items():
        (place / file).write_bytes(data)
    (place / "crop.png").write_bytes(encode_png(np.ascontiguousarray(entry.crop)))
    return {"id": name, "category": entry.cutout.category, "usable": entry.usable, **entry.cutout.facts}


def _write_kinds(
    folder: Path, by_class: Mapping[str, Mapping[str, Entry]], names: Mapping[str, str], place: str
) -> dict[str, Path]:
    paths = {}
    for category, entries in by_class.items():
        used = {name: entry for name, entry in entries.items() if entry.usable}
        if not used:
            continue
        path = folder / "defect" / FAMILY / f"{names[category]}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_yaml_of(category, names[category], used, place), "utf-8")
        paths[category] = path
    return paths


def _yaml_of(category: str, name: str, used: Mapping[str, Entry], place: str) -> str:
    facts = {name: entry.cutout.facts for name, entry in used.items()}
    left_out = {name for name, one in facts.items() if one.get("sliver") and place == ANYWHERE}
    if len(left_out) == len(facts):
        left_out = set()
    lines = [
        f'      - "{name}" # {" ".join(str(one["source"]).split())}, {one["area_px"]} px'
        + ", cut off along the image's side: weight 0" * (name in left_out)
        for name, one in facts.items()
    ]
    placement: Placement = OnPart()
    if place == SEEN:
        centres = np.array([_centre(one) for one in facts.values()])
        placement = ByHeatMap(heat=heat_of(centres, reach_of(len(centres))))
    return _TEXT.format(
        name=name,
        category=json.dumps(category),
        count=len(used),
        images=len({one["sha256"] for one in facts.values()}),
        cutouts="\n".join(lines),
        weights=[int(name not in left_out) for name in facts] if left_out else [],
        at_border=str(place == SEEN).lower(),
        placement=placement_yaml(placement),
    )


def _centre(facts: Mapping[str, Any]) -> tuple[float, float]:
    """Return the middle of a cut-out's box as shares of its image."""
    x, y, w, h = facts["xywh"]
    return (x + w / 2.0) / facts["wh"][0], (y + h / 2.0) / facts["wh"][1]

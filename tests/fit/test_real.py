"""Fitted on real training images, made defects measure like held-out real ones."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from generator.core.sample import GoodImage
from generator.dataset.real import read_pixels, read_real, white_of
from generator.dataset.store import link_or_copy
from generator.fit.distribution import ks_distance
from generator.fit.fit import fit
from generator.fit.measure import measure
from generator.fit.trial import try_out

PROPERTIES = ("area_px", "width_px", "length_px", "contrast")
MADE, LEAST, ALLOWED = 400, 20, 0.10


def part_of(data: Path, names: list[str], target: Path) -> Path:
    """Lay out some defective images and their masks in a folder of their own."""
    for name in names:
        for file in (name, name.replace("defect/", "masks/", 1)):
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            link_or_copy(data / file, target / file)
    return target


def measures(folder: Path) -> dict[str, list]:
    """Return what every defect of a folder measures, by category."""
    found: dict[str, list] = {}
    for defect in read_real(folder).defects():
        if defect.mask.any():
            found.setdefault(defect.category, []).append(measure(defect.pixels, defect.mask, defect.white))
    return found


@pytest.mark.real
@pytest.mark.parametrize("folder", ["magnetic_tile/tile", "crackforest/asphalt"])
def test_made_defects_are_as_near_to_held_out_ones_as_real_ones_are(real_data, tmp_path, folder):
    data = real_data / folder
    splits = json.loads((data / "splits.json").read_text())
    train = part_of(data, splits["train"]["defect"], tmp_path / "train")
    held = measures(part_of(data, splits["val"]["defect"] + splits["test"]["defect"], tmp_path / "held"))
    order = np.random.default_rng(0).permutation(len(splits["train"]["good"]))
    pixels = {name: read_pixels(data / name) for name in np.array(splits["train"]["good"])[order]}
    surfaces = [GoodImage(source_id=name, pixels=one, white=white_of(one)) for name, one in pixels.items()]
    too_far = []
    for kind in fit(train, None, tries=0).kinds:
        made = try_out(kind, surfaces, MADE)
        assert len(made) >= 0.9 * MADE
        print(f"\n{folder} {kind.category}: {len(kind.real)} train, {len(held[kind.category])} held out")
        for name in PROPERTIES:
            real, other, ours = ([getattr(m, name) for m in ms] for ms in (kind.real, held[kind.category], made))
            usual, distance = ks_distance(real, other), ks_distance(ours, other)
            counts = len(kind.real) >= LEAST
            wrong = counts and distance > usual + ALLOWED
            mark = "TOO FAR" if wrong else "" if counts else f"fewer than {LEAST} to learn from"
            print(f"  {name:10s} real to held-out {usual:.2f}, made to held-out {distance:.2f} {mark}")
            too_far += [(kind.category, name, usual, distance)] if wrong else []
    assert not too_far

"""Frames of one part that only their content tells of keep to one side, or it is said that they do not."""

from __future__ import annotations

import pytest

from generator.dataset.store import Store
from generator.health.alike import alike_by_content
from generator.health.health import examine
from generator.mix.mix import mix
from generator.mix.request import MixRequest, Part
from tests.health.toy import frame, mvtec, surface

PARTS, FRAMES = 8, 3


@pytest.fixture
def frames(tmp_path):
    """Write three exposures each of eight parts, which their names do not tell."""
    shown = {
        f"{i * PARTS + part:03d}": frame(surface(part), i * PARTS + part, 1.0 - 0.1 * i, (i, -i))
        for part in range(PARTS)
        for i in range(FRAMES)
    }
    names = sorted(shown)
    return mvtec(
        tmp_path / "real", {n: shown[n] for n in names if int(n) < 20}, {n: shown[n] for n in names if int(n) >= 20}
    )


def part_of(record):
    return int(record.image[-len("000.png") : -len(".png")]) % PARTS


def mixed(frames, out, alike, **request):
    return mix([Part(name="real", path=frames)], out, MixRequest(**request), alike=alike)


def test_frames_of_one_part_are_shared_out_together(tmp_path, frames):
    shares = {"train": 0.5, "val": 0.25, "test": 0.25}
    blind = mixed(frames, tmp_path / "blind", None, splits=shares)
    assert examine(tmp_path / "blind").leaks and not blind.leaks  # without a look at them they are torn apart
    result = mixed(frames, tmp_path / "out", alike_by_content, splits=shares)
    assert not examine(tmp_path / "out").leaks
    assert f"{PARTS * FRAMES} images show {PARTS} parts several times by their content" in " ".join(result.notes)
    sides = {}
    for record in Store.open(tmp_path / "out"):
        if not record.labels:
            sides.setdefault(part_of(record), set()).add(record.split)
    assert len(sides) == PARTS and all(len(side) == 1 for side in sides.values())
    assert len({side for (side,) in sides.values()}) == 3


def test_where_splits_are_kept_it_is_said_which_parts_stand_on_two_sides(tmp_path, frames):
    result = mixed(frames, tmp_path / "out", alike_by_content)
    [said] = [note for note in result.notes if "by their content" in note]
    assert said.startswith("by their content 4 parts stand on two sides of the splits as given, such as real__")
    assert len(Store.open(tmp_path / "out")) == PARTS * FRAMES + 1  # said, and nothing was left out


def test_without_pixels_nothing_is_looked_at(tmp_path, frames):
    def alike(records):
        raise AssertionError("looked at")

    assert not mixed(frames, tmp_path / "out", alike, pixels=False).notes


def test_synthetic_images_are_not_compared(tmp_path, frames):
    met = []
    parts = [Part(name="real", path=frames), Part(name="made", path=frames, synthetic=True)]
    mix(parts, tmp_path / "out", MixRequest(), alike=lambda records: (met.extend(records) or [], len(records)))
    assert len(met) == PARTS * FRAMES + 1 and all(record.key.startswith("real__") for record in met)


def test_it_is_said_how_many_images_were_compared(tmp_path, frames):
    result = mixed(frames, tmp_path / "out", lambda records: ([], 5))
    assert f"5 of {PARTS * FRAMES + 1} real images were compared by content" in " ".join(result.notes)
    assert not mixed(frames, tmp_path / "all", lambda records: ([], len(records))).notes

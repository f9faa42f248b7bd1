"""Tests of what gives an angle away, and of what doctor says of angles."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import orjson
import pytest

from generator.core.annotation import Orientation
from generator.dataset.record import Record
from generator.dataset.store import CLASSES, RECORDS, record_line
from generator.health.angle.giveaway import find_giveaways
from generator.health.health import examine
from generator.health.look import look_at
from generator.health.screen import worth_a_look
from generator.imaging.move.turn import Turn
from tests.health.toy import surface, write

STEP_DEG, COUNT = 15, 24


def turned_set(root: Path, beyond: int | None = 0, grows: bool = False, split: str = "train") -> Path:
    """Write a part at every 15 degrees; beyond it one level, or its own mirror image where that is None."""
    records = []
    for index in range(COUNT):
        angle = STEP_DEG * index
        image = np.clip(np.rint(surface(index)), 0, 255).astype(np.uint8)[..., None]
        side = image.shape[0]
        across = round(side * (abs(np.cos(np.radians(angle))) + abs(np.sin(np.radians(angle))))) if grows else side
        turn = Turn.about_centre(angle, (side, side), (across, across))
        made = turn.pixels(image, 255)
        if beyond is not None:
            made[turn.numbers(np.ones((side, side), bool)) == 0] = beyond
        path = f"images/{split}/{index:06d}.png"
        write(root / path, made[..., 0].astype(float))
        how = Orientation.at(angle)
        height, width = made.shape[:2]
        record = Record(key=f"{index:06d}", split=split, image=path, width=width, height=height, index=index)
        records.append(replace(record, synthetic=True, orientation=how, source_id=f"{index}"))
    (root / RECORDS).write_bytes(b"".join(map(record_line, records)))
    (root / CLASSES).write_bytes(orjson.dumps({"classes": []}))
    return root


def kinds(root: Path) -> list[str]:
    return [giveaway.kind for giveaway in examine(root).giveaways]


def test_black_corners_of_turned_images_give_the_angle_away(tmp_path):
    health = examine(turned_set(tmp_path))
    (corners,) = health.giveaways
    assert corners.kind == "corners"
    assert "in 20 of 20 turned images and in 0 of 4" in corners.message
    assert any("corners" in line for line in worth_a_look(health))
    assert not health.is_serious


def test_mirrored_borders_and_one_size_give_nothing_away(tmp_path):
    assert kinds(turned_set(tmp_path, beyond=None)) == []


def test_a_background_of_one_level_in_every_image_gives_nothing_away(tmp_path):
    root = turned_set(tmp_path)
    for path in (root / "images/train").iterdir():
        image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        for rows in (slice(0, 6), slice(-6, None)):
            image[rows, :6] = image[rows, -6:] = 240
        cv2.imwrite(str(path), image)
    assert kinds(root) == []


def test_a_size_that_follows_the_angle_gives_it_away(tmp_path):
    assert kinds(turned_set(tmp_path, beyond=None, grows=True)) == ["size"]


def test_few_images_say_nothing(tmp_path):
    path = write(tmp_path / "a.png", np.zeros((20, 20)))
    record = Record(key="a", split="train", image="a.png", width=20, height=20, orientation=Orientation.at(30.0))
    assert find_giveaways([record] * 7, [look_at(path, 20)] * 7) == []


def test_one_image_with_two_angles_is_labelled_in_two_ways(tmp_path):
    root = turned_set(tmp_path)
    lines = (root / RECORDS).read_bytes().splitlines()
    for number, angle in ((0, 0.0), (1, 90.0)):
        line = orjson.loads(lines[number]) | {"angle_deg": angle}
        lines[number] = orjson.dumps(line)
        write(root / line["image"], surface(7))
    (root / RECORDS).write_bytes(b"\n".join(lines) + b"\n")
    (duplicate,) = examine(root).duplicates
    assert duplicate.images == (0, 1)
    assert duplicate.labels_differ


@pytest.mark.parametrize("angle", [-180.0, 190.0])
def test_doctor_tells_the_angles_and_those_out_of_range(command, tmp_path, angle):
    root = turned_set(tmp_path / "set")
    lines = (root / RECORDS).read_bytes().splitlines()
    lines[0] = orjson.dumps(orjson.loads(lines[0]) | {"angle_deg": angle, "synthetic": False})
    (root / RECORDS).write_bytes(b"\n".join(lines) + b"\n")
    code, out, _ = command("doctor", f"data={root}", f"out={tmp_path / 'found.json'}")
    assert code == 0
    assert "images: 1 of 24 angles are not in (-180, 180] over their symmetry" in out
    assert "were they rounded?" in out
    assert "all round" in out
    found = orjson.loads((tmp_path / "found.json").read_bytes())
    assert found["angles"]["images"]["all"]["count"] == 24
    assert found["giveaways"][0]["kind"] == "corners"

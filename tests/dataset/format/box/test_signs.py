"""Signs against another library's turn: a part with a red top and a blue right end, turned by Pillow.

Pillow turns counter-clockwise as displayed, about the exact centre of an image. Each format's own formula, as its
documentation states it, must lead to the red end and to the blue one.
"""

import csv
import math
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from generator.core.annotation import Orientation, Region
from generator.dataset.format.table import FORMATS
from generator.dataset.record import Label, Record, Records
from generator.imaging.masks import polygons_to_region
from tests.dataset.format.box.parts import corners

SIDE = 101
RED, BLUE = (255, 0, 0), (0, 0, 255)
ANGLES = (0.0, 30.0, 90.0, 135.0, 180.0, -30.0, -120.0)


def red_top_blue_right(wh: tuple[int, int], angle: float) -> np.ndarray:
    """Return (101, 101, 3) uint8 RGB: a grey part at the centre, its top edge red, its right edge blue."""
    width, height = wh
    left, top = (SIDE - width) // 2, (SIDE - height) // 2
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    picture[top : top + height, left : left + width] = 128
    picture[top + height // 4 : top + height - height // 4, left + width - 5 : left + width] = BLUE
    picture[top : top + 5, left + width // 4 : left + width - width // 4] = RED
    return np.asarray(Image.fromarray(picture).rotate(angle, Image.Resampling.BILINEAR))


def written(tmp_path: Path, name: str, wh: tuple[int, int], angle: float) -> tuple[Path, np.ndarray]:
    """Write the turned part in a format, and return the export and the image."""
    picture = red_top_blue_right(wh, angle)
    (tmp_path / "in").mkdir()
    cv2.imwrite(str(tmp_path / "in/a.png"), picture[..., ::-1])
    quad = corners((SIDE / 2, SIDE / 2), wh, angle)
    region = polygons_to_region([quad], (SIDE, SIDE))
    label = Label.of_region(
        "part",
        Region.tight(region.bits, region.rect.x, region.rect.y),
        quad_xy=tuple(map(tuple, quad.tolist())),
        orientation=Orientation.at(angle),
    )
    record = Record(key="a", split="train", image="a.png", width=SIDE, height=SIDE, labels=(label,))
    FORMATS[name].write(Records.gathered(tmp_path / "in", ("part",), [record]), tmp_path / "out")
    return tmp_path / "out", picture


def colour_at(picture: np.ndarray, x: float, y: float) -> tuple[int, ...]:
    """Return the colour of the pixel that holds a point, px from the outer corner of the first pixel."""
    return tuple(int(value) for value in picture[math.floor(y), math.floor(x)])


def is_like(found: tuple[int, ...], wanted: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 90 for a, b in zip(found, wanted, strict=True))


def towards(point, centre, share: float = 0.9):
    """Return the point a little nearer to the centre, within the coloured edge."""
    return tuple(c + share * (p - c) for p, c in zip(point, centre, strict=True))


CASES = pytest.mark.parametrize(("wh", "angle"), [(wh, angle) for wh in ((60, 40), (40, 60)) for angle in ANGLES])
MIDDLE = (SIDE / 2, SIDE / 2)


@CASES
def test_the_head_of_a_pose_is_red(tmp_path, wh, angle):
    out, picture = written(tmp_path, "yolo_pose", wh, angle)
    row = [float(word) for word in (out / "labels/train/a.txt").read_text().split()]
    tail, head = (row[5] * SIDE, row[6] * SIDE), (row[8] * SIDE, row[9] * SIDE)
    assert is_like(colour_at(picture, *towards(head, MIDDLE)), RED)
    assert is_like(colour_at(picture, *towards(tail, MIDDLE)), (128, 128, 128))
    found = math.degrees(math.atan2(tail[0] - head[0], tail[1] - head[1]))
    assert math.remainder(found - angle, 360) == pytest.approx(0, abs=1e-4)


@CASES
@pytest.mark.parametrize("name", ["dota", "yolo_obb"])
def test_the_first_side_is_red_and_the_second_blue(tmp_path, name, wh, angle):
    out, picture = written(tmp_path, name, wh, angle)
    if name == "dota":
        words = (out / "labelTxt/train/a.txt").read_text().splitlines()[2].split()[:8]
        quad = np.array(words, float).reshape(4, 2)
    else:
        quad = np.array((out / "labels/train/a.txt").read_text().split()[1:], float).reshape(4, 2) * SIDE
    first, second = (quad[0] + quad[1]) / 2, (quad[1] + quad[2]) / 2
    assert is_like(colour_at(picture, *towards(first, MIDDLE)), RED)
    assert is_like(colour_at(picture, *towards(second, MIDDLE)), BLUE)


@CASES
def test_phi_leads_to_the_end_that_long_side_names(tmp_path, wh, angle):
    out, picture = written(tmp_path, "rectangle2", wh, angle)
    with (out / "rectangle2.csv").open() as file:
        (line,) = csv.DictReader(file)
    row, column, phi, length1 = (float(line[name]) for name in ("row", "column", "phi", "length1"))
    assert (row, column) == pytest.approx((50.0, 50.0))  # the middle pixel of 101 has the number 50
    at_row, at_column = row - math.sin(phi) * length1 * 0.9, column + math.cos(phi) * length1 * 0.9
    colour = tuple(int(value) for value in picture[round(at_row), round(at_column)])
    assert is_like(colour, BLUE if line["long_side"] == "width" else RED)
    assert line["long_side"] == ("width" if wh[0] > wh[1] else "height")
    back = math.degrees(phi) - (90 if line["long_side"] == "height" else 0)
    assert math.remainder(back - angle, 360) == pytest.approx(0, abs=1e-9)

"""Broken boxes of parts, ten ways and more for each format, each with its clear line; the rest is read.

The sound data set has an image ``a`` with a part and a defect, ``b`` with a hex nut, and the good ``c``.
"""

import numpy as np
import pytest

from generator.dataset.format.table import FORMATS
from tests.dataset.format.box.parts import part
from tests.dataset.format.tool.broken import check, halve, png, remove, swap
from tests.dataset.toy import data_set, label, record

WH, HW = (80, 60), (60, 80)
WHOLE = "a2 b1 c0"
IMAGE = "images/train/a.png"
POSE, YAML, DOTA, TABLE = "labels/train/a.txt", "data.yaml", "labelTxt/train/a.txt", "rectangle2.csv"
THIRD = np.zeros((20, 20), np.uint8)


def line(content: str):
    """Return the edit that puts a line at the end of a file."""
    return lambda path: path.write_text(path.read_text("utf-8") + content + "\n", "utf-8")


def second(old: str, new: str):
    """Return the edit that changes the last line of a file."""

    def edit(path):
        lines = path.read_text("utf-8").splitlines()
        assert old in lines[-1], lines[-1]
        path.write_text("\n".join([*lines[:-1], lines[-1].replace(old, new, 1)]) + "\n", "utf-8")

    return edit


def instead(content: str):
    """Return the edit that puts a line in the place of the last one."""
    return lambda path: path.write_text(
        "\n".join([*path.read_text("utf-8").splitlines()[:-1], content]) + "\n", "utf-8"
    )


def cell(column: str, value: str, number: int = 1):
    """Return the edit that changes a cell of a line of the table; 1 is the part, 2 the defect on a, 3 the hex nut."""

    def edit(path):
        rows = [row.split(",") for row in path.read_text("utf-8").splitlines()]
        rows[number][rows[0].index(column)] = value
        path.write_text("".join(",".join(row) + "\n" for row in rows), "utf-8")

    return edit


def latin(path):
    path.write_bytes("ä".encode("latin-1"))


BROKEN_POSE = [
    (YAML, swap("[2, 3]", "[17, 3]"), "data.yaml, kpt_shape: expected [2, 3] or [2, 2], two points, got [17, 3]", ""),
    (YAML, swap("kpt_shape", "points"), "data.yaml, kpt_shape: expected [2, 3] or [2, 2], two points, got no such", ""),
    (YAML, swap("kpt_names", "kpt_words"), "kpt_names: expected the names tail and head of the two points", ""),
    (YAML, swap("0: [tail, head]", "0: [left, right]"), "kpt_names: expected the names tail and head", ""),
    (YAML, swap("  1: [tail, head]\n", ""), "kpt_names: expected the names tail and head of the two points of ea", ""),
    (YAML, remove, "data.yaml: expected a data.yaml, got no such file", ""),
    (POSE, instead("0 .5 .5 .1 .1"), "a.txt, line 2: expected 11 columns, got 5", "a1 b1 c0"),
    (
        POSE,
        instead("9 .5 .5 .1 .1 .4 .5 2 .6 .5 2"),
        "a.txt, line 2: expected a class id from 0 to 2, got 9",
        "a1 b1 c0",
    ),
    (
        POSE,
        instead("0 .5 .5 .1 .1 .4 .5 3 .6 .5 2"),
        "line 2: expected a visibility of 0, 1 or 2 for tail, got 3",
        "a1 b1 c0",
    ),
    (POSE, instead("0 .5 .5 .1 .1 .4 .5 2 .6 .5 -1"), "a visibility of 0, 1 or 2 for head, got -1", "a1 b1 c0"),
    (POSE, instead("0 .5 .5 .1 .1 .4 1.5 2 .6 .5 2"), "line 2: expected coordinates in [0, 1], got 1.5", "a1 b1 c0"),
    (
        POSE,
        instead("0 .5 .5 .1 .1 .4 .5 2 .4 .5 2"),
        "expected tail and head at two places, got both at one",
        "a1 b1 c0",
    ),
    (POSE, instead("0 .5 .5 0 .1 .4 .5 2 .6 .5 2"), "a box with a width and a height above 0, got 0 x 6", "a1 b1 c0"),
    (POSE, instead("0 .5 .5 nan .1 .4 .5 2 .6 .5 2"), "line 2: expected coordinates in [0, 1], got nan", "a1 b1 c0"),
    (POSE, instead("0 x .5 .1 .1 .4 .5 2 .6 .5 2"), "line 2: expected numbers, got 'x'", "a1 b1 c0"),
    (POSE, latin, "labels/train/a.txt: expected text, got", "a0 b1 c0"),
    (IMAGE, halve, "a.png: expected a readable image, got a truncated PNG", "b1 c0"),
]
BROKEN_DOTA = [
    (
        DOTA,
        second(" scratch 0", ""),
        "a.txt, line 4: expected 10 columns: x1 y1 x2 y2 x3 y3 x4 y4 class diff",
        "a1 b1 c0",
    ),
    (DOTA, second("scratch", "hex nut"), "a.txt, line 4: expected 10 columns", "a1 b1 c0"),
    (DOTA, second("scratch", "dent"), "a.txt, line 4: expected a class of classes.txt, got 'dent'", "a1 b1 c0"),
    (DOTA, second("scratch 0", "scratch hard"), "expected a difficulty that is a whole number, got 'hard'", "a1 b1 c0"),
    (DOTA, second("7 10 ", "7 x "), "line 4: expected eight numbers before the class, got 'x'", "a1 b1 c0"),
    (
        DOTA,
        second("7 10 ", "7 nan "),
        "line 4: expected coordinates within the image's 80 x 60 px, got the",
        "a1 b1 c0",
    ),
    (
        DOTA,
        second("7 10 12 10 12 14 7 14", "7 10 12 14 12 10 7 14"),
        "a polygon that does not cross itself",
        "a1 b1 c0",
    ),
    (
        DOTA,
        second("7 10 12 10 12 14 7 14", "7 10 7 10 7 10 7 10"),
        "at least three different points, got 1",
        "a1 b1 c0",
    ),
    (
        DOTA,
        second("7 10 12 10 12 14 7 14", "1 1 2 2 3 3 4 4"),
        "corners that enclose an area, got corners on",
        "a1 b1 c0",
    ),
    (
        DOTA,
        second("7 10 12 10 12 14 7 14", "90 10 99 10 99 14 90 14"),
        "expected a box within the image's 80 x",
        "a1 b1 c0",
    ),
    (
        DOTA,
        line("1 1 5 1 5 5 1 5 scratch 0"),
        "line 1: expected 2 rows, one for each entry after symmetry=, got 3",
        "a0 b1 c0",
    ),
    (DOTA, swap("symmetry=1,-", "symmetry=1,one"), "whole numbers and - after symmetry= in the first", "a1 b1 c0"),
    (DOTA, swap("symmetry=1,-", "symmetry=1"), "line 1: expected 1 rows, one for each entry after", "a0 b1 c0"),
    (
        "labelTxt/train/b.txt",
        lambda path: path.write_text("imagesource:x;symmetry=6\n10 10 10 20 20 20 20 10 part 0\n"),
        "b.txt, line 2: expected corners of a part clockwise as displayed, got corners the other way round",
        "a2 b0 c0",
    ),
    (DOTA, remove, "images/train/a.png: expected its labels train/a.txt in", "b1 c0"),
    (DOTA, latin, "labelTxt/train/a.txt, line 1: expected text in UTF-8", "b1 c0"),
    (IMAGE, remove, "labelTxt/train/a.txt: expected an image of that name in", "b1 c0"),
    (IMAGE, halve, "a.png: expected a readable image, got a truncated PNG", "b1 c0"),
]
BROKEN_TABLE = [
    (TABLE, remove, "expected rectangle2.csv, or a single table, got none", ""),
    (TABLE, lambda path: path.write_text(""), "rectangle2.csv: expected a table with a header, got an empty file", ""),
    (TABLE, swap(",phi,", ",angle,"), "line 1: expected a header with phi, got file_name, split", ""),
    (TABLE, latin, "rectangle2.csv: expected a table in UTF-8", ""),
    (TABLE, line("images/train/a.png,train"), "line 6: expected 11 cells, as in the header, got 2", "a2 b1 c0"),
    (TABLE, line(",train,part,1,1,0,1,1,,,"), "line 6: expected the image's file name, got an empty cell", "a2 b1 c0"),
    (TABLE, line("images/d.png,train,part,1,1,0,1,1,,,"), "line 6: expected an image below", "a2 b1 c0"),
    (TABLE, cell("row", "x"), "line 2: expected row: a number, got 'x'", "a1 b1 c0"),
    (TABLE, cell("length2", ""), "line 2: expected length2: a number, got ''", "a1 b1 c0"),
    (TABLE, cell("length1", "inf"), "line 2: expected length1: a number, got 'inf'", "a1 b1 c0"),
    (TABLE, cell("length1", "-3"), "line 2: expected length1 and length2 above 0, got -3 and 6", "a1 b1 c0"),
    (TABLE, cell("phi", "30"), "line 2: expected phi in radians, in (-pi, pi], got 30", "a1 b1 c0"),
    (
        TABLE,
        cell("phi", "-0.5235987755982988"),
        "the angle -30 that phi and long_side give, got angle_deg 30",
        "a1 b1 c0",
    ),
    (TABLE, cell("long_side", "height"), "the angle -60 that phi and long_side give, got angle_deg 30", "a1 b1 c0"),
    (TABLE, cell("long_side", ""), "expected width or height as the long_side of a part, got ''", "a1 b1 c0"),
    (TABLE, cell("long_side", "left", 2), "line 3: expected width or height as the long_side of a part", "a1 b1 c0"),
    (TABLE, cell("angle_deg", "up"), "line 2: expected angle_deg: a number, got 'up'", "a1 b1 c0"),
    (TABLE, cell("angle_deg", ""), "line 2: expected an angle, or symmetry 0 where there is none", "a1 b1 c0"),
    (TABLE, cell("symmetry", "round"), "line 2: expected a symmetry that is a whole number from 0", "a1 b1 c0"),
    (TABLE, cell("class", ""), "line 2: expected a class, got an empty cell", "a1 b1 c0"),
    (TABLE, cell("class", "dent"), "line 2: expected a class of classes.txt, got 'dent'", "a1 b1 c0"),
    (TABLE, cell("column", "900"), "line 2: expected a box within the image's 80 x 60 px", "a1 b1 c0"),
    (TABLE, cell("split", "week 3", 3), "line 4: expected one of the splits train, val and test for an", "a2 c0"),
    (TABLE, cell("split", "val"), "line 2: expected one of the splits train, val and test for an image, got", "b1 c0"),
    (IMAGE, halve, "a.png: expected a readable image, got a truncated PNG", "b1 c0"),
    (IMAGE, remove, "rectangle2.csv, line 2: expected an image below", "b1 c0"),
    (IMAGE, png(THIRD), "line 2: expected a box within the image's 20 x 20 px", "a1 b1 c0"),
]


def sound(name, tmp_path):
    root = tmp_path / "in"
    scratch = label(np.pad(np.ones((4, 5), bool), ((10, 46), (7, 68))), "scratch")
    records = [
        record(root, "a", "train", WH, [part((40, 30), (30, 12), 30.0, HW), scratch]),
        record(root, "b", "train", WH, [part((40, 30), (22, 20), 50.0, HW, "hex nut", 6)]),
        record(root, "c", "train", WH),
    ]
    FORMATS[name].write(data_set(root, *records, classes=("part", "scratch", "hex nut")), tmp_path / "out")
    return tmp_path / "out"


CASES = [(name, case) for name, cases in (("yolo_pose", BROKEN_POSE), ("dota", BROKEN_DOTA),
         ("rectangle2", BROKEN_TABLE)) for case in cases]  # fmt: skip


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}: {case[2]}" for name, case in CASES])
def test_what_is_broken_is_named_and_the_rest_is_read(name, case, tmp_path):
    check(name, sound(name, tmp_path), case, WHOLE)

"""Twenty broken files of LabelMe, each with its clear line."""

import numpy as np
import pytest

from tests.dataset.format.tool.broken import check, halve, image, png, remove, swap, text

A = """{
  "version": "5.5.0",
  "flags": {},
  "shapes": [
    {
      "label": "scratch",
      "points": [[1, 1], [5, 1], [5, 4], [1, 4]],
      "group_id": null,
      "shape_type": "polygon",
      "flags": {}
    },
    {
      "label": "pit",
      "points": [[2.0, 2.0], [4.0, 5.0]],
      "group_id": null,
      "shape_type": "rectangle",
      "flags": {}
    }
  ],
  "imagePath": "a.png",
  "imageData": null,
  "imageHeight": 6,
  "imageWidth": 8
}
"""
MASK = '"iVBORw0KGgoAAAANSUhEUgAAAAQAAAABCAAAAADcV1ARAAAADUlEQVQIHWNkZGBgAAAADgADUjxl8AAAAABJRU5ErkJggg=="'
POINTS = "[[1, 1], [5, 1], [5, 4], [1, 4]]"
AS_MASK = f'"mask": {MASK}, "label": "scratch", "points": [[1, 1], [4, 1]],'
MASKED = swap('"shape_type": "polygon"', '"shape_type": "mask"')


def masked(new: str):
    def edit(path):
        MASKED(path)
        swap(f'"label": "scratch",\n      "points": {POINTS},', new)(path)

    return edit


BROKEN = [
    ("train/a.json", halve, "a.json, line 13, column 8", "b1"),
    ("train/a.json", swap(A, ""), "a.json, line 1, column 1: expected JSON", "b1"),
    ("train/a.json", swap('"shapes"', '"shape"'), "a.json, line 1: expected shapes: a list, got no such key", "b1"),
    ("train/a.json", swap('"imagePath": "a.png"', '"imagePath": 3'), "line 20: expected text, got 3", "b1"),
    ("train/a.json", swap('"a.png"', '"c.png"'), "line 1: expected an image below", "b1"),
    ("train/a.json", swap('"a.png"', '"b.png"'), "line 1: expected an image below", "b1"),
    ("train/a.json", swap('"imageWidth": 8', '"imageWidth": 9'), "the image file's size 8 x 6, got 9 x 6", "b1"),
    ("train/a.png", remove, "a.json, line 1: expected an image below", "b1"),
    ("train/a.png", png(np.zeros((5, 5), np.uint8)), "the image file's size 5 x 5, got 8 x 6", "b1"),
    ("train/a.png", halve, "a.png: expected a readable image", "b1"),
    ("train/a.json", remove, "a.png: expected its labels in a.json, got no such file", "b1"),
    (
        "train/a.json",
        swap('"scratch"', '"scrach"'),
        "shapes[0], line 5: expected a label of labels.txt, got 'scrach'. Did you",
        "a1 b1",
    ),
    (
        "train/a.json",
        swap("[5, 4]", "[5, 8]"),
        "shapes[0], line 5: expected coordinates within the image's 8 x 6 px, got the point 5, 8",
        "a1 b1",
    ),
    (
        "train/a.json",
        swap("[5, 1], [5, 4]", "[5, 4], [5, 1]"),
        "shapes[0], line 5: expected a polygon that does not cross itself",
        "a1 b1",
    ),
    (
        "train/a.json",
        swap(POINTS, "[[1, 1], [5, 1]]"),
        "shapes[0], line 5: expected a polygon of at least three different points, got 2",
        "a1 b1",
    ),
    (
        "train/a.json",
        swap(POINTS, "[[1, 1], [2, 2], [3, 3]]"),
        "shapes[0], line 5: expected a shape that holds at least one pixel",
        "a1 b1",
    ),
    ("train/a.json", swap(POINTS, "[]"), "line 5: expected a polygon of at least three different points", "a1 b1"),
    ("train/a.json", swap("[5, 4]", '[5, "4"]'), "shapes[0].points, line 7: expected points [x, y]", "a1 b1"),
    (
        "train/a.json",
        swap("[4.0, 5.0]", "[2.0, 5.0]"),
        "shapes[1], line 12: expected a box with a width and a height above 0, got 0 x 3",
        "a1 b1",
    ),
    ("train/a.json", swap("[2.0, 2.0], ", ""), "shapes[1].points, line 14: expected 2 points [x, y]", "a1 b1"),
    (
        "train/a.json",
        swap('"rectangle"', '"linestrip"'),
        "shapes[1], line 12: expected shape_type polygon, rectangle, oriented_rectangle, circle or mask, got 'line",
        "a1 b1",
    ),
    (
        "train/a.json",
        swap('"label": "pit"', '"label": null'),
        "shapes[1].label, line 13: expected text, got null",
        "a1 b1",
    ),
    ("train/a.json", MASKED, "shapes[0].points, line 7: expected 2 points", "a1 b1"),
    (
        "train/a.json",
        masked('"mask": "?", "label": "scratch", "points": [[1, 1], [4, 1]],'),
        "shapes[0], line 5: expected mask: base64",
        "a1 b1",
    ),
    (
        "train/a.json",
        masked('"mask": "AAAA", "label": "scratch", "points": [[1, 1], [4, 1]],'),
        "line 5: expected mask: a readable image",
        "a1 b1",
    ),
    (
        "train/a.json",
        masked(AS_MASK.replace("[4, 1]", "[5, 1]")),
        "a mask of its points' size 5 x 1, got 4 x 1",
        "a1 b1",
    ),
    (
        "train/a.json",
        masked(AS_MASK.replace("[[1, 1], [4, 1]]", "[[7, 1], [10, 1]]")),
        "a mask within the image's 8 x 6 px, got the pixels x 7",
        "a1 b1",
    ),
    ("labels.txt", lambda path: path.write_bytes(b"\xff"), "labels.txt: expected a class a line in UTF-8", ""),
]


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case[2])
def test_a_broken_file_has_its_line_and_the_rest_is_read(case, tmp_path):
    text(tmp_path / "labels.txt", "__ignore__\n_background_\nscratch\npit\n")
    for key, content in (
        ("a", A),
        ("b", A.replace('"a.png"', '"b.png"').replace(A[A.index("    {") : A.index("    {", 80)], "")),
    ):
        image(tmp_path / f"train/{key}.png")
        text(tmp_path / f"train/{key}.json", content)
    check("labelme", tmp_path, case, "a2 b1")

"""Twenty broken files of Supervisely, each with its clear line."""

import base64
import zlib

import cv2
import numpy as np
import pytest

from tests.dataset.format.tool.broken import check, halve, image, png, remove, swap, text

BITMAP = base64.b64encode(zlib.compress(cv2.imencode(".png", np.full((2, 3), 255, np.uint8))[1].tobytes())).decode()
META = """{"classes": [
  {"title": "scratch", "shape": "any", "color": "#FF0000"},
  {"title": "pit", "shape": "rectangle", "color": "#00FF00"}
], "tags": []}
"""
A = """{
  "description": "",
  "tags": [],
  "size": {"height": 6, "width": 8},
  "objects": [
    {
      "classTitle": "scratch",
      "geometryType": "bitmap",
      "tags": [],
      "bitmap": {"data": "DATA", "origin": [1, 2]}
    },
    {
      "classTitle": "scratch",
      "geometryType": "polygon",
      "tags": [],
      "points": {"exterior": [[1, 1], [6, 1], [6, 5], [1, 5]], "interior": [[[2, 2], [4, 2], [4, 4]]]}
    },
    {
      "classTitle": "pit",
      "geometryType": "rectangle",
      "points": {"exterior": [[0, 0], [3, 2]], "interior": []}
    }
  ]
}
""".replace("DATA", BITMAP)
B = A[: A.index("    {\n")] + A[A.index('    {\n      "classTitle": "pit"') :]
JSON = "ds0/ann/a.png.json"
BROKEN = [
    (JSON, halve, "a.png.json, line", "b1"),
    (JSON, swap(A, "[]"), "a.png.json, line 1: expected an object, got []", "b1"),
    (JSON, swap('"size"', '"sizes"'), "a.png.json, line 1: expected size: an object, got no such key", "b1"),
    (JSON, swap('"width": 8', '"width": 9'), "line 1: expected the image file's size 8 x 6, got 9 x 6", "b1"),
    (JSON, swap('"objects"', '"object"'), "line 1: expected objects: a list, got no such key", "b1"),
    (JSON, remove, "a.png: expected its labels in", "b1"),
    ("ds0/img/a.png", remove, "a.png.json: expected its image a.png in", "b1"),
    ("ds0/img/a.png", halve, "a.png: expected a readable image", "b1"),
    ("ds0/img/a.png", png(np.zeros((5, 5), np.uint8)), "the image file's size 5 x 5, got 8 x 6", "b1"),
    ("meta.json", remove, "expected meta.json, got none", ""),
    ("meta.json", halve, "meta.json, line", ""),
    (
        "meta.json",
        swap('"title"', '"name"'),
        "meta.json, classes[0], line 2: expected title: text, got no such key",
        "",
    ),
    (
        JSON,
        swap('"scratch"', '"scrach"'),
        "objects[0], line 6: expected a class of meta.json, got 'scrach'. Did you",
        "a2 b1",
    ),
    (
        JSON,
        swap('"bitmap",', '"line",'),
        "objects[0], line 6: expected geometryType bitmap, polygon or rectangle, got 'line'",
        "a2 b1",
    ),
    (
        JSON,
        swap('"origin": [1, 2]', '"origin": [1]'),
        "objects[0].bitmap, line 10: expected origin: two whole numbers x, y, got [1]",
        "a2 b1",
    ),
    (
        JSON,
        swap('"origin": [1, 2]', '"origin": [7, 2]'),
        "objects[0], line 6: expected a mask within the image's 8 x 6 px",
        "a2 b1",
    ),
    (JSON, swap(BITMAP, "?"), "objects[0].bitmap, line 10: expected data: base64", "a2 b1"),
    (JSON, swap(BITMAP, "AAAA"), "objects[0].bitmap, line 10: expected data: a zlib stream", "a2 b1"),
    (JSON, swap(BITMAP, BITMAP[:16]), "line 10: expected data: a whole zlib stream", "a2 b1"),
    (
        JSON,
        swap(BITMAP, base64.b64encode(zlib.compress(b"x")).decode()),
        "line 10: expected data: a readable image",
        "a2 b1",
    ),
    (
        JSON,
        swap(BITMAP, base64.b64encode(zlib.compress(cv2.imencode(".png", np.zeros((2, 2)))[1].tobytes())).decode()),
        "line 6: expected a shape that holds at least one pixel",
        "a2 b1",
    ),
    (
        JSON,
        swap("[6, 5], [1, 5]", "[1, 5], [6, 5]"),
        "objects[1], line 12: expected a polygon that does not cross itself",
        "a2 b1",
    ),
    (
        JSON,
        swap("[6, 5]", "[6, 8]"),
        "objects[1], line 12: expected coordinates within the image's 8 x 6 px, got the point 6, 8",
        "a2 b1",
    ),
    (JSON, swap("[6, 5]", "[6]"), "objects[1].points.exterior, line 16: expected points [x, y]", "a2 b1"),
    (
        JSON,
        swap("[[[2, 2], [4, 2], [4, 4]]]", "[[[0, 0], [8, 0], [8, 6], [0, 6]]]"),
        "objects[1], line 12: expected a shape that holds",
        "a2 b1",
    ),
    (JSON, swap("[3, 2]", "[9, 2]"), "objects[2], line 18: expected coordinates within the image's 8 x 6 px", "a2 b1"),
    (
        JSON,
        swap("[[0, 0], [3, 2]]", "[[0, 0]]"),
        "objects[2].points.exterior, line 21: expected 2 points [x, y]",
        "a2 b1",
    ),
]


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case[2])
def test_a_broken_file_has_its_line_and_the_rest_is_read(case, tmp_path):
    text(tmp_path / "meta.json", META)
    for key, content in (("a", A), ("b", B)):
        image(tmp_path / f"ds0/img/{key}.png")
        text(tmp_path / f"ds0/ann/{key}.png.json", content)
    check("supervisely", tmp_path, case, "a3 b1")

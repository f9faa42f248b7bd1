"""Twenty broken exports of Label Studio, each with its clear line."""

import numpy as np
import pytest

from generator.dataset.format.tool.brush_rle import mask_to_brush
from tests.dataset.format.tool.broken import check, halve, image, remove, swap, text

RLE = str(mask_to_brush(np.eye(6, 8) > 0))
JSON = """[
  {
    "id": 1,
    "data": {"image": "/data/upload/1/0a1b2c3d-a.png"},
    "annotations": [
      {
        "was_cancelled": false,
        "result": [
          {
            "original_width": 8, "original_height": 6, "image_rotation": 0, "type": "rectanglelabels",
            "value": {"x": 12.5, "y": 50, "width": 25, "height": 50, "rotation": 0, "rectanglelabels": ["pit"]}
          },
          {
            "original_width": 8, "original_height": 6, "image_rotation": 0, "type": "polygonlabels",
            "value": {"points": [[0, 0], [50, 0], [50, 100]], "polygonlabels": ["scratch"]}
          },
          {
            "original_width": 8, "original_height": 6, "image_rotation": 0, "type": "brushlabels",
            "value": {"format": "rle", "rle": RLE, "brushlabels": ["scratch"]}
          }
        ]
      }
    ]
  },
  {
    "id": 2,
    "data": {"image": "/data/local-files/?d=images/b.png"},
    "annotations": [{"result": [{"type": "choices", "value": {"choices": ["pit"]}}]}]
  }
]
""".replace("RLE", RLE)
CONFIG = """<View><Image name="image" value="$image"/>
<BrushLabels name="b" toName="image"><Label value="scratch"/></BrushLabels>
<RectangleLabels name="r" toName="image"><Label value="pit" background="red"/></RectangleLabels>
<Choices name="c" toName="image"><Choice value="OK"/></Choices></View>
"""
FILE = "tasks.json"
FIRST, SECOND, THIRD = (f"[0].annotations[0].result[{n}]" for n in range(3))
BROKEN = [
    (FILE, halve, "tasks.json, line", ""),
    (FILE, lambda path: path.write_text("{}"), "tasks.json, line 1: expected a list of tasks, got {}", ""),
    (FILE, remove, "expected tasks.json, or a single JSON file, got none", ""),
    ("label_config.xml", halve, "label_config.xml, line", ""),
    ("images/a.png", remove, "[0].data, line 4: expected an image below", "b1"),
    ("images/a.png", halve, "a.png: expected a readable image", "b1"),
    (
        FILE,
        swap('"data": {"image": "/data/upload/1/0a1b2c3d-a.png"}', '"image": "a.png"'),
        "[0], line 2: expected a task with data and annotations, exported as JSON (not JSON-MIN)",
        "b1",
    ),
    (FILE, swap('"/data/upload/1/0a1b2c3d-a.png"', "3"), "[0].data.image, line 4: expected text, got 3", "b1"),
    (
        FILE,
        swap("d=images/b.png", "d=images/a.png"),
        "[1].data, line 27: expected labels for an image that has none yet",
        "a3",
    ),
    (FILE, swap("d=images/b.png", "d=other/b.png"), "[1].data, line 27: expected an image below", "a3"),
    (
        FILE,
        swap('"was_cancelled": false', '"was_cancelled": true'),
        "[0], line 2: expected one annotation, or one that is marked as ground truth, got none",
        "b1",
    ),
    (
        FILE,
        swap('[{"result": [{"type"', '[{"result": []}, {"result": [{"type"'),
        "[1], line 25: expected one annotation, or one that is marked as ground truth, got 2",
        "a3",
    ),
    (
        FILE,
        swap('"result": [\n', '"results": [\n'),
        "[0].annotations[0], line 6: expected result: a list, got no such key",
        "b1",
    ),
    (
        FILE,
        swap('"pit"', '"pitt"'),
        f"{FIRST}.value, line 11: expected a label of label_config.xml, got 'pitt'. Did you mean 'pit'",
        "a2 b1",
    ),
    (
        FILE,
        swap('["pit"]', '["pit", "scratch"]'),
        f"{FIRST}.value, line 11: expected rectanglelabels: one label",
        "a2 b1",
    ),
    (
        FILE,
        swap('"type": "rectanglelabels"', '"type": "keypointlabels"'),
        f"{FIRST}, line 9: expected type rectanglelabels, polygonlabels, brushlabels",
        "a2 b1",
    ),
    (
        FILE,
        swap('"original_width": 8', '"original_width": 9'),
        f"{FIRST}, line 9: expected the image file's size 8 x 6, got 9 x 6",
        "a2 b1",
    ),
    (
        FILE,
        swap('"image_rotation": 0', '"image_rotation": 90'),
        f"{FIRST}, line 9: expected image_rotation 0, got 90",
        "a2 b1",
    ),
    (
        FILE,
        swap('"width": 25', '"width": 125'),
        f"{FIRST}.value, line 11: expected coordinates within the image's 8 x 6 px",
        "a2 b1",
    ),
    (
        FILE,
        swap('"width": 25', '"width": 0'),
        f"{FIRST}.value, line 11: expected a box with a width and a height above 0",
        "a2 b1",
    ),
    (FILE, swap('"width": 25, ', ""), f"{FIRST}.value, line 11: expected width: a number, got no such key", "a2 b1"),
    (
        FILE,
        swap("[50, 100]", "[50, 0]"),
        f"{SECOND}.value, line 15: expected a polygon of at least three different points, got 2",
        "a2 b1",
    ),
    (
        FILE,
        swap("[50, 100]", "[0, 100], [100, 100]"),
        f"{SECOND}.value, line 15: expected a polygon that does not cross itself",
        "a2 b1",
    ),
    (
        FILE,
        swap('"format": "rle"', '"format": "png"'),
        f"{THIRD}.value, line 19: expected format 'rle', got png",
        "a2 b1",
    ),
    (
        FILE,
        swap(RLE, RLE[:40] + "]"),
        f"{THIRD}.value, line 19: expected rle: Label Studio's run lengths of the image, got bytes that are cut off",
        "a2 b1",
    ),
    (
        FILE,
        swap(RLE, str(mask_to_brush(np.eye(5, 8) > 0))),
        f"{THIRD}.value, line 19: expected rle: Label Studio's run lengths of the image, got 160 values instead",
        "a2 b1",
    ),
    (
        FILE,
        swap(RLE, "[0, 999]"),
        f"{THIRD}.value, line 19: expected rle: Label Studio's run lengths of the image, got bytes that are no whole",
        "a2 b1",
    ),
    (
        FILE,
        swap(RLE, str(mask_to_brush(np.zeros((6, 8), bool)))),
        f"{THIRD}.value, line 19: expected a shape that holds at least one pixel",
        "a2 b1",
    ),
]


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case[2])
def test_a_broken_file_has_its_line_and_the_rest_is_read(case, tmp_path):
    text(tmp_path / FILE, JSON)
    text(tmp_path / "label_config.xml", CONFIG)
    for key in "ab":
        image(tmp_path / f"images/{key}.png")
    check("label_studio", tmp_path, case, "a3 b1")

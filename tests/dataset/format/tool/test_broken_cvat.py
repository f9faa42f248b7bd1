"""Twenty broken exports of CVAT, each with its clear line."""

import numpy as np
import pytest

from tests.dataset.format.tool.broken import check, halve, image, png, remove, swap, text

XML = """<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta><job><labels>
    <label><name>scratch</name><color>#aaf0d1</color></label>
    <label><name>pit</name></label>
  </labels></job></meta>
  <image id="0" name="a.png" width="8" height="6">
    <box label="pit" source="manual" occluded="0" xtl="1.00" ytl="1.50" xbr="4.00" ybr="3.00" z_order="0">
    </box>
    <polygon label="scratch" source="manual" occluded="0" points="1.0,1.0;6.0,1.0;6.0,5.0;1.0,5.0" z_order="0">
    </polygon>
    <mask label="scratch" source="manual" occluded="0" rle="1, 2, 3" left="2" top="1" width="3" height="2" z_order="0">
    </mask>
  </image>
  <image id="1" name="b.png" width="8" height="6">
    <tag label="pit" source="manual"></tag>
  </image>
</annotations>
"""
FILE = "annotations.xml"


def as_polyline(path):
    path.write_text(XML.replace("polygon", "polyline"))


BROKEN = [
    (FILE, halve, "annotations.xml, line 10, column", ""),
    (FILE, remove, "expected annotations.xml, got none", ""),
    (FILE, lambda path: path.write_text("<annotation/>"), "expected the element <annotations>, got <annotation>", ""),
    ("images/a.png", remove, "image, line 8: expected an image below", "b1"),
    ("images/a.png", halve, "a.png: expected a readable image", "b1"),
    (
        "images/a.png",
        png(np.zeros((5, 5), np.uint8)),
        "image, line 8: expected the image file's size 5 x 5, got 8 x 6",
        "b1",
    ),
    (FILE, swap(' name="a.png"', ""), "image, line 8: expected the attribute name, got none", "b1"),
    (FILE, swap('width="8"', 'width="w"'), "image, line 8: expected width: a whole number, got 'w'", "b1"),
    (
        FILE,
        swap("b.png", "a.png"),
        "image, line 16: expected labels for an image that has none yet, got 'images/a.png' again",
        "a3",
    ),
    (
        FILE,
        swap('label="pit"', 'label="pitt"'),
        "box, line 9: expected a label that the file lists, got 'pitt'. Did you mean 'pit'",
        "a2 b1",
    ),
    (FILE, swap(' label="pit"', ""), "box, line 9: expected the attribute label, got none", "a2 b1"),
    (
        FILE,
        swap('xbr="4.00"', 'xbr="9.50"'),
        "box, line 9: expected coordinates within the image's 8 x 6 px, got the point 9.5, 3",
        "a2 b1",
    ),
    (
        FILE,
        swap('xbr="4.00"', 'xbr="1.00"'),
        "box, line 9: expected a box with a width and a height above 0, got 0 x 1.5",
        "a2 b1",
    ),
    (FILE, swap('xbr="4.00"', 'xbr=""'), "box, line 9: expected xbr: a number, got ''", "a2 b1"),
    (
        FILE,
        swap('xbr="4.00"', 'xbr="8" rotation="90"'),
        "box, line 9: expected coordinates within the image's 8 x 6 px",
        "a2 b1",
    ),
    (
        FILE,
        swap("6.0,5.0;1.0,5.0", "1.0,5.0;6.0,5.0"),
        "polygon, line 11: expected a polygon that does not cross itself",
        "a2 b1",
    ),
    (
        FILE,
        swap("6.0,5.0", "6.0"),
        "polygon, line 11: expected points: x,y;x,y;..., got '1.0,1.0;6.0,1.0;6.0;1.0,5.0'",
        "a2 b1",
    ),
    (FILE, swap("6.0,5.0", "6.0,five"), "polygon, line 11: expected points: x,y;x,y;...", "a2 b1"),
    (
        FILE,
        swap("6.0,5.0;1.0,5.0", "1,1;1,1"),
        "polygon, line 11: expected a polygon of at least three different points",
        "a2 b1",
    ),
    (FILE, swap("6.0,5.0", "6.0,8.0"), "polygon, line 11: expected coordinates within the image's 8 x 6 px", "a2 b1"),
    (
        FILE,
        as_polyline,
        "polyline, line 11: expected box, polygon, mask, ellipse or tag, got polyline, which has no",
        "a2 b1",
    ),
    (
        FILE,
        swap("1, 2, 3", "1, 2, 4"),
        "mask, line 13: expected rle: runs >= 0 that add up to 3 x 2, got runs that add up to 7",
        "a2 b1",
    ),
    (FILE, swap("1, 2, 3", "7, -1"), "mask, line 13: expected rle: runs >= 0", "a2 b1"),
    (FILE, swap("1, 2, 3", "1, x"), "mask, line 13: expected rle: whole numbers, got '1, x'", "a2 b1"),
    (
        FILE,
        swap("1, 2, 3", "6"),
        "mask, line 13: expected a shape that holds at least one pixel, got an empty one",
        "a2 b1",
    ),
    (
        FILE,
        swap('left="2"', 'left="7"'),
        "mask, line 13: expected a mask within the image's 8 x 6 px, got the pixels x 8 to 9",
        "a2 b1",
    ),
    (
        FILE,
        swap('width="3" height="2"', 'width="300000" height="200000"'),
        "mask, line 13: expected a mask no larger than the image's",
        "a2 b1",
    ),
    (
        FILE,
        swap("</annotations>", '<track id="0" label="pit"/></annotations>'),
        "track, line 19: expected images: an export as CVAT for images",
        "a3 b1",
    ),
]


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case[2])
def test_a_broken_file_has_its_line_and_the_rest_is_read(case, tmp_path):
    text(tmp_path / FILE, XML)
    for key in "ab":
        image(tmp_path / f"images/{key}.png")
    check("cvat", tmp_path, case, "a3 b1")

"""Twenty broken files of Pascal VOC, each with its clear line."""

import numpy as np
import pytest

from tests.dataset.format.tool.broken import check, halve, image, png, remove, swap, text

HEAD = """<annotation>
  <folder>VOC2012</folder>
  <filename>{0}.png</filename>
  <source><database>own</database></source>
  <size><width>8</width><height>6</height><depth>1</depth></size>
  <segmented>0</segmented>
"""
A = (
    HEAD.format("a")
    + """  <object>
    <name>scratch</name>
    <truncated>0</truncated>
    <bndbox>
      <xmin>1</xmin>
      <ymin>1</ymin>
      <xmax>4</xmax>
      <ymax>3</ymax>
    </bndbox>
  </object>
  <object>
    <name>pit</name>
    <bndbox><xmin>5</xmin><ymin>5</ymin><xmax>8</xmax><ymax>6</ymax></bndbox>
  </object>
</annotation>
"""
)
B = HEAD.format("b") + A[A.rindex("  <object>") :]
MASK = np.zeros((6, 8), np.uint8)
MASK[:3, :4], MASK[4:, 4:] = 1, 2
FAR = np.zeros((6, 8), np.uint8)
FAR[0, 7] = 1
XML, MAIN, OBJECTS = "Annotations/a.xml", "ImageSets/Main/train.txt", "SegmentationObject/a.png"
BROKEN = [
    (XML, halve, "a.xml, line 9, column", "b1"),
    (XML, swap(A, ""), "a.xml, line 1, column 1: expected XML", "b1"),
    (XML, swap("<annotation>", "<!DOCTYPE x [<!ENTITY e 'e'>]><annotations>"), "a.xml, line", "b1"),
    (
        XML,
        lambda path: path.write_text("<annotations/>"),
        "a.xml, annotations, line 1: expected the element <annotation>, got <annotations>",
        "b1",
    ),
    (XML, remove, "train.txt, line 1: expected an image with an annotation a.xml, got no such file", "b1"),
    (
        XML,
        swap("<width>8", "<width>9"),
        "a.xml, annotation, line 1: expected the image file's size 8 x 6, got 9 x 6",
        "b1",
    ),
    (XML, swap("<height>6</height>", ""), "a.xml, size, line 5: expected the element <height>, got none", "b1"),
    (XML, swap("<height>6", "<height>six"), "a.xml, height, line 5: expected a number, got 'six'", "b1"),
    ("JPEGImages/a.png", remove, "a.xml, annotation, line 1: expected an image below", "b1"),
    ("JPEGImages/a.png", halve, "a.png: expected a readable image, got a truncated PNG", "b1"),
    ("JPEGImages/a.png", png(np.zeros((5, 5), np.uint8)), "the image file's size 5 x 5, got 8 x 6", "b1"),
    (MAIN, swap("a\n", "a\nc\n"), "train.txt, line 2: expected an image with an annotation c.xml", "a2 b1"),
    (MAIN, swap("b\n", "b\na\n"), "train.txt, line 3: expected an image in one list, not in train.txt, got a", "a2 b1"),
    (
        "labelmap.txt",
        swap("pit:", "pit"),
        "labelmap.txt, line 4: expected name:r,g,b:parts:actions, got 'pit0,128,0::'",
        "",
    ),
    (
        XML,
        swap("<name>scratch", "<name>scrach"),
        "a.xml, object, line 7: expected a class of labelmap.txt, got 'scrach'. Did you mean 'scratch'",
        "a1 b1",
    ),
    (
        XML,
        swap("    <name>scratch</name>\n", ""),
        "a.xml, object, line 7: expected the element <name>, got none",
        "a1 b1",
    ),
    (
        XML,
        swap("<xmax>4", "<xmax>10"),
        "a.xml, bndbox, line 10: expected coordinates within the image's 8 x 6 px, got the point 10, 3",
        "a1 b1",
    ),
    (XML, swap("<xmin>1", "<xmin>-4"), "bndbox, line 10: expected coordinates within the image's 8 x 6 px", "a1 b1"),
    (
        XML,
        swap("<xmin>1", "<xmin>5"),
        "bndbox, line 10: expected a box with a width and a height above 0, got 0 x 3",
        "a1 b1",
    ),
    (XML, swap("<xmax>4", "<xmax>nan"), "xmax, line 13: expected a number, got 'nan'", "a1 b1"),
    (XML, swap("<ymax>3</ymax>", ""), "bndbox, line 10: expected the element <ymax>, got none", "a1 b1"),
    (XML, swap("<bndbox>\n", "<polygon>\n"), "a.xml, line 15, column", "b1"),
    (OBJECTS, png(MASK[:, :5]), "a.png: expected a mask of the image's size 8 x 6, got 5 x 6", "b1"),
    (OBJECTS, halve, "SegmentationObject/a.png: expected a readable image", "b1"),
    (OBJECTS, png(np.where(MASK == 1, 3, MASK)), "numbers up to 2, the objects of a.xml, got 3", "b1"),
    (
        OBJECTS,
        png(np.where(MASK == 1, 0, MASK) + FAR),
        "object, line 7: expected the pixels of its number in SegmentationObject within its box",
        "a1 b1",
    ),
]


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case[2])
def test_a_broken_file_has_its_line_and_the_rest_is_read(case, tmp_path):
    text(tmp_path / "ImageSets/Main/train.txt", "a\nb\n")
    text(
        tmp_path / "labelmap.txt",
        "# label:color_rgb:parts:actions\nbackground:0,0,0::\nscratch:128,0,0::\npit:0,128,0::\n",
    )
    for key, content in (("a", A), ("b", B)):
        image(tmp_path / f"JPEGImages/{key}.png")
        text(tmp_path / f"Annotations/{key}.xml", content)
    (tmp_path / "SegmentationObject").mkdir()
    png(MASK)(tmp_path / OBJECTS)
    check("voc", tmp_path, case, "a2 b1")

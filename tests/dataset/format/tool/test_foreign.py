"""Data sets as labelling tools write them, worked by hand."""

import base64
import zlib

import cv2
import numpy as np
import pytest

from generator.core.errors import FormatError
from generator.dataset.format import csv_table, voc
from generator.dataset.format.tool import cvat, label_studio, labelme, supervisely
from generator.dataset.format.tool.brush_rle import brush_to_mask, mask_to_brush
from generator.dataset.view import is_good
from tests.dataset.format.tool.broken import image, png, text
from tests.dataset.toy import data_set, label, pixels, record

SQUARE = pixels("........\n.####...\n.####...\n.####...\n........\n........")


def mask_of(one, number: int = 0) -> np.ndarray:
    return one.labels[number].mask.full(one.hw)


def labelme_json(shapes: str, path: str = "a.png") -> str:
    return f'{{"version": "5.2.1", "flags": {{}}, "shapes": [{shapes}], "imagePath": "{path}", "imageData": "AAAA"}}'


def shape(kind: str, points: str, group: str = "null", name: str = "pit") -> str:
    return f'{{"label": "{name}", "points": {points}, "group_id": {group}, "shape_type": "{kind}", "flags": {{}}}}'


def test_labelme_shapes_become_masks_and_boxes(tmp_path):
    image(tmp_path / "a.png")
    shapes = [
        shape("polygon", "[[1, 1], [5, 1], [5, 4], [1, 4]]"),
        shape("rectangle", "[[5.5, 4.25], [1, 1]]"),
        shape("circle", "[[3, 3], [3, 4.1]]"),
        shape("oriented_rectangle", "[[4, 1], [7, 3], [5, 5], [2, 3]]"),
    ]
    text(tmp_path / "a.json", labelme_json(", ".join(shapes)))
    (one,) = labelme.read(tmp_path)
    assert (mask_of(one) == SQUARE).all()
    assert one.labels[1].mask is None
    assert one.labels[1].bbox_xywh == (1.0, 1.0, 4.5, 3.25)
    assert one.labels[2].mask.bbox_xywh == (2, 2, 2, 2)
    assert one.labels[2].mask.area_px == 4
    assert one.labels[3].bbox_xywh == (2.0, 1.0, 5.0, 4.0)
    assert one.labels[3].quad_xy == ((4.0, 1.0), (7.0, 3.0), (5.0, 5.0), (2.0, 3.0))


def test_labelme_shapes_of_a_group_are_one_defect(tmp_path):
    image(tmp_path / "a.png")
    parts = [shape("polygon", "[[1, 1], [3, 1], [3, 4], [1, 4]]", "7"), shape("circle", "[[6, 3], [6, 4]]", "7")]
    other = shape("polygon", "[[1, 1], [3, 1], [3, 4], [1, 4]]", "7", "scratch")
    text(tmp_path / "a.json", labelme_json(", ".join([*parts, other])))
    (one,) = labelme.read(tmp_path)
    assert [(label.category, label.mask.area_px) for label in one.labels] == [("pit", 10), ("scratch", 6)]


def test_a_labelme_group_that_lost_a_part_is_left_out_whole(tmp_path):
    image(tmp_path / "a.png")
    parts = [shape("polygon", "[[1, 1], [3, 1], [3, 4], [1, 4]]", "7"), shape("circle", "[[6, 3], [6, 9]]", "7")]
    text(tmp_path / "a.json", labelme_json(", ".join(parts)))
    problems = []
    (one,) = labelme.read(tmp_path, problems)
    assert (len(problems), one.labels, is_good(one)) == (1, (), False)


def test_labelme_images_lie_elsewhere_and_unlabelled_ones_are_named(tmp_path):
    image(tmp_path / "images/a.png")
    image(tmp_path / "images/b.png")
    image(tmp_path / "good/c.png")
    text(tmp_path / "json/a.json", labelme_json("", "..\\\\images\\\\a.png"))
    with pytest.raises(FormatError, match=r"b\.png: expected its labels in b\.json"):
        labelme.read(tmp_path)
    problems = []
    assert [(one.key, is_good(one)) for one in labelme.read(tmp_path, problems)] == [("a", True), ("c", True)]
    assert len(problems) == 1


def test_supervisely_shapes_become_masks_and_boxes(tmp_path):
    image(tmp_path / "p/ds/img/a.png")
    packed = base64.b64encode(zlib.compress(cv2.imencode(".png", np.full((3, 4, 4), 255))[1].tobytes())).decode()
    text(tmp_path / "p/meta.json", '{"classes": [{"title": "pit", "shape": "any", "color": "#FF0000"}], "tags": []}')
    polygon = '{"exterior": [[1, 1], [5, 1], [5, 4], [1, 4]], "interior": [[[2, 2], [3, 2], [3, 3], [2, 3]]]}'
    objects = [
        f'{{"classTitle": "pit", "geometryType": "bitmap", "bitmap": {{"data": "{packed}", "origin": [1, 1]}}}}',
        f'{{"id": 2, "classTitle": "pit", "geometryType": "polygon", "points": {polygon}}}',
        '{"classTitle": "pit", "geometryType": "rectangle", "points": {"exterior": [[1, 1], [4, 3]], "interior": []}}',
    ]
    text(
        tmp_path / "p/ds/ann/a.png.json",
        f'{{"tags": [{{"name": "val"}}], "size": {{"height": 6, "width": 8}}, "objects": [{", ".join(objects)}]}}',
    )
    (one,) = supervisely.read(tmp_path)
    assert one.split == "val"
    assert (mask_of(one) == SQUARE).all()
    hole = SQUARE.copy()
    hole[2, 2] = False
    assert (mask_of(one, 1) == hole).all()
    assert one.labels[2].bbox_xywh == (1, 1, 4, 3)


def test_cvat_shapes_become_masks_and_boxes(tmp_path):
    image(tmp_path / "images/val/a.png")
    text(
        tmp_path / "annotations.xml",
        """<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version>
<image id="3" name="a.png" subset="Validation" task_id="1" width="8" height="6">
<mask label="pit" source="semi-auto" occluded="0" rle="0, 2, 2, 2" left="2" top="1" width="3" height="2" z_order="0">
</mask>
<polygon label="pit" points="1.00,1.00;5.00,1.00;5.00,4.00;1.00,4.00"><attribute name="x">1</attribute></polygon>
<box label="pit" xtl="2" ytl="2" xbr="4" ybr="3" rotation="90.0"/>
<ellipse label="pit" cx="3" cy="3" rx="2.1" ry="1.1"/>
<tag label="pit"/><tag label="scratch"/><tag label="OK"/>
</image></annotations>""",
    )
    (one,) = cvat.read(tmp_path)
    assert (one.key, one.split) == ("a", "val")
    assert one.labels[0].bbox_xywh == (2, 1, 3, 2)
    assert one.labels[0].mask.bits.tolist() == [[True, True, False], [False, True, True]]
    assert (mask_of(one, 1) == SQUARE).all()
    assert one.labels[2].bbox_xywh == (2.5, 1.5, 1.0, 2.0)
    assert one.labels[2].quad_xy == ((3.5, 1.5), (3.5, 3.5), (2.5, 3.5), (2.5, 1.5))
    assert one.labels[3].mask.bbox_xywh == (1, 2, 4, 2)
    assert [(label.category, label.bbox_xywh) for label in one.labels[4:]] == [("scratch", (0, 0, 8, 6))]


def test_cvat_files_may_be_one_a_split(tmp_path):
    for split, key in (("train", "a"), ("test", "b")):
        image(tmp_path / f"images/{key}.png")
        content = f'<annotations><image id="0" name="{key}.png" width="8" height="6"/></annotations>'
        text(tmp_path / f"{split}.xml", content)
    assert sorted((one.key, one.split) for one in cvat.read(tmp_path)) == [("a", "train"), ("b", "test")]


def test_label_studio_percents_become_pixels(tmp_path):
    image(tmp_path / "photos/a.png", (8, 6))
    text(
        tmp_path / "project-1.json",
        """[{"id": 1, "data": {"img": "http://host/data/upload/1/0a1b2c3d-a.png"}, "predictions": [],
"annotations": [{"result": [], "was_cancelled": true}, {"was_cancelled": false, "result": [
{"original_width": 8, "original_height": 6, "image_rotation": 0, "type": "rectanglelabels",
 "value": {"x": 12.5, "y": 50, "width": 25, "height": 50, "rotation": 0, "rectanglelabels": ["pit"]}},
{"original_width": 8, "original_height": 6, "image_rotation": 0, "type": "rectanglelabels",
 "value": {"x": 50, "y": 0, "width": 25, "height": 50, "rotation": 90, "rectanglelabels": ["pit"]}},
{"original_width": 8, "original_height": 6, "image_rotation": 0, "type": "polygonlabels",
 "value": {"points": [[12.5, 16.6], [62.5, 16.6], [62.5, 66.6], [12.5, 66.6]], "polygonlabels": ["pit"]}},
{"type": "choices", "value": {"choices": ["OK"]}}]}]}]""",
    )
    (one,) = label_studio.read(tmp_path)
    assert one.image == "photos/a.png"
    assert [label.bbox_xywh for label in one.labels] == [(1.0, 3.0, 2.0, 3.0), (1.0, 0.0, 3.0, 2.0), (1, 1, 4, 3)]
    assert one.labels[1].quad_xy == ((4.0, 0.0), (4.0, 2.0), (1.0, 2.0), (1.0, 0.0))
    assert (mask_of(one, 2) == SQUARE).all()


def test_a_label_studio_task_that_nobody_looked_at_is_no_good_image(tmp_path):
    image(tmp_path / "a.png")
    text(tmp_path / "tasks.json", '[{"data": {"image": "a.png"}, "annotations": []}]')
    with pytest.raises(FormatError, match="nobody has looked at the image yet"):
        label_studio.read(tmp_path)


def test_a_brush_of_single_values_is_read(tmp_path):
    head = f"{4 * 2:032b}" + f"{7:05b}" + "".join(f"{n - 1:04b}" for n in (3, 4, 8, 16))
    values = [0, 0, 0, 255, 9, 9, 9, 0]  # two pixels of RGBA
    bits = head + "0" + "00" + f"{7:03b}" + "".join(f"{value:08b}" for value in values)
    bits += "0" * (-len(bits) % 8)
    assert brush_to_mask([int(bits[n : n + 8], 2) for n in range(0, len(bits), 8)], (1, 2)).tolist() == [[True, False]]


def test_a_brush_is_what_the_tool_itself_writes():
    # label_studio_sdk.converter.brush.mask2rle(np.array([[0, 255, 255], [0, 0, 255]], np.uint8)), version 2.1.2
    known = [0, 0, 0, 24, 57, 27, 252, 96, 19, 255, 206, 1, 31, 248]
    mask = np.array([[0, 1, 1], [0, 0, 1]], bool)
    assert mask_to_brush(mask) == known
    assert (brush_to_mask(known, (2, 3)) == mask).all()


def test_a_run_longer_than_the_brush_can_count_is_split():
    mask = np.zeros((200, 200), bool)
    mask[0, 0] = True
    assert (brush_to_mask(mask_to_brush(mask), (200, 200)) == mask).all()


VOC = """<annotation><filename>other.jpg</filename><size><width>0</width><height>0</height><depth>3</depth></size>
<object><name>pit</name><difficult>1</difficult><bndbox><xmin>2</xmin><ymin>2</ymin><xmax>5</xmax><ymax>4</ymax></bndbox>
</object></annotation>"""


def test_voc_counts_from_one_and_takes_any_suffix(tmp_path):
    root = tmp_path / "VOCdevkit/VOC2012"
    image(root / "JPEGImages/a.bmp")
    image(root / "JPEGImages/not_listed.png")
    text(root / "Annotations/a.xml", VOC)
    text(root / "ImageSets/Main/trainval.txt", "a\n")
    text(root / "ImageSets/Main/val.txt", "a  1\n")
    (one,) = voc.read(tmp_path)
    assert (one.split, one.image) == ("val", "JPEGImages/a.bmp")
    assert one.labels[0].bbox_xywh == (1, 1, 4, 3)
    assert one.labels[0].params == {"difficult": 1}


def test_voc_files_beside_their_images_have_the_split_of_their_folder(tmp_path):
    for split in ("train", "valid"):
        image(tmp_path / split / "a_jpg.rf.1.png")
        text(tmp_path / split / "a_jpg.rf.1.xml", VOC.replace("other.jpg", "a_jpg.rf.1.png"))
    assert [(one.split, len(one.labels)) for one in voc.read(tmp_path)] == [("train", 1), ("val", 1)]


def test_voc_pixels_of_an_object_are_its_mask(tmp_path):
    image(tmp_path / "JPEGImages/a.png")
    text(tmp_path / "Annotations/a.xml", VOC)
    (tmp_path / "SegmentationObject").mkdir()
    border = SQUARE.astype(np.uint8)
    border[0] = 255
    png(border)(tmp_path / "SegmentationObject/a.png")
    (one,) = voc.read(tmp_path)
    assert (mask_of(one) == SQUARE).all()


def test_voc_masks_in_colour_are_read_by_the_palette(tmp_path):
    image(tmp_path / "JPEGImages/a.png")
    text(tmp_path / "Annotations/a.xml", VOC)
    (tmp_path / "SegmentationObject").mkdir()
    colours = np.zeros((6, 8, 3), np.uint8)
    colours[SQUARE] = (0, 0, 128)  # number 1, in the order blue, green, red
    colours[0] = (192, 224, 224)
    png(colours)(tmp_path / "SegmentationObject/a.png")
    (one,) = voc.read(tmp_path)
    assert (mask_of(one) == SQUARE).all()
    colours[5, 5] = (1, 2, 3)
    png(colours)(tmp_path / "SegmentationObject/a.png")
    with pytest.raises(FormatError, match="the palette's colours, got other colours"):
        voc.read(tmp_path)


def test_voc_masks_have_the_palette_and_void_where_a_mask_is_not_known(tmp_path):
    root = tmp_path / "in"
    square = label(SQUARE, "pit")
    box = type(square)(category="scratch", bbox_xywh=(4.5, 0.5, 2.0, 2.0))
    good = record(root, "b", "train", (8, 6))
    voc.write(data_set(root, record(root, "a", "train", (8, 6), [square, box]), good), tmp_path / "out")
    classes = cv2.imread(str(tmp_path / "out/SegmentationClass/a.png"))
    assert classes[1, 1].tolist() == [0, 128, 0]  # class 2 of the palette
    assert classes[1, 5].tolist() == [192, 224, 224]  # void, in the order blue, green, red
    assert classes[5, 5].tolist() == [0, 0, 0]
    assert not cv2.imread(str(tmp_path / "out/SegmentationClass/b.png")).any()
    back = {one.key: one for one in voc.read(tmp_path / "out")}
    assert back["a"].labels[1].bbox_xywh == (4, 0, 3, 3)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_table_of_any_mark_is_read(mark, tmp_path):
    lines = ["path|Result|part", "a.png|ok|1", "b.png|NG|1", "sub/c.png|Scratch|2", "d.png|0|", 'e.png|"a,b;c"|']
    text(tmp_path / "t.csv", "\ufeff" + "\r\n".join(lines).replace("|", mark))
    for key in ("a", "b", "sub/c", "d", "e"):
        image(tmp_path / f"{key}.png")
    back = csv_table.read(tmp_path)
    assert [(one.key, one.group, *(label.category for label in one.labels)) for one in back] == [
        ("a", "1"), ("b", "1", "defect"), ("c", "2", "Scratch"), ("d", ""), ("e", "", "a,b;c")
    ]  # fmt: skip
    assert back.records[1].labels[0].bbox_xywh == (0, 0, 8, 6)
    assert back.classes == ("Scratch", "a,b;c", "defect")


def test_a_table_without_a_header_has_file_and_verdict_first(tmp_path):
    text(tmp_path / "t.csv", "test/a.png,NG,someone\n")
    image(tmp_path / "test/a.png")
    (one,) = csv_table.read(tmp_path / "t.csv")
    assert (one.split, one.labels[0].category) == ("test", "defect")


@pytest.mark.parametrize("name", ["ok", "good", "0", "ng", "1"])
def test_classes_named_like_verdicts_come_back(name, tmp_path):
    root = tmp_path / "in"
    data = data_set(root, record(root, "a", "train", (8, 6), [label(SQUARE, name)]), classes=(name,))
    csv_table.write(data, tmp_path / "out")
    (one,) = csv_table.read(tmp_path / "out")
    assert one.labels[0].category == name


def test_an_image_that_was_made_says_so(tmp_path):
    root = tmp_path / "in"
    one = type(record(root, "a", "train", (8, 6)))(
        key="a", split="train", image="images/train/a.png", width=8, height=6, synthetic=True
    )
    for module in (labelme, supervisely, label_studio, cvat, voc, csv_table):
        module.write(data_set(root, one), tmp_path / "out")
        assert [back.synthetic for back in module.read(tmp_path / "out")] == [True]

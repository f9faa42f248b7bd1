"""What is broken is named with its file and its place; it alone is left out, and the rest is read.

The data set that is broken here has an image ``a`` with a scratch and a pit, ``b`` with a scratch, and the good ``c``.
"""

from pathlib import Path

import pytest

from generator.core.errors import FormatError
from generator.dataset.format.table import FORMATS
from generator.dataset.record import Records
from generator.dataset.view import is_good
from tests.dataset.format.breaking import (
    BLACK,
    COCO,
    IMAGE_A,
    NUMBERS,
    PIT,
    RED,
    SCRATCH,
    SEGMENTATION,
    TEXT_A,
    THREES,
    TRUTH,
    TURNED,
    annotation,
    box,
    change_json,
    drop_json,
    halve,
    new_file,
    pixels,
    remove,
    rings,
    row,
    set_json,
    text,
    with_nan,
)
from tests.dataset.toy import data_set, label, record

# format, file, what happens to it, the message (^: the file, ~: the data set's folder), images and labels left
LEFT_OUT = [
    ("coco", COCO, drop_json("images", 0, "file_name"),
     "^, images[0], line 6: expected file_name: text, got no such key", 2, 1),
    ("coco", COCO, set_json("images", 0, "width", value=9),
     "^, images[0], line 6: expected the image file's size 8 x 6, got 9 x 6", 2, 1),
    ("coco", COCO, set_json("images", 0, "height", value=None),
     "^, images[0], line 6: expected height: a whole number, got None", 2, 1),
    ("coco", COCO, set_json("images", 0, "file_name", value="d.png"),
     "^, images[0], line 6: expected an image file in ~/images/train, ~/images or beside the JSON, got 'd.png'", 2, 1),
    ("coco", COCO, set_json("images", 0, "file_name", value="../train/a.png"),
     "^, images[0], line 6: expected a file_name below the data set's folder, got '../train/a.png'", 2, 1),
    ("coco", COCO, set_json("images", 0, "file_name", value="/etc/hosts"),
     "^, images[0], line 6: expected a file_name below the data set's folder, got '/etc/hosts'", 2, 1),
    ("coco", IMAGE_A, remove,
     "~/annotations/instances_train.json, images[0], line 2: expected an image file in ~/images/train, ~/images"
     " or beside the JSON, got 'a.png'", 2, 1),
    ("coco", IMAGE_A, halve, "^: expected a readable image, got a truncated PNG of 109 bytes", 2, 1),
    ("coco", IMAGE_A, text("x"),
     "^: expected a readable image, got no PNG, JPEG, BMP, TIFF or WebP: it begins with b'x'", 2, 1),
    ("coco", IMAGE_A, pixels(TURNED),
     "~/annotations/instances_train.json, images[0], line 2: expected the image file's size 6 x 8, got 8 x 6", 2, 1),
    ("coco", COCO, set_json("annotations", 0, value=[]),
     "^, annotations[0], line 15: expected an object, got []", 3, 2),
    ("coco", COCO, annotation(category_id=9),
     "^, annotations[0], line 15: expected a category_id that a category has (1, 2), got 9", 3, 2),
    ("coco", COCO, annotation(category_id="1"),
     "^, annotations[0], line 15: expected category_id: a whole number, got '1'", 3, 2),
    ("coco", COCO, annotation(image_id=9),
     "^, annotations[0], line 15: expected an image_id that an image has, got 9", 3, 2),
    ("coco", COCO, annotation(image_id=True),
     "^, annotations[0], line 15: expected image_id: a whole number, got True", 3, 2),
    ("coco", COCO, set_json(*SEGMENTATION, "size", value=[8, 6]),
     "^, annotations[0], line 15: expected an RLE of the image's size [6, 8], got [8, 6]", 3, 2),
    ("coco", COCO, set_json(*SEGMENTATION, "counts", value="Pz"),
     "^, annotations[0], line 15: expected a sound RLE,"
     " got the text is cut off or holds a character that compressed runs do not use", 3, 2),
    ("coco", COCO, set_json(*SEGMENTATION, "counts", value="\u00e4"),
     "^, annotations[0], line 15: expected counts that are ASCII text or a list of whole numbers, got 'ä'", 3, 2),
    ("coco", COCO, set_json(*SEGMENTATION, "counts", value=[3, 3]),
     "^, annotations[0], line 15: expected a sound RLE,"
     " got the runs must be >= 0 and add up to 6 x 8, but add up to 6", 3, 2),
    ("coco", COCO, set_json(*SEGMENTATION, "counts", value=[49, -1]),
     "^, annotations[0], line 15: expected a sound RLE,"
     " got the runs must be >= 0 and add up to 6 x 8, but add up to 48", 3, 2),
    ("coco", COCO, set_json(*SEGMENTATION, "counts", value=[2**63]),
     "^, annotations[0], line 15: expected counts that are ASCII text or a list of whole numbers,"
     " got [9223372036854775808]", 3, 2),
    ("coco", COCO, set_json(*SEGMENTATION, "counts", value=[2**61] * 8 + [48]),
     "^, annotations[0], line 15: expected a sound RLE,"
     " got the runs must be >= 0 and add up to 6 x 8, but add up to 18446744073709551664", 3, 2),
    ("coco", COCO, set_json(*SEGMENTATION, "counts", value=[48]),
     "^, annotations[0], line 15: expected a mask with at least one pixel, got an empty RLE", 3, 2),
    ("coco", COCO, set_json(*SEGMENTATION, "counts", value=[1.5]),
     "^, annotations[0], line 15: expected counts that are ASCII text or a list of whole numbers, got [1.5]", 3, 2),
    ("coco", COCO, annotation(segmentation="mask"),
     "^, annotations[0], line 15: expected a segmentation of RLE or of rings [x, y, x, y, x, y, ...],"
     " got 'mask'", 3, 2),
    ("coco", COCO, rings((1, 2, 3)),
     "^, annotations[0], line 15: expected a segmentation of RLE or of rings [x, y, x, y, x, y, ...],"
     " got [[1, 2, 3]]", 3, 2),
    ("coco", COCO, rings((0, 0, 1, 1, 2, "2")),
     "^, annotations[0], line 15: expected a segmentation of RLE or of rings [x, y, x, y, x, y, ...],"
     " got [[0, 0, 1, 1, 2, '2']]", 3, 2),
    ("coco", COCO, rings((0, 0, 4, 4, 0, 0)),
     "^, annotations[0], line 15: expected a polygon of at least three different points, got 2", 3, 2),
    ("coco", COCO, rings((0, 0, 6, 4, 6, 0, 0, 4)),
     "^, annotations[0], line 15: expected a polygon that does not cross itself, got one of 4 points that does", 3, 2),
    ("coco", COCO, rings((0, 0, 4, 0, 4, 4), (0, 0, 9.5, 0, 4, 4)),
     "^, annotations[0], line 15: expected coordinates within the image's 8 x 6 px, got the point 9.5, 0", 3, 2),
    ("coco", COCO, rings((-2, 0, 4, 0, 4, 4)),
     "^, annotations[0], line 15: expected coordinates within the image's 8 x 6 px, got the point -2, 0", 3, 2),
    ("coco", COCO, with_nan,
     "^, annotations[0], line 15: expected coordinates within the image's 8 x 6 px, got the point 4, nan", 3, 2),
    ("coco", COCO, box(0, 0, 0, 1),
     "^, annotations[0], line 15: expected a bbox of four numbers x, y, w > 0, h > 0, got [0, 0, 0, 1]", 3, 2),
    ("coco", COCO, box(0, 0, 1),
     "^, annotations[0], line 15: expected a bbox of four numbers x, y, w > 0, h > 0, got [0, 0, 1]", 3, 2),
    ("coco", COCO, box(0, 0, 1, "1"),
     "^, annotations[0], line 15: expected a bbox of four numbers x, y, w > 0, h > 0, got [0, 0, 1, '1']", 3, 2),
    ("coco", COCO, box(6, 0, 4, 2),
     "^, annotations[0], line 15: expected coordinates within the image's 8 x 6 px, got the point 10, 2", 3, 2),
    ("coco", COCO, box(0, -3, 4, 2),
     "^, annotations[0], line 15: expected coordinates within the image's 8 x 6 px, got the point 0, -3", 3, 2),
    ("coco", COCO, box(-0.5, 0, 0.5, 2),
     "^, annotations[0], line 15: expected a box within the image's 8 x 6 px, got x, y, w, h -0.5, 0, 0.5, 2", 3, 2),
    ("coco", COCO, set_json("annotations", 0, value={"image_id": 1, "category_id": 1}),
     "^, annotations[0], line 15: expected bbox: a list, got no such key", 3, 2),
    ("yolo_detect", TEXT_A, row("0 0.5 0.5 0.1"), "^, line 3: expected 5 columns, got 4", 3, 3),
    ("yolo_detect", TEXT_A, row("0 0 0 1 0 1 1"), "^, line 3: expected 5 columns, got 7", 3, 3),
    ("yolo_detect", TEXT_A, row("\n0 .5 .5 .1 x"), "^, line 4: expected numbers, got 'x'", 3, 3),
    ("yolo_detect", TEXT_A, row("0 .5 .5 .1 nan"), "^, line 3: expected coordinates in [0, 1], got nan", 3, 3),
    ("yolo_detect", TEXT_A, row("0 .5 .5 .1 1.5"), "^, line 3: expected coordinates in [0, 1], got 1.5", 3, 3),
    ("yolo_detect", TEXT_A, row("0 320 240 64 48"), "^, line 3: expected coordinates in [0, 1], got 320", 3, 3),
    ("yolo_detect", TEXT_A, row("0 .5 .5 .1 0"),
     "^, line 3: expected a box with a width and a height above 0, got 0.8 x 0", 3, 3),
    ("yolo_detect", TEXT_A, row("0 .9 .5 .4 .1"),
     "^, line 3: expected coordinates within the image's 8 x 6 px, got the point 8.8, 3.3", 3, 3),
    ("yolo_detect", TEXT_A, row("2 .5 .5 .1 .1"), "^, line 3: expected a class id from 0 to 1, got 2", 3, 3),
    ("yolo_detect", TEXT_A, row("-1 .5 .5 .1 .1"), "^, line 3: expected a class id from 0 to 1, got -1", 3, 3),
    ("yolo_detect", TEXT_A, row("0.5 .5 .5 .1 .1"), "^, line 3: expected a class id from 0 to 1, got 0.5", 3, 3),
    ("yolo_detect", TEXT_A, lambda path: path.write_bytes(b"\xff\xfe"),
     "^: expected text, got invalid start byte", 3, 1),
    ("yolo_detect", TEXT_A, new_file("d.txt"),
     "~/labels/train/d.txt: expected an image of that name in ~/images/train, got none", 3, 3),
    ("yolo_detect", IMAGE_A, remove,
     "~/labels/train/a.txt: expected an image of that name in ~/images/train, got none", 2, 1),
    ("yolo_detect", IMAGE_A, halve, "^: expected a readable image, got a truncated PNG of 109 bytes", 2, 1),
    ("yolo_detect", IMAGE_A, text(""), "^: expected a readable image, got an empty file", 2, 1),
    ("yolo_segment", TEXT_A, row("0 .5 .5 .1 .1"),
     "^, line 3: expected 7 columns or more, of an odd number, got 5", 3, 3),
    ("yolo_segment", TEXT_A, row("0 0 0 1 0 1 1 0"),
     "^, line 3: expected 7 columns or more, of an odd number, got 8", 3, 3),
    ("yolo_segment", TEXT_A, row("0 0 0 1 0 1 2"), "^, line 3: expected coordinates in [0, 1], got 2", 3, 3),
    ("yolo_segment", TEXT_A, row("0 0 0 .5 .5 0 0"),
     "^, line 3: expected a polygon of at least three different points, got 2", 3, 3),
    ("yolo_segment", TEXT_A, row("0 0 0 1 1 1 0 0 1"),
     "^, line 3: expected a polygon that does not cross itself, got one of 4 points that does", 3, 3),
    ("yolo_segment", TEXT_A, row("0 .1 .1 .1 .2 .1 .3"),
     "^, line 3: expected a box with a width and a height above 0, got 0 x 1.2", 3, 3),
    ("yolo_segment", TEXT_A, row("7 0 0 1 0 1 1"), "^, line 3: expected a class id from 0 to 1, got 7", 3, 3),
    ("yolo_obb", TEXT_A, row("0 0 0 1 0 1 1"), "^, line 3: expected 9 columns, got 7", 3, 3),
    ("yolo_obb", TEXT_A, row("5 0 0 1 0 1 1 0 1"), "^, line 3: expected a class id from 0 to 1, got 5", 3, 3),
    ("yolo_obb", TEXT_A, row("0 0 0 1 1 1 0 0 1"),
     "^, line 3: expected a polygon that does not cross itself, got one of 4 points that does", 3, 3),
    ("yolo_obb", TEXT_A, row("0 .5 .1 .5 .2 .5 .3 .5 .4"),
     "^, line 3: expected a box with a width and a height above 0, got 0 x 1.8", 3, 3),
    ("yolo_classify", "train/good/c.png", new_file("../d.png"),
     "~/train/d.png: expected an image in a class folder, train/<class>/<image>, got train/d.png", 3, 2),
    ("yolo_classify", "train/scratch/b.png", halve,
     "^: expected a readable image, got a truncated PNG of 109 bytes", 2, 1),
    ("mvtec", TRUTH, remove,
     "~/product/test/scratch/b.png: expected its mask b_mask.png in ~/product/ground_truth/scratch,"
     " got no such file", 3, 1),
    ("mvtec", TRUTH, new_file("d_mask.png"),
     "~/product/ground_truth/scratch/d_mask.png: expected an image in ~/product/test/scratch that it belongs to,"
     " got none", 3, 2),
    ("mvtec", TRUTH, new_file("../dent/d_mask.png"),
     "~/product/ground_truth/dent/d_mask.png: expected an image in ~/product/test/dent that it belongs to,"
     " got none", 3, 2),
    ("mvtec", TRUTH, text("x"),
     "^: expected a readable image, got no PNG, JPEG, BMP, TIFF or WebP: it begins with b'x'", 3, 1),
    ("mvtec", TRUTH, text(""), "^: expected a readable image, got an empty file", 3, 1),
    ("mvtec", TRUTH, pixels(BLACK), "^: expected a mask with at least one pixel above 0, got an empty one", 3, 1),
    ("mvtec", TRUTH, pixels(TURNED), "^: expected a mask of the image's size 8 x 6, got 6 x 8", 3, 1),
    ("mvtec", TRUTH, pixels(NUMBERS),
     "^: expected a mask of one class: 0 and 255, or 0 and 1, got the numbers [1, 2, 3, 4, 5, 6, 7, 8, 9]", 3, 1),
    ("mvtec", TRUTH, pixels(RED), "^: expected a mask of one channel, got a colour image", 3, 1),
    ("mvtec", "product/test/scratch/b.png", remove,
     "~/product/ground_truth/scratch/b_mask.png: expected an image in ~/product/test/scratch that it belongs to,"
     " got none", 2, 1),
    ("mvtec", "product/test/scratch/b.png", text("x"),
     "^: expected a readable image, got no PNG, JPEG, BMP, TIFF or WebP: it begins with b'x'", 2, 1),
    ("mvtec", "product/test/scratch/b.png", pixels(TURNED),
     "~/product/ground_truth/scratch/b_mask.png: expected a mask of the image's size 6 x 8, got 8 x 6", 3, 1),
    ("mvtec", "product/test/scratch/b.png", new_file("../../train/scratch/d.png"),
     "~/product/train/scratch/d.png: expected its mask d_mask.png in ~/product/ground_truth/scratch,"
     " got no such file", 4, 2),
    ("mask_folder", "masks/train/scratch/b.png", text("x"),
     "^: expected a readable image, got no PNG, JPEG, BMP, TIFF or WebP: it begins with b'x'", 3, 2),
    ("mask_folder", "masks/train/scratch/b.png", new_file("d.png"),
     "~/masks/train/scratch/d.png: expected an image in ~/images/train that it belongs to, got none", 3, 3),
    ("mask_folder", "masks/train/scratch/b.png", pixels(TURNED),
     "^: expected a mask of the image's size 8 x 6, got 6 x 8", 3, 2),
    ("mask_folder", "masks/train/scratch/b.png", pixels(NUMBERS),
     "^: expected a mask of one class: 0 and 255, or 0 and 1, got the numbers [1, 2, 3, 4, 5, 6, 7, 8, 9]", 3, 2),
    ("mask_folder", "masks/train/scratch/b.png", pixels(RED),
     "^: expected a mask of one channel, got a colour image", 3, 2),
    ("mask_folder", "images/train/b.png", remove,
     "~/masks/train/scratch/b.png: expected an image in ~/images/train that it belongs to, got none", 2, 2),
    ("mask_folder", "images/train/b.png", halve,
     "^: expected a readable image, got a truncated PNG of 109 bytes", 2, 2),
    ("mask_index", "masks/train/b.png", remove,
     "~/images/train/b.png: expected its mask b.png in ~/masks/train, got no such file", 3, 2),
    ("mask_index", "masks/train/b.png", text("x"),
     "^: expected a readable image, got no PNG, JPEG, BMP, TIFF or WebP: it begins with b'x'", 3, 2),
    ("mask_index", "masks/train/b.png", pixels(THREES), "^: expected numbers up to 2, the classes, got 3", 3, 2),
    ("mask_index", "masks/train/b.png", pixels(TURNED),
     "^: expected a mask of the image's size 8 x 6, got 6 x 8", 3, 2),
    ("mask_index", "masks/train/b.png", pixels(RED), "^: expected a mask of one channel, got a colour image", 3, 2),
    ("mask_index", "masks/train/b.png", new_file("d.png"),
     "~/masks/train/d.png: expected an image in ~/images/train that it belongs to, got none", 3, 3),
    ("mask_index", "images/train/b.png", remove,
     "~/masks/train/b.png: expected an image in ~/images/train that it belongs to, got none", 2, 2),
    ("mask_index", "images/train/b.png", text("x"),
     "^: expected a readable image, got no PNG, JPEG, BMP, TIFF or WebP: it begins with b'x'", 2, 2),
    ("plain", "masks/scratch/b.png", remove,
     "~/defect/scratch/b.png: expected its mask b.png in ~/masks/scratch, got no such file", 3, 1),
    ("plain", "masks/scratch/b.png", text("x"),
     "^: expected a readable image, got no PNG, JPEG, BMP, TIFF or WebP: it begins with b'x'", 3, 1),
    ("plain", "masks/scratch/b.png", pixels(BLACK),
     "^: expected a mask with at least one pixel above 0, got an empty one", 3, 1),
    ("plain", "masks/scratch/b.png", pixels(TURNED), "^: expected a mask of the image's size 8 x 6, got 6 x 8", 3, 1),
    ("plain", "masks/scratch/b.png", pixels(NUMBERS),
     "^: expected a mask of one class: 0 and 255, or 0 and 1, got the numbers [1, 2, 3, 4, 5, 6, 7, 8, 9]", 3, 1),
    ("plain", "masks/scratch/b.png", new_file("d.png"),
     "~/masks/scratch/d.png: expected an image in ~/defect/scratch that it belongs to, got none", 3, 2),
    ("plain", "masks/scratch/b.png", new_file("../dent/d.png"),
     "~: expected the images of the masks in ~/masks/dent, at dent or defect/dent, got no such folder", 3, 2),
    ("plain", "defect/scratch/b.png", remove,
     "~/masks/scratch/b.png: expected an image in ~/defect/scratch that it belongs to, got none", 2, 1),
    ("plain", "defect/scratch/b.png", halve, "^: expected a readable image, got a truncated PNG of 109 bytes", 2, 1),
    ("plain", "defect/scratch/b.png", new_file("../dent/d.png"),
     "~/defect/dent/d.png: expected its mask d.png in ~/masks/dent, got no such file", 4, 2),
]  # fmt: skip
WHOLE = [  # format, file, what happens to it, what the message names
    ("coco", COCO, halve, "column"),
    ("coco", COCO, text(""), "line 1, column 1: expected JSON"),
    ("coco", COCO, text("[]"), "a JSON object, got []"),
    ("coco", COCO, text('{"images": [NaN'), "line 1, column 16: expected JSON"),
    ("coco", COCO, remove, "annotations/*.json"),
    ("coco", COCO, drop_json("images"), "images: a list, got no such key"),
    ("coco", COCO, drop_json("categories"), "categories: a list"),
    ("coco", COCO, drop_json("annotations"), "annotations: a list"),
    ("coco", COCO, set_json("images", value={}), "images: a list, got {}"),
    ("yolo_detect", "data.yaml", remove, "data.yaml: expected a data.yaml, got no such file"),
    ("yolo_detect", "data.yaml", text("a: [1"), "data.yaml: expected YAML"),
    ("yolo_detect", "data.yaml", text("- a"), "expected keys and values"),
    ("yolo_detect", "data.yaml", text("train: images/train\n"), "names: expected a list or numbered names"),
    ("yolo_detect", "data.yaml", text("train: images/train\nnames: {1: a}\n"), "the numbers from 0 to 0 as keys"),
    ("yolo_detect", "data.yaml", text("train: images/none\nnames: [a]\n"), "train: expected a folder of images"),
    ("yolo_detect", "data.yaml", text("train: [images/train]\nnames: [a]\n"), "train: expected the folder of its"),
    ("yolo_detect", "data.yaml", text("names: [a]\n"), "at least one of the keys train, val, test"),
    ("mask_index", "classes.json", remove, "classes.json: expected"),
    ("mask_index", "classes.json", halve, "classes.json, line"),
    ("mask_index", "classes.json", text('{"background": 0, "a": 2}'), "classes.json: expected"),
    ("mask_index", "classes.json", text("[1]"), "classes.json: expected"),
]  # fmt: skip


def written(name: str, tmp_path: Path) -> Path:
    """Write the data set that is broken here and return its folder."""
    root = tmp_path / "in"
    records = [
        record(root, "a", "train", (8, 6), [label(SCRATCH), label(PIT, "pit")]),
        record(root, "b", "train", (8, 6), [label(SCRATCH)]),
        record(root, "c", "train", (8, 6)),
    ]
    FORMATS[name].write(data_set(root, *records), tmp_path / "out")
    return tmp_path / "out"


def label_count(data: Records) -> int:
    return sum(len(one.labels) for one in data)


@pytest.mark.parametrize("case", LEFT_OUT, ids=lambda case: f"{case[0]}: {case[3]}")
def test_what_is_broken_is_named_and_the_rest_is_read(case, tmp_path):
    name, file, break_it, message, images, labels = case
    out = written(name, tmp_path)
    break_it(out / file)
    problems = []
    data = FORMATS[name].read(out, problems)
    assert [str(problem) for problem in problems] == [message.replace("^", f"~/{file}").replace("~", str(out)) + "."]
    assert (len(data), label_count(data)) == (images, labels)
    assert [one.key for one in data if is_good(one)] == ["c"]
    assert not any(str(out) in finding.message for one in data for finding in one.findings)
    with pytest.raises(FormatError) as caught:
        FORMATS[name].read(out)
    assert str(caught.value) == str(problems[0])


@pytest.mark.parametrize("case", WHOLE, ids=lambda case: f"{case[0]}: {case[3]}")
def test_what_makes_the_whole_unreadable_is_raised(case, tmp_path):
    name, file, break_it, message = case
    out = written(name, tmp_path)
    break_it(out / file)
    with pytest.raises(FormatError) as caught:
        FORMATS[name].read(out, [])
    assert message in str(caught.value)
    assert str(out) in str(caught.value)


@pytest.mark.parametrize("family", [("coco",), ("yolo_detect", "yolo_segment", "yolo_obb"), ("mvtec", "mask_folder",
                                    "mask_index", "plain")])  # fmt: skip
def test_every_family_is_broken_in_twenty_ways(family):
    assert sum(case[0] in family for case in LEFT_OUT) >= 20


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("path", ["none", "empty"])
def test_a_folder_that_is_no_data_set_is_named(name, path, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(FormatError, match=path):
        FORMATS[name].read(tmp_path / path)


def test_every_broken_label_is_listed_in_the_order_of_the_file(tmp_path):
    out = written("yolo_detect", tmp_path)
    (out / TEXT_A).write_text("0 .5 .5 .1\n0 .5 .5 .1 .1\n9 .5 .5 .1 .1\n0 .5 .5 0 .1\n")
    problems = []
    data = FORMATS["yolo_detect"].read(out, problems)
    assert [problem.where for problem in problems] == ["line 1", "line 3", "line 4"]
    (a,) = (one for one in data if one.key == "a")
    assert len(a.labels) == 1
    assert [finding.code for finding in a.findings] == ["label_left_out"] * 3
    assert a.findings[0].message == "labels/train/a.txt, line 1: expected 5 columns, got 4."


def test_labels_of_an_id_that_two_images_have_are_neithers(tmp_path):
    out = written("coco", tmp_path)
    change_json(out / COCO, "images", 1, "id", value=1)
    problems = []
    assert [one.key for one in FORMATS["coco"].read(out, problems)] == ["c"]
    assert [problem.where for problem in problems] == ["images[1], line 7", "annotations[2], line 17"]


def test_labels_of_an_id_that_two_categories_have_are_neithers(tmp_path):
    out = written("coco", tmp_path)
    change_json(out / COCO, "categories", 1, "id", value=1)
    problems = []
    assert label_count(FORMATS["coco"].read(out, problems)) == 0
    assert [problem.where for problem in problems][:2] == ["categories[1], line 12", "annotations[0], line 15"]


def test_labels_of_an_image_that_has_no_id_belong_to_none(tmp_path):
    out = written("coco", tmp_path)
    change_json(out / COCO, "images", 1, value=3)
    problems = []
    assert len(FORMATS["coco"].read(out, problems)) == 2
    assert "annotations[2], line 17: expected an image_id that an image has, got 2" in str(problems[1])


def test_a_mask_that_two_images_may_mean_is_neithers(tmp_path):
    out = written("plain", tmp_path)
    new_file("b.bmp")(out / "defect/scratch/b.png")
    problems = []
    assert label_count(FORMATS["plain"].read(out, problems)) == 1
    assert [problem.expected for problem in problems] == ["a mask of its own"] * 2


def test_an_image_whose_every_label_was_broken_is_never_written_as_a_good_one(tmp_path):
    out = written("coco", tmp_path)
    change_json(out / COCO, "annotations", 2, "category_id", value=9)
    problems = []
    FORMATS["plain"].write(FORMATS["coco"].read(out, problems), tmp_path / "plain")
    assert len(problems) == 1
    assert [path.name for path in (tmp_path / "plain/good").iterdir()] == ["c.png"]

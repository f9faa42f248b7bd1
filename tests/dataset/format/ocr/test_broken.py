"""What is broken in a data set of text is named with its file and its line; it alone is left out, the rest is read.

The data set that is broken here has an image ``a`` with the lines "AB 1" and "C2", and the line image ``b``, "D-3".
"""

from pathlib import Path

import lmdb
import numpy as np
import orjson
import pytest

from generator.core.errors import FormatError
from generator.dataset.format.table import FORMATS
from generator.dataset.problem import LABEL_LEFT_OUT, Problems
from tests.dataset.format.ocr.text_toy import data_set, line, line_image, record
from tests.dataset.format.tool.broken import halve, png, remove, swap

IMAGE_A = "images/train/a.png"


def written(root: Path, name: str) -> Path:
    lines = [line("AB 1", 10, 10, first_number=1), line("C2", 10, 40, first_number=4)]
    data = data_set(root, record(root, "a", "train", (80, 60), lines, mask=True), line_image(root, "b", text="D-3"))
    FORMATS[name].write(data, root / "out")
    return root / "out"


def raw(old: bytes, new: bytes):
    def edit(path: Path) -> None:
        content = path.read_bytes()
        assert old in content
        path.write_bytes(content.replace(old, new, 1))

    return edit


def rows(change):
    """Return the edit that changes the list of rows of a file."""

    def edit(path: Path) -> None:
        lines = path.read_text("utf-8").splitlines()
        path.write_text("".join(f"{row}\n" for row in change(lines)), "utf-8")

    return edit


def append(*more: str):
    return rows(lambda lines: [*lines, *more])


def put(key: bytes, value: bytes | None):
    """Return the edit that sets or drops a key of an environment."""

    def edit(path: Path) -> None:
        with (
            lmdb.open(str(path.parent), map_size=1 << 24, lock=False) as environment,
            environment.begin(write=True) as entries,
        ):
            entries.put(key, value) if value is not None else entries.delete(key)

    return edit


def in_json(*keys, value=None, drop=False):
    """Return the edit that sets or drops a value of the first line of a file of JSON, or of the whole file."""

    def edit(path: Path) -> None:
        text = path.read_text("utf-8")
        first, mark, rest = text.partition("\n") if path.suffix == ".jsonl" else (text, "", "")
        content = orjson.loads(first)
        entry = content
        for key in keys[:-1]:
            entry = entry[key]
        if drop:
            del entry[keys[-1]]
        else:
            entry[keys[-1]] = value
        path.write_text(orjson.dumps(content).decode() + mark + rest, "utf-8")

    return edit


def paddle(**values):
    """Return the edit that changes the first line of the first row of Label.txt; None drops a key."""

    def edit(path: Path) -> None:
        first, _, rest = path.read_text("utf-8").partition("\n")
        name, _, content = first.partition("\t")
        lines = orjson.loads(content)
        lines[0] = {key: value for key, value in (lines[0] | values).items() if value is not None}
        path.write_text(f"{name}\t{orjson.dumps(lines).decode()}\n{rest}", "utf-8")

    return edit


def folder(name: str):
    def edit(path: Path) -> None:
        target = path.parent.parent / name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)

    return edit


REC, DET, GT, ENV, LABELS = (
    "rec_gt_train.txt",
    "train/Label.txt",
    "train/gt_a.txt",
    "train/data.mdb",
    "train/labels.txt",
)
COCO, META, ALL = "coco_text_train.json", "train/metadata.jsonl", "text.jsonl"
YOLO, CHARS = "labels/train/a.txt", "train/char_U+0041/a@1.1.png"
NOT_THERE = "which is not there"
# format, file, what happens to it, what the message says, the images left with their numbers of lines, or how many;
# !: an image keeps a finding though no line is lost; ?: it keeps none, as nobody knows that the line was its own
CASES = [
    ("paddleocr_rec", REC, append("train/x.png\tX"),
     f"line 4: expected an image below ~, got 'train/x.png', {NOT_THERE}", "a@11 a@21 b1"),
    ("paddleocr_rec", REC, append("train/b.png"),
     "line 4: expected a row: the path of an image, a tab, its text, got 0 tabs", "a@11 a@21 b1"),
    ("paddleocr_rec", REC, append("train/b.png\tX\tY"),
     "line 4: expected a row: the path of an image, a tab, its text, got 2 tabs", "a@11 a@21 b1"),
    ("paddleocr_rec", REC, append("train/b.png\tX"),
     "line 4: expected labels for an image that has none yet, got 'train/b.png' again", "a@11 a@21 b1"),
    ("paddleocr_rec", REC, append("../../etc/hosts\tX"),
     "line 4: expected an image below ~, got '../../etc/hosts'", "a@11 a@21 b1"),
    ("paddleocr_rec", REC, swap("D-3", " "), "line 3: expected a text after the tab, got nothing", "a@11 a@21"),
    ("paddleocr_rec", REC, raw(b"D-3", b"\xff3"),
     "line 3: expected text in UTF-8, got invalid start byte", "a@11 a@21"),
    ("paddleocr_rec", REC, swap("train/b.png", ""), "line 3: expected an image below ~, got ''", "a@11 a@21"),
    ("paddleocr_rec", "train/b.png", remove, "line 3: expected an image below ~, got 'train/b.png'", "a@11 a@21"),
    ("paddleocr_rec", "train/b.png", halve, "^: expected a readable image, got a truncated PNG", "a@11 a@21"),
    ("paddleocr_rec", REC, remove, "~: expected files rec_gt_*.txt, got none", ""),
    ("paddleocr_det", DET, append("train/b.png"), "line 3: expected a row: the path of an image, a tab, [{", "a2 b1"),
    ("paddleocr_det", DET, append("train/b.png\t[]"),
     "line 3: expected labels for an image that has none yet", "a2 b1"),
    ("paddleocr_det", DET, append("train/x.png\t[]"),
     "line 3: expected an image below ~, got 'train/x.png'", "a2 b1"),
    ("paddleocr_det", DET, append("train/b.png\t[{"), "line 3: expected JSON after the tab, got ", "a2 b1"),
    ("paddleocr_det", DET, append("train/b.png\t{}"),
     "line 3: expected a list of lines after the tab, got {}", "a2 b1"),
    ("paddleocr_det", DET, paddle(transcription=None),
     'line 1: expected an object with "transcription": text, got', "a1 b1"),
    ("paddleocr_det", DET, paddle(transcription=5),
     'line 1: expected an object with "transcription": text, got', "a1 b1"),
    ("paddleocr_det", DET, paddle(points=None), 'line 1: expected "points": a list of [x, y], got null', "a1 b1"),
    ("paddleocr_det", DET, paddle(points=[[1, 2], [3, "4"]]),
     'line 1: expected "points": a list of [x, y], got [[1, 2], [3, "4"]]', "a1 b1"),
    ("paddleocr_det", DET, paddle(points=[[1, 2], [3, 4]]),
     "line 1: expected an outline of at least three points, got 2", "a1 b1"),
    ("paddleocr_det", DET, paddle(points=[[1, 1], [9, 9], [9, 1], [1, 9]]),
     "line 1: expected an outline that does not cross itself", "a1 b1"),
    ("paddleocr_det", DET, paddle(points=[[1, 1], [9, 1], [9, 1], [1, 1]]),
     "line 1: expected an outline with a width and a height above 0", "a1 b1"),
    ("paddleocr_det", DET, paddle(points=[[81, 1], [89, 1], [89, 5], [81, 5]]),
     "line 1: expected an outline on the image of 80 x 60 px", "a1 b1"),
    ("paddleocr_det", "train/a.png", halve, "^: expected a readable image, got a truncated PNG", "b1"),
    ("paddleocr_det", DET, raw(b"AB 1", b"\xff"), "line 1: expected text in UTF-8", "b1"),
    ("icdar2015", GT, append("1,2,3,4,5,6,7"),
     "line 3: expected a row x1,y1,x2,y2,x3,y3,x4,y4,text, got 6 commas", "a2! b1"),
    ("icdar2015", GT, append("1,2,3,4,5,6,7,8"),
     "line 3: expected a row x1,y1,x2,y2,x3,y3,x4,y4,text, got 7 commas", "a2! b1"),
    ("icdar2015", GT, append("1,2,3,x,5,6,7,8,t"), "line 3: expected eight numbers, got 'x'", "a2! b1"),
    ("icdar2015", GT, append("1,2,3,nan,5,6,7,8,t"),
     "line 3: expected coordinates that are numbers, got 1, 2, 3, nan", "a2! b1"),
    ("icdar2015", GT, append("1,1,9,9,9,1,1,9,t"),
     "line 3: expected an outline that does not cross itself", "a2! b1"),
    ("icdar2015", GT, append("1,1,9,1,9,1,1,1,t"),
     "line 3: expected an outline with a width and a height above 0, got 8 x 0", "a2! b1"),
    ("icdar2015", GT, append("1,100,9,100,9,120,1,120,t"),
     "line 3: expected an outline on the image of 80 x 60 px", "a2! b1"),
    ("icdar2015", GT, raw(b"AB 1", b"\xff"), "line 1: expected text in UTF-8", "a1 b1"),
    ("icdar2015", GT, remove, "~/train/images/a.png: expected its rows in gt_a.txt, got no such file", "b1"),
    ("icdar2015", "train/images/a.png", remove, "~/train/gt_a.txt: expected an image named a, got none", "b1"),
    ("icdar2015", "train/images/a.png", halve, "^: expected a readable image, got a truncated PNG", "b1"),
    ("lmdb", ENV, put(b"label-000000003", None),
     "label-000000003: expected the label of a line, got no such key", "a@11 a@21"),
    ("lmdb", ENV, put(b"image-000000003", None),
     "image-000000003: expected the image of a line, got no such key", "a@11 a@21"),
    ("lmdb", ENV, put(b"image-000000003", b"x"),
     "image-000000003: expected a readable image, got no PNG", "a@11 a@21"),
    ("lmdb", ENV, put(b"image-000000003", b"\x89PNG\r\n\x1a\n"),
     "image-000000003: expected a readable image", "a@11 a@21"),
    ("lmdb", ENV, put(b"label-000000003", b" "), "label-000000003: expected a text, got nothing", "a@11 a@21"),
    ("lmdb", ENV, put(b"label-000000003", b"\xff"),
     "label-000000003: expected text in UTF-8, got invalid start byte", "a@11 a@21"),
    ("lmdb", ENV, put(b"num-samples", b"4"),
     "label-000000004: expected the label of a line, got no such key", "a@11 a@21 b1"),
    ("lmdb", ENV, put(b"num-samples", b"many"), "num-samples: expected a whole number, got b'many'", ""),
    ("lmdb", ENV, put(b"num-samples", None), "num-samples: expected a whole number, got no such key", ""),
    ("lmdb", ENV, halve, "^: expected ", ""),
    ("lmdb", ENV, lambda path: path.write_bytes(b"x" * 9000), "^: expected an environment of LMDB, got ", ""),
    ("lmdb", ENV, remove, "~: expected environments of LMDB, data.mdb, got none", ""),
    ("trdg", LABELS, append("x.png\tX"), "line 4: expected an image below ~, got 'x.png'", "a@11 a@21 b1"),
    ("trdg", LABELS, append("b.png\t"),
     "line 4: expected a text after the image's name, got nothing", "a@11 a@21 b1"),
    ("trdg", LABELS, append("b.png"), "line 4: expected a text after the image's name, got nothing", "a@11 a@21 b1"),
    ("trdg", LABELS, append("b.png twice"), "line 4: expected labels for an image that has none yet", "a@11 a@21 b1"),
    ("trdg", LABELS, raw(b"D-3", b"\xff"), "line 3: expected text in UTF-8", "a@11 a@21"),
    ("trdg", "train/b.png", remove, "line 3: expected an image below ~, got 'b.png'", "a@11 a@21"),
    ("trdg", "train/b.png", halve, "^: expected a readable image, got a truncated PNG", "a@11 a@21"),
    ("trdg", "train/b.box", append("x"),
     "line 4: expected a character and five numbers: left, bottom, right, top, page", "a@11 a@21 b1!"),
    ("trdg", "train/b.box", append("x 1 1 5 5 0"), "^: expected the letters of 'D-3', got 'D-3x'", "a@11 a@21 b1!"),
    ("trdg", "train/b.box", swap(" 4 ", " 4.5 "),
     "line 1: expected four whole numbers of a box, got '4.5", "a@11 a@21 b1!"),
    ("trdg", "train/b.box", swap("D 4 3 8 11", "D 4 11 8 3"),
     "line 1: expected a box with an area on the image of 24 x 14 px", "a@11 a@21 b1!"),
    ("coco_text", COCO, in_json("imgs", "1", "file_name", value="x.png"),
     "imgs.1, line 1: expected an image below ~, got 'x.png'", "b1"),
    ("coco_text", COCO, in_json("imgs", "1", "file_name", drop=True),
     "imgs.1, line 1: expected file_name: text, got no such key", "b1"),
    ("coco_text", COCO, in_json("imgs", "1", "width", value=5),
     "imgs.1, line 1: expected the image file's size 80 x 60, got 5 x 60", "b1"),
    ("coco_text", COCO, in_json("anns", "1", "points", value=[1, 2, 3]),
     "anns.1, line 1: expected points: an even number of numbers", "a1 b1"),
    ("coco_text", COCO, in_json("anns", "1", "points", value=[1, 1, 9, 9, 9, 1, 1, 9]),
     "anns.1, line 1: expected an outline that does not cross itself", "a1 b1"),
    ("coco_text", COCO, in_json("anns", "1", "points", value=[1, 1, 9, 9]),
     "anns.1, line 1: expected an outline of at least three points, got 2", "a1 b1"),
    ("coco_text", COCO, in_json("anns", "1", "image_id", value=9),
     "anns.1, line 1: expected an image_id that an image has, got 9", "a1? b1"),
    ("coco_text", COCO, in_json("anns", "1", "utf8_string", value=9),
     "anns.1.utf8_string, line 1: expected text, got 9", "a1 b1"),
    ("coco_text", COCO, in_json("anns", "1", "kind", value="x"),
     'anns.1, line 1: expected kind: text or distractor, got "x"', "a1 b1"),
    ("coco_text", COCO, in_json("anns", "1", "chars", 0, "bbox", value=[1]),
     "anns.1.chars[0], line 1: expected bbox: 4 numbers, got [1]", "a1 b1"),
    ("coco_text", COCO, in_json("anns", "1", "words", 0, "stop", value=9),
     "anns.1, line 1: expected words of the 3 characters", "a1 b1"),
    ("coco_text", COCO, in_json("anns", value=[]), "anns, line 1: expected an object, got []", ""),
    ("coco_text", COCO, halve, "^, line ", ""),
    ("coco_text", "train/a.png", halve, "^: expected a readable image, got a truncated PNG", "b1"),
    ("yolo_char", YOLO, append("0 .5 .5 .1"), "line 6: expected 5 columns, got 4", "a5 b3"),
    ("yolo_word", YOLO, append("1 .5 .5 .1 .1"), "line 4: expected a class id from 0 to 0, got 1", "a3 b1"),
    ("hf_text", META, append("{"), "line 3: expected JSON, got ", "a2 b1"),
    ("hf_text", META, append("[]"), 'line 3: expected {"file_name": ..., "text": ...}, got []', "a2 b1"),
    ("hf_text", META, append('{"file_name": "x.png", "text": "X"}'),
     "line 3: expected an image below ~, got 'x.png'", "a2 b1"),
    ("hf_text", META, append('{"file_name": "b.png", "text": "X"}'),
     "line 3: expected labels for an image that has none yet", "a2 b1"),
    ("hf_text", META, in_json("text", drop=True), "line 1: expected text: text, got no such key", "b1"),
    ("hf_text", META, in_json("words", value="AB"), 'line 1: expected words: a list, got "AB"', "b1"),
    ("hf_text", META, in_json("quads", value=[]),
     "line 1: expected as many lines as quads, and as many words as word_lines", "b1"),
    ("hf_text", META, in_json("quads", 0, value=[1, 2]), "line 1: expected 8 numbers, got [1, 2]", "a1 b1"),
    ("hf_text", META, in_json("quads", 0, value=[1, 1, 9, 9, 9, 1, 1, 9]),
     "line 1: expected an outline that does not cross itself", "a1 b1"),
    ("hf_text", META, in_json("lines", 0, value=7), "line 1: expected lines and words of text, got 7", "a1 b1"),
    ("hf_text", META, in_json("boxes", 0, value=[1]), "line 1: expected 4 numbers, got [1]", "a1 b1"),
    ("hf_text", META, in_json("word_lines", 0, value=5),
     "line 1: expected word_lines: numbers of lines, got 5", "b1"),
    ("hf_text", META, in_json("ignored", value=[[]]), "line 1: expected 8 numbers, got []", "a2! b1"),
    ("hf_text", "train/a.png", remove, "line 1: expected an image below ~, got 'a.png'", "b1"),
    ("hf_text", META, remove, "~: expected files metadata.jsonl, got none", ""),
    ("char_folders", CHARS, folder("Q"),
     "~/train/Q/a@1.1.png: expected a folder that classes.json names, or char_U+0041, got 'Q'", "7"),
    ("char_folders", CHARS, folder("char_U+FFFFFF"),
     "~/train/char_U+FFFFFF/a@1.1.png: expected code points up to U+10FFFF", "7"),
    ("char_folders", CHARS, folder("."),
     "~/train/a@1.1.png: expected an image in a character's folder, train/<folder>/<image>", "7"),
    ("char_folders", CHARS, folder("char_U+0042/deep"), "a@1.1.png: expected an image in a character's folder", "7"),
    ("char_folders", CHARS, halve, "^: expected a readable image, got a truncated PNG", "7"),
    ("char_folders", CHARS, lambda path: path.write_bytes(b""),
     "^: expected a readable image, got an empty file", "7"),
    ("char_folders", CHARS, lambda path: path.write_text("x"), "^: expected a readable image, got no PNG", "7"),
    ("char_folders", "classes.json", halve, "^, line ", ""),
    ("char_folders", "classes.json", lambda path: path.write_text("[]"),
     '^: expected {"<folder>": "<character>", ...}, got []', ""),
    ("char_folders", "classes.json", lambda path: path.write_text('{"a": 1}'),
     '^: expected {"<folder>": "<character>", ...}, got {', ""),
    ("text_jsonl", ALL, append("{"), "line 3: expected JSON, got ", "a2 b1"),
    ("text_jsonl", ALL, append("[]"), "line 3: expected an object, got []", "a2 b1"),
    ("text_jsonl", ALL, rows(lambda lines: [*lines, lines[0]]),
     "line 3: expected an image that no other line names, got 'images/train/a.png'", "a2 b1"),
    ("text_jsonl", ALL, in_json("file_name", value="../in/a.png"),
     "line 1: expected a file below the data set's folder, got '../in/a.png'", "b1"),
    ("text_jsonl", ALL, in_json("split", value="x"), 'line 1: expected split: train, val or test, got "x"', "b1"),
    ("text_jsonl", ALL, in_json("width", value=5),
     "line 1: expected the image file's size 80 x 60, got 5 x 60", "b1"),
    ("text_jsonl", ALL, in_json("lines", drop=True), "line 1: expected lines: a list, got no such key", "b1"),
    ("text_jsonl", ALL, in_json("lines", 0, "text", drop=True),
     "line 1: expected a line of text, got KeyError: 'text'", "a1 b1"),
    ("text_jsonl", ALL, in_json("lines", 0, "text", value=5), "line 1: expected texts, got {", "a1 b1"),
    ("text_jsonl", ALL, in_json("lines", 0, "kind", value="x"),
     "line 1: expected a line's kind out of text, distractor", "a1 b1"),
    ("text_jsonl", ALL, in_json("lines", 0, "quad_xy", value=[[1, 2]]),
     "line 1: expected quads of four points of numbers", "a1 b1"),
    ("text_jsonl", ALL, in_json("lines", 0, "chars", value=["A"]),
     "line 1: expected a line of text, got ValueError", "a1 b1"),
    ("text_jsonl", ALL, in_json("lines", 0, "char_readable", value=[True]),
     "line 1: expected 3 boxes and flags, or none", "a1 b1"),
    ("text_jsonl", ALL, in_json("defects", value=[{"category": "x"}]),
     "line 1: expected bbox_xywh: a list, got no such key", "a2! b1"),
    ("text_jsonl", "char_masks/train/a.png", png(np.ones((3, 3), np.uint8)),
     "^: expected a mask of the image's size 80 x 60, got 3 x 3", "b1"),
    ("text_jsonl", "char_masks/train/a.png", remove,
     "line 1: expected a file below the data set's folder, got 'char_masks", "b1"),
    ("text_jsonl", IMAGE_A, halve, "^: expected a readable image, got a truncated PNG", "b1"),
]  # fmt: skip


def shown(data) -> str:
    """Return a data set's images with their numbers of lines."""
    return " ".join(f"{one.key}{len(one.text)}" for one in sorted(data, key=lambda one: one.key))


@pytest.mark.parametrize("case", CASES, ids=[f"{n}-{case[0]}" for n, case in enumerate(CASES)])
def test_what_is_broken_is_named_and_left_out_alone(case, tmp_path):
    name, file, edit, message, kept = case
    out = written(tmp_path, name)
    whole = {one.key: len(one.text) for one in FORMATS[name].read(out)}
    edit(out / file)
    message = message.replace("^", str(out / file)).replace("~", str(out))
    with pytest.raises(FormatError) as caught:
        FORMATS[name].read(out)
    assert message in str(caught.value), str(caught.value)
    assert str(out) in str(caught.value) and "\n" not in str(caught.value)
    problems: Problems = []
    if not kept:
        with pytest.raises(FormatError):
            FORMATS[name].read(out, problems)
        return
    data = FORMATS[name].read(out, problems)
    assert [str(problem) for problem in problems] == [str(caught.value)]
    assert (str(len(data)) if kept.isdigit() else shown(data)) == kept.replace("!", "").replace("?", "")
    flagged, plain = ({word[:-1] for word in kept.split() if word.endswith(mark)} for mark in "!?")
    for one in data:
        name_and_count = f"{one.key}{len(one.text)}"
        lost = name_and_count in flagged or (len(one.text) < whole.get(one.key, 0) and name_and_count not in plain)
        if name not in ("yolo_char", "yolo_word"):
            assert [finding.code for finding in one.findings] == [LABEL_LEFT_OUT] * lost
        assert not any(str(out) in finding.message for finding in one.findings)


@pytest.mark.parametrize(
    "family",
    [
        "paddleocr_rec",
        "paddleocr_det",
        "icdar2015",
        "lmdb",
        "trdg",
        "coco_text",
        "hf_text",
        "char_folders",
        "text_jsonl",
    ],
)
def test_every_family_is_broken_in_ten_ways(family):
    assert sum(case[0] == family for case in CASES) >= 10


def test_an_image_whose_every_line_was_broken_is_not_exported_as_one_without(tmp_path):
    out = written(tmp_path, "icdar2015")
    (out / "train/gt_b.txt").write_text("1,2,3\n")
    problems: Problems = []
    data = FORMATS["icdar2015"].read(out, problems)
    assert len(problems) == 1 and shown(data) == "a2 b0"
    FORMATS["paddleocr_det"].write(data, tmp_path / "det")
    assert shown(FORMATS["paddleocr_det"].read(tmp_path / "det")) == "a2"

"""What trainers read: their loaders' contracts, written down as functions, find every text where it is.

The rules are those of PaddleOCR's simple_dataset.py and rec_postprocess.py, clovaai's dataset.py, PARSeq's
strhub/data/dataset.py, the ICDAR evaluation script, Tesseract's box files and torchvision's ImageFolder.
"""

import io
import json
import subprocess
import sys
import unicodedata

import cv2
import lmdb
import numpy as np
from PIL import Image
from pycocotools import mask as coco_mask

from generator.dataset.format.table import FORMATS
from tests.dataset.format.ocr.text_toy import alone, data_set, line_image, record, scene
from tests.dataset.toy import file_bytes

READ = ["LOT 12,5", "aA:µ", "up", "down", "curve"]


def written(tmp_path, name, *more):
    root = tmp_path / "in"
    data = data_set(root, scene(root), line_image(root), record(root, "none", "train", (20, 10)), *more)
    FORMATS[name].write(data, tmp_path / "out")
    return tmp_path / "out"


def paddle_rows(data_dir, label_file):
    with label_file.open("rb") as file:
        for row in file.readlines():
            name, label = row.decode("utf-8").strip("\n").split("\t")
            yield cv2.imdecode(np.frombuffer((data_dir / name).read_bytes(), np.uint8), cv2.IMREAD_COLOR), label


def paddle_dict(file):
    with file.open("rb") as lines:
        return [line.decode("utf-8").strip("\n").strip("\r\n") for line in lines.readlines()]


def parseq_labels(root, charset, **options):
    environment = lmdb.open(
        str(root), max_readers=1, readonly=True, create=False, readahead=False, meminit=False, lock=False
    )
    with environment, environment.begin() as entries:
        for index in range(1, int(entries.get(b"num-samples")) + 1):
            label = entries.get(b"label-%09d" % index).decode()
            if options.get("remove_whitespace", True):
                label = "".join(label.split())
            if options.get("normalize_unicode", True):
                label = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
            label = "".join(letter for letter in label if letter in charset)
            yield Image.open(io.BytesIO(entries.get(b"image-%09d" % index))).convert("RGB"), label


def test_paddleocr_reads_every_line_with_letters_of_the_dictionary(tmp_path):
    out = written(tmp_path, "paddleocr_rec")
    rows = list(paddle_rows(out, out / "rec_gt_train.txt"))
    assert [label for _, label in rows] == [*READ, "A-1 b"]
    letters = paddle_dict(out / "dict.txt")
    assert letters == sorted(set(letters)) and all(len(letter) == 1 for letter in letters)
    assert set("".join(label for _, label in rows)) == set(letters)
    assert [pixels.shape[:2] for pixels, _ in rows][:2] == [(12, 50), (12, 26)]


def test_paddleocr_reads_every_outline(tmp_path):
    out = written(tmp_path, "paddleocr_det")
    rows = list(paddle_rows(out, out / "train/Label.txt"))
    found = {json.dumps(json.loads(label)): pixels.shape for pixels, label in rows}
    assert len(found) == 3
    lines = json.loads(rows[0][1])
    assert [one["transcription"] for one in lines] == [*READ, "###", "###"]
    assert np.array(lines[0]["points"], np.float32).tolist() == [[10, 10], [56, 10], [56, 18], [10, 18]]
    assert lines[2]["points"][0] == [110.0, 28.0], "upside down, it begins at its own top left"
    assert len(lines[4]["points"]) == 12
    assert json.loads(rows[2][1]) == []
    assert "µ" in (out / "train/Label.txt").read_text("utf-8")


def test_the_icdar_script_reads_whole_numbers_and_texts_with_commas(tmp_path):
    out = written(tmp_path, "icdar2015")
    rows = (out / "train/gt_scene.txt").read_text("utf-8-sig").splitlines()
    parsed = [(list(map(int, row.split(",")[:8])), ",".join(row.split(",")[8:])) for row in rows]
    assert [text for _, text in parsed] == [*READ, "###", "###"]
    assert parsed[0][0] == [10, 10, 56, 10, 56, 18, 10, 18]
    assert (out / "train/gt_none.txt").read_bytes() == b""


def test_parseq_and_clovaai_read_every_line(tmp_path):
    out = written(tmp_path, "lmdb")
    charset = "".join(map(chr, range(32, 127))) + "µ"
    raw = list(parseq_labels(out / "train", charset, remove_whitespace=False, normalize_unicode=False))
    assert [label for _, label in raw] == [*READ, "A-1 b"]
    assert raw[0][0].size == (50, 12)
    stripped = [label for _, label in parseq_labels(out / "train", charset)]
    assert stripped[:2] == ["LOT12,5", "aA:"], "what its own reader makes of it, as the format's page says"
    assert sorted(p.name for p in (out / "train").iterdir()) == ["data.mdb"]


def test_an_environment_has_the_same_bytes_from_another_process(tmp_path):
    def made(place):
        program = (
            "from pathlib import Path; from tests.dataset.format.ocr.text_toy import *;"
            "from generator.dataset.format.table import FORMATS;"
            f"root = Path({str(tmp_path)!r}) / {place!r};"
            "data = data_set(root, *(line_image(root, f'{n}', 'train', f'A{n}') for n in range(1100)), scene(root));"
            "FORMATS['lmdb'].write(data, root / 'out')"
        )
        subprocess.run([sys.executable, "-c", program], check=True)
        return file_bytes(tmp_path / place / "out")

    assert made("one") == made("two")
    assert len(FORMATS["lmdb"].read(tmp_path / "one/out")) == 1105


def test_tesseract_boxes_go_up_and_trdgs_go_down(tmp_path):
    out = written(tmp_path, "trdg") / "train"
    assert (out / "labels.txt").read_text("utf-8").splitlines()[-1] == "word.png\tA-1 b"
    assert (out / "word_boxes.txt").read_text().splitlines()[0] == "4 3 8 11"
    assert (out / "word.box").read_text("utf-8").splitlines() == [
        "A 4 3 8 11 0",
        "- 10 3 14 11 0",
        "1 16 3 20 11 0",
        "b 28 3 32 11 0",
    ]
    height = cv2.imread(str(out / "scene@1.png")).shape[0]
    letter, left, bottom, _, top, _ = (out / "scene@1.box").read_text("utf-8").splitlines()[0].split(" ")
    assert (letter, int(left), height - int(top), int(top) - int(bottom)) == ("L", 2, 2, 8)
    assert not (written_alone(tmp_path) / "val/alone.box").exists()


def written_alone(tmp_path):
    root = tmp_path / "in"
    FORMATS["trdg"].write(data_set(root, alone(root)), tmp_path / "alone")
    return tmp_path / "alone"


def test_coco_text_holds_the_ink_of_every_character(tmp_path):
    out = written(tmp_path, "coco_text")
    content = json.loads((out / "coco_text_train.json").read_text("utf-8"))
    assert content["imgToAnns"] == {"1": [1, 2, 3, 4, 5, 6, 7], "2": [8], "3": []}
    first = content["anns"]["1"]
    assert (first["utf8_string"], first["bbox"], first["area"]) == ("LOT 12,5", [10, 10, 46, 8], 368)
    assert (first["legibility"], first["class"]) == ("legible", "machine printed")
    assert [content["anns"][key]["legibility"] for key in ("6", "7")] == ["illegible", "illegible"]
    bits = coco_mask.decode(first["chars"][1]["segmentation"])
    assert bits.shape == (100, 160) and bits.sum() == 32 and bits[10:18, 16:20].all()
    assert content["anns"]["8"]["chars"][0]["segmentation"] is None
    assert content["imgs"]["1"]["set"] == "train"


def test_yolo_rows_are_boxes_around_each_character(tmp_path):
    out = written(tmp_path, "yolo_char")
    rows = [row.split() for row in (out / "labels/train/word.txt").read_text().splitlines()]
    names = ['"-"', '"A"']
    text = (out / "data.yaml").read_text("utf-8")
    assert all(name in text for name in names)
    number = next(line.split(":")[0].strip() for line in text.splitlines() if line.endswith('"A"'))
    assert rows[0][0] == number
    assert np.allclose([float(v) for v in rows[0][1:]], [6 / 36, 7 / 14, 4 / 36, 8 / 14])
    assert (out / "labels/train/none.txt").read_bytes() == b""


def test_rows_of_an_image_folder_have_one_type_each(tmp_path):
    out = written(tmp_path, "hf_text")
    rows = [json.loads(row) for row in (out / "train/metadata.jsonl").read_text("utf-8").splitlines()]
    assert len({tuple((key, type(value)) for key, value in row.items()) for row in rows}) == 1
    assert all((out / "train" / row["file_name"]).is_file() for row in rows)
    assert rows[0]["text"] == "\n".join(READ)
    assert rows[0]["words"][:2] == ["LOT", "12,5"] and rows[0]["boxes"][1] == [34, 10, 22, 8]
    assert rows[0]["word_lines"] == [0, 0, 1, 2, 3, 4] and len(rows[0]["ignored"]) == 2
    assert (rows[2]["text"], rows[2]["words"]) == ("", [])


def test_image_folder_numbers_characters_alike_in_every_split(tmp_path):
    root = tmp_path / "in"
    out = written(tmp_path, "char_folders", line_image(root, "v", "val", "aB"))
    folders = [sorted(p.name for p in (out / split).iterdir()) for split in ("train", "val")]
    assert folders[0] == folders[1] and "char_U+0041" in folders[0] and "char_U+0061" in folders[0]
    assert len({name.lower() for name in folders[0]}) == len(folders[0])
    names = json.loads((out / "classes.json").read_text("utf-8"))
    assert list(names) == folders[0] and names["char_U+00B5"] == "µ"
    assert [p.name for p in (out / "val/char_U+0061").iterdir()] == ["v@1.1.png"]

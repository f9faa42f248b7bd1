"""COCO-Text, TextOCR, and characters beside them.

    coco_text_<split>.json    <split>/<key>.png

Written: imgs, anns and imgToAnns, piece by piece; ids from 1, never used twice in the data set. An annotation is a
line: utf8_string, points (x1, y1, ... clockwise from the text's own top left; a bent line's polygon), bbox and area of
these, legibility, class "machine printed", language "na". A distractor is "illegible", as no reader is to be asked for
it, and keeps its utf8_string. Beside these keys, which others pass over: kind, readable, name, baseline, words (text,
points, and which characters: first, stop), and chars, each with text, bbox around its ink, points, readable, and
segmentation: its ink as COCO's RLE where the data set holds a mask of characters, null where it left none.

Read: such a folder or file, and those of TextOCR and COCO-Text: annotations of words, points or mask as polygon, else
the bbox; what is illegible, or "." where nobody states legibility, is not to be read.

What it cannot state: the mask of characters as an image, what was drawn.
Source: own; the formats are those of https://textvqa.org/textocr and https://bgshih.github.io/cocotext.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import numpy as np
import orjson

from generator.core.annotation import Region
from generator.core.errors import FormatError
from generator.core.text import DISTRACTOR, KINDS, TEXT, Char, TextLine, Word
from generator.dataset.format.ocr.line import (
    box_corners,
    char_box,
    ignored,
    is_ignored,
    kept,
    outline_of,
    placed_by,
    seen_box,
    sound_outline,
    text_records,
    with_text,
)
from generator.dataset.format.reading.gather import Gathered, split_named
from generator.dataset.format.reading.json_entry import JsonEntry, shown
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import safe_name
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Record, Records
from generator.dataset.view import SPLITS, read_mask, source_image
from generator.imaging.masks import region_to_rle

PREFIX = "coco_text_"
_UNKNOWN = "."  # TextOCR's word for what nobody can read


def express(record: Record) -> Record:
    """Return what annotations state of an image: lines, words and characters with their places, and flags."""
    return with_text(record, [_stated(line, record) for line in record.text])


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write a data set as COCO-Text with characters.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks of defects, of which nothing is written.

    Raises:
        ConfigError: an image has no text labels, or ``path`` cannot be replaced.
        FormatError: the mask of characters of an image cannot be read.
    """
    with fresh_folder(path, data.root) as folder, ExitStack() as stack:
        writers: dict[str, _SplitWriter] = {}
        line_id = 0
        for image_id, record in enumerate(text_records(data, flavour), 1):
            if record.split not in writers:
                writers[record.split] = _SplitWriter(folder, record.split, stack)
            name = f"{record.split}/{safe_name(record.key)}{record.suffix}"
            place(source_image(data, record), folder / name)
            numbers = None if record.char_mask is None else read_mask(data.root / record.char_mask, record.hw)
            lines = {}
            for line in record.text:
                line_id += 1
                head = {"id": line_id, "image_id": image_id}
                lines[line_id] = head | _annotation(_stated(line, record), line, numbers, record)
            size = {"width": record.width, "height": record.height}
            writers[record.split].add({"id": image_id, **size, "set": record.split, "file_name": name}, lines)
        for writer in writers.values() or [_SplitWriter(folder, SPLITS[0], stack)]:
            writer.finish()


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read COCO-Text or TextOCR.

    Args:
        path: a file, or the folder that holds some.
        problems: where broken images and annotations are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there is no such file, or it does not hold imgs and anns.
    """
    files = (sorted(path.glob(f"{PREFIX}*.json")) or sorted(path.glob("*.json"))) if path.is_dir() else [path]
    if not files:
        raise FormatError(path, "", "a JSON file with imgs and anns", "none")
    gathered = Gathered(files[0].parent, problems)
    for file in files:
        _read_file(JsonEntry.top(file), gathered)
    return gathered.done()


class _SplitWriter:
    """One JSON file, written image by image; what belongs to later sections waits in files of its own."""

    def __init__(self, folder: Path, split: str, stack: ExitStack) -> None:
        (folder / split).mkdir(exist_ok=True)
        path = folder / f"{PREFIX}{split}.json"
        self._waiting_paths = [path.with_suffix(suffix) for suffix in (".anns", ".index")]
        self._file: IO[bytes] = stack.enter_context(path.open("wb"))
        self._anns, self._index = (stack.enter_context(waiting.open("w+b")) for waiting in self._waiting_paths)
        self._file.write(b'{"info":{},"cats":{},"imgs":{')
        self._between = {self._file: b"\n", self._anns: b"\n", self._index: b"\n"}

    def add(self, image: Mapping[str, Any], lines: Mapping[int, Any]) -> None:
        self._put(self._file, image["id"], image)
        for number, line in lines.items():
            self._put(self._anns, number, line)
        self._put(self._index, image["id"], list(lines))

    def finish(self) -> None:
        for name, waiting in (("anns", self._anns), ("imgToAnns", self._index)):
            self._file.write(f'\n}},\n"{name}":{{'.encode())
            waiting.seek(0)
            shutil.copyfileobj(waiting, self._file)
        self._file.write(b"\n}}\n")
        for path in self._waiting_paths:
            path.unlink()

    def _put(self, file: IO[bytes], number: int, value: Any) -> None:
        file.write(self._between[file] + f'"{number}":'.encode() + orjson.dumps(value))
        self._between[file] = b",\n"


def _stated(line: TextLine, record: Record) -> TextLine:
    boxes = [_whole(char_box(char)) for char in line.each_char()]
    readable = line.char_readable if len(line.char_readable) else np.ones(len(line.chars), bool)
    return TextLine(
        text=line.text,
        **placed_by(outline_of(line, record)),
        baseline_xy=None if line.baseline_xy is None else kept(line.baseline_xy).astype(np.float32),
        words=tuple(
            Word(text=w.text, quad_xy=kept(w.quad_xy).astype(np.float32), first=w.first, stop=w.stop)
            for w in line.words
        ),
        chars=line.chars,
        char_quads_xy=kept(line.char_quads_xy).astype(np.float32),
        char_boxes_xywh=np.array(boxes, np.int32).reshape(-1, 4),
        char_readable=readable,
        is_readable=line.is_readable,
        kind=line.kind,
        name=line.name,
    )


def _whole(box: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    """Return the whole px around a box."""
    x, y, w, h = box
    left, top = int(np.floor(x)), int(np.floor(y))
    return left, top, int(np.ceil(kept(x + w))) - left, int(np.ceil(kept(y + h))) - top


def _annotation(stated: TextLine, line: TextLine, numbers: np.ndarray | None, record: Record) -> dict[str, Any]:
    """Return what stands in the file for a line.

    Args:
        stated: what the format can state of it.
        line: the line itself, whose numbers the mask holds.
        numbers: (H, W) mask of characters; None: there is none.
        record: of its image.
    """
    outline = kept(stated.outline_xy())
    is_asked = stated.kind == TEXT and stated.is_readable
    return {
        "utf8_string": stated.text,
        "points": outline.ravel().tolist(),
        "bbox": list(seen_box(outline, record)),
        "area": _area(outline),
        "legibility": "legible" if is_asked else "illegible",
        "class": "machine printed",
        "language": "na",
        "kind": stated.kind,
        "readable": stated.is_readable,
        "name": stated.name,
        "baseline": None if stated.baseline_xy is None else _flat(stated.baseline_xy),
        "words": [
            {"text": word.text, "points": _flat(word.quad_xy), "first": word.first, "stop": word.stop}
            for word in stated.words
        ],
        "chars": [
            {
                "text": char.text,
                "bbox": list(char.bbox_xywh),
                "points": _flat(char.quad_xy),
                "readable": char.is_readable,
                "segmentation": None if numbers is None else _ink(numbers, own),
            }
            for char, own in zip(stated.each_char(), line.each_char(), strict=True)
        ],
    }


def _ink(numbers: np.ndarray, char: Char) -> dict[str, Any] | None:
    """Return the run lengths of a character's ink; None: it has none."""
    if not char.number:
        return None
    x, y, w, h = char.bbox_xywh or (0, 0, numbers.shape[1], numbers.shape[0])
    left, top = max(0, x), max(0, y)
    bits = numbers[top : y + h, left : x + w] == char.number
    return region_to_rle(Region.tight(bits, left, top), numbers.shape) if bits.any() else None


def _area(points: np.ndarray) -> float:
    following = np.roll(points, -1, axis=0)
    return round(abs(float(np.sum(points[:, 0] * following[:, 1] - following[:, 0] * points[:, 1]))) / 2, 3)


def _flat(points: np.ndarray) -> list[float]:
    return kept(points).ravel().tolist()


def _read_file(top: JsonEntry, gathered: Gathered) -> None:
    images, annotations = top.below("imgs"), top.below("anns")
    of_image: dict[str, list[JsonEntry]] = {key: [] for key in images.value}
    for key in annotations.value:
        with left_out(gathered.problems):
            entry = annotations.below(key)
            number = entry.value.get("image_id")
            if str(number) not in of_image:
                raise entry.error("an image_id that an image has", shown(number))
            of_image[str(number)].append(entry)
    words = re.findall("[a-z]+", top.path.stem.lower())
    default = next((split for split in map(split_named, words) if split), SPLITS[0])
    for key, lines in of_image.items():
        with left_out(gathered.problems):
            _read_image(images.below(key), lines, default, gathered)


def _read_image(entry: JsonEntry, lines: list[JsonEntry], default: str, gathered: Gathered) -> None:
    name = entry.take("file_name", str)
    split = (split_named(entry.take("set", str)) if entry.has("set") else None) or default
    wh = (entry.take("width", int), entry.take("height", int)) if entry.has("width") else None
    with entry.at() as where:
        image = gathered.find_image(name, [entry.path.parent, entry.path.parent / split], entry.path, where)
        hw = gathered.measured(image, wh, entry.path, where)
    gathered.add_text(image, hw, split, lines, lambda line: _to_line(line, hw))


def _to_line(entry: JsonEntry, hw: tuple[int, int]) -> TextLine:
    shape = next((key for key in ("points", "mask") if isinstance(entry.value.get(key), list) and entry.has(key)), None)
    points = box_corners(_numbers(entry, "bbox", 4)) if shape is None else _numbers(entry, shape)
    with entry.at() as where:
        places = placed_by(sound_outline(np.asarray(points).reshape(-1, 2), hw, entry.path, where))
    text = entry.take("utf8_string", str) if entry.has("utf8_string") else ""
    if "kind" not in entry.value:
        is_unclear = entry.value.get("legibility") == "illegible" or (
            "legibility" not in entry.value and (text == _UNKNOWN or is_ignored(TextLine(text=text)))
        )
        return ignored(**places) if is_unclear else TextLine(text=text, **places)
    kind = entry.take("kind", str)
    if kind not in KINDS:
        raise entry.error(f"kind: {TEXT} or {DISTRACTOR}", shown(kind))
    chars = list(entry.items("chars")) if entry.has("chars") else []
    words = tuple(map(_to_word, entry.items("words"))) if entry.has("words") else ()
    if any(not 0 <= word.first <= word.stop <= len(chars) for word in words):
        raise entry.error(f"words of the {len(chars)} characters", shown([(w.first, w.stop) for w in words]))
    has_baseline = entry.value.get("baseline") is not None
    return TextLine(
        text=text,
        **places,
        baseline_xy=np.array(_numbers(entry, "baseline"), np.float32).reshape(-1, 2) if has_baseline else None,
        words=words,
        chars=tuple(char.take("text", str) for char in chars),
        char_quads_xy=np.array([_numbers(char, "points", 8) for char in chars], np.float32).reshape(-1, 4, 2),
        char_boxes_xywh=np.array([_numbers(char, "bbox", 4) for char in chars]).reshape(-1, 4).astype(np.int32),
        char_readable=np.array([char.take("readable", bool) for char in chars], bool),
        is_readable=entry.take("readable", bool),
        kind=kind,
        name=entry.take("name", str),
    )


def _to_word(entry: JsonEntry) -> Word:
    first, stop = entry.take("first", int), entry.take("stop", int)
    quad = np.array(_numbers(entry, "points", 8), np.float32).reshape(4, 2)
    return Word(text=entry.take("text", str), quad_xy=quad, first=first, stop=stop)


def _numbers(entry: JsonEntry, key: str, count: int | None = None) -> list[float]:
    values = entry.take(key, list)
    is_good = all(type(value) in (int, float) for value in values) and len(values) % 2 == 0
    if not is_good or (count is not None and len(values) != count):
        expected = f"{key}: {'an even number of' if count is None else count} numbers"
        raise entry.error(expected, shown(values))
    return values

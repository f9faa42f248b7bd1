"""A folder a character, for classifiers and for editors that learn characters from folders.

    <split>/char_U+0041/<image>@<line>.<character>.png    classes.json

Written: each character that can be read, cut out by the rule of ``format/ocr/part.py``; distractors are left out. A
folder is named by code points, so that A and a stand apart on every file system, and * and / have a name at all; what
consists of several has all of them, as in char_U+0065_U+0301. classes.json says which character a folder means. Every
split has every folder, so that readers who number them by their alphabet agree.

Read: such folders; a name that classes.json does not hold is taken apart.

What it cannot state: what stood beside a character; images without text.
Source: own.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from generator.core.errors import FormatError
from generator.core.text import TextLine
from generator.dataset.format.ocr.line import frame_xy, text_records, with_text
from generator.dataset.format.ocr.part import Source, char_parts
from generator.dataset.format.reading.gather import Gathered
from generator.dataset.json_file import JsonFile
from generator.dataset.link import fresh_folder
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Record, Records
from generator.dataset.view import SPLITS, find_images

CLASSES = "classes.json"
PREFIX = "char_"
_NAME = re.compile(r"char((?:_U\+[0-9A-F]{4,6})+)")
_LINES = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


def express(record: Record) -> tuple[Record, ...]:
    """Return what folders state of an image: its characters that can be read, each with its own image."""
    return tuple(
        with_text(part.record, [_whole(part.line.text, part.record.width, part.record.height)])
        for part in char_parts(record)
    )


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write the characters of a data set.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks of defects, of which nothing is written.

    Raises:
        ConfigError: an image has no text labels, or its characters are not known; ``path`` cannot be replaced.
    """
    names: dict[str, str] = {}
    splits: set[str] = set()
    with fresh_folder(path, data.root) as folder:
        for record in text_records(data, flavour):
            splits.add(record.split)
            source = Source(data, record)
            for part in char_parts(record):
                name = folder_name(part.line.text)
                names[name] = part.line.text
                below = folder / record.split / name
                below.mkdir(parents=True, exist_ok=True)
                source.put(part, below)
        for split in splits or {SPLITS[0]}:
            for name in names or ("",):
                (folder / split / name).mkdir(parents=True, exist_ok=True)
        (folder / CLASSES).write_bytes(orjson.dumps(dict(sorted(names.items())), option=_LINES))


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read folders of characters.

    Args:
        path: the folder that holds the splits' folders.
        problems: where broken images are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there is no split's folder, or classes.json is broken.
    """
    splits = [split for split in SPLITS if (path / split).is_dir()]
    if not splits:
        raise FormatError(path, "", f"at least one of the folders {', '.join(SPLITS)}", "none")
    known = _known(path / CLASSES)
    gathered = Gathered(path, problems)
    for split in splits:
        for image in find_images(path / split):
            with left_out(problems):
                text = _text_of(image, path / split, known)
                hw = gathered.measured(image, None, image, "")
                gathered.add_text(image, hw, split, [text], lambda text, hw=hw: _whole(text, hw[1], hw[0]))
    return gathered.done()


def folder_name(text: str) -> str:
    """Return the folder of a character, such as char_U+0041."""
    return PREFIX + "_".join(f"U+{ord(letter):04X}" for letter in text)


def _whole(text: str, width: int, height: int) -> TextLine:
    quad = frame_xy(width, height)
    return TextLine(text=text, quad_xy=quad, chars=(text,), char_quads_xy=np.array([quad]))


def _known(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    content: Any = JsonFile.read(file).content
    if not isinstance(content, dict) or not all(isinstance(text, str) and text for text in content.values()):
        raise FormatError(file, "", '{"<folder>": "<character>", ...}', repr(content)[:60])
    return content


def _text_of(image: Path, folder: Path, known: dict[str, str]) -> str:
    name = image.parent.name
    if image.parent.parent != folder:
        raise FormatError(
            image, "", f"an image in a character's folder, {folder.name}/<folder>/<image>", "another place"
        )
    match = _NAME.fullmatch(name)
    if name not in known and match is None:
        raise FormatError(image, "", f"a folder that {CLASSES} names, or {PREFIX}U+0041", f"'{name}'")
    return known[name] if name in known else _spelt(match[1], image)


def _spelt(codes: str, image: Path) -> str:
    numbers = [int(code, 16) for code in re.findall(r"U\+([0-9A-F]+)", codes)]
    if max(numbers) > 0x10FFFF:
        raise FormatError(image, "", "code points up to U+10FFFF", f"U+{max(numbers):X}")
    return "".join(map(chr, numbers))

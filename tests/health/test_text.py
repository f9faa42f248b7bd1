"""What ``doctor data=`` says of text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from generator.core.text import DISTRACTOR, TextLine
from generator.dataset.record import Record
from generator.health.census import take_census
from generator.health.look import look_at
from generator.health.part import find_parts
from generator.health.text import rarest, unseen
from tests.health.toy import frame, surface, write


def line(text: str, height_px: float = 20.0, **more) -> TextLine:
    quad = np.array([[0, 0], [50, 0], [50, height_px], [0, height_px]], np.float32)
    return TextLine(text=text, quad_xy=quad, **more)


def record(key: str, split: str, *lines: TextLine, labelled: bool = True) -> Record:
    return Record(key=key, split=split, image=f"{key}.png", width=80, height=40, text=lines, has_text_labels=labelled)


def test_lines_and_characters_are_counted_by_split():
    records = [
        record("0", "train", line("AB B"), line("XY", kind=DISTRACTOR)),
        record("1", "train"),
        record("2", "test", line("ABC", 6.0, is_readable=False)),
        record("3", "test", labelled=False),
    ]
    census = take_census(records, ())
    assert census.lines == 3
    train, test = census.text["train"].to_json(), census.text["test"].to_json()
    assert train == {
        "images": 2,
        "without_text": 1,
        "lines": 1,
        "words": 2,
        "characters": 3,
        "unreadable_lines": 0,
        "distractors": 1,
        "by_character": {"A": 1, "B": 2},
        "line_height_px": [20.0, 20.0, 20.0],
    }
    assert (test["images"], test["unreadable_lines"], test["line_height_px"]) == (1, 1, [6.0, 6.0, 6.0])
    assert unseen(census.text) == {"test": ["C"]}
    assert rarest(census.text, 1) == [("C", 1)]


def test_lines_that_say_different_things_are_no_frames_of_one_part(tmp_path):
    grey = [surface(n) for n in range(8)] + [frame(surface(0), 1), frame(surface(1), 2)]
    paths: list[Path] = [write(tmp_path / f"{n}.png", image) for n, image in enumerate(grey)]
    looks = [look_at(path, 72.0) for path in paths]
    said = [line(f"L{n}") for n in range(8)] + [line("L0"), line("another")]
    records = [record(str(n), "train", text) for n, text in enumerate(said)]
    parts = find_parts(records, looks, None, range(10))
    assert [part.images for part in parts] == [(0, 8)]
    unlabelled = [replace(each, text=(), has_text_labels=False) for each in records]
    assert [part.images for part in find_parts(unlabelled, looks, None, range(10))] == [(0, 8), (1, 9)]


def test_the_screen_shows_text_without_defects(command, tmp_path):
    code, _, err = command("generate", "recipe=text", "text/font=ocr_like", "executor=serial", "count=6", "out=set")
    assert (code, err) == (0, "")
    code, out, _ = command("doctor", "data=set")
    assert code == 0
    assert "6 lines of text" in out
    assert "with defects" not in out
    assert "rarest characters:" in out

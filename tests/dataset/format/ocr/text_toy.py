"""Small data sets of text on disk: characters are bars of ink, so that their places are known to the pixel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from generator.core.text import DISTRACTOR, TextLine, Word
from generator.dataset.record import Record, Records

CHAR_WH, STEP = (4, 8), 6


def rotated(points: np.ndarray, centre: tuple[float, float], clockwise_deg: float) -> np.ndarray:
    """Return (n, 2) points turned about a centre."""
    angle = np.deg2rad(clockwise_deg)
    turn = np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
    return ((np.asarray(points, np.float64) - centre) @ turn + centre).astype(np.float32)


def corners(x: float, y: float, w: float, h: float) -> np.ndarray:
    """Return the (4, 2) corners of a box."""
    return np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], np.float32)


def line(text: str, x: float, y: float, clockwise_deg: float = 0.0, first_number: int = 0, **more) -> TextLine:
    """Return a line whose every letter is a bar of 4 x 8 px, 6 px after the one before; spaces leave no ink."""
    w, h = CHAR_WH
    places = [(letter, x + STEP * at) for at, letter in enumerate(text) if letter != " "]
    quads = np.stack([corners(left, y, w, h) for _, left in places])
    whole = corners(x, y, STEP * (len(text) - 1) + w, h)
    words, at = [], 0
    for word in text.split():
        box = corners(places[at][1], y, places[at + len(word) - 1][1] + w - places[at][1], h)
        words.append((word, box, at, at + len(word)))
        at += len(word)
    centre = tuple(whole.mean(axis=0).tolist())

    def turned(points: np.ndarray) -> np.ndarray:
        return rotated(points, centre, clockwise_deg) if clockwise_deg else points

    quads = np.stack([turned(quad) for quad in quads])
    low, high = np.floor(quads.min(axis=1)), np.ceil(quads.max(axis=1))
    known = {
        "quad_xy": turned(whole),
        "baseline_xy": turned(np.array([(x, y + h), (x + STEP * (len(text) - 1) + w, y + h)], np.float32)),
        "words": tuple(Word(text=t, quad_xy=turned(box), first=a, stop=b) for t, box, a, b in words),
        "chars": tuple(letter for letter, _ in places),
        "char_quads_xy": quads,
        "char_boxes_xywh": np.concatenate([low, high - low], axis=1).astype(np.int32),
        "char_readable": np.ones(len(places), bool),
        "first_number": first_number,
    }
    return TextLine(text=text, **{**known, **more})


def bent(text: str, x: float, y: float) -> TextLine:
    """Return a line along an arc, with a polygon."""
    along = np.linspace(x, x + 30, 6)
    rise = 4 * np.sin(np.linspace(0, np.pi, 6))
    top, bottom = np.stack([along, y - rise], axis=1), np.stack([along, y + 8 - rise], axis=1)
    polygon = np.concatenate([top, bottom[::-1]]).astype(np.float32)
    straight = line(text, x, y)
    return straight.with_(polygon_xy=polygon, quad_xy=corners(x, y - 4, 30, 12), baseline_xy=bottom.astype(np.float32))


def record(
    root: Path, key: str, split: str, wh: tuple[int, int], lines: Sequence[TextLine] = (), *, mask: bool = False
) -> Record:
    """Return a record whose image lies below ``root``: noise, with each character's quad filled with its number."""
    image = root / "images" / split / f"{key.replace('/', '_')}.png"
    image.parent.mkdir(parents=True, exist_ok=True)
    seed = sum(ord(c) * 31**n for n, c in enumerate(key)) % 2**32
    pixels = np.random.default_rng(seed).integers(180, 255, (wh[1], wh[0], 3), np.uint8)
    numbers = np.zeros((wh[1], wh[0]), np.uint8)
    for one in lines:
        for char in one.each_char():
            quad = np.round(char.quad_xy - 0.5).astype(np.int32)
            cv2.fillConvexPoly(pixels, quad, (10, 20, 30))
            if char.number:
                left, top, w, h = char.bbox_xywh
                numbers[top : top + h, left : left + w] = char.number
    cv2.imwrite(str(image), pixels)
    char_mask = None
    if mask:
        char_mask = f"masks_char/{split}/{key}.png"
        (root / char_mask).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(root / char_mask), numbers)
    return Record(
        key=key,
        split=split,
        image=image.relative_to(root).as_posix(),
        width=wh[0],
        height=wh[1],
        text=tuple(lines),
        char_mask=char_mask,
        has_text_labels=True,
    )


def data_set(root: Path, *records: Record) -> Records:
    """Return the data set of records."""
    return Records.gathered(root, (), records)


def scene(root: Path, key: str = "scene", split: str = "train") -> Record:
    """Return an image with lines of every kind."""
    missing = line("OCV", 40, 70).with_(char_readable=np.array([True, False, True]), is_readable=False)
    lines = (
        line("LOT 12,5", 10.0, 10.0, first_number=1, name="lot"),
        line("aA:µ", 60.0, 40.0, clockwise_deg=17.0, first_number=8),
        line("up", 100.0, 20.0, clockwise_deg=180.0),
        line("down", 130.0, 30.0, clockwise_deg=90.0),
        bent("curve", 10.0, 50.0),
        line("not me", 90.0, 80.0, kind=DISTRACTOR),
        missing,
    )
    return record(root, key, split, (160, 100), lines, mask=True)


def line_image(root: Path, key: str = "word", split: str = "train", text: str = "A-1 b") -> Record:
    """Return an image that is one line."""
    return record(root, key, split, (STEP * len(text) + 6, 14), [line(text, 4, 3)])


def alone(root: Path, key: str = "alone", split: str = "val", text: str = "Größe") -> Record:
    """Return an image of which the text alone is known."""
    return record(root, key, split, (30, 12), [TextLine(text=text)])


def stated(one: Record) -> tuple:
    """Return what two equal records share whatever file they were read from."""
    return one.key, one.split, one.width, one.height, one.labels, one.text, one.has_text_labels

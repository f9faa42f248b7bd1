"""What can be done to a data set so that a label, an image or a file of it is broken."""

from pathlib import Path

import cv2
import numpy as np
import orjson

COCO = "annotations/instances_train.json"
SCRATCH = "##......\n##......\n........\n........\n........\n........"
PIT = "........\n........\n........\n....###.\n....##..\n........"


def entries_on_lines(content: dict) -> bytes:
    """Return JSON with each entry of a list on a line of its own, as the writer of COCO does."""
    parts = []
    for key, value in content.items():
        rows = b",\n".join(map(orjson.dumps, value)) if isinstance(value, list) else None
        parts.append(orjson.dumps(key) + b":" + (orjson.dumps(value) if rows is None else b"[\n" + rows + b"\n]"))
    return b"{" + b",\n".join(parts) + b"}\n"


def change_json(path: Path, *keys, value=None, drop=False) -> None:
    content = orjson.loads(path.read_bytes())
    entry = content
    for key in keys[:-1]:
        entry = entry[key]
    if drop:
        del entry[keys[-1]]
    else:
        entry[keys[-1]] = value
    path.write_bytes(entries_on_lines(content))


def set_json(*keys, value):
    return lambda path: change_json(path, *keys, value=value)


def drop_json(*keys):
    return lambda path: change_json(path, *keys, drop=True)


def annotation(**values):
    """Change keys of the first annotation, the scratch on a."""
    return lambda path: [change_json(path, "annotations", 0, key, value=value) for key, value in values.items()]


def rings(*numbers):
    return annotation(segmentation=[list(ring) for ring in numbers])


def box(*numbers):
    return annotation(segmentation=[], bbox=list(numbers))


def with_nan(path: Path) -> None:
    rings((0, 0, 4, 0, 4, 123456))(path)
    path.write_bytes(path.read_bytes().replace(b"123456", b"NaN"))


def text(content: str):
    return lambda path: path.write_text(content)


def row(content: str):
    """Put a row after the two that are there."""
    return lambda path: path.write_text(path.read_text() + content + "\n")


def pixels(array: np.ndarray):
    return lambda path: path.write_bytes(cv2.imencode(".png", array)[1].tobytes())


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def new_file(name: str):
    def copy(path: Path) -> None:
        (path.parent / name).parent.mkdir(parents=True, exist_ok=True)
        (path.parent / name).write_bytes(path.read_bytes())

    return copy


remove = Path.unlink
BLACK, RED = np.zeros((6, 8), np.uint8), np.full((6, 8, 3), (0, 0, 1), np.uint8)
TURNED, THREES = np.ones((8, 6), np.uint8), np.pad(np.full((2, 2), 3, np.uint8), ((0, 4), (0, 6)))
NUMBERS = np.arange(48, dtype=np.uint8).reshape(6, 8)
SEGMENTATION = ("annotations", 0, "segmentation")
IMAGE_A, TEXT_A = "images/train/a.png", "labels/train/a.txt"
TRUTH = "product/ground_truth/scratch/b_mask.png"

"""A reader that was not written here: RapidOCR's recogniser, whose models lie in its package; nothing is fetched.

Accuracy is 1 - edit distance / length over the characters of all lines, spaces and capitals included.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from generator.cli.compose import compose_config
from generator.run.pipeline import Pipeline, Rejected

CLEAN = ("text/corpus=words", "text/corpus=lot_code", "text/corpus=date")
DEGRADED = (
    ("camera=full", "text.marking.contrast=[0.3,0.5]", "camera.defocus_px=1", "camera.full_well_e=8000"),
    ("camera=full", "text.marking.contrast=[0.15,0.2]", "camera.defocus_px=3.5", "camera.full_well_e=2000"),
    ("camera=full", "text.marking.contrast=[0.15,0.2]", "camera.defocus_px=4.5", "camera.full_well_e=2000"),
)
"""Each fainter, noisier or more blurred than the one before."""


@dataclass(frozen=True)
class Reading:
    """How well some lines were read.

    Attributes:
        lines: how many.
        characters: of all lines together.
        distance: edits that turn what was read into what stands there.
        misread: text, what was read and the face, of lines that were not read right.
    """

    lines: int
    characters: int
    distance: int
    misread: tuple[tuple[str, str, str], ...]

    @property
    def accuracy(self) -> float:
        """1 - edits / characters."""
        return 1.0 - self.distance / self.characters

    def __add__(self, other: Reading) -> Reading:
        return Reading(
            self.lines + other.lines,
            self.characters + other.characters,
            self.distance + other.distance,
            self.misread + other.misread,
        )


def read(overrides: Sequence[str], count: int) -> Reading:
    """Return how well the lines of a configuration are read."""
    keys = ["recipe=text", "text/font=text_faces", f"count={count}", "splits={train: 1}", *overrides]
    pipeline = Pipeline(compose_config("generate", keys))
    characters = distance = 0
    misread = []
    for index in range(count):
        sample = pipeline.make(index)
        assert not isinstance(sample, Rejected), sample.findings
        (line,) = sample.text
        said = reader()(sample.image)
        characters += len(line.text)
        edits = edit_distance(line.text, said)
        distance += edits
        if edits:
            misread.append((line.text, said, line.params["face"]))
    return Reading(lines=count, characters=characters, distance=distance, misread=tuple(misread))


@functools.cache
def reader() -> Any:
    """Return what turns an image, (H, W, 1 or 3) uint8, into the text that is read on it."""
    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.WARNING)
    engine = RapidOCR()

    def said(image: np.ndarray) -> str:
        colour = np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image[..., ::-1]
        found = engine(colour, use_det=False, use_cls=False, use_rec=True)
        return found.txts[0].strip() if found.txts else ""

    return said


def edit_distance(one: str, other: str) -> int:
    """Return how many letters must be put in, left out or exchanged to turn one text into the other."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, its in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (letter != its))
    return row[-1]

"""What must hold for every line of text: its letters are the face's own, its ink is whole, its contrast is in the band.

Nothing here is asked of the code that draws: letters are looked up in the font file by fontTools, ink, border and
contrast are read off the finished image.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from generator.cli.compose import compose_config
from generator.core.sample import Sample
from generator.run.pipeline import Pipeline, Rejected
from generator.text.font.files import FontFiles

STRONG = 0.9
"""Which quantile of the upper half of the changes a contrast is."""


@dataclass
class Found:
    """What was seen on some lines.

    Attributes:
        faces: lines of each face.
        wrong: what does not hold, with an example of each.
        counts: how often it does not.
        contrast: least and largest strong change, share of full scale.
    """

    faces: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    contrast: tuple[float, float] = (1.0, 0.0)

    def note(self, problem: str, example: str) -> None:
        """Count a problem and keep its first example."""
        self.counts[problem] += 1
        self.wrong.setdefault(problem, example)


def look_at(overrides: Sequence[str], count: int) -> Found:
    """Return what does not hold on the first ``count`` lines of a configuration."""
    config = compose_config("generate", ["recipe=text", f"count={count}", "splits={train: 1}", *overrides])
    pipeline = Pipeline(config)
    stage = pipeline.stages[0]
    faces = stage.font.faces("train") if isinstance(stage.font, FontFiles) else ()
    paths = {face.name: face.path for face in faces}
    found, band = Found(), stage.marking.contrast
    for index in range(count):
        sample = pipeline.make(index)
        if isinstance(sample, Rejected):
            found.note("rejected", sample.findings[0].message)
        else:
            _look(sample, found, (band.low, band.high), paths)
    return found


def _look(sample: Sample, found: Found, band: tuple[float, float], paths: Mapping[str, str]) -> None:
    (line,) = sample.text
    face = line.params["face"]
    found.faces[face] += 1
    said = f"'{line.text}' in {face}"
    letters = line.text.replace(" ", "")
    if "".join(line.chars) != letters:
        found.note("characters", f"{said}: {line.chars}")
    if (line.char_boxes_xywh[:, 2:] < 1).any():
        found.note("no ink", said)
    for letter in letters if face in paths else "":
        if not has_letter(paths[face], letter):
            found.note("missing glyph", f"{said}: {letter}")
    assert sample.char_mask is not None
    inked = sample.char_mask > 0
    if inked[[0, -1]].any() or inked[:, [0, -1]].any():
        found.note("cut", said)
    contrast = strong_change(sample)
    found.contrast = min(found.contrast[0], contrast), max(found.contrast[1], contrast)
    level = 1.5 / min(sample.source.white, 255)  # images have whole grey levels
    if not band[0] - level <= contrast <= band[1] + level:
        found.note("contrast", f"{said}: {contrast:.3f} is not in {band}")


def strong_change(sample: Sample) -> float:
    """Return the strong change that a text makes, share of full scale: a quantile of the upper half of its changes."""
    assert sample.blank is not None
    change = np.abs(sample.image.astype(np.int32) - sample.blank).max(axis=2)
    upper = change[2 * change >= change.max()]
    return float(np.quantile(upper, STRONG, method="inverted_cdf")) / sample.source.white


@functools.lru_cache(maxsize=100_000)
def has_letter(path: str, letter: str) -> bool:
    """Say whether a font file has a letter and draws it, and not as it draws what it has not."""
    name = _font(path).getBestCmap().get(ord(letter), ".notdef")
    return bool(_outline(path, name)) and _outline(path, name) != _outline(path, ".notdef")


@functools.lru_cache(maxsize=100_000)
def _outline(path: str, name: str) -> list:
    glyphs = _font(path).getGlyphSet()
    pen = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(pen)
    return pen.value


@functools.cache
def _font(path: str) -> TTFont:
    return TTFont(path)

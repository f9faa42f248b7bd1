"""Ink is where the finished image differs from the surface without text."""

from __future__ import annotations

import numpy as np

from generator.core.sample import GoodImage, Sample, SampleSpec
from generator.core.text import TextLine
from generator.run.label_text import derive_text

SPEC = SampleSpec(index=0, key="000000", split="train", recipe="text", source_id="a", seed=0)


def image(**columns: int) -> np.ndarray:
    """Return a grey image with some columns, named c<first>_<stop>, at other values."""
    made = np.full((8, 12, 1), 100, np.uint8)
    for name, value in columns.items():
        first, stop = map(int, name[1:].split("_"))
        made[2:6, first:stop] = value
    return made


def test_where_two_neighbours_cancel_out_there_is_no_ink():
    """A light flank of one and a dark flank of the other meet on columns 5 and 6."""
    quads = np.array([[[1, 2], [7, 2], [7, 6], [1, 6]], [[5, 2], [11, 2], [11, 6], [5, 6]]], np.float32)
    line = TextLine(
        text="AB", quad_xy=quads[0], baseline_xy=quads[0, 2:], words=(), chars=("A", "B"), char_quads_xy=quads,
        char_readable=np.ones(2, bool), first_number=1, is_readable=True,
    )  # fmt: skip
    good = image(c1_5=40, c7_11=160)
    sample = Sample(
        spec=SPEC, source=GoodImage(source_id="a", pixels=image(), white=255), image=good, good=good, blank=image(),
        owner=np.repeat([[1] * 6 + [2] * 6], 8, axis=0).astype(np.uint8), text=(line,),
        alone=(image(c1_7=40), image(c5_11=160)),
    )  # fmt: skip
    made = derive_text(sample)
    assert made.char_mask[3].tolist() == [0, 1, 1, 1, 1, 0, 0, 2, 2, 2, 2, 0]
    assert made.text[0].char_boxes_xywh.tolist() == [[1, 2, 4, 4], [7, 2, 4, 4]]

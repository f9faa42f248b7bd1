"""Labels of characters are what each of them leaves on the image when it is alone: every marking, every warp."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from generator.cli.compose import conf_dir
from generator.run import label_text
from tests.bench.reink_text import BOX, BOX_P5, INK, MARKINGS, SEEN, WARPS, cells, pooled
from tests.text.reink import agreement

LINES, GROUPS = 4, 4
WAYS = [name for name in SEEN if name != "clean"]


def _chosen():
    """Return a cell for each marking: warps and ways of being seen by turns."""
    wanted = zip(MARKINGS, itertools.cycle(WARPS), itertools.cycle(WAYS))
    return [next(cell for cell in cells([way[0]]) if (cell.warp, cell.seen) == way[1:]) for way in wanted]


def test_every_marking_and_every_warp_has_its_cells():
    assert {path.stem for path in (conf_dir() / "text" / "marking").glob("*.yaml")} == set(MARKINGS)
    assert {path.stem for path in (conf_dir() / "text" / "warp").glob("*.yaml")} == set(WARPS)
    chosen = _chosen()
    assert [cell.marking for cell in chosen] == list(MARKINGS)
    assert {cell.warp for cell in chosen} == set(WARPS)
    assert len(list(cells())) == len(MARKINGS) * len(WARPS) * len(SEEN)


@pytest.mark.parametrize("group", range(GROUPS))
def test_boxes_and_ink_are_those_of_each_character_alone(group):
    parts = [agreement(list(cell.overrides), LINES) for cell in _chosen()[group::GROUPS]]
    found = pooled(parts)
    assert found.wrong_counts == 0
    assert len(found.boxes) > 100
    assert found.boxes.mean() >= BOX, found
    assert np.percentile(found.boxes, 5) >= BOX_P5, found
    assert found.masks.mean() >= INK, found
    assert all(part.boxes.mean() >= 0.96 and part.masks.mean() >= 0.93 for part in parts)


def test_labels_that_are_off_by_one_pixel_are_found(monkeypatch):
    ink_boxes = label_text.ink_boxes
    monkeypatch.setattr(label_text, "ink_boxes", lambda ink, count: ink_boxes(ink, count) + np.int32([1, 0, 0, 0]))
    found = agreement(["text/corpus=lot_code", "text/warp=tilt", "text/font=text_faces"], 2)
    assert found.boxes.mean() < BOX - 0.04
    assert found.masks.mean() >= INK

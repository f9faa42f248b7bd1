"""The catalogue of text holds every option, and its sheets are drawn by the package."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from generator import samples
from generator.cli.compose import group_options, groups

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "text"


@pytest.fixture(scope="module")
def draw():
    spec = importlib.util.spec_from_file_location("text_catalogue_draw", FOLDER / "draw.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_every_option_of_text_is_listed_and_every_picture_is_there(draw):
    """A new option is added by ``make catalogue``."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert text == draw.index()
    listed = re.findall(r"^\| `([a-z0-9_]+)` \|", text, re.MULTILINE)
    own = [group for group in groups() if group.startswith("text/") and group != "text/raster"]
    assert all(set(group_options(group)) <= set(listed) for group in own)
    pictures = re.findall(r"\((\w+\.jpg)\)", text)
    assert pictures == [f"{name}.jpg" for name in draw.SHEETS]
    assert all(10_000 < (FOLDER / name).stat().st_size < 400_000 for name in pictures)


def test_every_layout_and_marking_can_be_drawn(draw):
    assert set(draw.LAYOUTS) == set(group_options("text/layout"))
    assert set(draw.FACES) | set(draw.OWN_SURFACES) <= set(group_options("text/marking"))
    assert set(draw.FACES.values()) <= set(group_options("text/font"))


def test_labels_are_drawn_where_the_text_is(draw):
    sample = samples(*draw.CODED, "source.level=0.9", "count=1")[0]
    picture = draw.labelled(sample)
    assert picture.shape == (*sample.hw, 3) and picture.dtype == np.uint8
    x, y, w, h = sample.text[0].char_boxes_xywh[2].tolist()
    drawn = np.abs(picture.astype(int) - np.array(draw.CHAR)).max(axis=2) < 60
    assert drawn[y - 2 : y + h + 2, x - 2 : x + w + 2].any() and not drawn[:, :1].any()
